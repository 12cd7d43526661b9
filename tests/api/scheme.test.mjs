// The rules of a village over HTTP: the checker, adoption, versions, and the rules as a villager reads them.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { today as day } from "./clock.mjs";
import { expect, freshData, problem, root, run, serve, steps } from "./harness.mjs";
import { meeting } from "./world.mjs";

const VILLAGE = "441621102205";
const OTHER = "441621102232";
const PASSWORD = "paddy-and-tea-9";
const zengxiang = readFileSync(join(root, "schemes/zengxiang.yaml"), "utf8");
const yaml = { type: "text/yaml" };

const place = freshData();
let server, admin, villager;

function cli(...args) {
  const input = args.includes("--password-stdin") ? `${PASSWORD}\n` : undefined;
  const r = run([...args, ...place.flags], { input });
  assert.equal(r.status, 0, `${args.join(" ")}: ${r.stderr}`);
  return r.stdout;
}

before(async () => {
  cli("init");
  cli("region", "import", join(root, "share/regions/441621.csv"));
  cli("account", "add", "lk-admin", "--unit", VILLAGE, "--password-stdin");
  cli("account", "grant", "lk-admin", "village_admin", "--region", VILLAGE);
  cli("account", "add", "lk-cadre", "--unit", VILLAGE, "--password-stdin");
  cli("account", "grant", "lk-cadre", "cadre", "--region", VILLAGE);
  server = await serve({ place });
  admin = await server.signIn("lk-admin", PASSWORD);
  villager = await server.signIn("lk-cadre", PASSWORD);
});
after(async () => { await server?.stop(); });

const post = (path, body, more) => server.api("POST", path, { as: admin, body, ...yaml, ...more });

steps("a village and its scheme", () => server, [
  ["without a scheme there are no rules", async () => {
    problem(await server.api("GET", `/public/villages/${VILLAGE}/scheme`), 409, "no-scheme");
    const r = expect(await server.api("GET", `/villages/${VILLAGE}/schemes`, { as: admin }), 200);
    assert.deepEqual(r.body.rows, []);
  }],
  ["the checker reads the preset in words", async () => {
    const r = expect(await post("/schemes/check", zengxiang), 200).body;
    assert.equal(r.ok, true);
    assert.deepEqual([r.errors, r.warnings, r.findings.length], [0, 0, 0]);
    assert.equal(r.rules.categories.flatMap((c) => c.items).length, 32);
  }],
  ["texts are explained, compared and told", async () => {
    const facts = "subjects:\n  - {id: 7, class: resident, deeds: [{item: C05, on: 2026-03-20, quantity: 3.5, claim: self}]}\n";
    const call = (path, body) => server.api("POST", path, { as: villager, body });
    const x = expect(await call("/schemes/explain", { scheme: zengxiang, facts, period: "2026" }), 200).body;
    assert.equal(x.ok, true);
    const points = x.subjects[0].numbers.find((n) => n.code === "points");
    assert.deepEqual([points.value, points.tree.points], ["7.00", "7.00"]);
    assert.equal(expect(await call("/schemes/explain", { scheme: zengxiang, facts, period: "2026", subject: 8 }), 200).body.ok, false);
    assert.equal(expect(await call("/schemes/explain", { scheme: zengxiang, facts, period: "someday" }), 200).body.problem.field, "period");
    const broken = expect(await call("/schemes/explain", { scheme: "a: b", facts: "c: d", period: "2026" }), 200).body;
    assert.deepEqual([broken.ok, broken.subjects, broken.village], [false, [], null]);
    assert.ok(broken.findings.some((f) => f.path === "a") && broken.facts_findings.some((f) => f.path === "c"));
    const a = expect(await call("/schemes/award", { scheme: zengxiang, facts: JSON.stringify({ deed: { item: "C05", on: "2026-03-20", quantity: 3.5, claim: "self" } }) }), 200).body;
    assert.deepEqual([a.ok, a.points], [true, "7.00"]);
    const d = expect(await call("/schemes/diff", { before: zengxiang, after: zengxiang.replace("days: 3", "days: 5") }), 200).body;
    assert.deepEqual(d.changes.map((c) => c.path), ["publicity/days"]);
    const n = expect(await post("/schemes/print", zengxiang), 200).body;
    assert.ok(n.text.startsWith("曾巷村社会治理积分细则"));
    assert.ok(expect(await post("/schemes/choices", zengxiang), 200).body.choices.length > 10);
    const schema = expect(await server.api("GET", "/schemes/schema", { as: villager }), 200);
    assert.equal(typeof schema.body, "object");
    problem(await server.api("POST", "/schemes/explain", { body: { scheme: "", facts: "", period: "2026" } }), 401, "sign-in");
  }],
  ["the checker tells every error with its place, in both languages", async () => {
    const bad = zengxiang.replace("category: 思想政治\n    label: 参加理论宣讲", "category: 思想正治\n    label: 参加理论宣讲").replace("code: B02", "code: B01");
    const r = expect(await post("/schemes/check", bad), 200).body;
    assert.equal(r.ok, false);
    assert.equal(r.rules, null);
    assert.equal(r.errors, 2);
    const lines = bad.split("\n");
    for (const f of r.findings) assert.ok(lines[f.line - 1].slice(f.column - 1).length > 0, JSON.stringify(f));
    assert.match(r.findings[0].zh, /是不是“思想政治”/);
    assert.match(r.findings[1].en, /code "B01" is used already/);
    assert.equal(lines[r.findings[1].line - 1].trim(), "- code: B01");
  }],
  ["a scheme with errors is not adopted", async () => {
    const r = problem(await post(`/villages/${VILLAGE}/schemes?from=2026-01-01`, "scheme: x\n"), 422, "scheme");
    assert.ok(r.body.errors.length >= 3, r.text);
    assert.match(r.body.errors[0].field, /^1:1/);
  }],
  ["the meeting's day cannot be in the future", async () => {
    problem(await post(`/villages/${VILLAGE}/schemes?from=2026-01-01&meeting_on=${day(2)}`, zengxiang), 422, "meeting");
  }],
  ["adopted from a date, with the meeting and its votes", async (t) => {
    const r = expect(await post(`/villages/${VILLAGE}/schemes?from=2026-01-01&meeting_on=2025-12-20&votes_for=41&votes_against=2&votes_abstain=1`, zengxiang), 201);
    t.first = r.body.id;
    assert.equal(r.body.from, "2026-01-01");
    assert.equal(r.body.in_force, true);
    assert.equal(r.body.meeting, "村民代表会议"); // the text says it
    assert.equal(r.body.votes_for, 41);
  }],
  ["the public rules are grouped by category and read like a notice", async (t) => {
    const r = expect(await server.api("GET", `/public/villages/${VILLAGE}/scheme`), 200).body;
    assert.equal(r.version, t.first);
    assert.equal(r.title, "曾巷村社会治理积分细则");
    assert.deepEqual(r.categories.map((c) => c.label), ["思想政治", "平安稳定", "村建设", "奖励惩罚"]);
    assert.deepEqual(r.classes.map((c) => c.label), ["村民", "党员", "家庭", "单位"]);
    assert.deepEqual(r.balances.map((b) => b.code), ["honour", "spendable"]);
    assert.equal(r.false_claim_times, 2);
    assert.equal(r.publicity_days, 3);
    assert.equal(r.meeting_on, "2025-12-20");
    const items = Object.fromEntries(r.categories.flatMap((c) => c.items).map((i) => [i.code, i]));
    assert.equal(items.C05.points_text, "每小时2分");
    assert.equal(items.C05.cap_text, "每月最多40分");
    assert.deepEqual(items.C05.caps, [{ times: null, points: "40.00", per: "month" }]);
    assert.equal(items.A03.points_text, "2分至10分，由初审人评定");
    assert.deepEqual([items.A03.min, items.A03.max], ["2.00", "10.00"]);
    assert.deepEqual(items.D01.levels[1], { name: "镇", min: "10.00", max: "10.00" });
    assert.equal(items.D06.deduction, true);
    assert.equal(items.D06.clause, "曾巷村村规民约第七条");
    assert.deepEqual(items.D06.claimants, ["recorder"]);
    for (const i of Object.values(items)) assert.ok(i.source && i.choice, i.code);
  }],
  ["the past had no rules, and asking for it says so", async () => {
    problem(await server.api("GET", `/public/villages/${VILLAGE}/scheme?on=2025-12-31`), 409, "no-scheme");
  }],
  ["the past is not rewritten", async () => {
    problem(await post(`/villages/${VILLAGE}/schemes?from=${day(-1)}`, zengxiang), 409, "scheme-from");
    problem(await post(`/villages/${VILLAGE}/schemes?from=2026-01-01`, zengxiang), 409, "duplicate");
  }],
  ["a new version takes force later; until then the old one holds", async (t) => {
    const text = zengxiang.replace("times: 2\n\nitems", "times: 3\n\nitems");
    const incomplete = problem(await post(`/villages/${VILLAGE}/schemes?from=${day(30)}`, text), 422, "meeting");
    assert.deepEqual(incomplete.body.errors.map((e) => e.field), ["meeting", "meeting_on", "votes_for", "votes_against", "votes_abstain", "minutes"]);
    const r = expect(await post(`/villages/${VILLAGE}/schemes?from=${day(30)}${meeting(day(0))}`, text), 201);
    t.second = r.body.id;
    assert.equal(r.body.in_force, false);
    const now = expect(await server.api("GET", `/public/villages/${VILLAGE}/scheme`), 200).body;
    assert.equal(now.version, t.first);
    const then = expect(await server.api("GET", `/public/villages/${VILLAGE}/scheme?on=${day(30)}`), 200).body;
    assert.equal(then.version, t.second);
    assert.equal(then.false_claim_times, 3);
  }],
  ["versions are kept, newest first, page by page, each with its text", async (t) => {
    const one = expect(await server.api("GET", `/villages/${VILLAGE}/schemes?limit=1`, { as: villager }), 200).body;
    assert.deepEqual(one.rows.map((v) => v.id), [t.second]);
    const two = expect(await server.api("GET", `/villages/${VILLAGE}/schemes?limit=1&after=${encodeURIComponent(one.next)}`, { as: villager }), 200).body;
    assert.deepEqual(two.rows.map((v) => [v.id, v.in_force]), [[t.first, true]]);
    assert.equal(two.next, null);
    const v = expect(await server.api("GET", `/villages/${VILLAGE}/schemes/${t.first}`, { as: villager }), 200).body;
    assert.equal(v.text, zengxiang);
    problem(await server.api("GET", `/villages/${OTHER}/schemes/${t.first}`, { as: villager }), 404, "not-found");
  }],
  ["who may not adopt", async () => {
    problem(await server.api("POST", `/villages/${VILLAGE}/schemes?from=${day(60)}`, { as: villager, body: zengxiang, ...yaml }), 403, "forbidden");
    problem(await post(`/villages/${OTHER}/schemes?from=${day(60)}`, zengxiang), 403, "forbidden");
    problem(await server.api("POST", "/schemes/check", { body: zengxiang, ...yaml }), 401, "sign-in");
  }],
]);

describe("bad input", () => {
  test("hostile texts get findings, not a crash", async () => {
    const texts = {
      empty: "", binary: Buffer.from([0, 1, 2, 0xff, 0xfe]), bomb: "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b,*b,*b]\n",
      deep: "[".repeat(5000), huge: "x: " + "a".repeat(600_000), html: 'scheme: "<script>alert(1)</script>"\ntitle: "\'; DROP TABLE scheme_version; --"\n',
      tag: "!!python/object:os.system {}\n", merge: "<<: {scheme: x}\n", two: "scheme: a\n---\nscheme: b\n",
    };
    for (const [name, body] of Object.entries(texts)) {
      const r = await post("/schemes/check", body);
      if (name === "empty" && r.status !== 200) { assert.equal(r.status, 400, r.text); continue; }
      expect(r, 200);
      assert.equal(r.body.ok, false, name);
      assert.ok(r.body.findings.length > 0, name);
    }
  });
  test("another media type, an unknown village", async () => {
    problem(await server.api("POST", "/schemes/check", { as: admin, body: zengxiang, type: "application/x-zip" }), 415, "media-type");
    problem(await post("/villages/12/schemes?from=2026-01-01", zengxiang), 400, "invalid");
    const r = problem(await post(`/villages/${VILLAGE}/schemes`, zengxiang), 400, "invalid");
    assert.match(r.text, /"from"/);
  });
});

describe("the commands", () => {
  test("scheme check names file, line and column and fails on an error", () => {
    const good = run(["scheme", "check", "--choices", join(root, "schemes/zengxiang.yaml")]);
    assert.equal(good.status, 0, good.stdout);
    assert.match(good.stdout, /32 items/);
    assert.match(good.stdout, /积分项目“参加义务劳动、清理村道河道”：每小时2分，每月最多40分（/);
    const bad = run(["scheme", "check", "-"], { input: zengxiang.replace("points: 1\n", "pionts: 1\n") });
    assert.equal(bad.status, 1);
    assert.match(bad.stdout, /^-:\d+:5: error 错误 items\/0\/pionts .*“points”.*did you mean "points"\?$/m);
    assert.equal(run(["scheme", "check"]).status, 2);
    assert.equal(run(["scheme", "check", "/nowhere.yaml"]).status, 1);
  });
  test("the schema is JSON and closed", () => {
    const r = run(["scheme", "schema"]);
    const schema = JSON.parse(r.stdout);
    for (const [name, shape] of Object.entries(schema.$defs)) assert.equal(shape.additionalProperties, false, name);
    assert.equal(schema.$defs.item.properties["分值"]["x-same-as"], "points");
    assert.ok(JSON.parse(run(["scheme", "schema", "--facts"]).stdout).$defs.deed.properties.item);
  });
  test("every preset passes the checker, and its choices are listed", () => {
    const files = readdirSync(join(root, "schemes")).filter((f) => f.endsWith(".yaml")).map((f) => join(root, "schemes", f));
    const r = run(["scheme", "check", "--choices", ...files]);
    assert.equal(r.status, 0, r.stdout);
    assert.ok(files.length >= 12);
    assert.doesNotMatch(r.stdout, /error|warning/);
    assert.match(r.stdout, /称号“星级文明户”：百分比乘户数舍去零头/);
  });
  test("explain tells how a number came about; diff and print speak in sentences", () => {
    const preset = join(root, "schemes/zhongping.yaml");
    const facts = join(tmpdir(), `facts-${process.pid}.yaml`);
    const changed = join(tmpdir(), `changed-${process.pid}.yaml`);
    const marks = "yard: 15, hall: 9, kitchen: 9, bedroom: 8, toilet: 4, lead: 10, voice: 4, law: 5, support: 5, study: 5, industrious: 4, job: 5, family: 5, neighbours: 5";
    writeFileSync(facts, `subjects:\n  - {id: 12, label: 张三家, visits: [{round: monthly, on: 2026-01-22, marks: {${marks}}}]}\n`);
    writeFileSync(changed, readFileSync(preset, "utf8").replace("equal: 5, points: 5", "equal: 5, points: 6"));
    try {
      const told = run(["scheme", "explain", preset, "--facts", facts, "--period", "2026", "--subject", "12"]);
      assert.equal(told.status, 0, told.stderr);
      assert.match(told.stdout, /每月入户评比 2026-01：得分93，积5分/);
      assert.match(told.stdout, /兑换: 5分可兑5元/);
      assert.equal(run(["scheme", "explain", preset, "--facts", facts, "--period", "2026", "--subject", "13"]).status, 1);
      assert.equal(run(["scheme", "explain", preset, "--facts", preset, "--period", "2026"]).status, 1);
      assert.equal(run(["scheme", "diff", preset, changed]).stdout, "连续奖惩“连续三个月得5分”：加分由5改为6。\n");
      assert.equal(run(["scheme", "diff", preset, preset]).stdout, "两个版本内容相同。\n");
const notice = run(["scheme", "print", preset]).stdout;
      assert.match(notice, /连续三个月得5分/);
      // in English, and as the answers that routes and pages give
      const english = run(["scheme", "explain", preset, "--facts", facts, "--period", "2026", "--subject", "12", "--lang", "en"]).stdout;
      assert.match(english, /exchange: 5 points are 5 yuan/);
      assert.match(run(["scheme", "diff", preset, changed, "--lang", "en"]).stdout, /5.*6/);
      assert.equal(run(["scheme", "diff", preset, changed, "--lang", "fr"]).status, 2);
      const x = JSON.parse(run(["scheme", "explain", preset, "--facts", facts, "--period", "2026", "--json"]).stdout);
      assert.deepEqual([x.ok, x.subjects[0].id, x.subjects[0].exchange.yuan, x.subjects[0].rounds[0].mark], [true, 12, "5.00", "93.00"]);
      assert.equal(JSON.parse(run(["scheme", "diff", preset, changed, "--json"]).stdout).changes.length, 1);
      assert.equal(JSON.parse(run(["scheme", "print", preset, "--json"]).stdout).text, notice);
      assert.equal(run(["scheme", "explain", preset, "--facts", preset, "--period", "2026", "--json"]).status, 1);
    } finally {
      rmSync(facts, { force: true });
      rmSync(changed, { force: true });
    }
  });
  test("a scheme is adopted from the command line as well", () => {
    const out = cli("scheme", "adopt", "--village", OTHER, "--from", "2026-01-01", join(root, "schemes/zengxiang.yaml"));
    assert.match(out, /version 版本 \d+/);
    const again = run(["scheme", "adopt", "--village", OTHER, "--from", "2026-01-01", join(root, "schemes/zengxiang.yaml"), ...place.flags]);
    assert.equal(again.status, 1);
  });
});
