// Passbooks, the list of postings and its export, the public board, and `ledger verify`, over HTTP and the CLI.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { today } from "./clock.mjs";
import { expect, freshData, problem, root, run, serve, steps } from "./harness.mjs";
import { sql } from "./upkeep.mjs";

const VILLAGE = "441621102205";
const OTHER = "441621102232";
const PASSWORD = "paddy-and-tea-9";
const place = freshData();
let server, recorder, villager, worker, households, residents;

function cli(...args) {
  const input = args.includes("--password-stdin") ? `${PASSWORD}\n` : undefined;
  const r = run([...args, ...place.flags], { input });
  assert.equal(r.status, 0, `${args.join(" ")}: ${r.stderr}`);
  return r.stdout;
}

function account(name, role, scope, more = []) {
  cli("account", "add", name, "--unit", VILLAGE, ...more, "--password-stdin");
  cli("account", "grant", name, role, "--region", VILLAGE, ...scope);
  return server.signIn(name, PASSWORD);
}

const opening = (name, rows) => {
  const file = join(place.data, name);
  writeFileSync(file, rows);
  return file;
};

before(async () => {
  cli("init");
  cli("region", "import", join(root, "share/regions/441621.csv"));
  server = await serve({ place });
  const admin = await account("lk-admin", "village_admin", []);
  recorder = await account("lk-recorder", "recorder", []);
  for (const [code, name] of [["01", "大网格"], ["01.01", "东"], ["01.02", "西"]])
    expect(await server.api("POST", `/villages/${VILLAGE}/grids`, { as: admin, body: { code, name } }), 201);
  const csv = "户号,姓名,性别,出生日期,与户主关系,网格\n" + Array.from({ length: 12 }, (_, i) =>
    `${String(i + 1).padStart(3, "0")},${["张三丰", "李四", "王小二"][i % 3]},男,1970-01-01,户主,${i < 6 ? "01.01" : "01.02"}\n`).join("");
  expect(await server.api("POST", `/villages/${VILLAGE}/residents/import`, { as: admin, body: csv, type: "text/csv" }), 200);
  households = expect(await server.api("GET", `/villages/${VILLAGE}/households?limit=100`, { as: admin }), 200).body.rows.sort((a, b) => a.number.localeCompare(b.number));
  residents = expect(await server.api("GET", `/villages/${VILLAGE}/residents?limit=100`, { as: admin }), 200).body.rows;
  assert.equal(households.length, 12);
  const mine = residents.find((x) => x.household === households[0].id);
  villager = await account("lk-villager", "villager", ["--household", String(households[0].id)],
    ["--village", VILLAGE, "--resident", String(mine.id), "--household", String(households[0].id)]);
  worker = await account("lk-grid", "grid_worker", ["--grid", "01.01"]);
});
after(async () => { await server?.stop(); });

const passbook = (i, query = "", as = recorder) => server.api("GET", `/villages/${VILLAGE}/passbooks/household/${households[i].id}${query}`, { as });

steps("from an empty book to the board", () => server, [
  ["without a scheme there is no passbook and no board", async () => {
    problem(await passbook(0), 409, "no-scheme");
    problem(await server.api("GET", `/public/villages/${VILLAGE}/board`), 409, "no-scheme");
    cli("scheme", "adopt", "--village", VILLAGE, "--from", "2026-01-01", join(root, "schemes/zengxiang.yaml"));
  }],
  ["an empty passbook shows the scheme's balances at nothing", async () => {
    const r = expect(await passbook(0), 200).body;
    assert.deepEqual(r, { village: VILLAGE, kind: "household", subject: households[0].id, name: "张*丰户", grid: "01.01", household: households[0].id, active: true,
      balances: [{ currency: "honour", label: "荣誉积分", points: "0.00", entries: 0 }, { currency: "spendable", label: "可兑积分", points: "0.00", entries: 0 }], rows: [], next: null });
  }],
  ["opening balances: every fault is told, nothing is entered", async () => {
    const file = opening("bad.csv", `户号,积分,说明\n001,12.5,纸质存折\n999,3,\n002,-1,\n003,abc,\n004,0,${"长".repeat(200)}\n005,0.01,${"长".repeat(201)}\n`);
    const faults = [["3/户号", "没有这个户号。", "No household has this number."], ...[4, 5, 6].map((n) => [`${n}/积分`, "请写大于0的数，最多两位小数。", "A number above 0 with at most two decimals."]),
      ["7/说明", "最多200个字。", "At most 200 characters."]];
    for (const [tongue, k] of [["zh_CN.UTF-8", 1], ["C", 2]]) {
      const r = run(["ledger", "open", file, "--village", VILLAGE, ...place.flags], { env: { LC_ALL: tongue } });
      assert.deepEqual([r.status, r.stderr.split("\n").filter((l) => l.startsWith("  "))], [1, faults.map((f) => `  ${f[0]}: ${f[k]}`)]);
    }
    assert.deepEqual(expect(await passbook(0), 200).body.rows, []);
  }],
  ["opening balances are entered once", async () => {
    const rows = "户号,积分,说明\n" + [40, 25.5, 25.5, 10, 9, 8, 7, 6].map((p, i) => `${String(i + 1).padStart(3, "0")},${p},2025年纸质存折\n`).join("");
    const file = opening("open.csv", rows);
    assert.match(cli("ledger", "open", "--dry-run", file, "--village", VILLAGE), /8 rows 行, 0 opened/);
    assert.match(cli("ledger", "open", file, "--village", VILLAGE, "--on", "2026-01-01"), /8 rows 行, 8 opened/);
    assert.match(cli("ledger", "open", file, "--village", VILLAGE, "--on", "2026-01-01"), /8 rows 行, 0 opened/);
    assert.match(cli("ledger", "open", "--dry-run", file, "--village", VILLAGE), /^8 rows 行, 0 opened 入账 \(dry run 试运行\)\n$/m);
  }],
  ["the passbook explains the number and names no one in full", async () => {
    const r = expect(await passbook(0), 200).body;
    assert.deepEqual(r.balances.map((b) => b.points), ["40.00", "40.00"]);
    assert.equal(r.rows.length, 1);
    const p = r.rows[0];
    assert.equal(p.points, "40.00");
    assert.equal(p.on, "2026-01-01");
    assert.equal(p.memo, "期初积分40分：2025年纸质存折");
    assert.deepEqual(p.explanation, { op: "opening", zh: p.memo, en: "Opening balance of 40 points: 2025年纸质存折", points: "40.00" });
    assert.deepEqual(p.effects, [["honour", "荣誉积分"], ["spendable", "可兑积分"]].map(([currency, label]) => ({ posting: p.id, currency, label, points: "40.00", after: "40.00" })));
    assert.equal(JSON.stringify(r).includes("张三丰"), false);
  }],
  ["one's own passbook and the household's", async () => {
    const r = expect(await server.api("GET", "/me/passbook", { as: villager }), 200).body;
    assert.equal(r.own.name, "张三丰");
    assert.deepEqual(r.own.balances.map((b) => b.points), ["0.00", "0.00"]);
    assert.equal(r.household.balances[0].points, "40.00");
    assert.equal(r.household.rows.length, 1);
    assert.deepEqual([r.household.name, r.household.subject], ["张三丰", households[0].id]);
    const none = problem(await server.api("GET", "/me/passbook", { as: recorder, lang: "en" }), 404, "not-found");
    assert.equal(none.body.detail, "This account belongs to no resident; ask the village administrator.");
    const alone = await account("lk-alone", "recorder", [], ["--village", VILLAGE, "--resident", String(residents.find((x) => x.household === households[1].id).id)]);
    const own = expect(await server.api("GET", "/me/passbook", { as: alone }), 200).body;
    assert.deepEqual([own.own.name, own.own.subject, own.household], ["李四", residents.find((x) => x.household === households[1].id).id, null]);
  }],
  ["who may look into which passbook", async () => {
    expect(await passbook(0, "", villager), 200);
    problem(await passbook(1, "", villager), 403, "forbidden");
    expect(await passbook(0, "", worker), 200);
    problem(await passbook(8, "", worker), 403, "forbidden");
    problem(await server.api("GET", `/villages/${VILLAGE}/passbooks/household/${households[0].id}`), 401, "sign-in");
    problem(await server.api("GET", `/villages/${OTHER}/passbooks/household/${households[0].id}`, { as: recorder }), 403, "forbidden");
    problem(await server.api("GET", `/villages/${VILLAGE}/passbooks/household/77`, { as: recorder }), 404, "not-found");
    problem(await server.api("GET", `/villages/${VILLAGE}/passbooks/horse/77`, { as: recorder }), 400, "invalid");
    problem(await server.api("GET", `/villages/${VILLAGE}/postings`, { as: worker }), 403, "forbidden");
    problem(await server.api("GET", `/villages/${VILLAGE}/postings/export`, { as: villager }), 403, "forbidden");
  }],
  ["all postings page by page, without gaps or repeats", async () => {
    const seen = [];
    let after = "";
    for (let n = 0; n < 10; n++) {
      const r = expect(await server.api("GET", `/villages/${VILLAGE}/postings?limit=3${after}`, { as: recorder }), 200).body;
      seen.push(...r.rows);
      if (!r.next) break;
      after = `&after=${encodeURIComponent(r.next)}`;
    }
    assert.equal(seen.length, 8);
    const [last] = seen.slice(-1), open = expect(await passbook(0), 200).body.rows[0];
    assert.deepEqual(last, { ...open, kind: "household", subject: households[0].id, name: "张*丰户", grid: "01.01", household: households[0].id, effects: [] });
    assert.deepEqual([open.part, open.rule, open.item, open.cause_kind, open.cause, open.by, open.reversed_by], ["adjust", null, null, "opening", households[0].id, "operator", null]);
    assert.equal(new Set(seen.map((p) => p.id)).size, 8);
    assert.deepEqual(seen.map((p) => p.id), seen.map((p) => p.id).sort((a, b) => b - a));
    problem(await server.api("GET", `/villages/${VILLAGE}/postings?after=forged`, { as: recorder }), 400, "invalid");
  }],
  ["filters", async () => {
    const count = async (query) => expect(await server.api("GET", `/villages/${VILLAGE}/postings?${query}`, { as: recorder }), 200).body.rows.length;
    assert.equal(await count("grid=01"), 8);
    assert.equal(await count("grid=01.01"), 6);
    assert.equal(await count("grid=01.02"), 2);
    assert.equal(await count(`kind=household&subject=${households[1].id}`), 1);
    assert.equal(await count("kind=resident"), 0);
    assert.equal(await count("part=adjust"), 8);
    assert.equal(await count("part=award"), 0);
    assert.equal(await count("rule=C05"), 0);
    assert.equal(await count("from=2026-01-02"), 0);
    assert.equal(await count("to=2025-12-31"), 0);
    assert.equal(await count("from=2026-01-01&to=2026-01-01"), 8);
    problem(await server.api("GET", `/villages/${VILLAGE}/postings?part=theft`, { as: recorder }), 400, "invalid");
  }],
  ["the export is the filtered list as a table for Excel", async () => {
    const r = expect(await server.api("GET", `/villages/${VILLAGE}/postings/export?grid=01.02`, { as: recorder, lang: "zh-CN" }), 200);
    assert.match(r.headers["content-type"], /^text\/csv/);
    assert.deepEqual([...r.bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
    const lines = r.text.replace("\ufeff", "").trim().split(/\r?\n/);
    assert.equal(lines.length, 3);
    assert.match(lines[0], /^业务日期,入账时间,对象,姓名,网格,类型,项目,积分,摘要,状态,录入人,编号$/);
    const rows = expect(await server.api("GET", `/villages/${VILLAGE}/postings?grid=01.02`, { as: recorder }), 200).body.rows;
    const line = (part) => (p) => [p.on, p.at, "household", p.name, "01.02", part, "", p.points, p.memo, "", "operator", p.id].join(",");
    assert.deepEqual(lines.slice(1), rows.map(line("调整")));
    assert.deepEqual(rows.map((p) => [p.points, p.name]), [["6.00", "李*户"], ["7.00", "张*丰户"]]);
    const en = expect(await server.api("GET", `/villages/${VILLAGE}/postings/export?grid=01.02`, { as: recorder, lang: "en" }), 200);
    assert.deepEqual(en.text.replace("\ufeff", "").split("\r\n"), ["date,recorded,kind,name,grid,part,item,points,memo,state,by,id", ...rows.map(line("adjust")), ""]);
  }],
  ["the board: public, masked, equal points share a place", async () => {
    const r = expect(await server.api("GET", `/public/villages/${VILLAGE}/board?kind=household`), 200).body;
    assert.equal(r.label, "荣誉积分");
    assert.deepEqual(r.rows.slice(0, 4).map((b) => [b.rank, b.points]), [[1, "40.00"], [2, "25.50"], [2, "25.50"], [4, "10.00"]]);
    assert.equal(r.rows.length, 8);
    for (const b of r.rows) assert.deepEqual(Object.keys(b).sort(), ["kind", "name", "points", "rank"]);
    assert.equal(/张三丰|李四|王小二/.test(JSON.stringify(r)), false);
    const top = expect(await server.api("GET", `/public/villages/${VILLAGE}/board?kind=household&limit=2`), 200).body;
    assert.equal(top.rows.length, 2);
    // What was earned on paper before counts for life, not for the year.
    assert.deepEqual(expect(await server.api("GET", `/public/villages/${VILLAGE}/board?kind=household&year=2026`), 200).body.rows, []);
    assert.deepEqual(expect(await server.api("GET", `/public/villages/${VILLAGE}/board`), 200).body.rows, []);
    problem(await server.api("GET", `/public/villages/${VILLAGE}/board?limit=5000`), 400, "invalid");
  }],
  ["the books agree with the entries", async () => {
    const out = cli("ledger", "verify", "--village", VILLAGE);
    assert.match(out, /postings 记账 8, entries 分录 32, accounts 账户 16: all balances agree/);
    assert.match(cli("ledger", "verify"), /合计为零/);
    sql(place, "UPDATE ledger_account SET balance = balance + 1 WHERE kind <> 'system' AND currency = 'honour'");
    const bad = run(["ledger", "verify", ...place.flags]), other = run(["ledger", "verify", "--village", OTHER, ...place.flags]);
    assert.equal(bad.status, 1);
    assert.equal(bad.stdout.match(/^balance is not the sum of its entries: village 441621102205, household \d+, honour: \d+\.\d1 instead of \d+\.\d0$/gm).length, 8);
    assert.match(bad.stdout, /postings 记账 8, entries 分录 32, accounts 账户 16: 8 faults 不符\n/);
    assert.equal(other.status, 0);
    assert.match(other.stdout, /postings 记账 0, entries 分录 0, accounts 账户 0: all balances agree/);
    sql(place, "UPDATE ledger_account SET balance = balance - 1 WHERE kind <> 'system' AND currency = 'honour'");
  }],
  ["a scheme with other balances: what was there before stays, behind those of today", async () => {
    const text = readFileSync(join(root, "schemes/zengxiang.yaml"), "utf8").replace("  - code: spendable\n    label: 可兑积分", "  - code: extra\n    label: 新积分");
    cli("scheme", "adopt", "--village", VILLAGE, "--from", today(), opening("other.yaml", text));
    const r = expect(await passbook(0), 200).body;
    assert.deepEqual(r.balances, [{ currency: "honour", label: "荣誉积分", points: "40.00", entries: 1 }, { currency: "extra", label: "新积分", points: "0.00", entries: 0 },
      { currency: "spendable", label: "spendable", points: "40.00", entries: 1 }]);
    assert.deepEqual(r.rows[0].effects.map((e) => e.label), ["荣誉积分", "spendable"]);
    assert.match(cli("ledger", "open", opening("plain.csv", "points,household_number\n3,012\n"), "--village", VILLAGE), /1 rows 行, 1 opened/);
    const late = expect(await passbook(11), 200).body;
    assert.deepEqual(late.balances.map((b) => [b.currency, b.points]), [["honour", "3.00"], ["extra", "3.00"]]);
    assert.deepEqual([late.rows[0].on, late.rows[0].memo, late.rows[0].explanation.en], [today(), "期初积分3分", "Opening balance of 3 points"]);
  }],
]);

describe("the commands", () => {
  test("what they refuse", () => {
    assert.equal(run(["ledger", "open", ...place.flags]).status, 2);
    const file = opening("one.csv", "户号,积分\n012,3\n"), refused = (...args) => {
      const r = run([...args, ...place.flags], { env: { LC_ALL: "C" } });
      assert.equal(r.status, 2, r.stderr);
      return r.stderr;
    };
    assert.match(refused("ledger", "open", file, "--village", "12"), /12 digits/);
    assert.match(refused("ledger", "open", file, "--village", VILLAGE, "--on", "2026-02-30"), /2026-11-21/);
    assert.match(refused("ledger", "open", file, "--village", "12", "--on", "2026-02-30"), /12 digits/);
    assert.match(refused("ledger", "verify", "--village", "12"), /12 digits/);
    const open = run(["ledger", "open", opening("quote.csv", '户号,积分\n"x'), "--village", VILLAGE, ...place.flags], { env: { LC_ALL: "zh_CN.UTF-8" } });
    assert.match(open.stderr, /引号没有闭合。/);
    const empty = run(["ledger", "open", opening("points.csv", "户号,说明\n001,x\n"), "--village", VILLAGE, ...place.flags]);
    assert.equal(empty.status, 1);
    const none = run(["ledger", "open", "/nowhere.csv", "--village", VILLAGE, ...place.flags]);
    assert.equal(none.status, 1);
    const head = run(["ledger", "open", opening("head.csv", "户号,分\n1,2\n"), "--village", VILLAGE, ...place.flags]);
    assert.match(head.stderr, /户号/);
  });
});
