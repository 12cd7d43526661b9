// Accounts, sign-in, sessions, tokens, one-time codes, grants and the audit trail, over HTTP.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { now } from "./clock.mjs";
import { expect, freshData, problem, run, serve, steps } from "./harness.mjs";

const TOWN = "441621102000";
const VILLAGE = "441621102205";
const OTHER = "441621102232";
const BEFORE = "441621102204", NEXT = "441621102206"; // the codes beside the village's
const PASSWORD = "paddy-and-tea-9";

/** shanzhi init, then each administrator changes the one-time password: { sysadmin, secadmin, auditor }. */
async function administrators(server, lines) {
  const out = {};
  for (const [name, oneTime] of lines) {
    const s = await server.signIn(name, oneTime);
    expect(await server.api("POST", "/me/password", { as: s, key: null, body: { current: oneTime, password: `${PASSWORD}-x` } }), 204);
    out[name] = await server.signIn(name, `${PASSWORD}-x`);
  }
  return out;
}

function init(place) {
  const r = run(["init", ...place.flags]);
  assert.equal(r.status, 0, r.stderr);
  const lines = r.stdout.trim().split("\n").filter((l) => l.includes("\t")).map((l) => l.split("\t"));
  assert.deepEqual(lines.map((l) => l[0]), ["sysadmin", "secadmin", "auditor"]);
  return lines;
}

/** An account with a password of its own and one role. */
async function person(server, admins, { name, role, region = VILLAGE, ...more }) {
  const made = expect(await server.api("POST", "/accounts", { as: admins.sysadmin, body: { name, display: name, unit: region, ...more } }), 201).body;
  if (role) expect(await server.api("POST", `/accounts/${made.id}/grants`, { as: admins.secadmin, body: { role, region } }), 201);
  const first = await server.signIn(name, made.one_time_password);
  expect(await server.api("POST", "/me/password", { as: first, key: null, body: { current: made.one_time_password, password: PASSWORD } }), 204);
  return { id: made.id, name };
}

function base32(text) {
  let bits = "";
  for (const c of text) bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0");
  return Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
}

/** RFC 6238, written again here so that the server is not compared with itself. */
function totp(secret, step = 0) {
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(Math.floor(now() / 30000) + step));
  const mac = createHmac("sha1", base32(secret)).update(count).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1000000).padStart(6, "0");
}

const place = freshData();
let server, admins, oneTime;
before(async () => {
  oneTime = init(place);
  server = await serve({ place });
});
after(async () => { await server?.stop(); });

steps("the first administrators", () => server, [
  ["init a second time changes nothing", async () => {
    const r = run(["init", ...place.flags]);
    assert.equal(r.status, 0, r.stderr);
    assert.doesNotMatch(r.stdout, /\t/);
  }],
  ["a one-time password opens nothing but its own change", async (t) => {
    const s = await server.signIn("sysadmin", oneTime[0][1]);
    assert.equal(s.must_change, true);
    problem(await server.api("GET", "/accounts", { as: s }), 403, "password-change");
    expect(await server.api("GET", "/session", { as: s }), 200);
    t.first = s;
  }],
  ["the new password must keep the rules", async (t) => {
    const change = (password) => server.api("POST", "/me/password", { as: t.first, key: null, body: { current: oneTime[0][1], password } });
    for (const weak of ["short", "sysadmin-2026", "password123", "11111111", "19850312"]) {
      const r = problem(await change(weak), 400, "weak-password");
      assert.equal(r.body.errors?.[0]?.field, "password");
    }
    problem(await change(oneTime[0][1]), 400, "weak-password");
  }],
  ["each of the three changes it", async () => { admins = await administrators(server, oneTime); }],
  ["and the one-time password is spent", async () => {
    problem(await server.api("POST", "/session", { key: null, body: { name: "sysadmin", password: oneTime[0][1] } }), 401, "bad-credentials");
  }],
  ["GET /session says who and what", async () => {
    const me = expect(await server.api("GET", "/session", { as: admins.secadmin }), 200).body;
    assert.equal(me.login, "secadmin");
    assert.equal(me.must_change, false);
    assert.equal(me.staff, true);
    assert.equal(me.csrf, admins.secadmin.csrf);
    assert.deepEqual(me.permissions.sort(), ["account.read", "account.unlock", "grant.write", "region.read", "self"]);
    assert.equal(me.grants.length, 1);
    assert.equal(me.grants[0].role, "secadmin");
    assert.equal(me.grants[0].role_zh, "安全管理员");
    assert.equal(me.grants[0].region, "000000000000");
  }],
  ["the separated duties cannot do each other's work", async () => {
    const { sysadmin, secadmin, auditor } = admins;
    problem(await server.api("GET", "/audit", { as: sysadmin }), 403, "forbidden");
    problem(await server.api("GET", "/audit", { as: secadmin }), 403, "forbidden");
    problem(await server.api("GET", "/accounts", { as: auditor }), 403, "forbidden");
    problem(await server.api("POST", "/accounts", { as: secadmin, body: { name: "abc", display: "abc" } }), 403, "forbidden");
    problem(await server.api("POST", `/accounts/${auditor.account}/grants`, { as: sysadmin, body: { role: "cadre", region: VILLAGE } }), 403, "forbidden");
    problem(await server.api("POST", `/accounts/${auditor.account}/grants`, { as: secadmin, body: { role: "sysadmin", region: TOWN } }), 409, "separated-duties");
    problem(await server.api("POST", `/accounts/${secadmin.account}/grants`, { as: secadmin, body: { role: "cadre", region: VILLAGE } }), 403, "grant-scope");
    // Whoever resets a password can sign in with it: not that of another of the three.
    problem(await server.api("POST", `/accounts/${auditor.account}/reset`, { as: sysadmin, body: {} }), 403, "forbidden");
    const seen = expect(await server.api("GET", `/accounts/${auditor.account}`, { as: sysadmin }), 200);
    problem(await server.api("PATCH", `/accounts/${auditor.account}`, { as: sysadmin, match: seen.etag, body: { state: "disabled" } }), 403, "forbidden");
  }],
]);

steps("accounts", () => server, [
  ["are made with a one-time password", async (t) => {
    const r = expect(await server.api("POST", "/accounts", { as: admins.sysadmin, body: { name: "Li.Si", display: "李四", phone: "138-0013-8000", unit: VILLAGE } }), 201);
    assert.equal(r.body.name, "li.si");
    assert.match(r.body.one_time_password, /^[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}$/);
    t.id = r.body.id;
    t.oneTime = r.body.one_time_password;
  }],
  ["every invalid field is named at once", async () => {
    const r = problem(await server.api("POST", "/accounts", { as: admins.sysadmin, body: { name: "x", display: "", unit: "12", colour: 1 } }), 400, "invalid");
    assert.deepEqual(r.body.errors.map((e) => e.field).sort(), ["colour", "display", "name", "unit"]);
  }],
  ["name and phone are unique", async () => {
    problem(await server.api("POST", "/accounts", { as: admins.sysadmin, body: { name: "LI.SI", display: "李四", unit: VILLAGE } }), 409, "duplicate");
    problem(await server.api("POST", "/accounts", { as: admins.sysadmin, body: { name: "wang", display: "王", phone: "+86 13800138000", unit: VILLAGE } }), 409, "duplicate");
  }],
  ["are shown with the phone masked, and listed with their grants", async (t) => {
    expect(await server.api("POST", `/accounts/${t.id}/grants`, { as: admins.secadmin, body: { role: "cadre", region: VILLAGE } }), 201);
    expect(await server.api("POST", `/accounts/${t.id}/grants`, { as: admins.secadmin, body: { role: "grid_worker", region: VILLAGE, grid: "01.02" } }), 201);
    const one = expect(await server.api("GET", `/accounts/${t.id}`, { as: admins.sysadmin }), 200).body;
    assert.equal(one.phone, "138****8000");
    assert.deepEqual(one.grants.map((g) => [g.role, g.scope, g.region, g.grid]), [["cadre", "region", VILLAGE, null], ["grid_worker", "grid", VILLAGE, "01.02"]]);
    const list = expect(await server.api("GET", "/accounts?q=LI.s&role=cadre&state=active", { as: admins.sysadmin }), 200).body;
    assert.deepEqual(list.rows.map((r) => [r.name, r.grants.length]), [["li.si", 2]]);
    assert.equal(expect(await server.api("GET", "/accounts?q=100%25", { as: admins.sysadmin }), 200).body.rows.length, 0);
    assert.equal(expect(await server.api("GET", `/accounts?region=${OTHER}`, { as: admins.sysadmin }), 200).body.rows.length, 0);
    const page = expect(await server.api("GET", "/accounts?limit=2", { as: admins.sysadmin }), 200).body;
    const rest = expect(await server.api("GET", `/accounts?limit=2&after=${page.next}`, { as: admins.sysadmin }), 200).body;
    assert.equal(new Set([...page.rows, ...rest.rows].map((r) => r.id)).size, 4);
  }],
  ["change only with If-Match", async (t) => {
    const one = expect(await server.api("GET", `/accounts/${t.id}`, { as: admins.sysadmin }), 200);
    problem(await server.api("PATCH", `/accounts/${t.id}`, { as: admins.sysadmin, body: { display: "李四光" } }), 428, "precondition");
    const changed = expect(await server.api("PATCH", `/accounts/${t.id}`, { as: admins.sysadmin, match: one.etag, body: { display: "李四光" } }), 200);
    assert.equal(changed.body.display, "李四光");
    assert.equal(changed.body.phone, "138****8000");
    problem(await server.api("PATCH", `/accounts/${t.id}`, { as: admins.sysadmin, match: one.etag, body: { display: "李" } }), 412, "stale");
  }],
  ["sign in by name in any letters, or by phone", async (t) => {
    const first = await server.signIn("LI.SI", t.oneTime.toUpperCase().replaceAll("-", " "));
    expect(await server.api("POST", "/me/password", { as: first, key: null, body: { current: t.oneTime, password: PASSWORD } }), 204);
    assert.equal((await server.signIn("138 0013 8000", PASSWORD)).account, t.id);
    assert.equal((await server.signIn("ｌｉ.ｓｉ", PASSWORD)).account, t.id);
  }],
  ["disabled: out at once, and not in again", async (t) => {
    const s = await server.signIn("li.si", PASSWORD);
    const one = expect(await server.api("GET", `/accounts/${t.id}`, { as: admins.sysadmin }), 200);
    expect(await server.api("PATCH", `/accounts/${t.id}`, { as: admins.sysadmin, match: one.etag, body: { state: "disabled" } }), 200);
    problem(await server.api("GET", "/session", { as: s }), 401, "sign-in");
    problem(await server.api("POST", "/session", { key: null, body: { name: "li.si", password: PASSWORD } }), 401, "bad-credentials");
    const off = expect(await server.api("GET", `/accounts/${t.id}`, { as: admins.sysadmin }), 200);
    expect(await server.api("PATCH", `/accounts/${t.id}`, { as: admins.sysadmin, match: off.etag, body: { state: "active" } }), 200);
    await server.signIn("li.si", PASSWORD);
  }],
  ["reset: a new one-time password, sessions end, and a replay gives the same", async (t) => {
    const s = await server.signIn("li.si", PASSWORD);
    const key = "11111111-2222-3333-4444-555555555555";
    const r = expect(await server.api("POST", `/accounts/${t.id}/reset`, { as: admins.sysadmin, key, body: {} }), 200);
    const again = expect(await server.api("POST", `/accounts/${t.id}/reset`, { as: admins.sysadmin, key, body: {} }), 200);
    assert.equal(again.body.one_time_password, r.body.one_time_password);
    problem(await server.api("POST", `/accounts/${t.id}/reset`, { as: admins.sysadmin, key, body: { totp: true } }), 422, "idempotency");
    problem(await server.api("GET", "/session", { as: s }), 401, "sign-in");
    assert.equal((await server.signIn("li.si", r.body.one_time_password)).must_change, true);
  }],
  ["a villager's account sees only its own household", async () => {
    await person(server, admins, { name: "villager1", region: VILLAGE, village: VILLAGE, resident: 71, household: 7 });
    const s = await server.signIn("villager1", PASSWORD);
    assert.equal(s.staff, false);
    assert.equal(s.household, 7);
    assert.deepEqual(s.grants.map((g) => [g.role, g.scope, g.household]), [["villager", "household", 7]]);
    problem(await server.api("GET", "/accounts", { as: s }), 403, "forbidden");
    problem(await server.api("GET", "/audit", { as: s }), 403, "forbidden");
  }],
]);

steps("scope of a village administrator", () => server, [
  ["is the village", async (t) => {
    await person(server, admins, { name: "lk-boss", role: "village_admin" });
    t.boss = await server.signIn("lk-boss", PASSWORD);
    t.own = (await person(server, { sysadmin: t.boss, secadmin: t.boss }, { name: "lk-worker", role: "grid_worker" })).id;
    t.foreign = (await person(server, admins, { name: "gt-worker", role: "grid_worker", region: OTHER })).id;
    t.town = (await person(server, admins, { name: "town-office", role: "township", region: TOWN })).id;
  }],
  ["sees and changes nothing elsewhere", async (t) => {
    problem(await server.api("GET", `/accounts/${t.foreign}`, { as: t.boss }), 403, "forbidden");
    problem(await server.api("POST", `/accounts/${t.foreign}/reset`, { as: t.boss, body: {} }), 403, "forbidden");
    problem(await server.api("POST", `/accounts/${t.foreign}/grants`, { as: t.boss, body: { role: "cadre", region: VILLAGE } }), 403, "forbidden");
    problem(await server.api("POST", `/accounts/${t.town}/unlock`, { as: t.boss }), 403, "forbidden");
    problem(await server.api("GET", `/accounts?region=${OTHER}`, { as: t.boss }), 403, "forbidden");
    problem(await server.api("POST", "/accounts", { as: t.boss, body: { name: "spy", display: "x", unit: OTHER } }), 403, "forbidden");
    const names = expect(await server.api("GET", "/accounts?limit=200", { as: t.boss }), 200).body.rows.map((r) => r.unit);
    assert.deepEqual([...new Set(names)], [VILLAGE]);
  }],
  ["ends at the village's own code: the villages before and after it are others'", async (t) => {
    for (const [i, next] of [NEXT, BEFORE].entries()) {
      const made = await person(server, admins, { name: `next-worker${i}`, role: "grid_worker", region: next });
      problem(await server.api("GET", `/accounts/${made.id}`, { as: t.boss }), 403, "forbidden");
      problem(await server.api("POST", `/accounts/${made.id}/reset`, { as: t.boss, body: {} }), 403, "forbidden");
      problem(await server.api("POST", "/accounts", { as: t.boss, body: { name: "spy", display: "x", unit: next } }), 403, "forbidden");
      problem(await server.api("POST", `/accounts/${t.own}/grants`, { as: t.boss, body: { role: "cadre", region: next } }), 403, "grant-scope");
    }
    // the township after this one, too
    await person(server, admins, { name: "town-boss", role: "township", region: TOWN });
    const next = await person(server, admins, { name: "next-town", role: "cadre", region: "441621103000" });
    const town = await server.signIn("town-boss", PASSWORD);
    problem(await server.api("GET", `/accounts/${next.id}`, { as: town }), 403, "forbidden");
    const units = (await Promise.all([t.boss, town].map((as) => server.api("GET", "/accounts?limit=200", { as })))).map((r) => new Set(r.body.rows.map((a) => a.unit)));
    assert.deepEqual([...units[0]], [VILLAGE]);
    assert.deepEqual([...units[1]].sort(), [TOWN, BEFORE, VILLAGE, NEXT, OTHER]);
  }],
  ["gives no role beyond it, above it, or to oneself", async (t) => {
    const give = (account, role, region) => server.api("POST", `/accounts/${account}/grants`, { as: t.boss, body: { role, region } });
    problem(await give(t.own, "cadre", OTHER), 403, "grant-scope");
    problem(await give(t.own, "cadre", TOWN), 403, "grant-scope");
    problem(await give(t.own, "village_admin", VILLAGE), 403, "grant-scope");
    problem(await give(t.own, "auditor", VILLAGE), 403, "grant-scope");
    problem(await give(t.boss.account, "cadre", VILLAGE), 403, "grant-scope");
    problem(await give(t.own, "township", VILLAGE), 400, "invalid");
    problem(await give(t.own, "emperor", VILLAGE), 400, "invalid");
    expect(await give(t.own, "recorder", VILLAGE), 201);
    problem(await give(t.own, "recorder", VILLAGE), 409, "duplicate");
  }],
  ["a grant taken back is gone with the next request", async (t) => {
    const s = await server.signIn("lk-worker", PASSWORD);
    assert.ok(s.permissions.includes("claim.record"));
    const grants = expect(await server.api("GET", `/accounts/${t.own}`, { as: t.boss }), 200).body.grants;
    const grant = grants.find((g) => g.role === "recorder").id;
    expect(await server.api("DELETE", `/accounts/${t.own}/grants/${grant}`, { as: t.boss }), 204);
    problem(await server.api("DELETE", `/accounts/${t.own}/grants/${grant}`, { as: t.boss }), 404, "not-found");
    assert.ok(!expect(await server.api("GET", "/session", { as: s }), 200).body.permissions.includes("claim.record"));
  }],
  ["cannot disable or reset an account of its own rank", async (t) => {
    const peer = await person(server, admins, { name: "lk-boss2", role: "village_admin" });
    problem(await server.api("POST", `/accounts/${peer.id}/reset`, { as: t.boss, body: {} }), 403, "forbidden");
  }],
]);

steps("sessions", () => server, [
  ["the cookie is for the server alone", async (t) => {
    t.who = await person(server, admins, { name: "session-user", role: "cadre" });
    const r = expect(await server.api("POST", "/session", { key: null, body: { name: "session-user", password: PASSWORD } }), 201);
    assert.match(r.headers["set-cookie"][0], /^shanzhi_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    assert.doesNotMatch(r.text, new RegExp(/=([\w-]{43})/.exec(r.headers["set-cookie"][0])[1]));
  }],
  ["a write needs the token of the page", async (t) => {
    t.a = await server.signIn("session-user", PASSWORD);
    t.b = await server.signIn("session-user", PASSWORD);
    assert.notEqual(t.a.csrf, t.b.csrf);
    problem(await server.api("DELETE", "/session", { as: { ...t.a, csrf: t.b.csrf } }), 403, "csrf");
    problem(await server.raw("DELETE", "/api/v1/session", { headers: { cookie: t.a.cookie } }), 403, "csrf");
    expect(await server.api("GET", "/session", { as: t.a }), 200);
  }],
  ["sign out ends this one only", async (t) => {
    const r = expect(await server.api("DELETE", "/session", { as: t.a }), 204);
    assert.match(r.headers["set-cookie"][0], /Max-Age=0/);
    problem(await server.api("GET", "/session", { as: t.a }), 401, "sign-in");
    expect(await server.api("GET", "/session", { as: t.b }), 200);
  }],
  ["sign out everywhere ends all", async (t) => {
    t.c = await server.signIn("session-user", PASSWORD);
    expect(await server.api("DELETE", "/sessions", { as: t.c }), 204);
    problem(await server.api("GET", "/session", { as: t.b }), 401, "sign-in");
    problem(await server.api("GET", "/session", { as: t.c }), 401, "sign-in");
  }],
  ["a new password ends the others", async (t) => {
    const here = await server.signIn("session-user", PASSWORD), there = await server.signIn("session-user", PASSWORD);
    problem(await server.api("POST", "/me/password", { as: here, key: null, body: { current: "not-this-one", password: `${PASSWORD}-2` } }), 401, "bad-credentials");
    expect(await server.api("POST", "/me/password", { as: here, key: null, body: { current: PASSWORD, password: `${PASSWORD}-2` } }), 204);
    expect(await server.api("GET", "/session", { as: here }), 200);
    problem(await server.api("GET", "/session", { as: there }), 401, "sign-in");
  }],
  ["a made-up cookie is a stranger", async () => {
    for (const cookie of ["shanzhi_session=", "shanzhi_session=x", `shanzhi_session=${"A".repeat(43)}`, "shanzhi_session=' OR 1=1"])
      problem(await server.raw("GET", "/api/v1/session", { headers: { cookie } }), 401, "sign-in");
    // and the page for signing in still works with it
    expect(await server.api("POST", "/session", { key: null, headers: { cookie: "shanzhi_session=x" }, body: { name: "session-user", password: `${PASSWORD}-2` } }), 201);
  }],
]);

steps("access tokens for programs", () => server, [
  ["hold only what one holds oneself", async (t) => {
    await person(server, admins, { name: "robot-owner", role: "village_admin" });
    t.owner = await server.signIn("robot-owner", PASSWORD);
    const r = problem(await server.api("POST", "/me/tokens", { as: t.owner, body: { name: "x", days: 1, permissions: ["account.read", "audit.read", "nonsense"] } }), 400, "invalid");
    assert.deepEqual(r.body.errors.map((e) => e.field), ["permissions/1", "permissions/2"]);
  }],
  ["are shown once and listed without their secret", async (t) => {
    const r = expect(await server.api("POST", "/me/tokens", { as: t.owner, body: { name: "报表", days: 30, permissions: ["account.read", "self"] } }), 201);
    t.token = r.body.token;
    t.id = r.body.id;
    const list = expect(await server.api("GET", "/me/tokens", { as: t.owner }), 200);
    assert.deepEqual(list.body.rows.map((x) => [x.name, x.permissions]), [["报表", "account.read self"]]);
    assert.ok(!list.text.includes(t.token));
  }],
  ["do what they were made for, and nothing else", async (t) => {
    const as = { token: t.token };
    expect(await server.api("GET", "/accounts", { as }), 200);
    const me = expect(await server.api("GET", "/session", { as }), 200).body;
    assert.deepEqual(me.permissions.sort(), ["account.read", "self"]);
    assert.equal(me.csrf, null);
    problem(await server.api("POST", "/accounts", { as, body: { name: "abc", display: "x" } }), 403, "forbidden");
    problem(await server.api("POST", "/me/tokens", { as, body: { name: "more", days: 1, permissions: ["self"] } }), 403, "forbidden");
    problem(await server.api("POST", "/me/password", { as, key: null, body: { current: PASSWORD, password: "another-one-9" } }), 403, "forbidden");
  }],
  ["are each owner's own, also under one key: what is sent again answers whoever sent it", async (t) => {
    await person(server, admins, { name: "robot-other", role: "village_admin" });
    const other = await server.signIn("robot-other", PASSWORD), key = "one-key-of-two";
    const make = (as) => server.api("POST", "/me/tokens", { as, key, body: { name: "同一个", days: 1, permissions: ["self"] } });
    const mine = expect(await make(t.owner), 201), theirs = expect(await make(other), 201);
    assert.notEqual(mine.body.token, theirs.body.token);
    for (const [as, was] of [[t.owner, mine], [other, theirs]]) {
      const again = expect(await make(as), 201);
      assert.equal(again.headers["idempotency-replayed"], "true");
      assert.deepEqual(again.body, was.body);
    }
    problem(await server.api("DELETE", `/me/tokens/${theirs.body.id}`, { as: t.owner }), 404, "not-found");
    expect(await server.api("GET", "/session", { as: { token: theirs.body.token } }), 200);
    expect(await server.api("DELETE", `/me/tokens/${mine.body.id}`, { as: t.owner }), 204);
    problem(await server.api("GET", "/session", { as: { token: mine.body.token } }), 401, "sign-in");
    expect(await server.api("GET", "/session", { as: { token: theirs.body.token } }), 200);
  }],
  ["shrink with their owner's roles", async (t) => {
    const id = t.owner.account;
    const grants = expect(await server.api("GET", `/accounts/${id}`, { as: admins.secadmin }), 200).body.grants;
    expect(await server.api("DELETE", `/accounts/${id}/grants/${grants[0].id}`, { as: admins.secadmin }), 204);
    problem(await server.api("GET", "/accounts", { as: { token: t.token } }), 403, "forbidden");
  }],
  ["are revoked at once", async (t) => {
    expect(await server.api("DELETE", `/me/tokens/${t.id}`, { as: t.owner }), 204);
    problem(await server.api("GET", "/session", { as: { token: t.token } }), 401, "sign-in");
    problem(await server.api("GET", "/session", { as: { token: "szt_nothing" } }), 401, "sign-in");
    problem(await server.api("DELETE", `/me/tokens/${t.id}`, { as: t.owner }), 404, "not-found");
  }],
]);

steps("one-time codes", () => server, [
  ["begin with a secret for the app", async (t) => {
    t.who = await person(server, admins, { name: "code-user", role: "recorder" });
    t.s = await server.signIn("code-user", PASSWORD);
    const r = expect(await server.api("POST", "/me/totp", { as: t.s }), 200);
    assert.match(r.body.uri, /^otpauth:\/\/totp\/Shanzhi:/);
    t.secret = r.body.secret;
    assert.equal(base32(t.secret).length, 20);
  }],
  ["are on only after a first code", async (t) => {
    await server.signIn("code-user", PASSWORD);
    problem(await server.api("POST", "/me/totp/confirm", { as: t.s, body: { code: "000000" === totp(t.secret) ? "000001" : "000000" } }), 400, "invalid");
    const r = expect(await server.api("POST", "/me/totp/confirm", { as: t.s, body: { code: totp(t.secret, -1) } }), 200);
    assert.equal(new Set(r.body.codes).size, 10);
    t.codes = r.body.codes;
  }],
  ["then the password alone does not sign in", async () => {
    problem(await server.api("POST", "/session", { key: null, body: { name: "code-user", password: PASSWORD } }), 401, "code-needed");
    problem(await server.api("POST", "/session", { key: null, body: { name: "code-user", password: "wrong-password" } }), 401, "bad-credentials");
  }],
  ["a code works once", async (t) => {
    const code = totp(t.secret);
    const s = await server.signIn("code-user", PASSWORD, { code });
    assert.equal(s.totp, true);
    problem(await server.api("POST", "/session", { key: null, body: { name: "code-user", password: PASSWORD, code } }), 401, "bad-credentials");
  }],
  ["so does a recovery code", async (t) => {
    t.s = await server.signIn("code-user", PASSWORD, { code: t.codes[3].toUpperCase() });
    problem(await server.api("POST", "/session", { key: null, body: { name: "code-user", password: PASSWORD, code: t.codes[3] } }), 401, "bad-credentials");
  }],
  ["are switched off by a code", async (t) => {
    problem(await server.api("DELETE", "/me/totp?code=000000", { as: t.s }), 400, "invalid");
    expect(await server.api("DELETE", `/me/totp?code=${t.codes[4]}`, { as: t.s }), 204);
    await server.signIn("code-user", PASSWORD);
  }],
]);

steps("the audit trail", () => server, [
  ["has a row for every write, without secrets", async (t) => {
    const made = await person(server, admins, { name: "traced", role: "cadre", phone: "13911112222" });
    const rows = expect(await server.api("GET", `/audit?region=${VILLAGE}&limit=10`, { as: admins.auditor }), 200).body.rows;
    const find = (action) => rows.find((r) => r.action === action && (r.subject === made.id || action.startsWith("POST /accounts/")));
    const add = find("POST /accounts");
    assert.equal(add.status, 201);
    assert.equal(add.who, "系统管理员");
    assert.equal(add.account, admins.sysadmin.account);
    assert.equal(add.village, VILLAGE);
    assert.equal(add.address, "127.0.0.1");
    assert.match(add.body, /"name":"traced"/);
    assert.doesNotMatch(add.body, /13911112222/);
    assert.ok(find("POST /accounts/{account}/grants"));
    assert.ok(find("POST /me/password"));
    assert.ok(find("POST /session"));
    const all = expect(await server.api("GET", "/audit?limit=200", { as: admins.auditor }), 200).text;
    assert.ok(!all.includes(PASSWORD));
    t.id = made.id;
  }],
  ["is searched by who, what, when and where", async (t) => {
    const get = async (q) => expect(await server.api("GET", `/audit?${q}`, { as: admins.auditor }), 200).body;
    assert.ok((await get(`account=${t.id}`)).rows.every((r) => r.account === t.id));
    assert.ok((await get("who=traced")).rows.length >= 2);
    const about = (await get(`subject=${t.id}`)).rows;
    assert.ok(about.length >= 3 && about.every((r) => r.subject === t.id));
    assert.ok((await get("what=grants")).rows.every((r) => r.action.includes("grants")));
    assert.equal((await get("to=2020-01-01")).rows.length, 0);
    assert.ok((await get("from=2020-01-01")).rows.length > 10);
    assert.equal((await get("region=441622000000")).rows.length, 0);
  }],
  ["pages without a gap", async () => {
    const all = expect(await server.api("GET", "/audit?limit=200", { as: admins.auditor }), 200).body.rows.map((r) => r.id);
    const seen = [];
    for (let next = ""; next !== null; ) {
      const page = expect(await server.api("GET", `/audit?limit=7${next && `&after=${next}`}`, { as: admins.auditor }), 200).body;
      seen.push(...page.rows.map((r) => r.id));
      next = page.next;
    }
    assert.deepEqual(seen.slice(0, all.length), all);
    problem(await server.api("GET", "/audit?after=forged", { as: admins.auditor }), 400, "invalid");
  }],
  ["is exported as CSV", async () => {
    const r = expect(await server.api("GET", `/audit/export?region=${VILLAGE}`, { as: admins.auditor }), 200);
    assert.match(r.headers["content-type"], /^text\/csv/);
    assert.match(r.text, /^\uFEFF时间,操作人/);
    assert.ok(r.text.trim().split("\r\n").length > 10);
  }],
  ["keeps failed sign-ins", async () => {
    problem(await server.api("POST", "/session", { key: null, body: { name: "traced", password: "wrong-password" } }), 401, "bad-credentials");
    const row = expect(await server.api("GET", "/audit?what=session&limit=1", { as: admins.auditor }), 200).body.rows[0];
    assert.equal(row.status, 401);
    assert.equal(row.note, "wrong name or password");
  }],
  ["keeps what is refused and counted: a wrong code, a wrong present password", async () => {
    const audited = async (what) => expect(await server.api("GET", `/audit?what=${encodeURIComponent(what)}&limit=1`, { as: admins.auditor }), 200).body.rows[0];
    const who = await person(server, admins, { name: "refused", role: "cadre" });
    const as = await server.signIn("refused", PASSWORD);
    problem(await server.api("POST", "/me/password", { as, key: null, body: { current: "not-this-one", password: `${PASSWORD}-2` } }), 401, "bad-credentials");
    let row = await audited("POST /me/password");
    assert.deepEqual([row.status, row.account, row.subject, row.who, row.village], [401, who.id, who.id, "refused", VILLAGE]);
    const { secret } = expect(await server.api("POST", "/me/totp", { as }), 200).body;
    const { codes } = expect(await server.api("POST", "/me/totp/confirm", { as, body: { code: totp(secret, -1) } }), 200).body;
    const wrong = "000000" === totp(secret) ? "000001" : "000000";
    problem(await server.api("DELETE", `/me/totp?code=${wrong}`, { as }), 400, "invalid");
    row = await audited("DELETE /me/totp");
    assert.deepEqual([row.status, row.account, row.who], [400, who.id, "refused"]);
    problem(await server.api("POST", "/session", { key: null, body: { name: "refused", password: PASSWORD, code: wrong } }), 401, "bad-credentials");
    row = await audited("POST /session");
    assert.deepEqual([row.status, row.account, row.note], [401, who.id, "wrong code"]);
    expect(await server.api("DELETE", `/me/totp?code=${codes[0]}`, { as }), 204);
    assert.equal((await audited("DELETE /me/totp")).status, 204);
  }],
  ["an auditor of one township sees no other", async () => {
    const made = await person(server, admins, { name: "town-auditor", role: "auditor", region: "441621103000" });
    const s = await server.signIn("town-auditor", PASSWORD);
    const rows = expect(await server.api("GET", "/audit?limit=200", { as: s }), 200).body.rows;
    assert.ok(rows.length > 0);
    assert.ok(rows.every((r) => r.village.startsWith("441621103")), made.name);
    problem(await server.api("GET", `/audit?region=${VILLAGE}`, { as: s }), 403, "forbidden");
  }],
]);

describe("the command line", () => {
  const lines = (text) => text.trim().split("\n").map((l) => l.split("\t"));
  test("adds, grants, locks, unlocks, resets", async () => {
    const [[name, oneTimePassword]] = lines(server.command(["account", "add", "cli-user", "--display", "命令行", "--unit", VILLAGE]).stdout);
    assert.equal(name, "cli-user");
    server.command(["account", "grant", "cli-user", "cadre", "--region", VILLAGE]);
    assert.deepEqual(lines(server.command(["account", "list", "cli-"]).stdout), [["cli-user", "命令行", VILLAGE, "active", `cadre@${VILLAGE}`]]);
    assert.equal((await server.signIn("cli-user", oneTimePassword)).must_change, true);
    server.command(["account", "passwd", "cli-user", "--password-stdin"], { input: `${PASSWORD}\n` });
    const s = await server.signIn("cli-user", PASSWORD);
    assert.ok(s.permissions.includes("claim.approve"));
    server.command(["account", "revoke", "cli-user", "cadre"]);
    assert.ok(!(await server.signIn("cli-user", PASSWORD)).permissions.includes("claim.approve"));
    server.command(["account", "lock", "cli-user"]);
    problem(await server.api("GET", "/session", { as: s }), 401, "sign-in");
    server.command(["account", "unlock", "cli-user"]);
    await server.signIn("cli-user", PASSWORD);
    const audit = expect(await server.api("GET", "/audit?who=operator&limit=200", { as: admins.auditor }), 200).body.rows.map((r) => r.action);
    for (const what of ["init", "account add", "account grant", "account passwd", "account lock", "account unlock", "account revoke"])
      assert.ok(audit.includes(what), what);
  });
  test("holds a password to the rules, as the pages do", () => {
    for (const [args, password] of [[["account", "passwd", "cli-user"], "short"], [["account", "passwd", "cli-user"], "cli-user"], [["account", "add", "weak-one", "--display", "x"], "12345678"]]) {
      const r = server.command([...args, "--password-stdin"], { fails: true, input: `${password}\n` });
      assert.notEqual(r.status, 0, `${args.join(" ")}: ${password}`);
      assert.match(r.stderr, /password/);
    }
  });

  test("says what is wrong", () => {
    for (const [args, want] of [
      [["account", "add"], /NAME/], [["account", "lock", "nobody-here"], /nobody-here/],
      [["account", "grant", "cli-user", "emperor"], /role/], [["account", "add", "cli-user"], /name/],
      [["account", "grant", "cli-user", "cadre", "--region", "x"], /--region/],
    ]) {
      const r = server.command(args, { fails: true });
      assert.notEqual(r.status, 0, args.join(" "));
      assert.match(r.stderr, want);
    }
  });
});

describe("lock-out and time-outs", () => {
  const wrong = (s, name) => s.api("POST", "/session", { key: null, body: { name, password: "wrong-password" } });
  test("five failures lock the account, known or not, through a restart; the security administrator unlocks", async () => {
    const who = await person(server, admins, { name: "locked-one", role: "cadre" });
    for (const name of ["locked-one", "nobody-at-all"]) {
      for (let i = 0; i < 5; i++) problem(await wrong(server, name), 401, "bad-credentials");
      const r = problem(await wrong(server, name), 429, "locked-out");
      assert.ok(Number(r.headers["retry-after"]) > 800);
    }
    const right = () => server.api("POST", "/session", { key: null, body: { name: "locked-one", password: PASSWORD } });
    problem(await right(), 429, "locked-out");
    await server.stop();
    server = await serve({ place });
    problem(await right(), 429, "locked-out");
    assert.ok(expect(await server.api("GET", `/accounts/${who.id}`, { as: admins.secadmin }), 200).body.locked_until);
    problem(await server.api("POST", `/accounts/${who.id}/unlock`, { as: admins.sysadmin }), 403, "forbidden");
    expect(await server.api("POST", `/accounts/${who.id}/unlock`, { as: admins.secadmin }), 204);
    expect(await right(), 201);
  });

  test("many failures lock the address", async () => {
    const there = freshData();
    init(there);
    const s = await serve({ place: there, flags: ["--lock-address-after", "4"] });
    for (let i = 0; i < 4; i++) problem(await wrong(s, `name-${i}`), 401, "bad-credentials");
    problem(await wrong(s, "another"), 429, "locked-out");
    await s.stop();
  });

  test("a success forgets the failures before it", async () => {
    await person(server, admins, { name: "clumsy", role: "cadre" });
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 4; i++) problem(await wrong(server, "clumsy"), 401, "bad-credentials");
      await server.signIn("clumsy", PASSWORD);
    }
  });

  test("a session ends when it is not used, and at the end of its life", async () => {
    const there = freshData();
    const lines = init(there);
    const clock = join(there.data, "clock"), at = (minutes) => writeFileSync(clock, String(minutes * 60_000));
    at(0);
    const s = await serve({ place: there, flags: ["--session-idle-s", "3600", "--session-life-s", "14400"], env: { SHANZHI_TEST_CLOCK: clock } });
    const used = await s.signIn("sysadmin", lines[0][1]), left = await s.signIn("sysadmin", lines[0][1]);
    for (const minutes of [55, 110, 165, 220]) {
      at(minutes);
      expect(await s.api("GET", "/session", { as: used }), 200);
      if (minutes > 60) problem(await s.api("GET", "/session", { as: left }), 401, "sign-in");
    }
    at(239);
    expect(await s.api("GET", "/session", { as: used }), 200);
    at(241); // four hours and a minute: used or not
    problem(await s.api("GET", "/session", { as: used }), 401, "sign-in");
    await s.stop();
  });

  test("another key file is refused", async () => {
    const there = freshData();
    init(there);
    const r = run(["account", "list", ...there.flags, "--key-file", `${there.data}/other-key`]);
    assert.notEqual(r.status, 0);
    assert.match(r.stderr, /key/);
  });
});
