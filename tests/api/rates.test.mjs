// Limits in a village that shares one address: strangers by address, who is signed in by account, answers from
// memory apart. limit_test has the counting by hand-set clocks; here is who is counted as what.
import assert from "node:assert/strict";
import http from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { expect, problem, root, serve } from "./harness.mjs";
import { VILLAGE } from "./world.mjs";

const PASSWORD = "Correct-Horse-7";
const rates = (address, account) => ["--rate-per-minute", String(address), "--account-rate-per-minute", String(account), "--trusted-proxy", "127.0.0.1"];

async function started(flags) {
  const s = await serve({ flags });
  for (const name of ["ann", "bob", "cid"]) {
    s.command(["account", "add", name, "--password-stdin"], { input: `${PASSWORD}\n` });
    s.command(["account", "grant", name, "sysadmin"]);
  }
  return s;
}
const from = (address) => ({ "x-forwarded-for": `198.51.100.1, ${address}` });

describe("requests a minute, behind a trusted proxy", { concurrency: false }, () => {
  let s;
  before(async () => { s = await started(rates(5, 8)); });
  after(async () => { await s?.stop(); });
  const stranger = (address, headers = {}) => s.raw("GET", "/api/v1/public/regions", { headers: { ...from(address), ...headers } });
  const me = (cookie, address) => s.raw("GET", "/api/v1/session", { headers: { ...from(address), cookie } });
  const signIn = async (name, address) => {
    const r = await s.api("POST", "/session", { body: { name, password: PASSWORD }, key: null, headers: from(address) });
    return expect(r, 201).headers["set-cookie"][0].split(";")[0];
  };

  test("strangers by address, of IPv6 by /64", async () => {
    for (let i = 0; i < 5; i++) {
      const r = expect(await stranger("203.0.113.1"), 200);
      assert.equal(r.headers["ratelimit-policy"], '"address";q=5;w=60');
      assert.match(r.headers.ratelimit, new RegExp(`^"address";r=${4 - i};t=\\d+$`));
    }
    const r = problem(await stranger("203.0.113.1"), 429, "too-many");
    assert.ok(Number(r.headers["retry-after"]) >= 1);
    expect(await stranger("203.0.113.2"), 200);
    for (let i = 0; i < 5; i++) expect(await stranger(`2001:db8:1:2::${i}`), 200);
    problem(await stranger("2001:db8:1:2:ffff::1"), 429, "too-many");
    expect(await stranger("2001:db8:1:3::1"), 200);
    expect(await s.raw("GET", "/healthz", { headers: from("203.0.113.1") }), 200);
  });

  test("who is signed in has an allowance of their own, whatever others do at their address", async () => {
    const hall = "203.0.113.10";
    const [ann, bob] = [await signIn("ann", hall), await signIn("bob", hall)];
    for (let i = 0; i < 20; i++) await stranger(hall);
    problem(await stranger(hall), 429, "too-many");
    for (let i = 0; i < 8; i++) {
      const r = expect(await me(ann, hall), 200);
      assert.equal(r.headers["ratelimit-policy"], '"account";q=8;w=60');
    }
    problem(await me(ann, hall), 429, "too-many");
    problem(await me(ann, "203.0.113.11"), 429, "too-many"); // the account's, not the address's
    expect(await me(bob, hall), 200);
    expect(await me(await signIn("bob", "203.0.113.12"), hall), 200);
    problem(await me(await signIn("ann", "203.0.113.12"), hall), 429, "too-many"); // a second session fills nothing up
  });

  test("a token that is no good is a stranger's, and so is one that was signed out", async () => {
    const bearer = (i, address) => s.raw("GET", "/api/v1/session", { headers: { ...from(address), authorization: `Bearer ${"x".repeat(40 + i)}` } });
    for (let i = 0; i < 5; i++) problem(await bearer(i, "203.0.113.20"), 401, "sign-in");
    problem(await bearer(9, "203.0.113.20"), 429, "too-many");
    problem(await stranger("203.0.113.20"), 429, "too-many");
    const out = "203.0.113.21";
    const r = await s.api("POST", "/session", { body: { name: "cid", password: PASSWORD }, key: null, headers: from(out) });
    const as = { cookie: expect(r, 201).headers["set-cookie"][0].split(";")[0], csrf: r.body.csrf };
    expect(await s.api("DELETE", "/session", { as, headers: from(out) }), 204);
    const after = problem(await me(as.cookie, out), 401, "sign-in"); // known until here: the account's
    assert.match(after.headers["ratelimit-policy"], /^"account"/);
    assert.match(problem(await me(as.cookie, out), 401, "sign-in").headers["ratelimit-policy"], /^"address"/);
  });
});

describe("proxies on several networks", { concurrency: false }, () => {
  let s;
  before(async () => { s = await serve({ flags: [...rates(5, 8).slice(0, 4), "--trusted-proxy", "127.0.0.1/32, 10.0.0.0/8,fd00::/8"] }); });
  after(async () => { await s?.stop(); });
  /** Requests until one is refused; how many were not. */
  async function allowed(headers) {
    for (let n = 0; ; n++) if ((await s.raw("GET", "/api/v1/public/regions", { headers: { "x-forwarded-for": headers } })).status === 429) return n;
  }

  test("the client is the last address that is no proxy's; what it wrote itself is not believed", async () => {
    assert.equal(await allowed("203.0.113.50"), 5);
    assert.equal(await allowed("203.0.113.50, 10.1.2.3"), 0); // the same client, through a load balancer before the proxy
    assert.equal(await allowed("203.0.113.50, fd00::7,10.9.9.9"), 0);
    assert.equal(await allowed("203.0.113.51, 10.1.2.3"), 5);
    assert.equal(await allowed("203.0.113.99, 203.0.113.51"), 0); // made up before what the proxy saw
    assert.equal(await allowed("203.0.113.98, 203.0.113.51, 10.1.2.3"), 0);
    assert.equal(await allowed("198.51.100.7, unknown, 10.1.2.3"), 5); // 10.1.2.3's own
    assert.equal(await allowed("198.51.100.8, unknown, 10.1.2.3"), 0);
    assert.equal(await allowed("10.5.5.5, 10.1.2.3"), 5); // all of them proxies': who began
    assert.equal(await allowed("11.1.2.3, 11.0.0.1"), 5); // next to the network
  });
  test("a proxy's line below the client's own counts, not the client's", async () => {
    assert.equal(await allowed(["203.0.113.60", "203.0.113.61"]), 5);
    assert.equal(await allowed(["203.0.113.62", "203.0.113.61"]), 0);
    assert.equal(await allowed(["203.0.113.61", "10.1.2.3"]), 0); // the line of a proxy before it
  });
  test("a stranger's X-Forwarded-For is nothing", async () => {
    const apart = await serve({ flags: [...rates(5, 8).slice(0, 4), "--trusted-proxy", "10.0.0.0/8, 127.0.0.2"] });
    const seen = [];
    for (let i = 0; i < 7; i++) seen.push((await apart.raw("GET", "/api/v1/public/regions", { headers: { "x-forwarded-for": `203.0.113.${i}` } })).status);
    assert.deepEqual(seen, [200, 200, 200, 200, 200, 429, 429]);
    assert.match(apart.log, /"path":"\/api\/v1\/public\/regions","status":429,.*"address":"127\.0\.0\.1"/);
    await apart.stop();
  });
});

describe("a village hall behind one address, by the limits as delivered", { concurrency: false }, () => {
  test("700 reads of the board in a minute, and strangers go on", async () => {
    const s = await started(rates(1200, 600));
    s.command(["region", "import", join(root, "share/regions/441621.csv")]);
    const hall = from("203.0.113.30");
    const policies = new Map();
    const many = Array.from({ length: 700 }, async () => {
      const r = expect(await s.raw("GET", `/api/v1/public/villages/${VILLAGE}/notices`, { headers: hall }), 200);
      const policy = r.headers["ratelimit-policy"];
      policies.set(policy, (policies.get(policy) ?? 0) + 1);
    });
    await Promise.all(many);
    const cached = policies.get('"cached";q=12000;w=60') ?? 0, computed = policies.get('"address";q=1200;w=60') ?? 0;
    assert.equal(cached + computed, 700);
    assert.ok(cached > computed, `${cached} from memory, ${computed} computed`);
    expect(await s.raw("GET", "/api/v1/public/regions", { headers: hall }), 200);
    await s.stop();
  });
  test("addresses that are made up cost nothing but their own allowance", async () => {
    const s = await started(rates(10, 10));
    const board = (q) => s.raw("GET", `/api/v1/public/villages/${VILLAGE}/notices?limit=${q + 1}`, { headers: from("203.0.113.31") });
    let refused = 0; // what is not in memory is an ordinary request
    for (let i = 0; i < 12; i++) refused += (await board(i)).status === 429;
    assert.equal(refused, 2);
    await s.stop();
  });
});

describe("streams", { concurrency: false }, () => {
  test("200 of one address, and others are let in", async () => {
    const s = await serve({ flags: ["--trusted-proxy", "127.0.0.1"] });
    const open = (address) => new Promise((resolve, reject) => {
      const req = http.get({ port: s.port, path: `/api/v1/public/villages/${VILLAGE}/events`, headers: from(address) }, (res) => {
        res.on("error", () => {});
        resolve({ status: res.statusCode, close: () => req.destroy() });
      });
      req.on("error", reject);
    });
    const all = [];
    for (let i = 0; i < 200; i++) all.push(await open("203.0.113.40"));
    assert.deepEqual(all.filter((r) => r.status !== 200), []);
    assert.equal((await open("203.0.113.40")).status, 429);
    const other = await open("203.0.113.41");
    assert.equal(other.status, 200);
    for (const r of [...all, other]) r.close();
    for (;;) { // the places are free again
      const r = await open("203.0.113.40");
      r.close();
      if (r.status === 200) break;
    }
    await s.stop();
  });
});
