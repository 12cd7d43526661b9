// Walks every route of the program as a stranger, as every role in its own place and in a foreign one,
// and as a program with a narrow token, and compares the answers with the permission table: the route's
// permission (`shanzhi routes --json`) and the roles that hold it (`shanzhi roles --json`).
//
//   a stranger                             401
//   permission not held, or foreign scope  403
//   held, or one's own (self)              anything else: inputs are dummies, and whether somebody may
//                                          is decided before what they sent is looked at
//
// A new route is covered by being in its slice's table; one that no role may use fails here.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, describe, test } from "node:test";
import { expect, freshData, run, serve } from "./harness.mjs";

const VILLAGE = "441621102205";
// A grant's region by level, and a village outside of it.
const PLACES = {
  0: { region: undefined, foreign: null },
  3: { region: "441621000000", foreign: "441622100201" },
  4: { region: "441621102000", foreign: "441621103201" },
  5: { region: VILLAGE, foreign: "441621102232" },
};
const PASSWORD = "rows-and-columns-7";
const PARAMS = { grid: "01", kind: "resident", code: "01" };

const json = (args) => {
  const r = run(args);
  assert.equal(r.status, 0, r.stderr);
  return JSON.parse(r.stdout);
};
const routes = json(["routes", "--json"]);
const roles = json(["roles", "--json"]);

/** Everybody who walks: a role in one kind of scope. `narrow`: only part of a village, so that a handler
 *  may still refuse what the route lets pass; then only the refusals are compared. */
const walkers = roles.flatMap((role) => {
  const out = [];
  if (role.region) {
    for (const level of new Set([role.narrowest, Math.max(role.widest, 3), role.widest]))
      out.push({ role, grant: { role: role.name, region: PLACES[level].region }, foreign: PLACES[level].foreign, narrow: false });
  }
  if (role.grid) out.push({ role, grant: { role: role.name, region: VILLAGE, grid: "01" }, foreign: PLACES[5].foreign, narrow: true });
  if (role.household) out.push({ role, grant: null, foreign: PLACES[5].foreign, narrow: true });
  return out;
});
const label = (w) => `${w.role.name} (${w.role.zh}) for ${w.grant?.grid ? `grid ${w.grant.grid} of ` : ""}${w.grant ? w.grant.region ?? "everywhere" : "a household"}`;

/** Ends the caller's sessions: walked last, each with a session of its own. */
const endsSession = (route) => route.method === "DELETE" && /^\/sessions?$/.test(route.path);

let server, agent;
const sessions = new Map();

before(async () => {
  const place = freshData();
  const r = run(["init", ...place.flags]);
  assert.equal(r.status, 0, r.stderr);
  server = await serve({ place });
  agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  const admins = {};
  for (const [name, oneTime] of r.stdout.trim().split("\n").filter((l) => l.includes("\t")).map((l) => l.split("\t")))
    admins[name] = await settle(name, oneTime);
  for (const [i, w] of walkers.entries()) {
    const villager = w.grant ? {} : { village: VILLAGE, resident: 41, household: 4 };
    const unit = w.grant ? w.grant.region : VILLAGE;
    const made = expect(await server.api("POST", "/accounts", { as: admins.sysadmin, body: { name: `walker-${i}`, display: label(w).slice(0, 40), unit, ...villager } }), 201).body;
    if (w.grant) expect(await server.api("POST", `/accounts/${made.id}/grants`, { as: admins.secadmin, body: w.grant }), 201);
    sessions.set(w, await settle(`walker-${i}`, made.one_time_password));
  }
});
after(async () => {
  agent?.destroy();
  await server?.stop();
});

/** The one-time password is replaced; the session stays. */
async function settle(name, oneTime) {
  const s = await server.signIn(name, oneTime);
  expect(await server.api("POST", "/me/password", { as: s, key: null, body: { current: oneTime, password: PASSWORD } }), 204);
  return { ...s, name };
}

/** Status only; the answer's body (an export, a stream) is not waited for. */
function ask(route, village, as) {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name) => (name === "village" || name === "region" ? village : PARAMS[name] ?? "1"));
  const headers = { "content-length": 0 };
  if (route.method === "POST") headers["idempotency-key"] = `"${crypto.randomUUID()}"`;
  if (["PATCH", "PUT", "DELETE"].includes(route.method)) headers["if-match"] = '"1"';
  if (as?.cookie) Object.assign(headers, { cookie: as.cookie, "x-csrf-token": as.csrf });
  if (as?.token) headers.authorization = `Bearer ${as.token}`;
  return new Promise((resolve, reject) => {
    const req = http.request({ port: server.port, host: "127.0.0.1", method: route.method, path: `/api/v1${path}`, headers, agent }, (res) => {
      if (/event-stream/.test(res.headers["content-type"])) res.destroy();
      else res.resume().on("error", () => {});
      resolve(res.statusCode);
    });
    req.on("error", reject);
    req.end();
  });
}

const scoped = (route) => /\{(village|region)\}/.test(route.path);
const refused = (status) => status === 401 || status === 403;

/** All routes, four at a time; `judge` says what is wrong with a status, or null. */
async function walk(list, judge) {
  const wrong = [];
  const some = async (work) => {
    for (const route of work) {
      const complaint = await judge(route);
      if (complaint) wrong.push(`${route.method} ${route.path} [${route.permission}]: ${complaint}`);
    }
  };
  const work = list.filter((route) => !endsSession(route)).values();
  await Promise.all(Array.from({ length: 4 }, () => some(work)));
  await some(list.filter(endsSession));
  assert.deepEqual(wrong, []);
}

describe("the permission table", () => {
  test("has a row for every route: public, one's own, or held by some role", () => {
    assert.ok(routes.length > 20);
    const held = new Set(["public", "self", ...roles.flatMap((r) => r.permissions)]);
    assert.deepEqual(routes.filter((r) => !held.has(r.permission)).map((r) => `${r.method} ${r.path} [${r.permission}]`), []);
  });

  test("a stranger gets what is public and 401 for the rest", () =>
    walk(routes, async (route) => {
      const status = await ask(route, VILLAGE, null);
      if (route.permission === "public") return refused(status) ? `public, but ${status}` : null;
      return status === 401 ? null : `expected 401, got ${status}`;
    }));

  for (const w of walkers) {
    test(label(w), () =>
      walk(routes, async (route) => {
        const may = ["public", "self", ...w.role.permissions].includes(route.permission);
        const as = async () => (endsSession(route) ? server.signIn(sessions.get(w).name, PASSWORD) : sessions.get(w));
        const own = await ask(route, VILLAGE, await as());
        if (!may && own !== 403) return `not held: expected 403, got ${own}`;
        if (may && (own === 401 || (own === 403 && !w.narrow))) return `held here, but ${own}`;
        if (!scoped(route) || !w.foreign) return null;
        const foreign = await ask(route, w.foreign, await as());
        if (route.permission === "public") return refused(foreign) ? `public, but ${foreign} abroad` : null;
        if (route.permission === "self") return foreign === 401 ? "one's own, but 401 abroad" : null; // has no scope
        return foreign === 403 ? null : `foreign: expected 403, got ${foreign}`;
      }));
  }

  test("a program's token opens what it was made for, and nothing else of its owner's", async () => {
    const owner = walkers.find((w) => w.role.name === "village_admin");
    const made = expect(await server.api("POST", "/me/tokens", { as: await server.signIn(sessions.get(owner).name, PASSWORD), body: { name: "t", days: 1, permissions: ["people.read", "self"] } }), 201).body;
    await walk(routes, async (route) => {
      const may = ["public", "self", "people.read"].includes(route.permission);
      const status = await ask(route, VILLAGE, { token: made.token });
      if (!may) return status === 403 ? null : `not held: expected 403, got ${status}`;
      return status === 401 ? `held, but ${status}` : null;
    });
  });

  test("with a one-time password nothing but the session is open", async () => {
    const r = server.command(["account", "add", "newcomer"]);
    server.command(["account", "grant", "newcomer", "village_admin", "--region", VILLAGE]);
    const s = await server.signIn("newcomer", r.stdout.trim().split("\t")[1]);
    await walk(routes.filter((route) => !/^\/(session|sessions|me\/password)$/.test(route.path)), async (route) => {
      const status = await ask(route, VILLAGE, s);
      if (route.permission === "public") return refused(status) ? `public, but ${status}` : null;
      return status === 403 ? null : `expected 403, got ${status}`;
    });
  });
});
