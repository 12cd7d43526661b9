// Accounts, sessions, tokens and the audit trail compared whole, on a clock that stands where the test puts it: what is
// over at an instant is tried a millisecond before it and at it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { expect, freshData, problem, run, serve } from "./harness.mjs";
import { sql } from "./upkeep.mjs";

const VILLAGE = "441621102205", OTHER = "441621102206", TOWN = "441621102000", EVERYWHERE = "000000000000";
const PASSWORD = "paddy-and-tea-9";
const START = "2026-11-18T00:00:00+08:00", SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const instant = (ms) => new Date(Date.parse(START) + ms).toISOString();

const place = freshData();
const env = { SHANZHI_TEST_NOW: START, SHANZHI_TEST_STILL: "1", SHANZHI_TEST_CLOCK: join(place.data, "clock") };
/** The clock's milliseconds since START. */
const at = (ms) => writeFileSync(env.SHANZHI_TEST_CLOCK, String(ms));
const command = (args, more = {}) => {
  const r = run([...args, ...place.flags], { env, ...more });
  if (!more.fails) assert.equal(r.status, 0, `shanzhi ${args.join(" ")}: ${r.stderr}${r.stdout}`);
  return r;
};

// name → display, unit, flags of the command line (without: made over HTTP), grants
const people = {
  sys: ["系统", null, [], [{ role: "sysadmin" }]],
  sec: ["安全", null, [], [{ role: "secadmin" }]],
  audit: ["审计", null, null, [{ role: "auditor" }]],
  boss: ["村主任", VILLAGE, null, [{ role: "village_admin", region: VILLAGE }]],
  town: ["镇办", TOWN, null, [{ role: "township", region: TOWN }]],
  worker: ["网格员", VILLAGE, ["--phone", "13800138000"], [{ role: "grid_worker", region: VILLAGE, grid: "01.02" }, { role: "cadre", region: VILLAGE }]],
  farmer: ["张三丰", VILLAGE, ["--village", VILLAGE, "--resident", "71", "--household", "7"], []],
  far: ["远方", OTHER, null, [{ role: "cadre", region: OTHER }]],
};
const ids = {}, as = {};
let server;
const api = (who, method, path, body, more = {}) => server.api(method, path, { as: as[who], body, ...more });
const get = async (who, path) => expect(await api(who, "GET", path), 200).body;
const open = (name, password = PASSWORD, more = {}) => server.api("POST", "/session", { key: null, body: { name, password, ...more } });
const account = (name) => get("sys", `/accounts/${ids[name]}`);
/** A new account with a password of its own. */
async function made(name, grants = [{ role: "cadre", region: VILLAGE }], more = {}) {
  const { id, one_time_password: current } = expect(await api("sys", "POST", "/accounts", { name, display: name, unit: VILLAGE, ...more }), 201).body;
  for (const g of grants) expect(await api("sec", "POST", `/accounts/${id}/grants`, g), 201);
  expect(await server.api("POST", "/me/password", { as: await server.signIn(name, current), key: null, body: { current, password: PASSWORD } }), 204);
  return id;
}

before(async () => {
  at(0);
  const flags = ({ role, region, grid }) => [role, ...(region ? ["--region", region] : []), ...(grid ? ["--grid", grid] : [])];
  for (const [name, [display, unit, more, grants]] of Object.entries(people)) {
    if (name === "audit") server = await serve({ place, env });
    if (more) command(["account", "add", name, "--display", display, ...(unit ? ["--unit", unit] : []), ...more, "--password-stdin"], { input: `${PASSWORD}\r\n` });
    if (more) for (const g of grants) command(["account", "grant", name, ...flags(g)]);
    if (name === "audit") for (const first of ["sys", "sec"]) as[first] = await server.signIn(first, PASSWORD);
    if (!more) await made(name, grants, { display, unit: unit ?? undefined });
  }
  for (const name of Object.keys(people)) {
    as[name] = await server.signIn(name, PASSWORD);
    ids[name] = as[name].account;
  }
});
after(async () => { await server?.stop(); });

const ROLES = {
  cadre: ["干部(审核)", "approving cadre"], grid_worker: ["网格员", "grid worker"], village_admin: ["村管理员", "village administrator"], villager: ["村民", "villager"],
  township: ["镇级", "township office"], sysadmin: ["系统管理员", "system administrator"], secadmin: ["安全管理员", "security administrator"],
  auditor: ["审计管理员", "audit administrator"],
};
const brief = (role, region, more = {}) => ({ role, role_zh: ROLES[role][0], role_en: ROLES[role][1], scope: "region", region, grid: null, household: null, ...more });
const without = ({ id, account, ...g }) => (assert.ok(id && account), g);

describe("who one is", () => {
  const self = (name, more) => ({ account: ids[name], name: people[name][0], login: name, unit: people[name][1] ?? EVERYWHERE, village: null, resident: null,
    household: null, must_change: false, totp: false, staff: true, expires_at: instant(12 * HOUR), ...more });
  const me = async (name) => {
    const { csrf, ...rest } = await get(name, "/session");
    assert.match(csrf, /^[0-9a-f]{32}$/);
    assert.equal(csrf, as[name].csrf);
    return rest;
  };
  test("staff of a grid, of a village, of everywhere", async () => {
    const granted = [brief("grid_worker", VILLAGE, { scope: "grid", grid: "01.02" }), brief("cadre", VILLAGE)];
    assert.deepEqual(await me("worker"), self("worker", { grants: granted, permissions: ["self", "region.read", "people.read", "pledge.write", "passbook.read", "ledger.read",
      "claim.proxy", "claim.read", "claim.check", "claim.publish", "claim.approve", "objection.decide", "notice.write"] }));
    assert.deepEqual(await me("audit"), self("audit", { grants: [brief("auditor", EVERYWHERE)], permissions: ["self", "audit.read"] }));
  });
  test("a villager: half a year, a cookie that stays", async () => {
    assert.deepEqual(await me("farmer"), self("farmer", { village: VILLAGE, resident: 71, household: 7, staff: false, expires_at: instant(180 * DAY),
      grants: [brief("villager", VILLAGE, { scope: "household", household: 7 })], permissions: ["self", "passbook.read", "claim.self", "claim.read"] }));
    const cookie = (r) => expect(r, 201).headers["set-cookie"][0].replace(/=[\w-]{43};/, "=…;");
    assert.equal(cookie(await open("farmer")), "shanzhi_session=…; Path=/; HttpOnly; SameSite=Lax; Max-Age=15552000");
    assert.equal(cookie(await open("boss")), "shanzhi_session=…; Path=/; HttpOnly; SameSite=Lax");
    const closed = expect(await server.api("DELETE", "/session", { as: await server.signIn("farmer", PASSWORD) }), 204);
    assert.equal(closed.headers["set-cookie"][0], "shanzhi_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
  });
});

describe("accounts", () => {
  const row = (name, more = {}) => ({ id: ids[name], name, display: people[name][0], phone: null, unit: people[name][1] ?? EVERYWHERE, village: null, resident: null,
    household: null, state: "active", must_change: false, totp: false, created_at: instant(0), signed_in_at: instant(0), locked_until: null, version: 2, ...more });
  const granted = (role, region, more) => ({ ...brief(role, region, more), granted_at: instant(0) });
  const rows = () => ({
    boss: row("boss", { version: 3, grants: [granted("village_admin", VILLAGE)] }),
    worker: row("worker", { version: 3, phone: "138****8000", grants: [granted("grid_worker", VILLAGE, { scope: "grid", grid: "01.02" }), granted("cadre", VILLAGE)] }),
    farmer: row("farmer", { version: 1, village: VILLAGE, resident: 71, household: 7, grants: [] }),
  });
  const ordered = (names) => [...names].sort((a, b) => ids[a] - ids[b]); // lists go by id, and several processes give ids out
  test("of a village, whole; each alone says the same", async () => {
    const list = await get("boss", "/accounts");
    assert.deepEqual(list.rows.map(({ grants, ...r }) => ({ ...r, grants: grants.map(without) })), ordered(Object.keys(rows())).map((name) => rows()[name]));
    assert.deepEqual([list.next, list.total], [null, null]);
    for (const r of list.rows) assert.deepEqual(await get("boss", `/accounts/${r.id}`), r);
    assert.ok(list.rows.every((r) => r.grants.every((g) => g.account === r.id)));
  });
  test("searched and paged", async () => {
    const all = Object.keys(people);
    for (const [query, want] of [
      ["", all], [`region=${VILLAGE}`, ["boss", "worker", "farmer"]], [`region=${OTHER}`, ["far"]], [`region=${TOWN}`, ["boss", "town", "worker", "farmer", "far"]],
      ["q=OSS", ["boss"]], ["q=三", ["farmer"]], ["q=s", ["sys", "sec", "boss"]], ["q=_", []], ["role=cadre", ["worker", "far"]], [`role=cadre&region=${OTHER}`, ["far"]],
      ["role=nothing", []], ["state=active", all], ["state=disabled", []], ["q=o&role=cadre&state=active", ["worker"]], ["q=远", ["far"]],
    ]) assert.deepEqual((await get("sys", `/accounts?${encodeURI(query)}`)).rows.map((r) => r.name), ordered(want), query);
    assert.deepEqual((await get("town", "/accounts")).rows.map((r) => r.name), ordered(["boss", "town", "worker", "farmer", "far"]));
    const seen = [];
    for (let next = ""; next !== null; ) {
      const page = await get("sys", `/accounts?limit=3${next && `&after=${next}`}`);
      seen.push(page.rows.map((r) => [r.name, r.grants.length].join(" ")));
      next = page.next;
    }
    assert.deepEqual(seen.map((page) => page.length), [3, 3, 2]);
    assert.deepEqual(seen.flat(), ordered(all).map((name) => `${name} ${people[name][3].length}`));
    assert.deepEqual(((await get("sys", `/accounts?limit=8`)).next), null);
  });
  test("roles, and which of them one may give", async () => {
    const listed = (await get("sec", "/roles")).rows, told = JSON.parse(run(["roles", "--json"]).stdout);
    assert.deepEqual(listed.map(({ grantable, permissions, ...r }) => ({ ...r, permissions: permissions.map((p) => p.name) })), told);
    const words = new Map(listed.flatMap((r) => r.permissions.map((p) => [p.name, p])));
    assert.deepEqual([words.get("self"), words.get("audit.read")],
      [{ name: "self", zh: "本人", en: "anyone signed in, for themselves" }, { name: "audit.read", zh: "查看操作日志", en: "search the audit trail" }]);
    assert.equal(run(["roles"]).stdout, listed.map((r) => `${r.name}\t${r.zh}\t${r.en}\n${r.permissions.map((p) => `\t${p.name}\t${p.zh}\n`).join("")}`).join(""));
    assert.equal((await get("sec", "/roles")).total, told.length);
    const gives = async (who) => (await get(who, "/roles")).rows.filter((r) => r.grantable).map((r) => r.name);
    assert.deepEqual(await gives("sec"), told.map((r) => r.name));
    assert.deepEqual(await gives("boss"), told.filter((r) => r.rank <= 1).map((r) => r.name));
    assert.deepEqual(await gives("sys"), []);
    as.program = { token: expect(await api("boss", "POST", "/me/tokens", { name: "角色", days: 1, permissions: ["account.read"] }), 201).body.token };
    assert.deepEqual(await gives("program"), []);
  });
  test("a villager's account needs village, resident and household", async () => {
    for (const [more, field] of [[{ resident: 72 }, "village"], [{ village: VILLAGE, household: 7 }, "resident"], [{ household: 7 }, "village"]])
      assert.deepEqual(problem(await api("boss", "POST", "/accounts", { name: "half", display: "半", ...more }), 400, "invalid").body.errors.map((e) => e.field), [field]);
    const whole = expect(await api("boss", "POST", "/accounts", { name: "Whole", display: "全", village: VILLAGE, resident: 72, household: 7 }), 201).body;
    const { unit, must_change, version, signed_in_at } = await get("boss", `/accounts/${whole.id}`);
    assert.deepEqual([whole.name, unit, must_change, version, signed_in_at], ["whole", VILLAGE, true, 1, null]);
    const own = expect(await api("boss", "POST", "/accounts", { name: "own", display: "己" }), 201).body;
    assert.equal((await get("boss", `/accounts/${own.id}`)).unit, VILLAGE);
  });
  test("changed one thing at a time; the others' stay", async () => {
    await made("changed");
    const change = async (body) => {
      const path = `/accounts/${(await get("sys", "/accounts?q=changed")).rows[0].id}`, was = expect(await api("sys", "GET", path), 200);
      return expect(await api("sys", "PATCH", path, body, { match: was.etag }), 200).body;
    };
    const others = async () => (await get("sys", "/accounts?limit=100")).rows.filter((r) => r.name !== "changed");
    const before = await others();
    const seen = [];
    for (const body of [{ phone: "139-0013-9000" }, { display: "新名" }, { phone: "" }, { phone: "13900139001" }, { state: "disabled" }, { state: "active", display: "又名" }]) {
      const { display, phone, state, version } = await change(body);
      seen.push([display, phone, state, version].join());
      if (phone) assert.equal((await open(phone === "139****9000" ? "13900139000" : "13900139001")).status, state === "active" ? 201 : 401);
      assert.equal((await open("13900139000")).status, phone === "139****9000" ? 201 : 401);
    }
    assert.deepEqual(seen, ["changed,139****9000,active,4", "新名,139****9000,active,5", "新名,,active,6", "新名,139****9001,active,7", "新名,139****9001,disabled,8",
      "又名,139****9001,active,9"]);
    assert.deepEqual(await others(), before);
    const worker = await api("sys", "GET", `/accounts/${ids.worker}`);
    for (const [body, status, code] of [[{ phone: "12345" }, 400, "invalid"], [{ phone: "13900139001" }, 409, "duplicate"]])
      assert.deepEqual(problem(await api("sys", "PATCH", `/accounts/${ids.worker}`, body, { match: worker.etag }), status, code).body.errors.map((e) => e.field), ["phone"]);
    const own = await api("boss", "GET", `/accounts/${ids.boss}`);
    for (const r of [await api("boss", "PATCH", `/accounts/${ids.boss}`, { display: "王" }, { match: own.etag }), await api("boss", "POST", `/accounts/${ids.boss}/reset`, {})])
      assert.match(problem(r, 403, "forbidden").body.detail, /不能对自己的账号/);
  });
});

describe("before the first password is changed", () => {
  test("one may look at oneself, change it, and leave; nothing else", async () => {
    const { id, one_time_password } = expect(await api("sys", "POST", "/accounts", { name: "fresh", display: "新", unit: VILLAGE }), 201).body;
    let s = await server.signIn("fresh", one_time_password);
    assert.equal(s.must_change, true);
    for (const [method, path, body] of [["GET", "/me/tokens"], ["GET", "/me/household"], ["POST", "/me/totp"], ["POST", "/me/tokens", { name: "x", days: 1, permissions: ["self"] }]])
      problem(await server.api(method, path, { as: s, body }), 403, "password-change");
    expect(await server.api("GET", "/session", { as: s }), 200);
    expect(await server.api("DELETE", "/sessions", { as: s }), 204);
    s = await server.signIn("fresh", one_time_password);
    expect(await server.api("DELETE", "/session", { as: s }), 204);
    // it dies unused, thirty days old
    for (const [ms, status] of [[30 * DAY - 1, 201], [30 * DAY, 401]]) {
      at(ms);
      const r = expect(await open("fresh", one_time_password.toUpperCase().replaceAll("-", " ")), status); // typed from paper, as ever
      if (status === 401) assert.match(r.body.detail, /一次性密码已过期/);
    }
    at(0);
    expect(await api("sys", "POST", `/accounts/${id}/reset`, {}), 200);
    problem(await open("fresh", one_time_password), 401, "bad-credentials");
  });
});

describe("tokens", () => {
  const make = async (who, body) => expect(await api(who, "POST", "/me/tokens", body), 201).body;
  test("listed whole, one's own only, page by page", async () => {
    const one = await make("town", { name: "报表", days: 366, permissions: ["account.read", "self"] }), two = await make("town", { name: "屏幕", days: 1, permissions: ["people.read"] });
    await make("far", { name: "别人的", days: 1, permissions: ["self"] });
    assert.deepEqual([one.expires_at, two.expires_at], [instant(366 * DAY), instant(DAY)]);
    assert.match(one.token, /^szt_[\w-]{43}$/);
    const rows = [{ id: one.id, name: "报表", permissions: "account.read self", created_at: instant(0), expires_at: instant(366 * DAY) },
      { id: two.id, name: "屏幕", permissions: "people.read", created_at: instant(0), expires_at: instant(DAY) }];
    assert.deepEqual(await get("town", "/me/tokens"), { rows, next: null, total: null });
    const first = await get("town", "/me/tokens?limit=1");
    assert.deepEqual(first.rows, rows.slice(0, 1));
    assert.deepEqual(await get("town", `/me/tokens?limit=1&after=${first.next}`), { rows: rows.slice(1), next: null, total: null });
  });
  test("hold what they were made for, until they end", async () => {
    const { token } = await make("town", { name: "x", days: 1, permissions: ["account.read"] });
    const read = (path, authorization) => server.raw("GET", `/api/v1${path}`, { headers: { authorization } });
    for (const scheme of ["Bearer ", "bearer "]) expect(await read("/accounts", scheme + token), 200);
    for (const scheme of ["BearerX", "Basic ", "Bearer", "", "Bearer  "]) problem(await read("/accounts", scheme + token), 401, "sign-in");
    problem(await read("/session", `Bearer ${token}`), 403, "forbidden"); // not `self`
    problem(await read("/roles", "Bearer szt_nothing"), 401, "sign-in");
    for (const [ms, status] of [[DAY - 1, 200], [DAY, 401]]) {
      at(ms);
      const r = expect(await read("/accounts", `Bearer ${token}`), status);
      if (status === 401) assert.match(r.body.detail, /访问令牌已过期/);
    }
    at(0);
  });
  test("are for programs: what needs the person is refused", async () => {
    as.program = { token: (await make("boss", { name: "x", days: 1, permissions: ["self", "account.read"] })).token };
    for (const [method, path, body] of [["DELETE", "/session"], ["DELETE", "/sessions"], ["POST", "/me/totp"], ["POST", "/me/totp/confirm", { code: "123456" }], ["DELETE", "/me/totp?code=123456"],
      ["DELETE", "/me/tokens/1"], ["POST", "/me/password", { current: PASSWORD, password: "another-one-9" }]])
      assert.match(problem(await api("program", method, path, body, { key: path === "/me/password" ? null : undefined }), 403, "forbidden").body.detail, /须本人登录/, path);
    const { account: owner, name, login, unit, csrf, staff, permissions, expires_at, grants } = await get("program", "/session");
    assert.deepEqual([owner, name, login, unit, csrf, staff, permissions, expires_at, grants],
      [ids.boss, "村主任", "boss", VILLAGE, null, true, ["self", "account.read"], instant(DAY), [brief("village_admin", VILLAGE)]]);
  });
});

describe("sessions end", () => {
  const alive = async (s) => (await server.api("GET", "/session", { as: s })).status === 200;
  test("unused for half an hour; of villagers, for ninety days", async () => {
    for (const [name, idle] of [["worker", 30 * MINUTE], ["farmer", 90 * DAY]]) {
      at(0);
      const [one, two, three] = [await server.signIn(name, PASSWORD), await server.signIn(name, PASSWORD), await server.signIn(name, PASSWORD)];
      at(idle - 1);
      assert.ok(await alive(one), name); // it counts as used now
      at(idle);
      assert.ok(!(await alive(two)), name);
      at(2 * idle - 2);
      assert.ok(await alive(one), name);
      assert.ok(!(await alive(three)), name);
    }
    at(0);
  });
  test("a use within a minute of the last that was noted is not noted", async () => {
    const [soon, late] = [await server.signIn("worker", PASSWORD), await server.signIn("worker", PASSWORD)];
    at(MINUTE - 1);
    assert.ok(await alive(soon));
    at(MINUTE);
    assert.ok(await alive(late));
    at(30 * MINUTE);
    assert.deepEqual([await alive(soon), await alive(late)], [false, true]);
    at(0);
  });
  test("a villager by grant stays signed in as one by household; a role that is no more gives nothing", async () => {
    await made("plain", [{ role: "villager", region: VILLAGE, household: 9 }]);
    sql(place, "INSERT INTO access_grant (account, id, role, scope, region, grid, household, granted_by, granted_at) SELECT id, 7, 'gone', 'region', 0, '', 0, 0, 0 FROM access_account WHERE name = 'plain'");
    const s = await server.signIn("plain", PASSWORD);
    assert.deepEqual([s.staff, s.expires_at, s.grants], [false, instant(180 * DAY), [brief("villager", VILLAGE, { scope: "household", household: 9 })]]);
    const [gone] = (await get("sys", "/accounts?q=plain")).rows[0].grants;
    assert.deepEqual([gone.role, gone.role_zh, gone.role_en], ["gone", "gone", "gone"]);
  });
  test("twelve hours after they began, used or not", async () => {
    const s = await server.signIn("worker", PASSWORD);
    for (let ms = 0; ms < 12 * HOUR; ms += 29 * MINUTE) {
      at(ms);
      assert.ok(await alive(s), String(ms));
    }
    at(12 * HOUR - 1);
    assert.ok(await alive(s));
    at(12 * HOUR);
    assert.match(problem(await server.api("GET", "/session", { as: s }), 401, "sign-in").body.detail, /登录已过期/);
    at(0);
  });
  test("with another password: the person's others, nobody else's", async () => {
    await made("leaver");
    const here = await server.signIn("leaver", PASSWORD), there = await server.signIn("leaver", PASSWORD), kin = await server.signIn("worker", PASSWORD);
    expect(await server.api("POST", "/me/password", { as: here, key: null, body: { current: PASSWORD, password: `${PASSWORD}-2` } }), 204);
    assert.deepEqual([await alive(here), await alive(there), await alive(kin)], [true, false, true]);
    expect(await server.api("DELETE", "/sessions", { as: here }), 204);
    assert.deepEqual([await alive(here), await alive(kin)], [false, true]);
  });
});

describe("lock-out", () => {
  const wrong = (name) => open(name, "wrong-password");
  test("ends to the millisecond; sign-in, password and codes count alike", async () => {
    const id = await made("clumsy"), s = await server.signIn("clumsy", PASSWORD);
    const guess = (password = `${PASSWORD}-2`) => server.api("POST", "/me/password", { as: s, key: null, body: { current: "not-this-one-9", password } });
    for (const password of [undefined, undefined, "not-this-one-9"]) problem(await guess(password), 401, "bad-credentials");
    for (let i = 0; i < 2; i++) problem(await wrong("clumsy"), 401, "bad-credentials");
    problem(await guess(), 429, "locked-out");
    assert.equal(problem(await wrong("clumsy"), 429, "locked-out").headers["retry-after"], "900");
    at(15 * MINUTE - 1);
    assert.equal((await get("sec", `/accounts/${id}`)).locked_until, instant(15 * MINUTE));
    assert.equal((await get("sec", `/accounts/${ids.town}`)).locked_until, null);
    problem(await open("clumsy"), 429, "locked-out");
    at(15 * MINUTE);
    assert.equal((await get("sec", `/accounts/${id}`)).locked_until, null);
    expect(await open("clumsy"), 201);
    assert.deepEqual([(await account("town")).signed_in_at, (await get("sec", `/accounts/${id}`)).signed_in_at], [instant(0), instant(15 * MINUTE)]);
    at(0);
    const statuses = async (what) => [...new Set((await get("audit", `/audit?limit=200&what=${encodeURIComponent(what)}`)).rows.map((r) => r.status))].sort();
    assert.deepEqual([await statuses("POST /session"), await statuses("POST /me/password")], [[201, 401], [204, 401]]);
  });
  test("is forgotten by a reset, by the command line, and by a new password from there", async () => {
    const id = await made("stuck");
    const lock = async () => {
      for (let i = 0; i < 5; i++) problem(await wrong("stuck"), 401, "bad-credentials");
      problem(await open("stuck"), 429, "locked-out");
    };
    await lock();
    const { one_time_password } = expect(await api("sys", "POST", `/accounts/${id}/reset`, {}), 200).body;
    expect(await open("stuck", one_time_password), 201);
    await lock();
    command(["account", "passwd", "stuck", "--password-stdin"], { input: `${PASSWORD}\n` });
    expect(await open("stuck"), 201);
    await lock();
    command(["account", "unlock", "stuck"]);
    expect(await open("stuck"), 201);
  });
});

/** RFC 6238, written again here so that the server is not compared with itself. */
function totp(secret, ms = 0) {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(Math.floor((Date.parse(START) + ms) / 30_000)));
  const mac = createHmac("sha1", Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))).update(count).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

describe("one-time codes", () => {
  const call = (s, method, path, body) => server.api(method, path, { as: s, body });
  test("a step is used once and never goes back; what is not begun, or on already, is refused; recovery codes end with them", async () => {
    await made("coder");
    const s = await server.signIn("coder", PASSWORD);
    problem(await call(s, "POST", "/me/totp/confirm", { code: "123456" }), 409, "state");
    problem(await call(s, "DELETE", "/me/totp?code=123456"), 409, "state");
    const on = async () => {
      const { secret, uri } = expect(await call(s, "POST", "/me/totp"), 200).body;
      assert.equal(uri, `otpauth://totp/Shanzhi:${s.account}?secret=${secret}&issuer=Shanzhi&algorithm=SHA1&digits=6&period=30`);
      return { secret, codes: expect(await call(s, "POST", "/me/totp/confirm", { code: totp(secret) }), 200).body.codes };
    };
    const first = await on();
    assert.equal(new Set(first.codes).size, 10);
    problem(await call(s, "POST", "/me/totp"), 409, "state");
    problem(await open("coder", PASSWORD, { code: "" }), 401, "code-needed");
    problem(await open("coder", PASSWORD, { code: totp(first.secret) }), 401, "bad-credentials"); // it was the confirming one
    problem(await open("coder", PASSWORD, { code: totp(first.secret, -30_000) }), 401, "bad-credentials");
    problem(await open("coder", PASSWORD, { code: totp(first.secret, 60_000) }), 401, "bad-credentials");
    expect(await open("coder", PASSWORD, { code: totp(first.secret, 30_000) }), 201);
    expect(await open("coder", PASSWORD, { code: first.codes[0] }), 201);
    problem(await open("coder", PASSWORD, { code: first.codes[0] }), 401, "bad-credentials");
    expect(await call(s, "DELETE", `/me/totp?code=${first.codes[9]}`), 204);
    expect(await open("coder"), 201);
    const second = await on();
    for (const code of first.codes.slice(1, 4)) problem(await open("coder", PASSWORD, { code }), 401, "bad-credentials");
    assert.equal((await get("sys", `/accounts/${s.account}`)).totp, true);
    const reset = async (body) => expect(await api("sys", "POST", `/accounts/${s.account}/reset`, body), 200).body.one_time_password;
    problem(await open("coder", await reset({})), 401, "code-needed");
    problem(await open("coder", await reset({ totp: false })), 401, "code-needed");
    expect(await open("coder", await reset({ totp: true })), 201);
    assert.equal((await get("sys", `/accounts/${s.account}`)).totp, false);
    assert.ok(second.codes.length);
    command(["account", "passwd", "coder", "--password-stdin"], { input: `${PASSWORD}\n` });
  });
  test("five wrong ones lock the account; the command line switches them off", async () => {
    await made("guesser");
    const s = await server.signIn("guesser", PASSWORD), { secret } = expect(await call(s, "POST", "/me/totp"), 200).body;
    expect(await call(s, "POST", "/me/totp/confirm", { code: totp(secret) }), 200);
    const wrong = totp(secret, 30_000) === "000000" ? "000001" : "000000";
    for (let i = 0; i < 5; i++) problem(await call(s, "DELETE", `/me/totp?code=${wrong}`), 400, "invalid");
    problem(await call(s, "DELETE", `/me/totp?code=${totp(secret, 30_000)}`), 429, "locked-out");
    problem(await open("guesser"), 429, "locked-out");
    command(["account", "passwd", "guesser", "--password-stdin"], { input: `${PASSWORD}\n` });
    problem(await open("guesser"), 401, "code-needed");
    await made("keeper");
    const kept = await server.signIn("keeper", PASSWORD), keys = expect(await call(kept, "POST", "/me/totp"), 200).body;
    const { codes } = expect(await call(kept, "POST", "/me/totp/confirm", { code: totp(keys.secret) }), 200).body;
    problem(await open("guesser", PASSWORD, { code: codes[0] }), 401, "bad-credentials"); // another's
    expect(await open("keeper", PASSWORD, { code: codes[0] }), 201);
    sql(place, "UPDATE access_account SET totp = (SELECT phone_blind FROM access_account WHERE name = 'worker') WHERE name = 'keeper'"); // what does not open
    problem(await open("keeper", PASSWORD, { code: codes[1] }), 500, "internal");
    command(["account", "passwd", "guesser", "--password-stdin", "--drop-totp"], { input: `${PASSWORD}\n` });
    expect(await open("guesser"), 201);
  });
});

test("a password that was hashed at another cost is hashed again when it is right", async () => {
  await made("older");
  const stored = () => sql(place, "SELECT password FROM access_account WHERE name = 'older'");
  const now = stored();
  sql(place, "UPDATE access_account SET password = '$argon2id$v=19$m=16,t=2,p=1$koi6Ha01fvxZoqqXtQjo/Q$2RGxzZcEveTT/ZufUshc3zgj53bvtp/pR/aUZyEkug0' WHERE name = 'older'");
  problem(await open("older", "not-the-password"), 401, "bad-credentials");
  assert.match(stored(), /m=16,t=2/);
  expect(await open("older"), 201);
  assert.equal(stored().split("$").slice(0, 4).join("$"), now.split("$").slice(0, 4).join("$"));
  expect(await open("older"), 201);
});

describe("the audit trail", () => {
  const rows = async (query) => (await get("audit", `/audit?limit=200&${encodeURI(query)}`)).rows;
  test("a row whole, of what is done and of what is refused", async () => {
    // where the handler says everywhere: where the actor belongs
    as.guard = await server.signIn((await made("guard", [{ role: "secadmin" }]), "guard"), PASSWORD);
    expect(await api("guard", "POST", `/accounts/${ids.far}/grants`, { role: "auditor" }), 201);
    assert.deepEqual((await rows("what=grants")).map((r) => [r.who, r.village])[0], ["guard", VILLAGE]);
    const { id } = expect(await api("sys", "POST", "/accounts", { name: "noted", display: "记", phone: "13811112222", unit: VILLAGE }), 201).body;
    expect(await api("boss", "POST", `/accounts/${id}/grants`, { role: "cadre", region: VILLAGE }), 201);
    const { grants } = expect(await api("sec", "POST", `/accounts/${id}/grants`, { role: "grid_worker", region: VILLAGE, grid: "01" }), 201).body;
    expect(await api("sec", "DELETE", `/accounts/${id}/grants/${grants[1].id}`), 204);
    expect(await api("sec", "POST", `/accounts/${id}/unlock`), 204);
    problem(await open("noted", "wrong-password"), 401, "bad-credentials");
    problem(await open("nobody-here", "wrong-password"), 401, "bad-credentials");
    const all = (await rows("")).slice(0, 7);
    const bodies = { unlock: `{"account":${id}}`, revoke: `{"account":${id},"grant":${grants[1].id}}`,
      worker: `{"account":${id},"role":"grid_worker","region":"${VILLAGE}","grid":"01","household":null}`,
      cadre: `{"account":${id},"role":"cadre","region":"${VILLAGE}","grid":null,"household":null}` };
    for (const r of all) assert.match(r.request, /^[0-9a-f]{16}$/);
    const row = (who, action, status, more = {}) => ({ at: instant(0), account: who ? ids[who] : null, who: who ? people[who][0] : "", action, status, village: VILLAGE, subject: id,
      address: "127.0.0.1", note: null, body: null, ...more });
    assert.deepEqual(all.map(({ id: own, request, ...r }) => (assert.ok(own), r)), [
      row(null, "POST /session", 401, { village: EVERYWHERE, subject: null, note: "wrong name or password" }),
      row(null, "POST /session", 401, { account: id, who: "记", note: "wrong name or password" }),
      row("sec", "POST /accounts/{account}/unlock", 204, { body: bodies.unlock }),
      row("sec", "DELETE /accounts/{account}/grants/{grant}", 204, { body: bodies.revoke }),
      row("sec", "POST /accounts/{account}/grants", 201, { body: bodies.worker }),
      row("boss", "POST /accounts/{account}/grants", 201, { body: bodies.cadre }),
      row("sys", "POST /accounts", 201, { body: '{"name":"noted","display":"记","phone":"…","unit":"441621102205","village":null,"resident":null,"household":null}' }),
    ]);
    const cell = (text) => `"${text.replaceAll('"', '""')}"`;
    const lines = expect(await api("audit", "GET", `/audit/export?subject=${id}&what=grants`), 200).text.split("\r\n");
    assert.deepEqual(lines.slice(0, -1), ["\uFEFF时间,操作人,账号,操作,结果,区划,对象,地址,说明,内容",
      `${instant(0)},安全,${ids.sec},DELETE /accounts/{account}/grants/{grant},204,${VILLAGE},${id},127.0.0.1,,${cell(bodies.revoke)}`,
      `${instant(0)},安全,${ids.sec},POST /accounts/{account}/grants,201,${VILLAGE},${id},127.0.0.1,,${cell(bodies.worker)}`,
      `${instant(0)},村主任,${ids.boss},POST /accounts/{account}/grants,201,${VILLAGE},${id},127.0.0.1,,${cell(bodies.cadre)}`]);
    const [failed] = expect(await api("audit", "GET", "/audit/export?what=POST /session".replace(" ", "%20")), 200).text.split("\r\n").slice(1);
    assert.equal(failed, `${instant(0)},,,POST /session,401,${EVERYWHERE},,127.0.0.1,wrong name or password,`);
  });
  test("days are the village's, from their first millisecond to their last", async () => {
    const who = { far: "a", boss: "b", worker: "c", town: "d" }, letter = Object.fromEntries(Object.entries(who).map(([name, c]) => [people[name][0], c]));
    for (const [name, ms] of [["far", DAY - 1], ["boss", DAY], ["worker", 2 * DAY - 1], ["town", 2 * DAY]]) {
      at(ms);
      problem(await open(name, "wrong-password"), 401, "bad-credentials");
    }
    at(0);
    const names = async (query) => (await rows(`what=POST /session&${query}`)).filter((r) => r.status === 401).map((r) => letter[r.who] ?? "").join("");
    for (const [query, want] of [["", "dcba"], ["from=2026-11-19", "dcb"], ["to=2026-11-19", "cba"], ["from=2026-11-19&to=2026-11-19", "cb"], ["to=2026-11-18", "a"], ["from=2026-11-20", "d"],
      ["from=2026-11-21", ""]]) {
      assert.equal(await names(query), want, query);
      const text = expect(await api("audit", "GET", encodeURI(`/audit/export?what=POST /session&${query}`)), 200).text;
      assert.equal([...text.matchAll(/^[^,]+,([^,]+),\d+,POST \/session,401/gm)].map((m) => letter[m[1]] ?? "").join(""), want, `export ${query}`);
    }
  });
  test("by who acted, by account, by record, by place; several at once", async () => {
    const ofAll = await rows("");
    for (const [query, keep] of [
      ["who=村主", (r) => r.who.includes("村主")], [`account=${ids.sec}`, (r) => r.account === ids.sec], [`subject=${ids.boss}`, (r) => r.subject === ids.boss],
      [`region=${VILLAGE}`, (r) => r.village === VILLAGE], [`region=${OTHER}`, (r) => r.village === OTHER], ["what=grants", (r) => r.action.includes("grants")], ["what=%25", () => false],
      [`account=${ids.sec}&what=unlock&region=${TOWN}`, (r) => r.account === ids.sec && r.action.includes("unlock")], [`who=安全&subject=${ids.sec}`, (r) => r.who === "安全" && r.subject === ids.sec],
    ]) {
      const want = ofAll.filter(keep).map((r) => r.id);
      assert.deepEqual((await rows(query)).map((r) => r.id).slice(0, want.length), want, query);
      assert.equal(want.length > 0, query !== "what=%25", query);
      assert.ok((await rows(query)).every(keep), query);
    }
  });
});

describe("the command line", () => {
  test("lists by part of a name, with every grant", () => {
    const list = (part) => command(["account", "list", ...(part ? [part] : [])]).stdout;
    assert.equal(list("boss"), `boss\t村主任\t${VILLAGE}\tactive\tvillage_admin@${VILLAGE}\n`);
    assert.equal(list("网格"), `worker\t网格员\t${VILLAGE}\tactive\tgrid_worker@${VILLAGE}/01.02 cadre@${VILLAGE}\n`);
    assert.equal(list("%"), "");
    const names = list().trim().split("\n").map((l) => l.split("\t")[0]);
    assert.deepEqual(names, [...names].sort());
    assert.ok(names.length > 10);
  });
  test("takes a role back where it is told to", async () => {
    await made("many", [{ role: "cadre", region: VILLAGE }, { role: "cadre", region: OTHER }, { role: "grid_worker", region: VILLAGE, grid: "01" },
      { role: "grid_worker", region: VILLAGE, grid: "02" }, { role: "recorder", region: VILLAGE }]);
    const grants = () => command(["account", "list", "many"]).stdout.trim().split("\t")[4] ?? "";
    const back = (...args) => command(["account", "revoke", "many", ...args]);
    assert.notEqual(command(["account", "revoke", "many", "supervisor"], { fails: true }).status, 0);
    assert.notEqual(command(["account", "revoke", "many", "cadre", "--grid", "01"], { fails: true }).status, 0);
    back("grid_worker", "--grid", "01");
    assert.equal(grants(), `cadre@${VILLAGE} cadre@${OTHER} grid_worker@${VILLAGE}/02 recorder@${VILLAGE}`);
    back("cadre", "--region", OTHER);
    assert.equal(grants(), `cadre@${VILLAGE} grid_worker@${VILLAGE}/02 recorder@${VILLAGE}`);
    command(["account", "grant", "many", "cadre", "--region", OTHER]);
    back("cadre");
    assert.equal(grants(), `grid_worker@${VILLAGE}/02 recorder@${VILLAGE}`);
  });
  test("numbers are numbers; a villager's account by its flags; a password of one line", async () => {
    for (const [flag, value] of [["--unit", "x"], ["--household", "-1"]]) {
      const r = command(["account", "add", "numbers", flag, value], { fails: true });
      assert.equal(r.status, 2, r.stderr);
      assert.match(r.stderr, new RegExp(`${flag}: should be a number`));
    }
    command(["account", "add", "zero", "--unit", "0"]);
    assert.equal(command(["account", "list", "zero"]).stdout, `zero\tzero\t${EVERYWHERE}\tactive\t\n`);
    assert.match(command(["account", "passwd", "zero", "--password-stdin"], { fails: true, input: "" }).stderr, /no password on standard input/);
    assert.match(command(["account", "passwd", "zero"]).stdout, /^zero\t[2-9a-z-]{14}\n$/);
    command(["account", "passwd", "zero", "--password-stdin"], { input: `${PASSWORD}-z\r\nmore\n` });
    expect(await open("zero", `${PASSWORD}-z`), 201);
    expect(await open("worker"), 201); // the others keep theirs
    const audited = (await get("audit", "/audit?what=account%20passwd&limit=1")).rows[0];
    assert.deepEqual([audited.action, audited.account, audited.who, audited.village, audited.address, audited.status], ["account passwd", null, "operator", EVERYWHERE, "", 200]);
  });
  test("init: three administrators of a unit; none where somebody is", () => {
    const there = freshData();
    const init = () => run(["init", "--unit", "441621000000", ...there.flags]);
    const first = init();
    assert.equal(first.status, 0);
    assert.match(first.stdout, /^三员一次性密码.*\nOne-time passwords of the three administrators.*\nsysadmin\t\S+\nsecadmin\t\S+\nauditor\t\S+\n$/);
    assert.equal(run(["account", "list", ...there.flags]).stdout, ["auditor\t审计管理员", "secadmin\t安全管理员", "sysadmin\t系统管理员"]
      .map((who) => `${who}\t441621000000\tactive\t${who.split("\t")[0]}@441621000000\n`).join(""));
    const here = freshData();
    assert.equal(run(["account", "add", "alone", ...here.flags]).status, 0);
    assert.match(run(["init", ...here.flags]).stdout, /There are accounts already/);
    assert.equal(run(["account", "list", ...here.flags]).stdout.split("\n").length, 2);
    assert.equal(run(["init", "--unit", "x", ...freshData().flags]).status, 2);
  });
});
