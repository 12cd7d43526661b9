// A draft tried on a village's real past: what the registers, claims and books say, through the present scheme and the
// draft; pages, filters, export, the command, and who may ask.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { expect, problem, root, run, steps } from "./harness.mjs";
import { OTHER, VILLAGE, world, meeting } from "./world.mjs";

const zengxiang = readFileSync(join(root, "schemes/zengxiang.yaml"), "utf8");
/** Half of voluntary labour, nothing for protecting public things, and ten times the rate. */
const draft = zengxiang
  .replace("label: 参加义务劳动、清理村道河道\n    for: [村民, 党员, 家庭, 单位]\n    points: 2", "label: 参加义务劳动、清理村道河道\n    for: [村民, 党员, 家庭, 单位]\n    points: 1")
  .replace("code: A04", "code: A94")
  .replace("rate: 0.1", "rate: 1");
const path = `/villages/${VILLAGE}/simulations`;
const yaml = { type: "text/yaml" };
let w;

before(async () => {
  w = await world();
  // A year's ranking is of a year: the eighty days before the story and the seventy that it takes stand in one.
  await w.daysUntil((day) => day.slice(5) >= "04-01" && day.slice(5) <= "10-01");
});
after(async () => { await w?.server.stop(); });

const span = () => `from=${w.today(-80)}&to=${w.today()}`;
const simulate = (who, text = draft, query = "", more = {}) => w.call(who, "POST", `${path}?${query.includes("period=") ? "" : span()}${query}`, text, { ...yaml, ...more });
const by = (rows) => Object.fromEntries(rows.map((r) => [r.id, r]));

steps("a draft on what really happened", () => w.server, [
  ["deeds are recorded, one is found false, one waits; points from paper are opened", async (t) => {
    await w.claimed("recorded"); // 张小丰, A04: 3 points
    await w.claimed("recorded", w.deed("王梅", { item: "C05", quantity: "3.00" }), "zhang"); // 6 points
    const found = await w.claimed("recorded", w.deed("张小丰", { item: "A03", chosen: "5.00", place: "晒谷场" }));
    await w.did("supervisor", found, "false", { reason: "查明不实" }); // −10
    await w.claimed("submitted", w.deed("王梅", { item: "A04", place: "桥头" }));
    await w.claimed("submitted", w.deed("王梅", { item: "A04", place: "早先", deed_on: w.today(-85) })); // before the days of the trial
    await w.ok("huang", "POST", `/villages/${OTHER}/claims`, w.deed("黄外村")); // another village's
    const file = join(w.server.data, "opening.csv");
    writeFileSync(file, "户号,积分,说明\n002,10,旧存折\n");
    w.server.command(["ledger", "open", file, "--village", VILLAGE, "--on", w.today()], { env: { SHANZHI_TEST_CLOCK: w.clock } });
    t.zhang = w.residents["张小丰"];
    t.mei = w.residents["王梅"];
    t.li = w.households["李大海"];
  }],
  ["who gains and who loses, to the point", async (t) => {
    const r = expect(await simulate("cadre"), 200).body;
    const rows = by(r.rows);
    assert.deepEqual([rows[t.zhang].now, rows[t.zhang].draft, rows[t.zhang].change], ["-7.00", "-10.00", "-3.00"]); // 3 − 10; A04 is gone
    assert.deepEqual([rows[t.mei].now, rows[t.mei].draft, rows[t.mei].change], ["6.00", "3.00", "-3.00"]);
    assert.deepEqual([rows[t.li].now, rows[t.li].draft], ["10.00", "10.00"]);
    assert.deepEqual([r.subjects, r.gain, r.lose, r.same, r.total], [13, 0, 2, 11, 13]); // 8 residents and 5 households
    assert.deepEqual([r.now_spread.sum, r.draft_spread.sum], ["9.00", "3.00"]);
    assert.equal(r.now_spread.zero, 10);
    assert.deepEqual([r.now_cost.rate, r.now_cost.total], ["0.10", "1.60"]); // 6 + 10 points
    assert.deepEqual([r.draft_cost.total, r.draft_cost.ceiling, r.draft_cost.over], ["13.00", "16.00", false]);
    assert.equal(r.now.title, "曾巷村社会治理积分细则");
    assert.ok(r.now.version);
    assert.equal(r.draft.version, null);
  }],
  ["what the draft cannot place is told, and what has not been decided", async () => {
    const r = expect(await simulate("cadre"), 200).body;
    assert.deepEqual(r.misses.map((m) => [m.scheme, m.reason, m.code, m.times, m.assumed]), [["draft", "item_gone", "A04", 1, false]]);
    assert.ok(r.notes.some((n) => /还有1件申报没有办完/.test(n)), r.notes.join("\n"));
    const c05 = r.items.find((i) => i.code === "C05");
    assert.deepEqual([c05.now, c05.draft, c05.now_times, c05.draft_times], ["6.00", "3.00", 1, 1]);
    assert.equal(r.items.find((i) => i.code === "A04").draft_lost, 1);
    const en = expect(await simulate("cadre", draft, "", { lang: "en" }), 200).body;
    assert.equal(en.misses[0].text, "the scheme has no such item");
    assert.ok(en.notes.some((n) => /1 claims are not decided/.test(n)));
  }],
  ["names are masked", async (t) => {
    const r = await simulate("admin");
    assert.equal(by(expect(r, 200).body.rows)[t.zhang].label, "张*丰");
    assert.doesNotMatch(r.text, /张小丰|王梅|李大海/);
  }],
  ["why one loses: both trees", async (t) => {
    const one = (id, text = draft, who = "cadre") => w.call(who, "POST", `${path}/subjects/${id}?${span()}`, text, yaml);
    const r = expect(await one(t.mei), 200).body;
    const value = (s) => s.numbers.find((n) => n.code === "points");
    assert.deepEqual([value(r.now).value, value(r.draft).value], ["6.00", "3.00"]);
    assert.match(JSON.stringify(value(r.now).tree), /每小时2分×3小时=6分/);
    assert.match(JSON.stringify(value(r.draft).tree), /每小时1分×3小时=3分/);
    problem(await one(4711), 404, "not-found");
    problem(await one(t.mei, draft + "\nhousehold: {average: participating}\n"), 404, "not-found"); // she stands in her household
    problem(await one(t.mei, draft, "zhang"), 403, "forbidden");
  }],
  ["pages and filters add up", async (t) => {
    const seen = [];
    for (let next = ""; next !== null;) {
      const r = expect(await simulate("cadre", draft, `&limit=5${next ? `&after=${next}` : ""}`), 200).body;
      assert.ok(r.rows.length <= 5);
      seen.push(...r.rows.map((x) => x.id));
      next = r.next;
    }
    assert.equal(seen.length, 13);
    assert.equal(new Set(seen).size, 13);
    const lose = [];
    for (let next = ""; next !== null;) {
      const r = expect(await simulate("cadre", draft, `&show=lose&limit=1${next ? `&after=${next}` : ""}`), 200).body;
      assert.equal(r.total, 2);
      lose.push(...r.rows.map((x) => x.id));
      next = r.next;
    }
    assert.deepEqual(lose.sort(), [t.zhang, t.mei].sort());
    assert.equal(expect(await simulate("cadre", draft, "&show=gain"), 200).body.total, 0);
    assert.equal(expect(await simulate("cadre", draft, "&class=household"), 200).body.total, 5);
    assert.deepEqual(expect(await simulate("cadre", draft, `&q=${encodeURIComponent("王梅")}`), 200).body.rows.map((x) => x.id), [t.mei]);
    problem(await simulate("cadre", draft, "&after=nonsense"), 400, "invalid");
  }],
  ["a draft that adds up households takes members together", async (t) => {
    const homes = draft + "\nhousehold: {average: participating}\nrankings: [{code: r, label: 户均排名, by: average}]\ntitles: [{code: t, label: 模范户, ranking: r, ladder: [{code: a, label: 第一名, places: 1}]}]\n";
    const r = expect(await simulate("cadre", homes), 200).body;
    assert.equal(r.subjects, 5);
    const zhang = by(r.rows)[w.households["张小丰"]];
    assert.deepEqual([zhang.now, zhang.draft], ["-1.00", "-7.00"]); // −7 + 6; −10 + 3
    assert.equal(r.titles_changed, 1);
    assert.deepEqual([r.titles[0].id, r.titles[0].was, r.titles[0].becomes], [t.li, null, "第一名"]);
    assert.equal(expect(await simulate("cadre", homes, "&show=titles"), 200).body.total, 1);
    assert.ok(r.notes.some((n) => /全部家庭成员/.test(n)));
  }],
  ["against the scheme in force nothing changes", async () => {
    const r = expect(await simulate("cadre", zengxiang), 200).body;
    assert.deepEqual([r.gain, r.lose, r.titles_changed, r.misses.length], [0, 0, 0, 0]);
    assert.deepEqual(r.now_spread, r.draft_spread);
  }],
  ["the table for spreadsheets has everybody", async (t) => {
    const r = expect(await w.call("cadre", "POST", `${path}/export?${span()}`, draft, yaml), 200);
    const lines = r.text.trim().split("\r\n").join("\n").split("\n");
    assert.equal(lines.length, 14);
    assert.match(lines[0], /编号,对象,类别/);
    assert.ok(lines.some((l) => l.startsWith(`${t.mei},王*,resident,,6.00,3.00,-3.00`)), r.text);
  }],
  ["the same on the command line", async () => {
    const file = join(w.server.data, "draft.yaml");
    writeFileSync(file, draft);
    const year = w.today().slice(0, 4);
    const r = w.server.command(["scheme", "simulate", file, "--village", VILLAGE, "--period", year], { env: { SHANZHI_TEST_CLOCK: w.clock } });
    assert.match(r.stdout, /共13个对象：增加0，减少2，不变11/);
    assert.match(r.stdout, /王\* 6 → 3 \(-3\)/);
    assert.match(r.stdout, /草案 爱护公物、制止破坏行为: 方案里没有这个项目，1件/);
  }],
  ["a text with errors tells all of them", async () => {
    const r = problem(await simulate("cadre", "scheme: x\n"), 422, "scheme");
    assert.ok(r.body.errors.length >= 3);
  }],
  ["this year if no period is said, and only a sensible one", async () => {
    for (const q of ["?period=2026-13", "?period=life", `?from=${w.today()}&to=${w.today(-1)}`, "?from=2026-02-30"])
      problem(await w.call("cadre", "POST", `${path}${q}`, draft, yaml), 400, "invalid");
    const year = w.today().slice(0, 4);
    const r = expect(await w.call("cadre", "POST", path, draft, yaml), 200).body;
    assert.deepEqual([r.from, r.to], [`${year}-01-01`, `${year}-12-31`]);
  }],
  ["staff of the village and the township may ask; villagers, grid workers and neighbours may not", async () => {
    for (const who of ["cadre", "recorder", "supervisor", "admin", "town"]) expect(await simulate(who), 200);
    for (const who of ["zhang", "grid1", "sys", "cadreb", "adminb"]) problem(await simulate(who), 403, "forbidden");
    problem(await w.call(null, "POST", `${path}?${span()}`, draft, yaml), 401, "sign-in");
    problem(await w.call("cadre", "POST", `/villages/${OTHER}/simulations?${span()}`, draft, yaml), 403, "forbidden");
  }],
]);

steps("how a household came to its points", () => w.server, [
  ["each deed with its rule and what the books hold", async (t) => {
    t.zhang = w.residents["张小丰"];
    t.explain = (who, kind, id, query = span(), more) => w.call(who, "GET", `/villages/${VILLAGE}/explain/${kind}/${id}?${query}`, undefined, more);
    const r = expect(await t.explain("cadre", "resident", t.zhang), 200).body;
    assert.equal(r.name, "张*丰");
    assert.deepEqual(r.deeds.map((d) => [d.item, d.state, d.computed, d.booked, d.same]).sort(),
      [["A03", "reversed", "-10.00", "-10.00", true], ["A04", "recorded", "3.00", "3.00", true]]);
    assert.match(r.deeds.find((d) => d.item === "A04").text, /爱护公物、制止破坏行为（A04）/);
    assert.equal(r.deeds.find((d) => d.item === "A04").tree.points, "3.00");
    assert.deepEqual([r.computed, r.booked, r.difference], ["-7.00", "-7.00", "0.00"]);
    const points = r.result.numbers.find((n) => n.code === "points");
    assert.equal(points.value, "-7.00"); // the engine, over the same deeds
    assert.equal(points.tree.points, "-7.00");
    assert.equal(points.tree.from.length, 2);
    assert.equal(r.versions.length, 1);
    assert.ok(r.notes.some((n) => /先冲正，再加倍扣分/.test(n)));
  }],
  ["points from paper are told apart from deeds", async (t) => {
    const r = expect(await t.explain("admin", "household", w.households["李大海"]), 200).body;
    assert.deepEqual(r.others.map((o) => [o.points, o.text]), [["10.00", "期初积分10分：旧存折"]]);
    assert.deepEqual([r.computed, r.booked, r.deeds.length], ["10.00", "10.00", 0]);
  }],
  ["villagers see their own and their household's, with their name; nobody else's", async (t) => {
    const own = expect(await t.explain("zhang", "resident", t.zhang), 200).body;
    assert.equal(own.name, "张小丰");
    expect(await t.explain("zhang", "resident", w.residents["王梅"]), 200); // of the same household
    expect(await t.explain("zhang", "household", w.households["张小丰"]), 200);
    problem(await t.explain("zhang", "resident", w.residents["李大海"]), 403, "forbidden");
    expect(await t.explain("grid1", "resident", t.zhang), 200);
    problem(await t.explain("grid2", "resident", t.zhang), 403, "forbidden"); // another grid
    problem(await t.explain("cadreb", "resident", t.zhang), 403, "forbidden");
    problem(await t.explain(null, "resident", t.zhang), 401, "sign-in");
    problem(await t.explain("cadre", "resident", 4711), 404, "not-found");
    problem(await t.explain("cadre", "resident", t.zhang, "period=20x6"), 400, "invalid");
  }],
  ["a second version: each deed by the version of its day, sums by the last", async (t) => {
    const yaml2 = zengxiang.replace("label: 爱护公物、制止破坏行为\n    for: [村民, 党员]\n    points: 3", "label: 爱护公物、制止破坏行为\n    for: [村民, 党员]\n    points: 4")
      .replace("cap: {times: 3, per: month}\n    source: 000 篇2 二（二）1 爱护公物", "cap: {times: 2, per: year}\n    source: 000 篇2 二（二）1 爱护公物")
      + "\nrankings: [{code: r, label: 积分排名, by: points, within: class}]\ntitles: [{code: t, label: 积分能手, ranking: r, ladder: [{code: a, label: 第一名, places: 1}]}]\n";
    const from = w.today(1);
    t.second = (await w.ok("admin", "POST", `/villages/${VILLAGE}/schemes?from=${from}${meeting(w.today())}`, yaml2, yaml)).id;
    await w.days(1);
    await w.claimed("recorded", w.deed("王梅", { place: "二月桥" })); // 4 points by the new version
    await w.claimed("recorded", w.deed("王梅", { place: "三月桥" })); // a second one
    const days = `from=${w.today(-89)}&to=${w.today()}`;
    const r = expect(await t.explain("cadre", "resident", w.residents["王梅"], days), 200).body;
    assert.equal(r.versions.length, 2);
    assert.deepEqual(r.deeds.map((d) => [d.item, d.computed, d.version === t.second]), [["C05", "6.00", false], ["A04", "4.00", true], ["A04", "4.00", true]]);
    assert.deepEqual([r.computed, r.booked, r.difference], ["14.00", "14.00", "0.00"]);
    assert.equal(r.result.numbers.find((n) => n.code === "points").value, "14.00");
    const rank = r.result.ranks.find((x) => x.code === "r");
    assert.deepEqual([rank.rank, rank.value], [1, "14.00"]); // 张小丰's two deeds are worth -7.00 by the first version
    assert.equal(r.result.titles.find((x) => x.code === "t").name, "第一名");
    assert.ok(r.notes.some((n) => /换过方案/.test(n)));
    // A trial over both versions says that it applies one to all.
    const s = expect(await w.call("cadre", "POST", `${path}?${days}`, draft, yaml), 200).body;
    assert.ok(s.notes.some((n) => /换过方案/.test(n)), s.notes.join("\n"));
    assert.equal(by(s.rows)[w.residents["王梅"]].now, "14.00"); // 6 + 4 + 4 by the second version alone
  }],
  ["under a cap the books count as recorded, the explanation by day: told, and the sum is the same", async (t) => {
    await w.daysUntil((day) => day.endsWith("-02")); // a month in which she has done nothing yet: the cap is a month's
    const [first, second] = [w.today(-1), w.today()];
    await w.claimed("recorded", w.deed("王梅", { item: "C05", quantity: "15.00", deed_on: second, place: "东渠" })); // 30
    await w.claimed("recorded", w.deed("王梅", { item: "C05", quantity: "10.00", deed_on: first, place: "西渠" })); // 10 are left of 40
    const r = expect(await t.explain("cadre", "resident", w.residents["王梅"], `from=${first}&to=${second}`), 200).body;
    const c05 = r.deeds.filter((d) => d.item === "C05");
    assert.deepEqual(c05.map((d) => d.booked).sort(), ["10.00", "30.00"]);
    assert.equal(r.difference, "0.00");
    assert.deepEqual(c05.map((d) => [d.computed, d.booked, d.same]), [["20.00", "10.00", false], ["20.00", "30.00", false]]);
    assert.ok(r.notes.some((n) => /录入的先后/.test(n)), r.notes.join("\n"));
  }],
  ["a cap of the new version counts what the old one gave", async (t) => {
    // 张小丰 had one A04 by the first version; by the second, two a year: one more counts, then none.
    await w.claimed("recorded", w.deed("张小丰", { place: "四月桥" }));
    const days = `from=${w.today(-89)}&to=${w.today()}`;
    const r = expect(await t.explain("cadre", "resident", t.zhang, days), 200).body;
    const a04 = r.deeds.filter((d) => d.item === "A04");
    assert.deepEqual(a04.map((d) => [d.computed, d.booked]), [["3.00", "3.00"], ["4.00", "4.00"]]);
    problem(await w.call("zhang", "POST", w.claims, w.deed("张小丰", { place: "五月桥" })), 409, "over-cap"); // the claim's own counting agrees
  }],
]);

test("a county's facts are a stream of documents: the same result, and a fault has its line in the whole file", () => {
  const dir = mkdtempSync(join(tmpdir(), "shanzhi-trial-"));
  const file = (name, text) => { writeFileSync(join(dir, name), text); return join(dir, name); };
  const subject = (id, hours) => `  - id: ${id}\n    class: resident\n    deeds: [{item: C05, on: 2026-03-0${id}, quantity: ${hours}}]\n`;
  const now = file("now.yaml", zengxiang), next = file("draft.yaml", draft);
  const asked = (facts) => run(["scheme", "simulate", next, "--now", now, "--against", facts, "--period", "2026", "--lang", "en"]);
  const one = asked(file("one.yaml", `subjects:\n${subject(1, 3)}${subject(2, 5)}`));
  const two = asked(file("two.yaml", `subjects:\n${subject(1, 3)}---\nsubjects:\n${subject(2, 5)}`));
  const bad = asked(file("bad.yaml", `subjects:\n${subject(1, 3)}---\nsubjects:\n${subject(2, 5).replace("quantity", "quantitee")}`));
  rmSync(dir, { recursive: true });
  assert.equal(one.status, 0, one.stderr);
  assert.match(one.stdout, /2 lose/);
  assert.equal(two.stdout, one.stdout);
  assert.equal(bad.status, 1);
  assert.match(bad.stderr, /bad\.yaml:9:\d+: .*quantitee/);
});
