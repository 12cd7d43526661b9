// Every operation of the API document as everybody: a new route is asked because it is in the document. What is read is read
// with ids of the story, what is written with input that is right (tests/api/inputs.mjs), the least powerful first; then by
// the one who may with everything that is wrong in one place.
import { OTHER, VILLAGE } from "../api/world.mjs";
import { filled, simple, typeOf, who } from "../api/inputs.mjs";
import { drawsPaper, resolve } from "../api/schema.mjs";

/** Who asks: strangers and foreigners first, so that they do not find done what others did. */
const CALLERS = [null, "huang", "gridb", "cadreb", "adminb", "townb", "countyb", "li", "zhang", "shop", "officer", "assessor", "grid2", "grid1",
  "audit", "sec", "county", "supervisor", "recorder", "cadre", "town", "sys", "admin"];
const FEW = [null, "huang", "zhang", "admin"]; // of what is public
const PAPER = [null, "zhang", "admin"]; // a sheet of paper takes a hundred times the work of other answers
const ABROAD = ["zhang", "grid1", "admin", "town"]; // ask for another village
const FIRST = 8; // the length of a chain of pages that is followed

const query = (list) => (list.length ? `?${new URLSearchParams(list)}` : "");
const isOwn = (o) => /^\/(session|sessions|me\/(password|totp.*))$/.test(o.path); // one's own sign-in: the story has it
const reads = (o) => o.method === "get";

/** `tape`, `make` = inputs(w, doc), `ids` by the names of path parameters. */
export function walkOf(w, doc, operations, make, tape, ids) {
  const ask = (o, as, path, more = {}) => tape.ask(as, o.method.toUpperCase(), `${filled(o, path)}${query(more.query ?? [])}`,
    { type: o.media[0], ...more, label: `${o.path}${query(more.query ?? [])}` });
  const known = (o) => ({ village: VILLAGE, region: VILLAGE, ...Object.fromEntries(o.inPath.filter((p) => p.name in ids).map((p) => [p.name, ids[p.name]])) });
  const body = async (o, path, optional = []) => (o.schema ? make.bodyOf(o, path, optional) : o.media.length ? make.rawOf(o) : undefined);
  const fields = (o) => (o.schema ? resolve(doc, o.schema).properties : {});
  const tag = async (o, path) => (o.matched && doc.paths[o.path].get ? (await w.call("admin", "GET", filled(o, path))).etag : '"1"');
  const abroad = (o, path) => ({ ...path, ...(path.village && { village: OTHER }), ...(path.region && { region: OTHER }) });
  const inPlace = (o) => /\{(village|region)\}/.test(o.path);

  /** Everybody reads. */
  async function everybodyReads(o) {
    const path = known(o), required = await make.queryOf(o, []);
    const callers = drawsPaper(o.operation) ? PAPER : o.permission === "public" ? FEW : CALLERS;
    for (const as of callers) await ask(o, as, path, { query: required });
    if (inPlace(o) && !drawsPaper(o.operation)) for (const as of ABROAD) await ask(o, as, abroad(o, path), { query: required, note: "abroad" });
  }

  /** The one who may: in English, by each parameter, page by page, again with what was answered. */
  async function oneReads(o) {
    const as = who(o), path = known(o), required = await make.queryOf(o, []);
    const first = await ask(o, as, path, { query: required, lang: "en" });
    if (drawsPaper(o.operation)) return;
    if (first.etag) await ask(o, as, path, { query: required, lang: "en", headers: { "if-none-match": first.etag }, note: "that has it" });
    for (const p of o.inQuery.filter((one) => !one.required)) {
      const one = await make.queryOf(o, [p.name]);
      if (one.length > required.length) await ask(o, as, path, { query: one });
    }
    const all = await make.queryOf(o, o.inQuery.map((p) => p.name));
    if (all.length > required.length + 1) await ask(o, as, path, { query: all, note: "all at once" });
    if (!o.inQuery.some((p) => p.name === "after")) return;
    for (let n = 1, after = []; after && n <= FIRST; n++) {
      const r = await tape.ask(as, "GET", `${filled(o, path)}${query([...required, ["limit", "2"], ...after])}`, { label: `${o.path}?limit=2`, note: `page ${n}` });
      after = r.body?.next ? [["after", r.body.next]] : null;
    }
  }

  /** Everybody writes to the same, with the version of the moment. */
  async function everybodyWrites(o) {
    const path = await make.pathOf(o), required = await make.queryOf(o, []);
    for (const as of drawsPaper(o.operation) ? PAPER : CALLERS)
      await ask(o, as, path, { query: required, body: await body(o, path), match: o.matched && await tag(o, path) });
    const sent = inPlace(o) && await body(o, path);
    if (inPlace(o)) for (const as of ABROAD) await ask(o, as, abroad(o, path), { query: required, body: sent, match: o.matched && '"1"', note: "abroad" });
  }

  /** With all that one may say, in English, twice with the same key; and a version that is not the row's. */
  async function oneWrites(o) {
    const as = who(o), path = await make.pathOf(o), required = await make.queryOf(o, o.inQuery.map((p) => p.name));
    const sent = await body(o, path, Object.keys(fields(o)).filter((key) => !resolve(doc, o.schema).required?.includes(key)));
    const key = `again ${o.name}`.replace(/\W+/g, "-").slice(0, 60), match = o.matched && await tag(o, path);
    if (o.matched) await ask(o, as, path, { query: required, body: sent, match: '"99"', note: "with an old version" });
    const r = await ask(o, as, path, { query: required, body: sent, match, key, lang: "en", note: "in full" });
    if (o.keyed && r.status < 300) await ask(o, as, path, { query: required, body: sent, match, key, lang: "en", note: "in full, again" });
    if (o.keyed && r.status < 300 && o.schema) await ask(o, as, path, { query: required, body: { ...sent, other: 1 }, match, key, note: "in full, another with the same key" });
  }

  /** A value of each field that breaks its schema, chosen by `how`. */
  const wrong = (o, how) => Object.fromEntries(Object.entries(fields(o)).map(([key, p]) => [key, how(simple(doc, resolve(doc, p)))]));
  const otherType = (s) => (typeOf(s) === "string" ? 7 : "x");
  const outside = (s) => {
    if (s.enum) return "none of these";
    if (typeOf(s) === "string") return "长".repeat((s.maxLength ?? 500) + 1);
    if (typeOf(s) === "integer") return (s.minimum ?? 0) - 1;
    if (typeOf(s) === "array") return Array.from({ length: (s.maxItems ?? 200) + 1 }, () => 1);
    return null;
  };

  async function badBodies(o, as, path, required) {
    const send = (sent, note, more = {}) => ask(o, as, path, { query: required, body: sent, match: o.matched && '"1"', note, ...more });
    if (o.matched) await send("{}", "without a version", { match: undefined });
    if (o.matched) await send("{}", "with a version that is none", { match: "3" });
    if (o.keyed) await send("{}", "without a key", { key: null });
    if (!o.media.length) return;
    await send("x", "as a form", { type: "application/x-www-form-urlencoded" });
    if (!o.schema) return;
    await send({}, "with nothing");
    await send({ ...wrong(o, otherType), unknown: 1 }, "with other types", { lang: "en" });
    await send(wrong(o, outside), "with too much");
    await send("[]", "with a list");
    await send('{"a":', "with half a body");
  }

  async function bad(o) {
    const as = who(o), first = (p) => p.schema.enum?.[0] ?? (p.name === "grid" ? "09" : "1");
    const path = Object.fromEntries(o.inPath.map((p) => [p.name, p.name === "village" || p.name === "region" ? VILLAGE : first(p)]));
    const required = await make.queryOf(o, []), sent = await body(o, { ...path, household: w.households.王梅 });
    const match = o.matched && '"1"';
    if (!reads(o)) await badBodies(o, as, path, required);
    for (const p of o.inPath.filter((one) => one.name !== "village"))
      for (const v of ["x", "0", "9007199254740991"])
        await ask(o, as, { ...path, [p.name]: v }, { query: required, body: sent, match, note: `with ${p.name} ${v}` });
    if (path.village) await ask(o, as, { ...path, village: "12" }, { query: required, body: sent, match, note: "with village 12" });
    if (o.inQuery.length) await ask(o, as, path, { query: o.inQuery.map((p) => [p.name, "x\u0001"]), body: sent, match, note: "with no such values" });
    await ask(o, as, path, { query: [...required, ["unknown", "1"], ["unknown", "2"]], body: sent, match, lang: "en" });
  }

  /** Of every address: what it allows, and a method that it has not. */
  async function methods() {
    const addresses = [...new Set(operations.map((o) => o.path))];
    for (const path of addresses) {
      const one = operations.find((o) => o.path === path), at = filled(one, { ...Object.fromEntries(one.inPath.map((p) => [p.name, "1"])), village: VILLAGE, region: VILLAGE });
      for (const method of ["OPTIONS", ...(doc.paths[path].put ? [] : ["PUT"])]) await tape.ask(null, method, at, { label: path });
      if (doc.paths[path].get && !drawsPaper(doc.paths[path].get) && !path.endsWith("/events")) await tape.ask(who(one), "HEAD", at, { label: path });
    }
  }

  /** Nothing is changed: the lists hold what the story put there. */
  async function read() {
    const all = operations.filter(reads).sort((a, b) => b.path.startsWith("/audit") - a.path.startsWith("/audit"));
    for (const o of all) await everybodyReads(o);
    for (const o of all) await oneReads(o);
    for (const o of all) await bad(o);
    await methods();
  }
  async function change() {
    const all = operations.filter((o) => !reads(o) && !isOwn(o));
    for (const o of all) await bad(o);
    for (const o of all) await everybodyWrites(o);
    for (const o of all) await oneWrites(o);
  }
  return { read, change };
}

/** Operations that no request of the tape did, whatever else it answered. */
export function neverDone(operations, answers) {
  const done = new Set();
  const patterns = operations.map((o) => [o.name, new RegExp(`^${o.method.toUpperCase()} ${o.path.replace(/\{\w+\}/g, "[^/ ?]+")}(\\?\\S*)?( |$)`)]);
  for (const [ask, { status }] of answers)
    if (status < 300) for (const [name, pattern] of patterns) if (pattern.test(ask)) done.add(name);
  return patterns.map(([name]) => name).filter((name) => !done.has(name));
}
