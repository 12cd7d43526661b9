// The comparison of recordings: what it sees, what a block of the list excuses, and what it does not let pass.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { partOf, read, write } from "./answers.mjs";
import { differences, readWanted, tell, unexcused } from "./compare.mjs";
import { namesOf } from "./names.mjs";

const claims = "GET /villages/{village}/claims as cadre";
const answer = (more = {}) => ({ status: 200, headers: { etag: '"1"' }, body: { rows: [{ id: "#a", state: "checked" }, { id: "#b", state: "recorded" }], total: 2 }, ...more });
const was = new Map([[claims, answer()], ["GET /todo as li", { status: 403, headers: {}, body: { type: "/problems/forbidden" } }]]);
/** The recording after `change` was done to the answer of `ask`. */
function changed(change, ask = claims) {
  const is = structuredClone(was);
  change(is.get(ask), is);
  return differences(was, is).map((d) => [d.ask, d.field, d.before, d.after]);
}

describe("a difference is seen, and named by its field", () => {
  const cases = [
    ["a status", (a) => { a.status = 201; }, "status", "200", "201"],
    ["a refusal, as one", (a) => Object.assign(a, { status: 404, headers: {}, body: { type: "/problems/not-found" } }), "status", "200", '"404 /problems/not-found"'],
    ["a header", (a) => { a.headers.etag = '"2"'; }, "header etag", '"\\"1\\""', '"\\"2\\""'],
    ["a header that is gone", (a) => { delete a.headers.etag; }, "header etag", '"\\"1\\""', "absent"],
    ["a field of a row", (a) => { a.body.rows[1].state = "reversed"; }, "/rows/1/state", '"recorded"', '"reversed"'],
    ["a dropped field", (a) => { delete a.body.rows[0].state; }, "/rows/0/state", '"checked"', "absent"],
    ["a new field", (a) => { a.body["a/b"] = null; }, "/a~1b", "absent", "null"],
    ["another type", (a) => { a.body.total = "2"; }, "/total", "2", '"2"'],
    ["a row more", (a) => { a.body.rows.push(7); }, "/rows/2", "absent", "7"],
    ["another order", (a) => { a.body.rows.reverse(); }, "/rows order", '"0 1"', '"1 0"'],
    ["no body", (a) => { delete a.body; }, "body", JSON.stringify(answer().body), "absent"],
    ["a request that is gone", (a, is) => { is.delete(claims); }, "answered", "true", "absent"],
  ];
  for (const [label, change, ...field] of cases) test(label, () => assert.deepEqual(changed(change), [[claims, ...field]]));
  test("another refusal", () => assert.deepEqual(changed((a) => { a.status = 404; a.body.type = "/problems/not-found"; }, "GET /todo as li"),
    [["GET /todo as li", "status", '"403 /problems/forbidden"', '"404 /problems/not-found"']]));
  test("a new request", () => assert.deepEqual(changed((a, is) => is.set("GET /new", answer())), [["GET /new", "answered", "absent", "true"]]));
  test("two fields are two differences", () => assert.equal(changed((a) => { a.status = 201; a.body.total = 3; }).length, 2));
  test("nothing", () => assert.deepEqual(changed(() => {}), []));
  test("what a command prints", () => {
    const [before, after] = [["a", "b"], ["a", "c"]].map((out) => new Map([["shanzhi x", { status: 0, out, err: [""] }]]));
    assert.deepEqual(differences(before, after).map((d) => [d.field, d.before, d.after]), [["out/1", '"b"', '"c"']]);
  });
});

describe("the list of wanted differences", () => {
  const one = { ask: claims, field: "/total", before: "2", after: "3" };
  const block = (more = {}) => Object.entries({ ...one, why: "The demo grew.", ...more }).map(([k, v]) => `${k} ${v}`).join("\n");
  const check = (found, text) => unexcused(found, readWanted(text));

  test("a block excuses its field and no other", () => {
    const other = { ...one, field: "/rows/0/state" };
    assert.deepEqual(check([one, other], block()), { left: [other], faults: [] });
  });
  for (const [label, more] of Object.entries({ "another request": { ask: "GET /todo as li" }, "another field": { field: "/totals" }, "another before": { before: "1" }, "another after": { after: "4" } }))
    test(`a block of ${label} excuses nothing, and is a fault itself`, () => {
      const { left, faults } = check([one], block(more));
      assert.deepEqual(left, [one]);
      assert.match(faults[0], /^wanted:1: excuses 0 differences, not 1/);
    });
  test("a block that is not used any more is a fault", () => assert.equal(check([], block()).faults.length, 1));
  test("twice the same block: the second is not used", () => assert.equal(check([one], `${block()}\n\n${block()}`).faults.length, 1));
  test("many requests, one field, and as many as it says", () => {
    const two = [one, { ...one, ask: "GET /villages/{village}/claims as admin" }, { ...one, ask: "GET /todo as li" }];
    const text = (times) => block({ ask: "GET /villages/{village}/claims as *", times });
    assert.deepEqual(check(two, text(2)), { left: [two[2]], faults: [] });
    assert.match(check(two, text(3)).faults[0], /excuses 2 differences, not 3/);
  });
  test("what is no list is refused, with its line", () => {
    for (const [text, what] of [[block({ field: "/rows/*/state" }), /a field has no wildcard/], [block({ ask: "GET *" }), /`times` goes with/], [block({ times: 2 }), /`times` goes with/],
      [`ask ${claims}\nfield status`, /wanted:1: before, after, why is missing/], [block({ reason: "x" }), /wanted:6: reason is none of/], ["ask", /wanted:1: no "key value"/], [`${block()}\nask x`, /wanted:6: ask twice/]])
      assert.throws(() => readWanted(text), what);
    assert.deepEqual(readWanted("# a remark\n\n# another\n"), []);
  });
  test("differences are told in the list's own form, the same ones of many requests once", () => {
    const text = tell([one, { ...one, ask: "GET /b" }, { ...one, field: "status" }]);
    assert.equal(text, `ask    ${claims}\nfield  /total\nbefore 2\nafter  3\n# and 1 more: GET /b\n\nask    ${claims}\nfield  status\nbefore 2\nafter  3`);
    assert.deepEqual(unexcused([one], readWanted(`${text.split("\n\n")[0]}\nwhy    x`)), { left: [], faults: [] });
  });
});

describe("answers in files", () => {
  test("come back as they were, a long body once", () => {
    const folder = mkdtempSync(join(tmpdir(), "shanzhi-record-")), long = { text: "长".repeat(400) };
    const answers = new Map([["GET /b as x", answer({ body: long })], ["GET /b as w", answer({ body: long })], ["GET /b", answer()], ["GET /c", { status: 204, headers: {} }]]);
    try {
      write(folder, answers);
      assert.deepEqual(differences(answers, read(folder)), []);
      assert.equal(read(folder).size, 4);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  test("a part of the API has a file", () => {
    assert.deepEqual(["GET /public/villages/{village}/board.pdf as li", "POST /villages/{village}/claims/{claim}/check", "GET /public/villages/{village}", "GET /me/tokens?limit=1", "GET server/desk/", "shanzhi help"].map(partOf),
      ["board", "claims", "villages", "me", "server", "commands"]);
  });
});

describe("names of what differs from run to run", () => {
  test("an id has one name, by the place where it was first seen; others beside it do not change that", () => {
    const name = (ids, at) => namesOf().plain(ids, at);
    const [a, b] = name([372326471180288, 372326471180289], "GET /x");
    assert.match(a, /^#[0-9a-f]{10}$/);
    assert.notEqual(a, b);
    assert.deepEqual(name([372399999999999, 372326471180288], "GET /x"), [a, b]);
    const { plain, call } = namesOf();
    call(372326471180288, "#稻谷");
    assert.deepEqual(plain({ id: 372326471180288, path: "/claims/372326471180288", code: "v372326471180288" }, "GET /y"), { id: "#稻谷", path: "/claims/#稻谷", code: "v#稻谷" });
  });
  test("what is no id stays", () => {
    const { plain } = namesOf();
    for (const v of [12, 441621102205, "441621102205", "9007199254740991", 9007199254740991, "441621198003159018", null, true]) assert.deepEqual(plain(v, "x"), v);
  });
  test("secrets and places", () => {
    const { plain } = namesOf([["/tmp/shanzhi-test-x", "‹data›"]]);
    assert.deepEqual(plain({ token: "abc", csrf: null, text: "at /tmp/shanzhi-test-x and 127.0.0.1:4711", cookie: "shanzhi_session=Zm9vYmFyZm9vYmFyZm9vYmFy; Path=/" }, "x"),
      { token: "‹secret›", csrf: null, text: "at ‹data› and 127.0.0.1:‹port›", cookie: "shanzhi_session=‹secret›; Path=/" });
  });
});
