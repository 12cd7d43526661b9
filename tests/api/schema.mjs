// Checks values against the schemas of the API document: the part of JSON Schema 2020-12 that
// src/http/openapi.c writes. A keyword it does not know is an error, so the check cannot go blind.
const KNOWN = new Set(["type", "properties", "required", "additionalProperties", "items", "enum", "pattern", "format",
  "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "anyOf", "$ref", "description"]);

const FORMATS = {
  date: (s) => /^\d{4}-\d\d-\d\d$/.test(s) && !Number.isNaN(Date.parse(s)),
  "date-time": (s) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(s) && !Number.isNaN(Date.parse(s)),
  int64: () => true,
};

function typeOf(v) {
  if (v === null) return "null";
  if (Array.isArray(v)) return "array";
  return Number.isInteger(v) ? "integer" : typeof v;
}

export function resolve(doc, schema) {
  let s = schema;
  while (s.$ref) {
    s = s.$ref.slice(2).split("/").reduce((at, key) => at?.[key], doc);
    if (!s) throw new Error(`${schema.$ref} is nowhere`);
  }
  return s;
}

/** All the ways in which the value breaks the schema: ["rows/0/name: is null"]. */
export function check(doc, schema, value, path = "") {
  const s = resolve(doc, schema);
  const bad = [];
  const say = (what) => bad.push(`${path || "(the answer)"}: ${what}`);
  for (const key of Object.keys(s)) if (!KNOWN.has(key)) say(`unknown keyword ${key} in the schema`);
  if (s.anyOf) {
    const tries = s.anyOf.map((one) => check(doc, one, value, path));
    return tries.some((t) => t.length === 0) ? bad : [...bad, ...tries[0]];
  }
  const type = typeOf(value);
  if (s.type && ![s.type].flat().some((t) => t === type || (t === "number" && type === "integer"))) {
    say(type === "null" ? "is null but the field is not OPT in its record" : `is ${type}, not ${s.type}`);
    return bad;
  }
  if (s.enum && !s.enum.includes(value)) say(`${JSON.stringify(value)} is none of ${s.enum}`);
  if (type === "string") {
    const n = [...value].length;
    if (s.pattern && !new RegExp(s.pattern, "u").test(value)) say(`${JSON.stringify(value)} does not match ${s.pattern}`);
    if (s.minLength > n || s.maxLength < n) say(`has ${n} characters`);
    if (s.format && !FORMATS[s.format]) say(`unknown format ${s.format}`);
    else if (s.format && !FORMATS[s.format](value)) say(`${value} is no ${s.format}`);
  }
  if (type === "integer" && (s.minimum > value || s.maximum < value)) say(`${value} is out of range`);
  if (type === "array") {
    if (s.minItems > value.length || s.maxItems < value.length) say(`has ${value.length} items`);
    if (s.items) value.forEach((v, i) => bad.push(...check(doc, s.items, v, `${path}${path && "/"}${i}`)));
  }
  if (type === "object" && s.properties) {
    for (const key of s.required ?? []) if (!(key in value)) say(`${key} is missing`);
    for (const [key, v] of Object.entries(value)) {
      if (s.properties[key]) bad.push(...check(doc, s.properties[key], v, `${path}${path && "/"}${key}`));
      else if (s.additionalProperties === false) say(`${key} is not in the schema`);
    }
  }
  return bad;
}

/** Finds the operation that serves a path below /api/v1: { template, operation }. */
export function operationFor(doc, method, path) {
  const parts = path.split("?")[0].split("/");
  let best;
  for (const [template, item] of Object.entries(doc.paths)) {
    const t = template.split("/");
    if (t.length !== parts.length || !t.every((p, i) => p[0] === "{" || p === parts[i])) continue;
    const literals = t.filter((p) => p[0] !== "{").length;
    if (!best || literals > best.literals) best = { template, literals, item };
  }
  const operation = best?.item[method.toLowerCase()];
  return operation && { template: best.template, operation };
}

/** What is wrong with an answer by the document; [] when nothing is. */
export function checkAnswer(doc, method, path, r) {
  const found = operationFor(doc, method, path);
  if (!found) return []; // 404, 405: not an operation
  const response = found.operation.responses[r.status];
  const where = `${method} ${found.template} answered ${r.status}`;
  if (!response) return [`${where}, which the document does not mention (declare the error in the route)`];
  const types = Object.keys(response.content ?? {});
  const type = (r.headers["content-type"] ?? "").split(";")[0];
  if (!types.length) return r.text ? [`${where} with a body`] : [];
  if (!types.includes(type)) return [`${where} as ${type}, not ${types}`];
  if (!/json/.test(type) || r.headers["content-encoding"]) return [];
  return check(doc, response.content[type].schema, r.body).map((w) => `${where}: ${w}`);
}

/** Does the operation draw a sheet of paper? That takes a hundred times the work of other answers. */
export const drawsPaper = (operation) => Object.values(operation.responses).some((r) => r.content?.["application/pdf"]);
