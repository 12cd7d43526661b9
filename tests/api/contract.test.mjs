// Every operation of the API document is called with made-up input, right and wrong by its schema, by people of
// several roles. Whatever comes in, the answer is one that the document promises (the harness checks status, media
// type and schema), never a 5xx; and input that breaks its schema is never accepted. The numbers are drawn from
// SHANZHI_SEED (printed), so a finding can be had again.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { apiDocument } from "./harness.mjs";
import { check, drawsPaper, resolve } from "./schema.mjs";
import { OTHER, VILLAGE, world } from "./world.mjs";

const doc = apiDocument();
const ROUNDS = Number(process.env.SHANZHI_ROUNDS ?? 6);
const SEED = Number(process.env.SHANZHI_SEED ?? (process.env.SHANZHI_LONG ? 1 + randomInt(1e9) : 1));
const CALLERS = ["sys", "admin", "cadre", "recorder", "grid1", "zhang", "town", null];
// Signing in and out, and what would lock our own people out, have tests of their own.
const LEAVE_OUT = /^\/(session|sessions|me\/password|me\/totp.*)$/;

// ---- drawing ----
let state = SEED;
function random() { // mulberry32
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];

const TEXTS = ["张小丰", "a", "礼坑村", "'; DROP TABLE claim; --", "\" OR 1=1 --", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
  "%", "_", "\\", "$1", "%s%n", "=1+1", "\u202fx", "👩‍👩‍👧‍👦", "龘𠀀𰻝", "  x  ", "null", "0", "1e9", "a\nb\tc", "../../etc/passwd", "x".repeat(60)];
const WRONG = [null, true, -1, 1.5, 9007199254740993, 1e300, "", "x", [], {}, [[]], { a: 1 }, "\u0000", "\u202e", "x".repeat(5000)];

const pool = {}; // ids that exist, by the name of the path parameter

function text(s) {
  let t = pick(TEXTS);
  const max = s.maxLength ?? 200;
  t = [...t].slice(0, max).join("");
  while ([...t].length < (s.minLength ?? 0)) t += "x";
  return t;
}

function byPattern(s) {
  if (s.pattern?.includes("[0-9]{11}")) return pick([VILLAGE, VILLAGE, OTHER, "441621102000", "999999999999"]);
  if (s.pattern?.includes("\\.[0-9]{1,2}")) return pick(["0", "1", "3.50", "0.01", "9"]);
  return undefined;
}

function right(schema, name) {
  const s = resolve(doc, schema);
  if (s.anyOf) return right(pick(s.anyOf), name);
  if (s.enum) return pick(s.enum);
  const type = [s.type].flat().find((t) => t !== "null");
  if (pool[name]?.length && random() < 0.7) return pick(pool[name]);
  if (type === "string") {
    if (s.format === "date") return pick(["2026-11-21", "2024-02-29", "1900-01-01", "2199-12-31", "2026-01-01"]);
    if (s.format === "date-time") return pick(["2026-11-21T08:00:00Z", "2024-02-29T23:59:59+08:00"]);
    return byPattern(s) ?? text(s);
  }
  if (type === "integer") {
    const lo = s.minimum ?? -(2 ** 53), hi = s.maximum ?? 2 ** 53;
    return pick([lo, hi, lo + below(Math.min(hi - lo, 1000) + 1), Math.min(hi, Math.max(lo, 1))]);
  }
  if (type === "boolean") return random() < 0.5;
  if (type === "array") {
    const n = Math.min(s.maxItems ?? 3, (s.minItems ?? 0) + below(3));
    return Array.from({ length: n }, () => right(s.items, name));
  }
  if (type === "object") return object(s);
  return null;
}

function object(s) {
  const out = {};
  for (const [key, p] of Object.entries(s.properties ?? {}))
    if (s.required?.includes(key) || random() < 0.4) out[key] = right(p, key);
  return out;
}

/** Breaks a body that was right; false when the schema has no way to break it here. */
function broken(schema) {
  const body = object(schema);
  const keys = Object.keys(body);
  const how = below(3);
  if (how === 0) body[pick(["unknown", "__proto__x", "Id", "village_code"])] = 1;
  else if (how === 1 && schema.required?.length) delete body[pick(schema.required)];
  else if (keys.length) body[pick(keys)] = pick(WRONG);
  else return pick([[], 1, "x", { unknown: 1 }]);
  return body;
}

function pathOf(o, wild) {
  return o.path.replace(/\{(\w+)\}/g, (_, name) => {
    const p = o.parameters.find((x) => x.in === "path" && x.name === name);
    if (wild && random() < 0.3) return encodeURIComponent(pick(["x", "0", "-1", "99999999999999999999", "44162110220", "%", "'", "../x", "1 OR 1=1", "\u202e"]));
    return encodeURIComponent(right(p.schema, name));
  });
}

function queryOf(o, wild) {
  const q = new URLSearchParams();
  for (const p of o.parameters.filter((x) => x.in === "query")) {
    if (!p.required && random() < 0.6) continue;
    const v = wild && random() < 0.4 ? pick(["", "x", "-1", "0", "99999999999999999999", "2026-02-30", "'", "\u0000", "\u202e"]) : right(p.schema, p.name);
    q.append(p.name, Array.isArray(v) ? v.join(",") : String(v));
  }
  if (wild && random() < 0.2) q.append("unknown", "1");
  return q.size ? `?${q}` : "";
}

const operations = Object.entries(doc.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, op]) => ({ path, method: method.toUpperCase(), op, name: `${method.toUpperCase()} ${path}`,
    parameters: op.parameters.map((p) => resolve(doc, p)), done: 0 })))
  .filter((o) => !LEAVE_OUT.test(o.path));

let w;
before(async () => {
  w = await world();
  const list = async (path, key = "id", who = "admin") => (await w.ok(who, "GET", path)).rows.map((r) => r[key]);
  // people of their own to move, merge and bury: whoever leaves the register is signed out
  const ours = new Set(await list(`/villages/${VILLAGE}/residents`)), homes = new Set(await list(`/villages/${VILLAGE}/households`));
  const csv = Array.from({ length: 12 }, (_, i) => `9${10 + i},试${"甲乙丙丁戊己庚辛壬癸子丑"[i]},男,1980-01-01,户主,01.02`);
  await w.ok("admin", "POST", `/villages/${VILLAGE}/residents/import`, ["户号,姓名,性别,出生日期,与户主关系,网格", ...csv].join("\n"), { type: "text/csv" });
  pool.resident = (await list(`/villages/${VILLAGE}/residents`)).filter((id) => !ours.has(id));
  pool.household = (await list(`/villages/${VILLAGE}/households`)).filter((id) => !homes.has(id));
  pool.item = ["A04"];
  pool.village = [VILLAGE, VILLAGE, VILLAGE, OTHER];
  pool.deed_on = pool.on = pool.from = [w.today(), w.today(-1)];
  pool.grid = await list(`/villages/${VILLAGE}/grids`, "code");
  pool.subject = pool.resident;
  pool.claim = [(await w.claimed("published")).id, (await w.claimed("recorded", w.deed("张小丰", { place: "村口" }))).id];
  pool.claims = pool.claim;
  pool.notice = await list(`/public/villages/${VILLAGE}/notices`);
  w.server.command(["account", "add", "victim", "--display", "v", "--password-stdin", "--village", VILLAGE], { input: "shan-zhi-story-2026\n" });
  pool.account = (await w.ok("sys", "GET", "/accounts?q=victim")).rows.map((r) => r.id);
});
after(async () => { await w?.server.stop(); });

async function call(who, o, path, body, type) {
  const r = await w.call(who, o.method, path, body, { type, match: o.parameters.some((p) => p.name === "If-Match") ? pick(['"1"', '"2"', '"7"']) : undefined, lang: pick(["zh", "en"]) });
  if (r.status === 401 && who) w.sessions.delete(who); // signed out by what was done before: sign in again
  assert.ok(r.status < 500 || r.status === 503, `${r.status} ${r.text}`);
  return r;
}

describe(`every operation keeps its promises (SHANZHI_SEED=${SEED})`, () => {
  for (const o of operations) {
    test(o.name, async () => {
      const content = o.op.requestBody?.content ?? {};
      const type = Object.keys(content)[0];
      const schema = type === "application/json" ? resolve(doc, content[type].schema) : undefined;
      for (let i = 0; i < (drawsPaper(o.op) ? 1 : ROUNDS); i++) {
        for (const who of CALLERS) {
          const raw = type && !schema ? pick(["", "a,b\n1,2\n", "x", "\ufeff户号,姓名\n1,张三\n", "a: [", "\"", "items: {}\n"]) : undefined;
          const fine = await call(who, o, pathOf(o) + queryOf(o), schema ? right(schema) : raw, type);
          if (fine.status < 300) o.done++;
          await call(who, o, pathOf(o, true) + queryOf(o, true), schema ? right(schema) : raw, type);
          if (!schema) continue;
          const body = broken(schema);
          if (check(doc, schema, body).length === 0) continue; // still right
          const r = await call(who, o, pathOf(o) + queryOf(o), body, type);
          assert.ok(r.status >= 400, `accepted ${JSON.stringify(body)}: ${check(doc, schema, body)}`);
        }
      }
    });
  }
  test("most operations have been done at least once", (t) => {
    const never = operations.filter((o) => !o.done).map((o) => o.name);
    t.diagnostic(`never done: ${never.join("; ")}`);
    assert.ok(never.length < operations.length / 2, `${never.length} of ${operations.length}`);
  });
});
