// Valid requests for every operation of the API document, with ids that exist, and somebody who may make them. What a field
// means beyond its schema is written here by hand; an operation that never succeeds is found by fields.test.mjs.
//
//   const operations = operationsOf(doc), make = inputs(w, doc);        // w: world()
//   make.people();
//   await make.ripen();
//   const path = await make.pathOf(o), query = await make.queryOf(o, optional), body = await make.bodyOf(o, path, optional);
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, root } from "./harness.mjs";
import { drawsPaper, resolve } from "./schema.mjs";
import { PASSWORD, VILLAGE, meeting } from "./world.mjs";

/** The operations of the API document, with what a request of each is made of. */
export const operationsOf = (doc) => Object.entries(doc.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => {
    const parameters = operation.parameters.map((p) => resolve(doc, p));
    return {
      path, method, operation, name: `${method.toUpperCase()} ${path}`, permission: operation["x-permission"],
      inPath: parameters.filter((p) => p.in === "path"), inQuery: parameters.filter((p) => p.in === "query"),
      keyed: parameters.some((p) => p.name === "Idempotency-Key"), matched: parameters.some((p) => p.name === "If-Match" && p.required),
      media: Object.keys(operation.requestBody?.content ?? {}), schema: operation.requestBody?.content["application/json"]?.schema,
    };
  }))
  .sort((a, b) => drawsPaper(b.operation) - drawsPaper(a.operation)); // sheets first, while the village is small

const BY_NAME = {
  "GET /audit": "audit", "GET /audit/export": "audit", "POST /regions/import": "sys",
  "GET /me/household": "zhang", "GET /me/passbook": "zhang", "POST /villages/{village}/notices/{notice}/objections": "li",
  "POST /villages/{village}/claims/{claim}/submit": "recorder", "POST /villages/{village}/claims/{claim}/withdraw": "recorder",
  "POST /villages/{village}/claims/{claim}/photos": "recorder", "GET /villages/{village}/claims/{claim}/photos/{photo}": "recorder",
  "GET /villages/{village}/claims/{claim}/slip": "recorder",
  "POST /villages/{village}/claims/{claim}/return": "grid1", "POST /villages/{village}/claims/{claim}/reject": "cadre",
  "POST /villages/{village}/claims/{claim}/check": "grid1", "POST /villages/{village}/claims/{claim}/publish": "cadre2",
  "POST /villages/{village}/claims/{claim}/approve": "cadre", "POST /villages/{village}/claims/{claim}/record": "recorder",
  "POST /villages/{village}/claims/{claim}/false": "supervisor", "POST /villages/{village}/claims/batch": "cadre2",
  "POST /villages/{village}/objections/{objection}/decide": "supervisor",
};
// what ends or changes the caller's own sign-in is done by somebody whom nobody misses
export const who = (o) => BY_NAME[o.name] ?? (/^\/(session|sessions|me\/(password|totp.*))$/.test(o.path) && o.name !== "POST /session"
  ? "spare" : o.permission === "public" ? null : "admin");

export const filled = (o, values) => o.path.replace(/\{(\w+)\}/g, (_, n) => encodeURIComponent(values[n]));
export const typeOf = (s) => [s.type].flat().find((t) => t !== "null");
export const simple = (doc, s) => (s.anyOf ? s.anyOf.map((one) => resolve(doc, one)).find((one) => one.type !== "null") : s);

const PERSON = { sex: "female", birth: "1990-01-01" };
export const photo = readFileSync(join(root, "tests/api/photo.png"));
export const csv = "户号,姓名,性别,出生日期,与户主关系,网格\n";
const scheme = readFileSync(join(root, "schemes/zengxiang.yaml"), "utf8");

/** Of a world: what fills paths, queries and bodies. */
export function inputs(w, doc) {
  let count = 0;
  const word = () => [...String(++count)].map((d) => "零一二三四五六七八九"[d]).join("");
  const unique = () => (++count).toString(36).padStart(3, "0");

  // ---- the world: things with ids ----

  const base = `/villages/${VILLAGE}`;
  const made = async (by, path, body, more) => w.ok(by, "POST", path, body, more);
  const deed = (more = {}) => ({ subject_kind: "resident", subject: w.residents.王梅, item: "A03", chosen: "2.00", deed_on: w.today(), place: `路口${unique()}`, cause: "帮邻居抢收稻谷", ...more });
  const claim = async () => (await made("recorder", w.claims, deed())).id;
  const steps = { checked: ["grid1", "check"], published: ["cadre2", "publish"], approved: ["cadre", "approve"], recorded: ["recorder", "record"] };
  const step = async (state, id) => (await w.did(steps[state][0], id, steps[state][1], state === "checked" ? { chosen: "2.00" } : {}));
  const ripe = []; // published so long ago that they can be approved

  const fresh = {
    village: () => VILLAGE,
    region: () => VILLAGE,
    kind: () => "resident",
    subject: () => w.residents.王梅,
    household: async () => {
      const h = await made("admin", `${base}/households`, { number: `H${unique()}`, grid: "01.01" });
      await made("admin", `${base}/residents`, { household: h.id, name: `户主${word()}`, relation: "head", ...PERSON });
      return h.id;
    },
    resident: async () => (await made("admin", `${base}/residents`, { household: await fresh.household(), name: `何${word()}`, ...PERSON })).id,
    organisation: async () => (await made("admin", `${base}/organisations`, { name: `商店${unique()}`, kind: "shop" })).id,
    group: async () => (await made("admin", `${base}/groups`, { name: `第${unique()}组` })).id,
    grid: async () => (await made("admin", `${base}/grids`, { code: `03.${++grids}`, name: "新网格" })).code,
    account: async () => (await made("admin", "/accounts", { name: `person-${unique()}`, display: "某人", unit: VILLAGE })).id,
    token: async () => (await made("admin", "/me/tokens", { name: "程序", permissions: ["people.read"], days: 1 })).id,
    scheme: async () => (await w.ok("admin", "GET", `${base}/schemes`)).rows[0].id,
    draft: async () => (await made("admin", `${base}/drafts`, { from: "blank" })).id,
    preset: () => "zengxiang",
    claim,
    photo: async (path) => (await w.ok("recorder", "POST", `${w.claims}/${path.claim}/photos`, photo, { type: "image/png" })).id,
    notice: async () => (await step("published", await step("checked", await claim()))).notice,
    objection: async () => (await made("li", `${base}/notices/${await fresh.notice()}/objections`, { reason: "没有看见" })).id,
    number: async () => (await step("published", await step("checked", await claim()))).number,
  };
  let grids = 9;
  let days = 1000;
  /** A version whose first day is far away. */
  const waiting = async () => (await made("admin", `${base}/schemes?from=${w.today(++days)}${meeting(w.today())}`, `${scheme}# ${unique()}\n`, { type: "text/yaml" })).id;

  /** Claims in the state that an action needs. */
  const CLAIM_FOR = {
    submit: async () => (await w.did("grid1", await claim(), "return", { reason: "写清楚" })).id,
    reject: async () => (await step("published", await step("checked", await claim()))).id,
    publish: async () => (await step("checked", await claim())).id,
    approve: async () => ripe.pop(),
    record: async () => (await step("approved", ripe.pop())).id,
    false: async () => (await step("recorded", await step("approved", ripe.pop()))).id,
    slip: async () => (await step("recorded", await step("approved", ripe.pop()))).id,
  };

  async function pathOf(o) {
    const values = {};
    if (o.path.endsWith("/unpledge")) {
      values.household = await fresh.household();
      await made("admin", `${base}/households/${values.household}/pledge`, {});
    }
    if (o.path.endsWith("/schemes/{scheme}/withdraw")) values.scheme = await waiting();
    if (o.path.endsWith("/restore")) {
      values.draft = await fresh.draft();
      expect(await w.call("admin", "DELETE", `${base}/drafts/${values.draft}`, undefined, { match: '"1"' }), 204);
    }
    for (const p of o.inPath) {
      const action = p.name === "claim" && CLAIM_FOR[o.path.split("/")[5]];
      if (p.name === "grant") values.grant = (await made("admin", `/accounts/${values.account}/grants`, { role: "recorder", region: VILLAGE })).grants[0].id;
      else values[p.name] ??= await (action || fresh[p.name])(values);
      assert.ok(values[p.name], `${o.name}: ${p.name}`);
    }
    return values;
  }

  // ---- values ----

  const today = () => w.today();
  /** What a field means beyond its schema: a value, or null for "leave it out of valid requests". */
  const MEANING = {
    village: () => VILLAGE, region: () => VILLAGE, unit: () => VILLAGE, parent: () => "441621102000",
    resident: () => w.residents.王梅, leader_resident: () => w.residents.王梅, signer: () => w.residents.王梅, objector: () => "村民某某",
    household: () => w.households.王梅, account: () => null, subject: () => w.residents.王梅, notice: () => null,
    grid: () => "01.01", phone: () => `138${String(10_000_000 + ++count).slice(-8)}`, id_number: () => null,
    on: today, first: today, from: today, to: today, deed_on: today, meeting_on: today, birth: () => "1990-01-01", after: () => null,
    item: () => "A03", rule: () => "A03", tags: () => [], tag: () => "党员", role: () => "recorder", number: () => `N${unique()}`,
    permissions: () => ["people.read"], version: () => null, level: () => null, difficulty: () => null, reverse: () => null, quantity: () => null, chosen: () => "2.00",
    year: () => Number(w.today().slice(0, 4)),
  };
  /** The same for one operation. */
  const HERE = {
    "POST /villages/{village}/simulations": { period: () => "2026-Q3" },
    "POST /villages/{village}/simulations/export": { period: () => "2026-Q3" },
    "POST /villages/{village}/simulations/subjects/{subject}": { period: () => "2026-Q3" },
    "GET /villages/{village}/explain/{kind}/{subject}": { period: () => "2026-Q3" },
    "POST /session": { name: () => "zhang", password: () => PASSWORD, code: () => null },
    "POST /me/password": { current: () => PASSWORD, password: () => "shan-zhi-novel-2027" },
  };
  Object.assign(HERE, {
    "POST /accounts": { name: () => `person-${unique()}`, phone: MEANING.phone, household: () => w.households.王梅 },
    "POST /accounts/{account}/grants": { household: () => null, grid: () => null },
    "POST /villages/{village}/residents": { relation: () => "daughter", birth: () => "1990-01-01" },
    "PATCH /villages/{village}/residents/{resident}": { relation: () => "daughter" },
    "POST /villages/{village}/households/{household}/split": { head: () => null },
    "POST /villages/{village}/households/{household}/pledge": { signer: ({ household }) => addTo(household) },
    "POST /villages/{village}/claims": { claimant: () => "proxy", place: () => `路口${unique()}` },
    "POST /schemes/explain": { scheme: () => scheme, facts: () => "subjects: [{id: 7}]", period: () => "2026" },
    "POST /schemes/award": { scheme: () => scheme, facts: () => "deed: {item: C05, on: 2026-03-20}" },
    "POST /schemes/diff": { before: () => scheme, after: () => scheme },
    "POST /villages/{village}/residents/{resident}/account": { name: () => `person-${unique()}` },
    "POST /villages/{village}/grids": { code: () => `03.${++grids}` },
    "POST /villages/{village}/groups": { name: () => `第${unique()}组` },
    "PATCH /villages/{village}/groups/{group}": { name: () => `第${unique()}组` },
    "POST /villages/{village}/organisations": { name: () => `商店${unique()}` },
    "PATCH /villages/{village}/organisations/{organisation}": { name: () => `商店${unique()}` },
    "POST /villages/{village}/tags": { code: () => `t_${unique()}`, name: () => `标签${unique()}` },
    "POST /villages/{village}/schemes": { votes_for: () => 3, from: () => w.today(++days) },
    "POST /villages/{village}/drafts": { from: () => "blank", id: () => null, preset: () => "zengxiang" },
    "POST /villages/{village}/drafts/{draft}/adopt": { from: () => w.today(++days), votes_for: () => 3 },
    "GET /villages/{village}/drafts/{draft}/diff": { against: () => null },
    "GET /villages/{village}/schemes/{scheme}/diff": { against: () => null },
    "GET /villages/{village}/schemes/{scheme}/template": { template: () => null },
    "GET /villages/{village}/drafts/{draft}/template": { template: () => null },
    "GET /regions/{region}/schemes": { template: () => null, draft: () => null },
    "POST /villages/{village}/claims/batch": { action: () => "publish" },
    "GET /public/villages/{village}/scheme/estimate": { class: () => "resident", difficulty: () => null },
    "GET /villages/{village}/estimate": { difficulty: () => null },
  });



  /** A valid value of a field, or null: leave it out. */
  async function value(o, key, schema, path) {
    const s = simple(doc, resolve(doc, schema));
    const own = HERE[o.name]?.[key] ?? MEANING[key];
    if (own) return own(path);
    if (key === "claims") return [(await step("checked", await claim())).id];
    if (key === "into") return fresh.household();
    if (key === "residents") return [await addTo(path.household)];
    if (key === "head") return path.household ? addTo(path.household) : null;
    if (key === "group") return fresh.group();
    if (key === "staff") return [{ duty: "head", name: "刘网" }];
    if (s.enum) return s.enum.find((one) => one !== null);
    switch (typeOf(s)) {
      case "string": return [..."某村民帮助邻居"].slice(0, Math.max(s.minLength ?? 1, Math.min(s.maxLength ?? 7, 7))).join("").padEnd(s.minLength ?? 0, "好");
      case "integer": return Math.max(s.minimum ?? 1, 1);
      case "boolean": return false;
      case "array": return [];
      default: throw new Error(`${o.name}: no value for ${key}`);
    }
  }
  const addTo = async (household) => (await made("admin", `${base}/residents`, { household, name: `家人${word()}`, ...PERSON })).id;

  // What is right only together with others.
  const WITH = {
    "POST /villages/{village}/residents": PERSON,
    "POST /accounts": { village: VILLAGE, resident: w.residents.王梅, household: w.households.王梅 },
    "POST /accounts/{account}/grants": { region: VILLAGE },
  };
  async function bodyOf(o, path, optional) {
    const s = resolve(doc, o.schema), body = { ...WITH[o.name] };
    for (const key of [...(s.required ?? []), ...optional]) {
      const v = await value(o, key, s.properties[key], path);
      if (v !== null) body[key] = v;
    }
    return body;
  }
  async function queryOf(o, optional) {
    const query = [];
    for (const p of o.inQuery) {
      if (!p.required && !optional.includes(p.name)) continue;
      const v = await value(o, p.name, p.schema, {});
      if (v !== null) query.push([p.name, String(v)]);
    }
    return query;
  }
  const RAW = {
    "POST /regions/import": () => "code,name\n440000000000,广东省\n",
    "POST /villages/{village}/residents/import": () => `${csv}R${unique()},林一,男,1980-01-01,户主,01.01\n`,
    "POST /villages/{village}/schemes": () => `${scheme}# ${unique()}\n`,
    "PUT /villages/{village}/drafts/{draft}": () => scheme,
    "POST /schemes/check": () => scheme,
    "POST /villages/{village}/simulations": () => scheme,
    "POST /villages/{village}/simulations/export": () => scheme,
    "POST /villages/{village}/simulations/subjects/{subject}": () => scheme,
    "POST /schemes/print": () => scheme,
    "POST /schemes/choices": () => scheme,
    "POST /villages/{village}/claims/{claim}/photos": () => photo,
  };

  /** Somebody whom nobody misses, and an auditor. */
  function people() {
    for (const name of ["spare", "audit"])
      w.server.command(["account", "add", name, "--display", name, "--password-stdin", "--village", VILLAGE], { input: `${PASSWORD}\n`, env: { SHANZHI_TEST_CLOCK: w.clock } });
    w.server.command(["account", "grant", "audit", "auditor"], { env: { SHANZHI_TEST_CLOCK: w.clock } });
  }

  /** Claims old enough to be approved, and a grid to add to. */
  async function ripen() {
    for (let i = 0; i < 14; i++) ripe.push((await step("published", await step("checked", await claim()))).id);
    await w.days(4);
    await made("admin", `${base}/grids`, { code: "03", name: "第三网格" });
  }

  return { people, ripen, pathOf, queryOf, bodyOf, rawOf: (o) => RAW[o.name](), value };
}
