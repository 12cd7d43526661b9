// The server in trouble, seen over HTTP: killed in the middle of writes, a full disk, a database that goes away
// and comes back, 64 clients at once. What was answered is there, what was not is whole or absent, and the same
// request sent again with the same Idempotency-Key has one effect. store_test has the same below HTTP.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { cluster } from "./cluster.mjs";
import { engine, expect, postgres, problem, run, serve } from "./harness.mjs";
import { VILLAGE, world } from "./world.mjs";

const ROUNDS = process.env.SHANZHI_LONG ? 12 : 3;
const again = (w) => serve({ place: w.place, env: { SHANZHI_TEST_CLOCK: w.clock } });
const verify = (w) => w.server.command(["ledger", "verify"], { env: { SHANZHI_TEST_CLOCK: w.clock } });
const deed = (w, more) => w.deed("王梅", { item: "A03", chosen: "2.00", ...more });

/** All claims of the village, by the places of their deeds (each client writes its own). */
async function claims(s, as) {
  const all = [];
  for (let after = ""; after !== null;) {
    const page = expect(await s.api("GET", `/villages/${VILLAGE}/claims?limit=200${after && `&after=${after}`}`, { as }), 200).body;
    all.push(...page.rows);
    after = page.next;
  }
  return all;
}

/** So many claims that wait for the recorder, at most 30: of two people in turn, because an item has a cap a month, and not of
 *  whom the tests' other claims are. */
async function approved(w, n) {
  const ids = [];
  for (let i = 0; i < n; i++) ids.push((await w.ok("recorder", "POST", w.claims, deed(w, { place: `地头${i}`, subject: w.residents[i % 2 ? "张豆豆" : "张小丰"] }))).id);
  for (const [who, action] of [["grid1", "check"], ["cadre2", "publish"]]) {
    const r = await w.ok(who, "POST", `${w.claims}/batch`, { action, claims: ids });
    assert.equal(r.done, n, JSON.stringify(r));
  }
  await w.days(4);
  assert.equal((await w.ok("cadre", "POST", `${w.claims}/batch`, { action: "approve", claims: ids })).done, n);
  return ids;
}

describe("killed in the middle of writes", { concurrency: false }, () => {
  test(`${ROUNDS} times: what was acknowledged is there, what was sent again happened once`, async () => {
    const w = await world();
    const waiting = await approved(w, Math.min(8 * ROUNDS, 30));
    const [recorder, mei, cadre] = [await w.session("recorder"), await w.session("mei"), await w.session("cadre")];
    let s = w.server;
    const sent = []; // { key, path, body, as, answer } in the order of sending
    for (let round = 0; round < ROUNDS; round++) {
      let acknowledged = 0, dead = false;
      const one = async (request) => {
        sent.push(request);
        try {
          const r = await s.api("POST", request.path, request);
          assert.ok(r.status === 201 || r.status === 200, r.text);
          request.answer = r.body;
          if (++acknowledged === 40 + 13 * round) {
            dead = true;
            s.child.kill("SIGKILL");
          }
        } catch (e) {
          if (e instanceof assert.AssertionError) throw e;
          dead = true; // the connection broke: nobody knows
        }
      };
      const toRecord = waiting.splice(0, 8);
      await Promise.all(Array.from({ length: 16 }, async (_, client) => {
        for (let i = 0; !dead; i++) {
          const id = client < 4 && toRecord.length ? toRecord.pop() : null;
          if (id) await one({ key: randomUUID(), path: `${w.claims}/${id}/record`, body: {}, as: recorder });
          else await one({ key: randomUUID(), path: w.claims, body: deed(w, { place: `第${round}轮${client}号${i}` }), as: client % 2 ? mei : recorder });
        }
      }));
      assert.equal((await s.stop("SIGKILL")).signal, "SIGKILL");
      s = await again(w);
      expect(await s.raw("GET", "/readyz"), 200);
      const there = new Map((await claims(s, cadre)).map((c) => [c.id, c]));
      for (const r of sent.filter((x) => x.answer)) {
        const c = there.get(r.answer.id);
        assert.ok(c, `claim ${r.answer.number} was acknowledged and is gone`);
        assert.equal(c.number, r.answer.number);
        assert.equal(c.state, r.answer.state);
      }
      const ours = [...there.values()].filter((c) => /^第\d+轮/.test(c.place));
      const places = new Set(sent.filter((r) => r.body.place).map((r) => r.body.place));
      assert.ok(ours.every((c) => places.has(c.place)));
      assert.equal(new Set(ours.map((c) => c.place)).size, ours.length, "no claim twice");
      // what nobody heard of, and some of what was answered, is sent again as it was
      const unknown = sent.filter((r) => !r.answer), known = sent.filter((r) => r.answer).slice(-10);
      for (const r of [...unknown, ...known]) {
        const a = await s.api("POST", r.path, r);
        assert.ok(a.status === 201 || a.status === 200, a.text);
        if (r.answer) assert.deepEqual(a.body, r.answer, "the stored answer");
        if (r.answer) assert.equal(a.headers["idempotency-replayed"], "true");
        r.answer = a.body;
      }
      const now = await claims(s, cadre);
      assert.equal(now.filter((c) => /^第\d+轮/.test(c.place)).length, places.size, "each sent claim is there once");
      assert.equal(new Set(now.map((c) => c.number)).size, now.length, "no number twice");
      verify({ ...w, server: s });
    }
    const recorded = (await claims(s, cadre)).filter((c) => c.state === "recorded" && c.subject === w.residents.张小丰);
    const points = recorded.reduce((sum, c) => sum + Math.round(Number(c.points) * 100), 0);
    const book = expect(await s.api("GET", `/villages/${VILLAGE}/passbooks/resident/${w.residents.张小丰}`, { as: cadre }), 200).body;
    assert.ok(recorded.length > 0 && points > 0);
    for (const b of book.balances) assert.ok(Object.values(b).includes((points / 100).toFixed(2)), `${points}: ${JSON.stringify(b)}`);
    await s.stop();
  });
});

describe("a full disk", { concurrency: false, skip: engine === "sqlite" ? false : "the server's disk is not ours to fill" }, () => {
  /** Writes fail with 507 while there is no room, reads go on, and writes go on when there is room again. */
  async function full(w, fill, empty) {
    const s = w.server, key = randomUUID();
    const people = { mei: await w.session("mei"), cadre: await w.session("cadre2") };
    const made = [];
    fill();
    let refused = 0, lastBody;
    for (let i = 0; i < 600 && refused < 8; i++) {
      lastBody = deed(w, { place: `满${i}`, cause: "长".repeat(500) });
      const r = await s.api("POST", w.claims, { as: people.mei, body: lastBody, key: refused ? undefined : `${key}-${i}` });
      if (r.status === 201) {
        made.push(r.body.id);
        continue;
      }
      problem(r, 507, "disk-full");
      refused++;
      const seen = (await claims(s, people.cadre)).map((c) => c.id);
      assert.deepEqual(seen.sort(), [...made].sort(), "reads go on, and nothing is half written");
    }
    assert.equal(refused, 8, `${made.length} claims went in`);
    const signIn = await s.api("POST", "/session", { body: { name: "li", password: "shan-zhi-story-2026" }, key: null });
    assert.ok(signIn.status === 507 || signIn.status === 201, signIn.text);
    expect(await s.raw("GET", "/healthz"), 200);
    empty();
    const r = expect(await s.api("POST", w.claims, { as: people.mei, body: lastBody, key }), 201);
    made.push(r.body.id);
    expect(await s.raw("GET", "/readyz"), 200);
    const seen = (await claims(s, people.cadre)).map((c) => c.id);
    assert.deepEqual(seen.sort(), [...made].sort());
    verify(w);
    await s.stop();
    const t = await again(w);
    assert.deepEqual((await claims(t, people.cadre)).map((c) => c.id).sort(), [...made].sort(), "after a restart too");
    await t.stop();
  }
  const sized = (data) => Math.max(...["shanzhi.db", "shanzhi.db-wal"].map((f) => statSync(join(data, f)).size));

  test("a limit on the size of files: 507, and on it goes", async () => {
    const w = await world();
    const limit = (n) => assert.equal(spawnSync("prlimit", ["--pid", String(w.server.child.pid), `--fsize=${n}:`]).status, 0);
    await full(w, () => limit(sized(w.place.data) + 200_000), () => limit("unlimited"));
  });

  test("a small disk filled to the last byte", async (t) => {
    const mount = mkdtempSync(join(tmpdir(), "shanzhi-disk-"));
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=24m", "none", mount]).status !== 0) {
      rmSync(mount, { recursive: true });
      return t.skip("mounting is not allowed here");
    }
    const was = process.env.TMPDIR;
    try {
      process.env.TMPDIR = mount;
      const w = await world({ env: { SHANZHI_DISK_FREE_MIB: "0" } }); // a disk that never has what an operator keeps free
      const filler = join(mount, "filler");
      await full(w, () => { spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=4096"]); }, () => rmSync(filler));
    } finally {
      if (was === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = was;
      spawnSync("umount", ["-l", mount]);
      rmSync(mount, { recursive: true, force: true });
    }
  });
});

describe("a database that goes away", { concurrency: false, skip: engine === "postgresql" ? false : "SQLite is a file" }, () => {
  test("stopped and started again while requests run: 503 with Retry-After, then on without a restart", async () => {
    const pg = await cluster();
    const data = mkdtempSync(join(tmpdir(), "shanzhi-test-"));
    const place = { data, flags: ["--data", data, "--database", pg.url] };
    const made = run(["init", ...place.flags]);
    assert.equal(made.status, 0, made.stderr);
    const s = await serve({ place });
    try {
      s.command(["account", "add", "boss", "--password-stdin"], { input: "Correct-Horse-7\n" });
      s.command(["account", "grant", "boss", "sysadmin"]);
      const boss = await s.signIn("boss", "Correct-Horse-7");
      const seen = { 200: 0, 503: 0 };
      let running = true, n = 0;
      let kept = 0;
      const client = async (write) => {
        while (running) {
          const body = write ? `code,name\n440000000000,广东省\n${440000000000 + (++n % 99 + 1) * 100_000_000},市${n}\n` : undefined;
          const r = write ? await s.api("POST", "/regions/import", { as: boss, type: "text/csv", body }) : await s.api("GET", "/regions", { as: boss });
          assert.ok(r.status === 200 || r.status === 503, `${r.status} ${r.text}`);
          seen[r.status]++;
          if (r.status === 200 && write) kept++;
          if (r.status === 503) {
            assert.ok(Number(r.headers["retry-after"]) >= 1);
            assert.match(r.body.type, /\/problems\/(database|busy)/);
            await new Promise((ok) => setTimeout(ok, 20)); // a client that waits a little, as it is told
          }
        }
      };
      const clients = [client(true), client(true), client(false), client(false), client(false)];
      const until = async (what) => { while (!what()) await new Promise((ok) => setTimeout(ok, 10)); };
      await until(() => seen[200] > 20);
      await pg.does("pg_ctlcluster 15 regress stop -m immediate 2>&1");
      await until(() => seen[503] > 20);
      const down = await s.raw("GET", "/readyz");
      assert.equal(down.status, 503, down.text);
      expect(await s.raw("GET", "/healthz"), 200);
      await pg.does("pg_ctlcluster 15 regress start 2>&1");
      seen[200] = 0;
      await until(() => seen[200] > 20);
      running = false;
      await Promise.all(clients);
      expect(await s.raw("GET", "/readyz"), 200);
      assert.ok(kept > 0);
      await s.stop();
    } finally {
      s.child.kill("SIGKILL");
      await pg.end();
      rmSync(data, { recursive: true, force: true });
    }
  });

  test("connections terminated and refused in the middle of claims: nothing is lost or half written", async () => {
    const w = await world();
    const name = new URL(w.place.flags[w.place.flags.indexOf("--database") + 1]).pathname.slice(1);
    const psql = (sql) => { const r = spawnSync("psql", ["-X", "-q", "-d", postgres, "-c", sql], { encoding: "utf8" }); assert.equal(r.status, 0, r.stderr); };
    const terminate = () => psql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    const mei = await w.session("mei"), cadre = await w.session("cadre2");
    let running = true, failed = 0, n = 0;
    const places = [];
    const clients = Array.from({ length: 8 }, async () => {
      while (running) {
        const body = deed(w, { place: `断${++n}` }), key = randomUUID();
        places.push(body.place);
        for (;;) { // the phone sends it again until it is answered
          const r = await w.server.api("POST", w.claims, { as: mei, body, key });
          if (r.status === 201) break;
          assert.ok(r.status === 503 || r.status === 409, `${r.status} ${r.text}`);
          assert.ok(Number(r.headers["retry-after"]) >= 1, r.text);
          failed++;
          await new Promise((ok) => setTimeout(ok, 20));
        }
      }
    });
    const until = async (what) => { while (!what()) await new Promise((ok) => setTimeout(ok, 10)); };
    for (let i = 1; i <= 5; i++) {
      await until(() => n > i * 20);
      terminate();
    }
    psql(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    terminate();
    const before = failed;
    await until(() => failed > before + 8);
    assert.equal((await w.server.raw("GET", "/readyz")).status, 503);
    psql(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    const then = n;
    await until(() => n > then + 20);
    running = false;
    await Promise.all(clients);
    const seen = (await claims(w.server, cadre)).map((c) => c.place);
    assert.deepEqual(seen.sort(), places.sort(), "each claim once");
    verify(w);
    await w.server.stop();
  });
});

describe("64 clients at once", { concurrency: false }, () => {
  let w;
  after(async () => { await w?.server.stop(); });
  test("the same Idempotency-Key from all of them: one effect", async () => {
    w = await world();
    const as = await w.session("mei"), cadre = await w.session("cadre2");
    for (let round = 0; round < 3; round++) {
      const key = randomUUID(), body = deed(w, { place: `同一${round}` });
      const all = await Promise.all(Array.from({ length: 64 }, () => w.server.api("POST", w.claims, { as, body, key })));
      const ids = new Set();
      for (const r of all) {
        if (r.status === 201) ids.add(r.body.id);
        else assert.ok(Number(problem(r, 409, "in-progress").headers["retry-after"]) >= 1);
      }
      assert.equal(ids.size, 1, all.map((r) => r.status).join());
      assert.equal(all.filter((r) => r.status === 201 && !r.headers["idempotency-replayed"]).length, 1);
      assert.equal((await claims(w.server, cadre)).filter((c) => c.place === body.place).length, 1);
    }
  });
  test("mixed acts on the same claims: one of each wins, and the steps say who", async () => {
    const who = Object.fromEntries(await Promise.all(["mei", "grid1", "cadre2", "cadre", "recorder"].map(async (n) => [n, await w.session(n)])));
    const made = await Promise.all(Array.from({ length: 16 }, (_, i) => w.ok("mei", "POST", w.claims, deed(w, { place: `争${i}` }))));
    const tries = made.flatMap((c) => [["grid1", c, "check", {}], ["grid1", c, "return", { reason: "写清楚" }], ["mei", c, "withdraw", {}], ["mei", c, "withdraw", {}]]);
    const done = await Promise.all(tries.map(([name, c, action, body]) => w.server.api("POST", `${w.claims}/${c.id}/${action}`, { as: who[name], body })));
    for (const c of made) {
      const fine = tries.map(([, x, action], i) => (x === c && done[i].status === 200 ? action : null)).filter(Boolean);
      for (const [i, [, x]] of tries.entries()) if (x === c && done[i].status !== 200) assert.ok([409, 403].includes(done[i].status), done[i].text);
      const now = expect(await w.server.api("GET", `${w.claims}/${c.id}`, { as: who.cadre2 }), 200).body;
      assert.ok(fine.length >= 1);
      assert.deepEqual(now.steps.slice(1).map((s) => s.action).sort(), fine.sort(), "each success is a step, each step was answered");
    }
  });
  test("recording twice at once enters the points once; many other writes run beside", async () => {
    const before = (await claims(w.server, await w.session("cadre2"))).length;
    const ids = await approved(w, 12);
    const recorder = await w.session("recorder"), mei = await w.session("mei"), admin = await w.session("admin");
    const all = await Promise.all([
      ...ids.flatMap((id) => [1, 2, 3].map(() => w.server.api("POST", `${w.claims}/${id}/record`, { as: recorder, body: {} }))),
      ...Array.from({ length: 14 }, (_, i) => w.server.api("POST", w.claims, { as: mei, body: deed(w, { place: `旁${i}` }) })),
      ...Array.from({ length: 14 }, (_, i) => w.server.api("POST", `/villages/${VILLAGE}/groups`, { as: admin, body: { name: `并行${i}` } })),
    ]);
    for (const r of all) assert.ok([200, 201, 409].includes(r.status), r.text);
    assert.equal(all.slice(0, 36).filter((r) => r.status === 200).length, 12);
    assert.equal(all.slice(36).filter((r) => r.status === 201).length, 28);
    const now = await claims(w.server, await w.session("cadre2"));
    assert.equal(now.length, before + 12 + 14);
    const postings = (await w.ok("cadre2", "GET", `/villages/${VILLAGE}/postings?limit=200`)).rows;
    assert.equal(postings.length, 12);
    verify(w);
  });
});
