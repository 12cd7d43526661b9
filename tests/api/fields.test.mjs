// The whole API against its own document, field by field (contract.test.mjs throws dice; this walks): for every
// operation, as somebody who may do it, valid requests with ids that exist, and requests broken in one place each.
// What must hold for every answer:
//
//   the status is documented for the operation, and is no 5xx; so is the content type
//   the body is valid against the response's schema (ajv, JSON Schema 2020-12)
//   a problem is complete; a request that the schema forbids is 400, and errors[].field names the place
//   a request that the schema allows is not refused with 400, and each operation succeeds at least once
//
// What is sent depends on SHANZHI_SEED (1 if absent) only.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { apiDocument, expect, root } from "./harness.mjs";
import { csv, filled, inputs, operationsOf, photo, simple, typeOf, who } from "./inputs.mjs";
import { drawsPaper, resolve } from "./schema.mjs";
import { OTHER, PASSWORD, VILLAGE, world } from "./world.mjs";

const modules = createRequire(join(root, "web/package.json")); // npm packages live in web/
const Ajv = modules("ajv/dist/2020.js").default;
const addFormats = modules("ajv-formats").default;

process.env.SHANZHI_LOCK_ADDRESS_AFTER = "1000000"; // wrong passwords are part of the test
process.env.SHANZHI_LOCK_AFTER = "1000";
const doc = apiDocument();
const w = await world();
const { server } = w;
const operations = operationsOf(doc), { people, ripen, pathOf, queryOf, bodyOf, rawOf, value } = inputs(w, doc);
after(async () => { await server.stop(); });

// ---- schemas ----

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
addFormats(ajv);
ajv.addSchema(doc, "doc");
const pointer = (...path) => `doc#/${path.map((p) => encodeURIComponent(String(p).replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")}`;
const compiled = new Map();
function faults(ref, value) {
  if (!compiled.has(ref)) compiled.set(ref, ajv.compile({ $ref: ref }));
  const valid = compiled.get(ref);
  return valid(value) ? [] : valid.errors.map((e) => `${e.instancePath || "/"} ${e.message} ${JSON.stringify(e.params)}`);
}

/** The values come from a seed, so that a failure comes again. */
function random(seed) {
  let s = seed >>> 0; // mulberry32
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), s | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
const chance = random(Number(process.env.SHANZHI_SEED ?? 1));
const pick = (list) => list[Math.floor(chance() * list.length)];

const NASTY = ["'; DROP TABLE claim; --", "\" OR 1=1 --", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "%s%n$1\\", "=1+1",
  "👩‍👩‍👧‍👦龘𠀀𰻝", "ＡＢＣ　１２３", "a\tb", "../../etc/passwd", "e\u0301\u200d\ufeff", "  "];

// ---- sending and judging ----

let flying = 0; // the server takes 256 connections of an address
const queue = [];
async function send(o, { path, query = [], body, headers = {}, type = o.media[0], as = who(o), tag = '"1"', lang = pick(["zh-CN", "en"]) }) {
  const h = { "accept-language": lang };
  if (as) {
    const s = await w.session(as);
    h.cookie = s.cookie;
    if (o.method !== "get") h["x-csrf-token"] = s.csrf;
  }
  if (o.keyed) h["idempotency-key"] = `"${randomUUID()}"`;
  if (o.matched) h["if-match"] = tag;
  const bytes = body === undefined ? undefined : Buffer.isBuffer(body) || typeof body === "string" ? body : JSON.stringify(body);
  if (bytes !== undefined && type) h["content-type"] = type;
  if (o.method !== "get") h["content-length"] = bytes === undefined ? 0 : Buffer.byteLength(bytes);
  for (const [name, v] of Object.entries(headers)) {
    if (v === undefined) delete h[name];
    else h[name] = v;
  }
  const target = filled(o, path) + (query.length ? `?${query.map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(v)}`).join("&")}` : "");
  while (flying >= 16) await new Promise((ok) => queue.push(ok));
  flying++;
  const r = await server.raw(o.method.toUpperCase(), `/api/v1${target}`, { headers: h, body: bytes }).finally(() => {
    flying--;
    queue.shift()?.();
  });
  if (r.status === 204 && o.name === "POST /me/password") server.command(["account", "passwd", as, "--password-stdin"], { input: `${PASSWORD}\n`, env: { SHANZHI_TEST_CLOCK: w.clock } });
  if (r.status === 401 && as) w.sessions.delete(as); // somebody signed themselves out
  judge(o, target, r, `${target} ${JSON.stringify(headers)} ${String(bytes).slice(0, 600)}`);
  return r;
}

/** What must hold for every answer. */
function judge(o, target, r, sent) {
  const where = `${o.method.toUpperCase()} ${sent}\n→ ${r.status} ${r.text.slice(0, 1500)}`;
  const response = o.operation.responses[r.status];
  assert.ok(response, `not documented: ${where}`);
  assert.ok(r.status < 500, where);
  const types = Object.keys(response.content ?? {}), type = (r.headers["content-type"] ?? "").split(";")[0];
  if (!types.length) return assert.equal(r.text, "", where);
  assert.ok(types.includes(type), `${type}: ${where}`);
  if (!/json$/.test(type)) return;
  assert.deepEqual(faults(pointer("paths", o.path, o.method, "responses", r.status, "content", type, "schema"), r.body), [], where);
  if (r.status < 400) return;
  assert.equal(r.body.status, r.status, where);
  assert.equal(r.body.request_id, r.headers["x-request-id"], where);
  assert.equal(r.body.instance, `/api/v1${target.split("?")[0]}`, where);
  assert.ok(r.body.title && r.body.detail, where);
  for (const e of r.body.errors) assert.ok(e.detail && typeof e.field === "string", where);
  if (r.status === 400) assert.ok(r.body.type !== "/problems/invalid" || r.body.errors.length, where);
  if (r.status === 429 || r.status === 503) assert.match(r.headers["retry-after"], /^[1-9]\d*$/, where);
}

/** A request that the schema forbids: 400, and the place is named. */
function refused(r, field, sent) {
  const said = `${String(JSON.stringify(sent)).slice(0, 400)} → ${r.status} ${r.text.slice(0, 800)}`;
  assert.equal(r.status, 400, said);
  if (r.body.type === "/problems/malformed") return assert.match(JSON.stringify(sent), /\\u0000|e\+300/, said); // no JSON of ours: line and column
  assert.ok(r.body.errors.some((e) => e.field === field || e.field.startsWith(`${field}/`)), `${field} is not named: ${said}`);
}

/** Ways to break a value: the schema says which of them are really forbidden. */
function* broken(s) {
  const type = typeOf(s);
  for (const v of [7, 1.5, "x", true, [], {}, [[null]], -1, 0, 1e300, 9007199254740993, -9007199254740993, "", "\u0000", "a\u0008b", "\u202egnp.exe"]) yield v;
  if (type === "string") {
    yield "长".repeat((s.maxLength ?? 500) + 1);
    yield "x".repeat(100_000);
    if (s.minLength > 1) yield "x".repeat(s.minLength - 1);
    for (const v of ["2026-02-30", "2026-13-01", "20261121", "tomorrow", "0000-00-00", "12345", "441621102205x", "1e3", "-0", "1.234", "+1", "٣"]) if (s.format || s.pattern?.startsWith("^[1-9]") || s.pattern?.startsWith("^-?") || s.pattern?.startsWith("^(0")) yield v;
  }
  if (s.minimum !== undefined) yield s.minimum - 1;
  if (s.maximum < Number.MAX_SAFE_INTEGER) yield s.maximum + 1;
  if (type === "array") {
    for (const v of [null, {}, [], "", "x".repeat(501), -1, 1.5]) yield [v];
    yield Array.from({ length: (s.maxItems ?? 200) + 1 }, () => 1);
  }
}

/** ajv counts code points, as the server does; but JSON cannot say that 1.0 is no integer, nor JavaScript 2^53 + 1. */
const forbids = (o, body) => faults(pointer("paths", o.path, o.method, "requestBody", "content", "application/json", "schema"), body).length > 0;

// Where a valid request cannot succeed in this world, and why.
const NEVER = {
  "POST /me/totp/confirm": "needs a code of this half minute; access.test.mjs has it",
  "DELETE /me/totp": "needs a code of this half minute; access.test.mjs has it",
};

people();
await ripen();

describe("every field of every operation", { concurrency: false }, () => {
  for (const o of operations) {
    test(o.name, async () => {
      let done = 0;
      const seen = [];
      const names = o.schema ? Object.keys(resolve(doc, o.schema).properties).filter((k) => !resolve(doc, o.schema).required?.includes(k)) : [];
      const queries = o.inQuery.filter((p) => !p.required).map((p) => p.name);
      // valid: only what is required; each optional field alone; all at once
      const rounds = [[], ...names.map((n) => [n]), ...queries.map((n) => [n]), [...names, ...queries]];
      const few = o.inPath.some((p) => p.name === "claim") && /approve|record|false|slip$|reject/.test(o.path); // ripe claims are few
      for (const optional of few ? [[], [...names]] : rounds) {
        const path = await pathOf(o), query = await queryOf(o, optional);
        const body = o.schema ? await bodyOf(o, path, optional) : o.media.length ? rawOf(o) : undefined;
        if (o.schema) assert.equal(forbids(o, body), false, `the test's own value: ${JSON.stringify(body)}`);
        const tag = o.matched && doc.paths[o.path].get ? expect(await w.call("admin", "GET", filled(o, path)), 200).etag : undefined;
        const lang = pick(["zh-CN", "en"]);
        const r = await send(o, { path, query, body, tag, lang });
        seen.push(`${r.status} ${r.status < 300 ? "" : r.text.slice(0, 400)}`);
        if (r.status < 300) done++;
        else if (!NEVER[o.name]) assert.notEqual(r.status, 400, `valid, but refused: ${JSON.stringify(query)} ${JSON.stringify(body)?.slice(0, 500)} ${r.text}`);
        if (r.status === 200 && o.method === "get" && o.operation.responses[304])
          assert.equal((await send(o, { path, query, headers: { "if-none-match": r.etag }, lang })).status, 304, `${o.name}: ${r.etag}`);
      }
      if (!NEVER[o.name]) assert.ok(done > 0, `${o.name} never succeeded: ${seen.join("\n")}`);

      // from here on, whatever is sent is wrong in one place
      const path = Object.fromEntries(o.inPath.map((p) => [p.name, p.name === "village" || p.name === "region" ? VILLAGE : p.schema.enum?.[0] ?? (p.name === "grid" ? "09" : "1")]));
      const query = await queryOf(o, []);
      const body = o.schema ? await bodyOf(o, { ...path, household: w.households.王梅 }, []) : o.media.length ? rawOf(o) : undefined;
      if (o.name === "POST /me/password") body.current = "not-the-password-1"; // some of what follows would be a fine new password
      const all = [];
      const soon = (promise) => all.push(promise); // send() lets few run at a time

      for (const p of o.inQuery) {
        for (const v of ["x", "", "-1", "0", "1.5", "1e3", "99999999999999999999", "9007199254740992", "2026-02-30", "true ", "\u0000", "\u202e", "x".repeat(2000), ...NASTY]) {
          const typed = typeOf(p.schema) === "integer" ? (/^-?(0|[1-9]\d{0,15})$/.test(v) && Number.isSafeInteger(Number(v)) ? Number(v) : "") : typeOf(p.schema) === "boolean" ? { true: true, false: false, 1: true, 0: false }[v] ?? "" : v;
          const bad = (v !== "" || p.required) && faults(pointer("paths", o.path, o.method, "parameters", o.operation.parameters.findIndex((x) => x.name === p.name), "schema"), typed).length > 0;
          soon(send(o, { path, query: [...query.filter(([k]) => k !== p.name), [p.name, v]], body }).then((r) => {
            if (bad) refused(r, p.name, [p.name, v]);
          }));
        }
        const one = query.find(([k]) => k === p.name) ?? [p.name, String(await value(o, p.name, p.schema, {}) ?? "1")];
        soon(send(o, { path, query: [...query.filter(([k]) => k !== p.name), one, one], body }).then((r) => refused(r, p.name, ["twice", p.name])));
        if (p.required) soon(send(o, { path, query: query.filter(([k]) => k !== p.name), body }).then((r) => refused(r, p.name, ["without", p.name])));
      }
      soon(send(o, { path, query: [...query, ["unknown", "1"]], body }).then((r) => refused(r, "unknown", "unknown")));

      for (const p of o.inPath) {
        for (const v of ["0", "-1", "x", "1.5", "99999999999999999999", "1 OR 1=1", "'", "%00", "\u202e", "..", "x".repeat(3000), "999999999999", "9007199254740991", ...NASTY]) {
          if (v === "..") continue; // another address
          soon(send(o, { path: { ...path, [p.name]: v }, query, body }).then((r) => assert.ok(r.status >= 400 || o.path.startsWith("/public/") || o.media.length === 0 && r.status < 300 && (p.name !== "village" || o.permission === "self"), `${p.name}=${v}: ${r.status} ${r.text}`)));
        }
        if (p.name === "village" && o.permission !== "public" && o.permission !== "self")
          soon(send(o, { path: { ...path, village: OTHER }, query, body }).then((r) => assert.equal(r.status, 403, `a foreign village: ${r.text}`)));
      }

      if (o.keyed) {
        for (const v of [undefined, "abc", '""', '"a', '"a"b"', `"${"a".repeat(300)}"`, '"é"'])
          soon(send(o, { path, query, body, headers: { "idempotency-key": v } }).then((r) => refused(r, "Idempotency-Key", v)));
      }
      if (o.matched) {
        soon(send(o, { path, query, body, headers: { "if-match": undefined } }).then((r) => assert.equal(r.status, 428, r.text)));
        for (const v of ["3", '"x"', '"-1"', '"99999999999999999999"', 'W/"1"', "*", '"1", "2"'])
          soon(send(o, { path, query, body, headers: { "if-match": v } }).then((r) => refused(r, "If-Match", v)));
      }
      for (const v of ["application/xml", "image/png;q=0.1", "*/*", "", ";;,,q=", "x".repeat(3000)])
        soon(send(o, { path, query: [...query, ["unknown", "1"]], body, headers: { accept: v, "accept-language": v, "accept-encoding": v, "if-none-match": v, range: "bytes=5-1" } }));

      if (o.media.length) {
        for (const type of ["text/html", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx", "json", ""])
          soon(send(o, { path, query, body, type }).then((r) => assert.equal(r.status, 415, `${type}: ${r.status} ${r.text}`)));
        soon(send(o, { path, query, body: "" }).then((r) => assert.ok(r.status >= 400 || !resolve(doc, o.schema ?? {}).required, r.text)));
        if (!o.schema) {
          for (const raw of ["\u0000", "\ufeff", "\"", "a\nb,c\n\"", Buffer.from([0xff, 0xfe, 0, 1]), Buffer.alloc(5000, 0x0a), "x".repeat(50_000), "- ".repeat(3000), "{".repeat(3000), "a: &a [*a, *a]\n", `${csv}001,${"张".repeat(3000)}\n`, `${csv}`, photo.subarray(0, 60)])
            soon(send(o, { path, query, body: raw }));
        }
      } else if (o.method !== "get") {
        soon(send(o, { path, query, body: { a: 1 }, type: "application/json" }).then((r) => assert.equal(r.status, 400, r.text)));
      }
      if (o.schema) {
        const s = resolve(doc, o.schema), text = JSON.stringify(body);
        for (const bad of ["{", "nonsense", `${text} x`, text.slice(0, -1) + ",}", "\u0000", Buffer.from('{"a":"\xff"}', "latin1"), '{"a":"\\ud800"}', `${"[".repeat(5000)}`, `${'{"a":'.repeat(200)}1${"}".repeat(200)}`, "[]", "1", "null", '"x"', "[{}]"])
          soon(send(o, { path, query, body: bad }).then((r) => assert.equal(r.status, 400, `${bad}: ${r.text}`)));
        soon(send(o, { path, query, body: { ...body, unknown: 1 } }).then((r) => refused(r, "unknown", "unknown")));
        for (const [key, p] of Object.entries(s.properties)) {
          const kind = simple(doc, resolve(doc, p));
          const twice = `{"${key}":${JSON.stringify(body[key] ?? null)},"${key}":${JSON.stringify(body[key] ?? null)}${Object.entries(body).filter(([k]) => k !== key).map(([k, v]) => `,"${k}":${JSON.stringify(v)}`).join("")}}`;
          soon(send(o, { path, query, body: twice }).then((r) => assert.equal(r.status, 400, `twice: ${twice}: ${r.text}`)));
          if (s.required?.includes(key)) {
            const { [key]: _, ...without } = body;
            soon(send(o, { path, query, body: without }).then((r) => refused(r, key, without)));
            soon(send(o, { path, query, body: { ...body, [key]: null } }).then((r) => refused(r, key, { [key]: null })));
          }
          for (const v of broken(kind)) {
            const sent = { ...body, [key]: v };
            const bad = forbids(o, sent);
            soon(send(o, { path, query, body: sent }).then((r) => { if (bad) refused(r, key, { [key]: v }); }));
          }
          if (typeOf(kind) === "string" && !kind.enum && !kind.format)
            for (const v of NASTY) soon(send(o, { path, query, body: { ...body, [key]: v } }));
          if (typeOf(kind) === "array" && resolve(doc, kind.items).properties) {
            const inner = resolve(doc, kind.items);
            const [good] = await value(o, key, p, path);
            for (const name of Object.keys(inner.properties))
              for (const v of broken(simple(doc, resolve(doc, inner.properties[name])))) {
                const sent = { ...body, [key]: [good, { ...good, [name]: v }] };
                if (forbids(o, sent)) soon(send(o, { path, query, body: sent }).then((r) => refused(r, `${key}/1/${name}`, sent)));
              }
          }
        }
      }
      const results = await Promise.allSettled(all);
      const wrong = [...new Set(results.filter((x) => x.status === "rejected").map((x) => x.reason.message))];
      assert.equal(wrong.length, 0, `${wrong.length} of ${all.length}:\n${wrong.slice(0, 12).join("\n")}`);
    });
  }
  test("the server is well", async () => { expect(await server.raw("GET", "/readyz"), 200); });
});
