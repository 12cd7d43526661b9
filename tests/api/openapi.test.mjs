// The API document: consistent in itself, complete against the route table, and honest about the server.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { expect, run, serveForFile } from "./harness.mjs";
import { check, resolve } from "./schema.mjs";

const doc = JSON.parse(run(["openapi"]).stdout);
const routes = JSON.parse(run(["routes", "--json"]).stdout);
const s = await serveForFile();

// POSTs without a key: their answers hold what must not be kept in a table of stored answers.
const NO_KEY = new Set([
  "POST /villages/{village}/residents/{resident}/unmask", // full names and numbers
  "POST /villages/{village}/residents/{resident}/account", // a one-time password
  "POST /villages/{village}/residents/export", // a file
]);

const operations = Object.entries(doc.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation, name: `${method.toUpperCase()} ${path}` })));

/** Every object in the document, with its place. */
function* walk(at, place = "#") {
  if (at === null || typeof at !== "object") return;
  yield [at, place];
  for (const [key, v] of Object.entries(at)) yield* walk(v, `${place}/${key.replaceAll("/", "~1")}`);
}

describe("the API document", () => {
  test("is OpenAPI 3.1 and the one that is served", async () => {
    assert.match(doc.openapi, /^3\.1\.\d+$/);
    assert.deepEqual(expect(await s.raw("GET", "/api/v1/openapi.json"), 200).body, doc);
  });
  test("every reference leads somewhere, and every component is used", () => {
    const used = new Set();
    for (const [at, place] of walk(doc)) {
      if (at.$ref === undefined) continue;
      assert.doesNotThrow(() => resolve(doc, at), `${place}: ${at.$ref}`);
      used.add(at.$ref);
    }
    for (const [kind, all] of Object.entries(doc.components)) {
      if (kind === "securitySchemes") continue;
      for (const name of Object.keys(all)) {
        const optional = name === "IfMatchOptional" || name === "Link"; // when no route has one
        assert.ok(optional || used.has(`#/components/${kind}/${name}`), `${kind}/${name} is not used`);
      }
    }
  });
  test("every row of the route tables is an operation, and nothing else", () => {
    assert.deepEqual(operations.map((o) => o.name).sort(), routes.map((r) => `${r.method} ${r.path}`).sort());
    assert.ok(routes.length > 20);
  });
  test("operationIds differ, tags are declared", () => {
    const ids = operations.map((o) => o.operation.operationId);
    assert.equal(new Set(ids).size, ids.length);
    const tags = new Set(doc.tags.map((t) => t.name));
    for (const o of operations) for (const tag of o.operation.tags) assert.ok(tags.has(tag), `${o.name}: ${tag}`);
  });
  for (const o of operations) {
    test(`${o.name} is described`, () => {
      const { operation: op, path } = o;
      const route = routes.find((r) => r.method === o.method.toUpperCase() && r.path === path);
      assert.ok(op.summary?.length > 5, "a summary");
      assert.equal(op["x-permission"], route.permission);
      const parameters = op.parameters.map((p) => resolve(doc, p));
      const inPath = parameters.filter((p) => p.in === "path").map((p) => p.name).sort();
      assert.deepEqual(inPath, [...path.matchAll(/\{([^}]+)\}/g)].map((m) => m[1]).sort(), "path parameters");
      for (const p of parameters) {
        assert.ok(p.schema && p.name, JSON.stringify(p));
        if (p.in === "path") assert.equal(p.required, true, p.name);
        if (p.in !== "header") assert.ok(p.schema.type, `${p.name} has a type`);
        assert.ok(p.description, `${p.name} has a description`);
      }
      assert.equal(new Set(parameters.map((p) => `${p.in} ${p.name}`)).size, parameters.length, "no parameter twice");
      const statuses = Object.keys(op.responses);
      assert.equal(statuses.filter((x) => x < 300).length, 1, "one success");
      for (const x of ["400", "429", "500", "503"]) assert.ok(statuses.includes(x), `${x} is there`);
      const open = route.permission === "public";
      assert.equal(op.security.length === 0, open, "security");
      if (!open) for (const x of ["401", "403"]) assert.ok(statuses.includes(x), `${x} is there`);
      const key = parameters.find((p) => p.name === "Idempotency-Key");
      if (key) for (const x of ["409", "422"]) assert.ok(statuses.includes(x), `${x} is there`);
      if (o.method === "post" && route.writes && !open && !NO_KEY.has(o.name)) assert.ok(key?.required, "a POST asks for an Idempotency-Key");
      const match = parameters.find((p) => p.name === "If-Match");
      if (match?.required) for (const x of ["412", "428"]) assert.ok(statuses.includes(x), `${x} is there`);
      for (const [status, r] of Object.entries(op.responses)) {
        assert.ok(r.description, `${status} is described`);
        if (status < 400) continue;
        assert.deepEqual(Object.keys(r.content), ["application/problem+json"]);
      }
    });
  }
  test("every schema says what it is, and nothing more is allowed", () => {
    for (const [name, schema] of Object.entries(doc.components.schemas)) {
      assert.equal(schema.type, "object", name);
      assert.equal(schema.additionalProperties, false, name);
      for (const key of schema.required ?? []) assert.ok(schema.properties[key], `${name}: ${key} is required but not there`);
      for (const [key, p] of Object.entries(schema.properties)) {
        assert.match(key, /^[a-z][a-z0-9_]*$/, `${name}.${key}`);
        if (p.pattern) assert.doesNotThrow(() => new RegExp(p.pattern, "u"), `${name}.${key}: ${p.pattern}`);
        if (p.minimum !== undefined && p.maximum !== undefined) assert.ok(p.minimum <= p.maximum, `${name}.${key}`);
      }
    }
  });
  test("as a stranger: every operation that is not public is 401, by the document", async () => {
    for (const o of operations) {
      const path = o.path.replace(/\{(\w+)\}/g, (_, n) => {
        const p = o.operation.parameters.map((x) => resolve(doc, x)).find((x) => x.name === n);
        return p.schema.pattern?.includes("[0-9]{11}") ? "441621102205" : p.schema.enum?.[0] ?? "1";
      });
      const r = await s.api(o.method.toUpperCase(), path, {
        body: o.operation.requestBody ? "{}" : undefined,
        type: Object.keys(o.operation.requestBody?.content ?? {})[0],
        match: '"1"',
      });
      const response = o.operation.responses[r.status];
      assert.ok(response, `${o.name}: ${r.status} is not in the document: ${r.text}`);
      if (o.operation.security.length) assert.equal(r.status, 401, `${o.name}: ${r.text}`);
      else assert.ok(r.status < 500, `${o.name}: ${r.status} ${r.text}`);
      if (r.body) assert.deepEqual(check(doc, Object.values(response.content)[0].schema, r.body), [], o.name);
    }
  });
});
