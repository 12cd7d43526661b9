// Division codes, grids with their staff, groups.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { demoData, expect, problem, serve } from "./harness.mjs";

const VILLAGE = "441621102205", OTHER = "441621102232", NOBODY = "441621102001";
const PASSWORD = "shanzhi-demo-2026";
const place = demoData();
let server, admin, grid, sysadmin, town;

before(async () => {
  server = await serve({ place });
  admin = await server.signIn("lk-admin", PASSWORD);
  grid = await server.signIn("lk-grid", PASSWORD);
  town = await server.signIn("town", PASSWORD);
  sysadmin = await server.signIn("sysadmin", PASSWORD);
});
after(async () => { await server?.stop(); });

const importCsv = (text, query = "", as = sysadmin) =>
  server.api("POST", `/regions/import${query}`, { as, body: text, type: "text/csv" });
const fields = (r) => r.body.errors.map((e) => e.field);

describe("division codes", () => {
  test("the county is there, villages under their short names", async () => {
    const towns = expect(await server.api("GET", "/public/regions?parent=441621102000&limit=200"), 200).body;
    assert.equal(towns.rows.length, 34);
    assert.deepEqual(towns.rows.filter((v) => v.active).length, 9);
    const lk = towns.rows.find((v) => v.code === VILLAGE);
    assert.deepEqual([lk.name, lk.official, lk.level, lk.parent], ["礼坑村", "礼坑村村民委员会", 5, "441621102000"]);
  });
  test("found by the beginning of a name or of a code, in pages", async () => {
    const byName = expect(await server.api("GET", `/regions?q=${encodeURIComponent("礼坑")}`, { as: admin }), 200).body;
    assert.deepEqual(byName.rows.map((v) => v.code), [VILLAGE]);
    const seen = [];
    let next = "";
    do {
      const page = expect(await server.api("GET", `/regions?q=441621102&limit=7${next && `&after=${next}`}`, { as: admin }), 200).body;
      seen.push(...page.rows.map((v) => v.code));
      next = page.next;
    } while (next);
    assert.equal(seen.length, 35);
    assert.deepEqual(seen, [...seen].sort());
  });
  test("a wrong file is told every fault by line and column, and nothing of it is written", async () => {
    const text = "code,name\n441622000000,龙川县\n44162,短\n441622100000,\n441622000000,又一个\n990000,没有上级\nabc,字母\n";
    const r = problem(await importCsv(text), 400, "invalid");
    assert.deepEqual(fields(r), ["3/code", "4/name", "7/code"]);
    const later = problem(await importCsv("code,name\n441622000000,龙川县\n441622,又一个\n990100,没有上级\n"), 400, "invalid");
    assert.deepEqual(fields(later), ["3/code", "4/parent"]);
    problem(await server.api("GET", "/regions/441622000000", { as: sysadmin }), 404, "not-found");
  });
  test("GB 18030, quotes, short codes and a dry run", async () => {
    const gb = Buffer.from([...Buffer.from("code,name\r\n441622,\""), 0xc1, 0xfa, 0xb4, 0xa8, 0xcf, 0xd8, ...Buffer.from("\"\r\n")]); // 龙川县
    assert.deepEqual(expect(await importCsv(gb, "?dry_run=true"), 200).body, { rows: 1, added: 1, changed: 0, dry_run: true });
    problem(await server.api("GET", "/regions/441622000000", { as: sysadmin }), 404, "not-found");
    assert.equal(expect(await importCsv(gb), 200).body.added, 1);
    assert.equal(expect(await server.api("GET", "/regions/441622000000", { as: sysadmin }), 200).body.name, "龙川县");
    assert.deepEqual(expect(await importCsv(gb), 200).body, { rows: 1, added: 0, changed: 0, dry_run: false });
    assert.equal(expect(await importCsv("代码,名称\n441622,龙川\n"), 200).body.changed, 1);
  });
  test("a file that is no table", async () => {
    problem(await importCsv("甲,乙\n1,2\n"), 400, "invalid");
    problem(await importCsv("code,name\n"), 400, "invalid");
    problem(await importCsv("code,name\n441622,\"没有结束"), 400, "malformed");
    problem(await importCsv(Buffer.from([0x63, 0x6f, 0xff, 0xff, 0xfe])), 400, "malformed");
    problem(await importCsv("code,name\n441622,龙川县\n", "", admin), 403, "forbidden");
  });
});

describe("grids", () => {
  const grids = `/villages/${VILLAGE}/grids`;
  test("four levels with their staff", async () => {
    const all = expect(await server.api("GET", `${grids}?limit=200`, { as: grid }), 200).body;
    assert.equal(all.rows.length, 49);
    assert.deepEqual([1, 2, 3, 4].map((l) => all.rows.filter((g) => g.level === l).length), [1, 3, 9, 36]);
    const small = all.rows.find((g) => g.code === "01.02.03");
    assert.deepEqual(small.staff.map((s) => s.duty), ["head", "full_time", "part_time", "instructor"]);
    assert.equal(small.head, small.staff[0].name);
    const page = expect(await server.api("GET", `${grids}?limit=10`, { as: grid }), 200).body;
    assert.equal(page.total, 49);
    const second = expect(await server.api("GET", `${grids}?limit=200&after=${page.next}`, { as: grid }), 200).body;
    assert.deepEqual([...page.rows, ...second.rows].map((g) => g.code), all.rows.map((g) => g.code));
  });
  test("added below an existing one, changed with If-Match, deleted when empty", async () => {
    const made = expect(await server.api("POST", grids, { as: admin, body: { code: "01.03.03.05", name: "新建微网格", staff: [{ duty: "head", name: "黄新" }] } }), 201);
    assert.equal(made.body.head, "黄新");
    problem(await server.api("POST", grids, { as: admin, body: { code: "01.03.03.05", name: "再来" } }), 409, "duplicate");
    const path = `${grids}/01.03.03.05`;
    problem(await server.api("PATCH", path, { as: admin, body: { name: "改名" } }), 428, "precondition");
    const changed = expect(await server.api("PATCH", path, { as: admin, match: made.etag, body: { name: "改名", staff: [{ duty: "head", name: "陈二" }, { duty: "part_time", name: "黄新" }] } }), 200);
    assert.equal(changed.body.name, "改名");
    assert.deepEqual(changed.body.staff.map((s) => `${s.duty} ${s.name}`), ["head 陈二", "part_time 黄新"]);
    problem(await server.api("PATCH", path, { as: admin, match: made.etag, body: { name: "晚了" } }), 412, "stale");
    problem(await server.api("PATCH", path, { as: admin, match: changed.etag, body: { staff: [{ duty: "head", name: "甲" }, { duty: "head", name: "乙" }] } }), 400, "invalid");
    expect(await server.api("DELETE", path, { as: admin, match: changed.etag }), 204);
    problem(await server.api("GET", path, { as: admin }), 404, "not-found");
  });
  test("of many edits at once with one If-Match exactly one wins", async () => {
    const path = `${grids}/01.03.03.04`;
    const was = expect(await server.api("GET", path, { as: admin }), 200);
    const all = await Promise.all([...Array(8).keys()].map((i) => server.api("PATCH", path, { as: admin, match: was.etag, body: { name: `同时${i}` } })));
    assert.deepEqual(all.map((r) => r.status).sort(), [200, 412, 412, 412, 412, 412, 412, 412]);
    const won = all.find((r) => r.status === 200).body;
    assert.equal(expect(await server.api("GET", path, { as: admin }), 200).body.name, won.name);
  });
  test("not with households or grids in it, not out of shape, not elsewhere", async () => {
    const micro = expect(await server.api("GET", `${grids}/01.01.01.01`, { as: admin }), 200);
    problem(await server.api("DELETE", `${grids}/01.01.01.01`, { as: admin, match: micro.etag }), 409, "conflict");
    const small = expect(await server.api("GET", `${grids}/01.01.01`, { as: admin }), 200);
    problem(await server.api("DELETE", `${grids}/01.01.01`, { as: admin, match: small.etag }), 409, "conflict");
    for (const code of ["1", "01.1", "01.00", "01.02.03.04.05", "aa", "02.01"])
      problem(await server.api("POST", grids, { as: admin, body: { code, name: "不行" } }), 400, "invalid");
    problem(await server.api("POST", grids, { as: grid, body: { code: "02", name: "不行" } }), 403, "forbidden");
    problem(await server.api("POST", `/villages/${OTHER}/grids`, { as: admin, body: { code: "02", name: "不行" } }), 403, "forbidden");
    problem(await server.api("POST", "/villages/441621102999/grids", { as: sysadmin, body: { code: "01", name: "没有的村" } }), 404, "not-found");
    problem(await server.api("POST", "/villages/441621102000/grids", { as: town, body: { code: "01", name: "不是村" } }), 404, "not-found");
  });
  test("a village's first grid makes it take part", async () => {
    assert.equal(expect(await server.api("GET", `/public/villages/${NOBODY}`), 200).body.active, false);
    expect(await server.api("POST", `/villages/${NOBODY}/grids`, { as: town, body: { code: "01", name: "大网格" } }), 201);
    assert.equal(expect(await server.api("GET", `/public/villages/${NOBODY}`), 200).body.active, true);
  });
});

describe("groups", () => {
  const groups = `/villages/${VILLAGE}/groups`;
  test("added, renamed, deleted; names once per village; not with households in it", async () => {
    const list = expect(await server.api("GET", groups, { as: admin }), 200).body;
    assert.equal(list.total, 9);
    const made = expect(await server.api("POST", groups, { as: admin, body: { name: "新村小组", leader: "黄大" } }), 201);
    problem(await server.api("POST", groups, { as: admin, body: { name: "新村小组" } }), 409, "duplicate");
    problem(await server.api("PATCH", `${groups}/${made.body.id}`, { as: admin, match: made.etag, body: { name: list.rows[0].name } }), 409, "duplicate");
    const changed = expect(await server.api("PATCH", `${groups}/${made.body.id}`, { as: admin, match: made.etag, body: { leader: "黄二" } }), 200);
    assert.deepEqual([changed.body.name, changed.body.leader], ["新村小组", "黄二"]);
    problem(await server.api("DELETE", `${groups}/${made.body.id}`, { as: admin, match: made.etag }), 412, "stale");
    expect(await server.api("DELETE", `${groups}/${made.body.id}`, { as: admin, match: changed.etag }), 204);
    problem(await server.api("DELETE", `${groups}/${list.rows[0].id}`, { as: admin, match: `"${list.rows[0].version}"` }), 409, "conflict");
    problem(await server.api("PATCH", `/villages/${OTHER}/groups/${list.rows[0].id}`, { as: admin, match: '"1"', body: { name: "x" } }), 403, "forbidden");
    const other = await server.signIn("gt-admin", PASSWORD);
    problem(await server.api("PATCH", `/villages/${OTHER}/groups/${list.rows[0].id}`, { as: other, match: '"1"', body: { name: "x" } }), 404, "not-found");
  });
});
