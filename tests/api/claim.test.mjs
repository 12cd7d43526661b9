// A claim's every field through every step, what lists and to-do lists say of it, tables from the command line, photos and slips:
// whole answers, written by hand, where the story (story.test.mjs) looks at what matters to people.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import http from "node:http";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { expect, problem, steps } from "./harness.mjs";
import { sql } from "./upkeep.mjs";
import { OTHER, VILLAGE, meeting, world } from "./world.mjs";

const scheme = `
scheme: every
title: 样样有
publicity: {days: 3}
false_claims: {times: 2}
balances: [{code: honour, label: 荣誉积分}, {code: spendable, label: 可兑积分, spend: yes}]
classes: [{code: resident, label: 村民, kind: resident}, {code: household, label: 家庭, kind: household}]
categories: [{code: help, label: 互助}, {code: rules, label: 公约}]
items:
  - {code: R1, category: help, label: 帮工, points: 1..10, multiplier: {一般: 1, 困难: 1.5}}
  - {code: L1, category: help, label: 获奖, levels: {村: 5, 镇: 10}, evidence: required}
  - {code: Q1, category: help, label: 值守, points: 2, per: 小时, for: [村民, 家庭]}
  - {code: R2, category: help, label: 评比, points: 0..5}
  - {code: P1, category: help, label: 陪护, points: 3, cap: {points: 5, per: life}}
  - {code: S1, category: help, label: 扫雪, points: 3, cap: {times: 2, per: life}}
  - {code: D1, category: rules, label: 乱堆放, points: -2, claim: [self, proxy, recorder], clause: 村规民约第一条}
  - {code: D2, category: rules, label: 乱停车, points: -3, warnings: {times: 1, per: life}, claim: [self, proxy, recorder], clause: 村规民约第二条}
  - {code: T1, category: help, label: 一点, points: 0.01}
  - {code: V2, category: help, label: 堆肥, points: 2, reverse: -1, cap: {times: 1, per: life}, clause: 村规民约第四条}
  - {code: V1, category: help, label: 门前三包, points: 2, reverse: -1, claim: [self, proxy], clause: 村规民约第三条}
`;
let w;
// A Monday with three weeks of ordinary working days behind it, and two days more: what is due when can be written down.
before(async () => {
  w = await world();
  await w.daysUntil((day) => /-(03-0\d|07-\d\d|08-0\d|11-\d\d)$/.test(day) && new Date(day).getUTCDay() === 1);
  await w.ok("admin", "POST", `/villages/${VILLAGE}/schemes?from=${w.today()}${meeting(w.today())}`, scheme, { type: "text/yaml" });
  await w.days(2);
});
after(async () => { await w?.server.stop(); });

const zh = { lang: "zh-CN" }, en = { lang: "en" };
const deed = (item, place, more = {}) => w.deed("张小丰", { item, place, cause: `${place}的事`, ...more });
const claim = (who, item, place, more) => w.ok(who, "POST", w.claims, deed(item, place, more));
/** What a step says, without the instant. */
const told = (c) => c.steps.map((s) => [s.seq, s.action, s.from_state, s.to_state, s.by_name, s.reason, s.changes]);
/** All but what is looked at by itself. */
const body = ({ tree, steps, updated_at, ...c }) => c;
const staff = { name: "张*丰", mine: false };
const day = (on) => `${Number(on.slice(5, 7))}月${Number(on.slice(8))}日(周${"日一二三四五六"[new Date(on).getUTCDay()]})`;

steps("every field of a claim", () => w.server, [
  ["put forward: the whole answer, and the same when it is asked for", async (t) => {
    const c = await w.ok("zhang", "POST", w.claims, deed("R1", "上屋", { chosen: "4.00", difficulty: "困难", evidence: "有照片", channel: "wechat", reporter: "王大爷" }), zh);
    assert.match(c.number, new RegExp(`^${w.today().slice(0, 4)}-000001$`));
    assert.equal(c.tree.points, "6.00");
    assert.equal(c.updated_at, c.created_at);
    assert.deepEqual(c.steps, [{ seq: 1, action: "submit", from_state: null, to_state: "submitted", by_name: "张小丰", at: c.created_at, reason: null, changes: null }]);
    assert.deepEqual(body(c), {
      village: VILLAGE, id: c.id, number: c.number, state: "submitted", version: 1, subject_kind: "resident", subject: w.residents["张小丰"], name: "张小丰",
      class: "resident", household: w.households["张小丰"], grid: "01.01", item: "R1", item_label: "帮工", category: "互助", scheme_version: c.scheme_version,
      deed_on: w.today(), place: "上屋", cause: "上屋的事", evidence: "有照片", level: null, difficulty: "困难", reverse: false, chosen: "4.00", quantity: null,
      points: "6.00", explain: "帮工（R1）：评定4分；难度困难×1.5=6分。", channel: "wechat", claimant: "self", reporter: "王大爷", claimed_by_name: "张小丰",
      decided_by_name: null, decided_on: null, notice: null, first_day: null, last_day: null, due_on: w.today(5), next: `等待网格员初审，最迟${day(w.today(5))}`,
      posting: null, reversal: null, penalty: null, false_claim: false, created_at: c.created_at, mine: true, actions: ["withdraw"], photos: [], warnings: [],
    });
    assert.deepEqual(await w.ok("zhang", "GET", `${w.claims}/${c.id}`, undefined, zh), c);
    t.c = c;
  }],
  ["in English, to the spouse and to staff", async (t) => {
    const spouse = await w.ok("mei", "GET", `${w.claims}/${t.c.id}`, undefined, en);
    const said = { explain: "帮工 (R1): 4 points; difficulty 困难 × 1.5 = 6 points.", next: `The grid worker checks it by ${w.today(5)}.` };
    assert.deepEqual(body(spouse), body({ ...t.c, ...said }));
    assert.deepEqual(body(await w.ok("admin", "GET", `${w.claims}/${t.c.id}`, undefined, en)), body({ ...t.c, ...said, mine: false, actions: [] })); // may see names
    assert.deepEqual(body(await w.ok("grid1", "GET", `${w.claims}/${t.c.id}`, undefined, en)), body({ ...t.c, ...said, ...staff, actions: ["check", "return", "reject"] }));
    assert.deepEqual((await w.get("supervisor", t.c)).actions, ["false"]);
  }],
  ["checked, with everything found otherwise", async (t) => {
    const found = { deed_on: w.today(-1), place: "下屋", cause: "帮李家收稻", evidence: "有证人", difficulty: "一般", chosen: "5.00" };
    const c = await w.ok("grid1", "POST", `${w.claims}/${t.c.id}/check`, { ...found, reason: "已核实", version: 1 }, zh);
    assert.deepEqual(told(c).slice(1), [[2, "check", "submitted", "checked", "刘网", "已核实", {
      deed_on: [w.today(), w.today(-1)], place: ["上屋", "下屋"], cause: ["上屋的事", "帮李家收稻"], evidence: ["有照片", "有证人"],
      difficulty: ["困难", "一般"], chosen: ["4.00", "5.00"], points: ["6.00", "5.00"] }]]);
    assert.deepEqual(c.steps[0], t.c.steps[0]);
    assert.equal(c.steps[1].at, c.updated_at);
    assert.ok(c.updated_at > t.c.updated_at);
    assert.deepEqual(body(c), body({ ...t.c, ...found, ...staff, state: "checked", version: 2, points: "5.00", explain: "帮工（R1）：评定5分；难度一般×1=5分。",
      due_on: w.today(2), next: `等待公示，最迟${day(w.today(2))}`, actions: [] }));
    t.c = c;
  }],
  ["sent back: nothing of the check's date is left; corrected; checked again", async (t) => {
    let c = await w.ok("cadre2", "POST", `${w.claims}/${t.c.id}/return`, { reason: "写清哪一家" }, zh);
    assert.deepEqual(body(c), body({ ...t.c, state: "returned", version: 3, due_on: null, next: "请申报人更正后重新提交", actions: [] }));
    assert.deepEqual(told(c)[2], [3, "return", "checked", "returned", "cadre2", "写清哪一家", null]);
    assert.deepEqual((await w.get("zhang", c)).actions, ["submit", "withdraw"]);
    problem(await w.act("zhang", c, "submit", { version: 2 }), 412, "stale");
    problem(await w.act("zhang", c, "submit", { deed_on: w.today(1) }), 400, "invalid");
    c = await w.ok("mei", "POST", `${w.claims}/${c.id}/submit`, { cause: "帮李大海家收稻", version: 3 }, zh);
    assert.deepEqual(body(c), body({ ...t.c, name: "张小丰", mine: true, state: "submitted", version: 4, cause: "帮李大海家收稻", due_on: w.today(5),
      next: `等待网格员初审，最迟${day(w.today(5))}`, actions: ["withdraw"] }));
    assert.deepEqual(told(c)[3], [4, "submit", "returned", "submitted", "王梅", null, { cause: ["帮李家收稻", "帮李大海家收稻"] }]);
    c = await w.ok("grid1", "POST", `${w.claims}/${c.id}/check`, {}, zh);
    assert.deepEqual(body(c), body({ ...t.c, state: "checked", version: 5, cause: "帮李大海家收稻" }));
    t.c = c;
  }],
  ["on the board, worded anew", async (t) => {
    const c = await w.ok("cadre2", "POST", `${w.claims}/${t.c.id}/publish`, { public_text: "张小丰帮邻居收稻，电话13812345678" }, zh);
    assert.ok(c.notice);
    assert.deepEqual(body(c), body({ ...t.c, state: "published", version: 6, notice: c.notice, first_day: w.today(), last_day: w.today(3), due_on: w.today(7),
      next: `公示到${day(w.today(3))}，期满后由干部审核`, actions: ["return", "reject"] }));
    assert.deepEqual(told(c)[5], [6, "publish", "checked", "published", "cadre2", null, null]);
    const notice = await w.ok(null, "GET", `/public/villages/${VILLAGE}/notices/${c.notice}`);
    assert.deepEqual([notice.title, notice.body, notice.first_day, notice.last_day], ["张*丰 · 帮工 · 5分", `${day(w.today(-1))}，下屋：张*丰帮邻居收稻，电话138****`, w.today(), w.today(3)]);
    assert.deepEqual((await w.get("zhang", c)).actions, ["withdraw"]);
    assert.deepEqual((await w.get("cadre", c)).actions, ["return", "reject"], "publicity comes first");
    await w.days(3);
    assert.deepEqual((await w.get("cadre", c)).actions, ["return", "reject"], "the last day, too");
    await w.days(1);
    assert.deepEqual((await w.get("cadre", c)).actions, ["return", "approve", "reject"]);
    t.c = c;
  }],
  ["approved and recorded", async (t) => {
    let c = await w.ok("cadre", "POST", `${w.claims}/${t.c.id}/approve`, { reason: "属实" }, zh);
    assert.deepEqual(body(c), body({ ...t.c, state: "approved", version: 7, decided_by_name: "陈建国", decided_on: w.today(), due_on: w.today(2),
      next: `等待录入，最迟${day(w.today(2))}`, actions: [] }));
    t.c = c;
    assert.deepEqual((await w.get("recorder", c)).actions, ["return", "record"]);
    c = await w.ok("recorder", "POST", `${w.claims}/${c.id}/record`, {}, zh);
    assert.ok(c.posting);
    assert.deepEqual(body(c), body({ ...t.c, state: "recorded", version: 8, due_on: null, next: null, posting: c.posting, actions: [] }));
    assert.deepEqual(told(c).slice(6), [[7, "approve", "published", "approved", "陈建国", "属实", null], [8, "record", "approved", "recorded", "recorder", null, null]]);
    const book = await w.passbook("张小丰"), [p] = book.rows;
    assert.deepEqual(book.balances, [{ currency: "honour", label: "荣誉积分", points: "5.00", entries: 1 }, { currency: "spendable", label: "可兑积分", points: "5.00", entries: 1 }]);
    const effect = { posting: p.id, points: "5.00", after: "5.00" };
    assert.deepEqual(p, { ...p, id: c.posting, on: w.today(-5), at: c.updated_at, part: "award", points: "5.00", rule: "R1", item: "帮工", memo: "帮工（下屋）", cause_kind: "claim",
      cause: c.id, reverses: null, reversed_by: null, scheme_version: c.scheme_version, by: "recorder", explanation: c.tree,
      effects: [{ ...effect, currency: "honour", label: "荣誉积分" }, { ...effect, currency: "spendable", label: "可兑积分" }] });
    t.c = c;
  }],
  ["found false: a reversal and a penalty of their own", async (t) => {
    const c = await w.ok("supervisor", "POST", `${w.claims}/${t.c.id}/false`, { reason: "查明不实" }, zh);
    assert.ok(c.reversal && c.penalty);
    assert.deepEqual(body(c), body({ ...t.c, state: "reversed", version: 9, reversal: c.reversal, penalty: c.penalty, false_claim: true, decided_by_name: "supervisor", actions: [] }));
    assert.deepEqual(told(c)[8], [9, "false", "recorded", "reversed", "supervisor", "查明不实", null]);
    const [penalty, reversal, award] = (await w.passbook("张小丰")).rows;
    assert.deepEqual([penalty.id, penalty.on, penalty.part, penalty.points, penalty.rule, penalty.item, penalty.cause], [c.penalty, w.today(), "penalty", "-10.00", "false_claim", null, c.id]);
    assert.deepEqual([reversal.id, reversal.on, reversal.part, reversal.points, reversal.rule, reversal.memo, reversal.cause, reversal.reverses],
      [c.reversal, w.today(), "reversal", "-5.00", "R1", "冲正：查明不实", c.posting, c.posting]);
    assert.deepEqual(reversal.explanation, { op: "reversal", zh: "冲正：查明不实", en: "Reversal: 查明不实", points: "-5.00", from: [c.tree] });
    assert.deepEqual([award.id, award.reversed_by], [c.posting, c.reversal]);
    await w.did("zhang", await claim("zhang", "R1", "下屋", { deed_on: w.today(-5), difficulty: "一般" }), "withdraw"); // what was taken back stands in nobody's way
  }],
  ["a level, a quantity and the contrary: kept, changed and told", async () => {
    const level = await claim("zhang", "L1", "县城", { level: "村", evidence: "奖状" });
    assert.deepEqual([level.level, level.points, level.quantity, level.chosen, level.difficulty], ["村", "5.00", null, null, null]);
    assert.deepEqual(told(await w.did("grid1", level, "check", { level: "镇" }))[1][6], { level: ["村", "镇"], points: ["5.00", "10.00"] });
    const hours = await claim("zhang", "Q1", "路口", { quantity: "1.50" });
    assert.deepEqual([hours.quantity, hours.points], ["1.50", "3.00"]);
    assert.deepEqual(told(await w.did("grid1", hours, "check", { quantity: "2.00" }))[1][6], { quantity: ["1.50", "2.00"], points: ["3.00", "4.00"] });
    const door = await claim("zhang", "V1", "门前");
    const found = await w.did("grid1", door, "check", { reverse: true });
    assert.deepEqual([found.item_label, found.reverse, found.points], ["没有做到：门前三包", true, "-1.00"]);
    assert.deepEqual(told(found)[1][6], { reverse: ["no", "yes"], points: ["2.00", "-1.00"] });
    await w.did("cadre2", found, "return", { reason: "再看" });
    const back = await w.did("zhang", found, "submit", { reverse: false });
    assert.deepEqual(told(back)[3][6], { reverse: ["yes", "no"], points: ["-1.00", "2.00"] });
  }],
  ["what was picked for the one is no pick for the other; what is not said stays", async () => {
    const c = await claim("zhang", "R1", "田头", { difficulty: "一般", chosen: "3.00", evidence: "稻田" });
    assert.deepEqual(c.warnings, [], "the one of five days ago was false");
    const back = await w.did("grid1", c, "return", { reason: "再看" });
    const again = await w.did("zhang", back, "submit", { reverse: false });
    assert.deepEqual([again.chosen, again.evidence, again.difficulty, again.deed_on, again.place, again.cause], ["3.00", "稻田", "一般", w.today(), "田头", "田头的事"]);
  }],
]);

const places = (list) => list.rows.map((c) => c.place);
const tool = (...args) => w.server.command(args, { env: { SHANZHI_TEST_CLOCK: w.clock } });
const grant = (name, ...more) => {
  tool("account", "grant", name, ...more);
  w.sessions.delete(name);
};
const revoke = (name, ...more) => {
  tool("account", "revoke", name, ...more);
  w.sessions.delete(name);
};

steps("lists", () => w.server, [
  ["more claims, of two grids, a household and another village", async (t) => {
    t.abroad = await w.ok("huang", "POST", `/villages/${OTHER}/claims`, w.deed("黄外村", { place: "外村" }));
    await w.ok("grid1", "POST", w.claims, w.deed("李大海", { item: "S1", place: "代报" }));
    await w.ok("li", "POST", w.claims, w.deed("李大海", { item: "S1", place: "桥东" }));
    t.home = await w.ok("grid2", "POST", w.claims, { ...w.deed("李大海", { item: "Q1", place: "李家", quantity: "1.00" }), subject_kind: "household", subject: w.households["李大海"] });
    await w.ok("mei", "POST", w.claims, w.deed("王梅", { item: "S1", place: "桥西", deed_on: w.today(-1) }));
  }],
  ["who sees what, newest first, filtered by everything", async (t) => {
    const all = ["桥西", "李家", "桥东", "代报", "田头", "门前", "路口", "县城", "下屋", "下屋"]; // one of them withdrawn
    const household = w.households["李大海"], li = w.residents["李大海"];
    const table = [
      ["cadre2", "", all],
      ["cadre2", "state=submitted", ["桥西", "李家", "桥东", "代报", "田头", "门前"]],
      ["cadre2", "state=reversed", ["下屋"]],
      ["cadre2", "q=桥", ["桥西", "桥东"]],
      ["cadre2", "q=获奖", ["县城"]],
      ["cadre2", "q=王梅", ["桥西"]],
      ["cadre2", `q=${t.home.number.slice(4)}`, ["李家"]],
      ["cadre2", "grid=01", all],
      ["cadre2", "grid=01.02", ["李家", "桥东", "代报"]],
      ["cadre2", "grid=0", []],
      ["cadre2", "item=S1", ["桥西", "桥东", "代报"]],
      ["cadre2", `subject_kind=household&subject=${household}`, ["李家"]],
      ["cadre2", `subject_kind=resident&subject=${li}`, ["桥东", "代报"]],
      ["cadre2", `subject_kind=resident&subject=${household}`, []],
      ["cadre2", `to=${w.today(-1)}`, ["桥西", "下屋", "下屋"]],
      ["cadre2", `from=${w.today(-1)}&to=${w.today(-1)}`, ["桥西"]],
      ["cadre2", `from=${w.today()}`, all.slice(1, -2)],
      ["cadre2", "mine=true", []],
      ["cadre2", "mine=false", all],
      ["cadre2", "overdue=true", []],
      ["zhang", "", ["桥西", "田头", "门前", "路口", "县城", "下屋", "下屋"]],
      ["zhang", "state=submitted", ["桥西", "田头", "门前"]],
      ["zhang", "mine=true&item=R1", ["田头", "下屋", "下屋"]],
      ["grid1", "", ["桥西", "代报", "田头", "门前", "路口", "县城", "下屋", "下屋"]],
      ["grid1", "mine=true", ["代报"]],
      ["grid2", "", ["李家", "桥东", "代报"]],
      ["li", "", ["李家", "桥东", "代报"]],
      ["zhao", "", []],
      ["cadreb", "", []],
    ];
    for (const [who, query, want] of table) {
      const r = await w.ok(who, "GET", `${w.claims}?${encodeURI(query)}`);
      assert.deepEqual([places(r), r.total, r.next], [want, want.length, null], `${who} ${query}`);
    }
    assert.deepEqual(places(await w.ok("cadreb", "GET", `/villages/${OTHER}/claims`)), ["外村"]);
    problem(await w.call(null, "GET", w.claims), 401, "sign-in");
    grant("li", "grid_worker", "--region", VILLAGE, "--grid", "01.01");
    assert.deepEqual(places(await w.ok("li", "GET", w.claims)), all, "the own household's beside those of the grid");
    revoke("li", "grid_worker", "--region", VILLAGE, "--grid", "01.01");
  }],
  ["a row is the claim as it is asked for, without steps; page by page", async (t) => {
    const seen = [];
    for (let next = ""; next !== null; next = t.page.next) {
      t.page = await w.ok("cadre2", "GET", `${w.claims}?limit=4${next && `&after=${next}`}`);
      seen.push(t.page.rows.length, t.page.total);
      if (!next) assert.deepEqual(t.page.rows[1], { ...(await w.get("cadre2", t.home)), tree: t.page.rows[1].tree, steps: [], actions: [], warnings: [], photos: [] });
    }
    assert.deepEqual(seen, [4, 10, 4, 10, 2, 10]);
    problem(await w.call("cadre2", "GET", `${w.claims}?after=forged`), 400, "invalid");
  }],
  ["what is late", async () => {
    await w.days(3); // what was submitted is due today, what was checked was due yesterday
    const abroad = `/villages/${OTHER}/claims`;
    await w.ok("huang", "POST", `${abroad}/${(await w.ok("huang", "GET", abroad)).rows[0].id}/withdraw`, {});
    await w.ok("huang", "POST", abroad, w.deed("黄外村", { place: "外村" })); // due later
    assert.deepEqual(places(await w.ok("cadre2", "GET", `${w.claims}?overdue=true`)), ["路口", "县城"]);
  }],
]);

const todo = async (who, more = en) => {
  const r = await w.ok(who, "GET", "/todo", undefined, more);
  return [r.total, ...r.rows.map((x) => [x.step, x.count, x.overdue, x.oldest_due, x.village])];
};

steps("to-do lists", () => w.server, [
  ["by step: how many, how many late, the oldest date", async () => {
    assert.deepEqual(await todo("grid1"), [3, ["check", 3, 0, w.today(), VILLAGE]]);
    assert.deepEqual(await todo("cadre2"), [2, ["publish", 2, 2, w.today(-1), VILLAGE]]);
    for (const who of ["zhang", "town", "recorder", "sys"]) assert.deepEqual(await todo(who), who === "recorder" ? [2, ["publish", 2, 2, w.today(-1), VILLAGE]] : [0], who);
    problem(await w.call(null, "GET", "/todo"), 401, "sign-in");
    const words = async (more) => (await w.ok("cadre2", "GET", "/todo", undefined, more)).rows[0].label;
    assert.deepEqual([await words(zh), await words(en)], ["待公示", "To publish"]);
  }],
  ["what one may do by several grants counts once, and over two villages together", async () => {
    assert.deepEqual(await todo("gridb"), [1, ["check", 1, 0, w.today(5), OTHER]]);
    assert.deepEqual(await todo("grid2"), [3, ["check", 3, 0, w.today(), VILLAGE]]);
    const more = [
      [["grid_worker", "--region", VILLAGE, "--grid", "01.01"], [6, VILLAGE]],
      [["grid_worker", "--region", VILLAGE, "--grid", "01"], [6, VILLAGE]],
      [["info_officer", "--region", VILLAGE, "--grid", "01.02"], [6, VILLAGE]],
      [["info_officer", "--region", OTHER], [7, null]],
      [["info_officer", "--region", VILLAGE], [7, null]],
    ];
    for (const [role, [count, village]] of more) {
      grant("grid2", ...role);
      assert.deepEqual(await todo("grid2"), [count, ["check", count, 0, w.today(), village]], role.join(" "));
    }
    grant("gridb", "grid_worker", "--region", VILLAGE, "--grid", "01.02"); // the later one first
    assert.deepEqual(await todo("gridb"), [4, ["check", 4, 0, w.today(), null]]);
    revoke("gridb", "grid_worker", "--region", VILLAGE, "--grid", "01.02");
    grant("gridb", "cadre", "--region", "441621102000");
    assert.deepEqual((await todo("gridb")).slice(1), [["check", 1, 0, w.today(5), OTHER], ["publish", 2, 2, w.today(-1), VILLAGE]]);
    revoke("gridb", "cadre", "--region", "441621102000");
  }],
  ["one's own household's are not there, nor what one claimed or checked when it is to be approved", async (t) => {
    grant("grid1", "cadre", "--region", VILLAGE);
    t.c = await w.ok("cadre", "POST", w.claims, w.deed("王梅", { item: "S1", place: "院里" }));
    t.own = await w.ok("li", "POST", w.claims, w.deed("陈建国", { item: "S1", place: "陈家" }));
    assert.deepEqual((await todo("grid1"))[1], ["check", 5, 0, w.today(), VILLAGE]);
    for (const c of [t.c, t.own]) await w.did("grid1", c, "check");
    assert.deepEqual((await todo("cadre"))[1], ["publish", 3, 2, w.today(-1), VILLAGE]);
    assert.deepEqual((await todo("cadre2"))[1], ["publish", 4, 2, w.today(-1), VILLAGE]);
    await w.did("cadre2", t.c, "publish");
    await w.did("grid1", t.own, "publish"); // who checked does not decide, but goes on with it
    const approve = async (who) => (await todo(who)).slice(1).find(([step]) => step === "approve") ?? null;
    await w.days(3);
    for (const who of ["cadre", "cadre2", "grid1"]) assert.equal(await approve(who), null, "the last day of publicity");
    await w.days(1);
    assert.deepEqual(await approve("cadre2"), ["approve", 2, 0, w.today(3), VILLAGE]);
    for (const who of ["cadre", "grid1"]) assert.equal(await approve(who), null, who);
    revoke("grid1", "cadre", "--region", VILLAGE);
    await w.did("cadre2", t.c, "approve");
    assert.deepEqual((await todo("recorder")).at(-1), ["record", 1, 0, w.today(2), VILLAGE]);
  }],
  ["what was sent back to me, and mine on the board", async (t) => {
    t.seen = (await w.ok("cadre2", "GET", `${w.claims}?state=submitted&item=R1`)).rows[0];
    await w.did("grid1", t.seen, "return", { reason: "再写" });
    assert.deepEqual(await todo("zhang"), [1, ["correct", 1, 0, null, VILLAGE]]);
    grant("town", "cadre", "--region", "441621102000"); // whose home is no village
    await w.did("grid1", await w.ok("town", "POST", w.claims, w.deed("王梅", { item: "V1", place: "镇上来的" })), "return", { reason: "再写" });
    assert.deepEqual((await todo("town")).at(-1), ["correct", 1, 0, null, VILLAGE]);
    revoke("town", "cadre", "--region", "441621102000");
    assert.deepEqual(await todo("li"), [0, ["publicity", 1, 0, w.today(-1), VILLAGE]]);
    assert.deepEqual((await todo("cadre")).at(-1), ["publish", 2, 2, w.today(-5), VILLAGE]);
    const labels = async (who, more) => (await w.ok(who, "GET", "/todo", undefined, more)).rows.map((x) => x.label);
    assert.deepEqual([...(await labels("zhang", zh)), ...(await labels("zhang", en)), ...(await labels("li", zh)), ...(await labels("li", en))],
      ["待更正", "To correct", "我的申报公示中", "Mine on the board"]);
  }],
  ["objections, and when the oldest is due", async (t) => {
    await w.daysUntil((d) => new Date(d).getUTCDay() === 3);
    t.o = await w.did("cadre2", await w.did("grid1", await claim("mei", "Q1", "异议处", { subject: w.residents["王梅"] }), "check"), "publish");
    expect(await w.call("li", "POST", `/villages/${VILLAGE}/notices/${t.o.notice}/objections`, { reason: "没有看见" }), 201);
    const row = async (who) => (await todo(who)).slice(1).find(([step]) => step === "objection") ?? null;
    const c = await w.get("cadre2", t.o);
    assert.deepEqual([c.state, c.due_on, c.next], ["objected", w.today(5), "有异议，等待处理，最迟" + day(w.today(5))]);
    assert.deepEqual(await row("supervisor"), ["objection", 1, 0, w.today(5), VILLAGE]);
    assert.deepEqual(await row("town"), ["objection", 1, 0, w.today(5), null]);
    assert.equal(await row("zhang"), null);
    await w.days(5);
    assert.deepEqual(await row("supervisor"), ["objection", 1, 0, w.today(), VILLAGE]);
    await w.days(1); // a Tuesday
    assert.deepEqual(await row("supervisor"), ["objection", 1, 1, w.today(-1), VILLAGE]);
    assert.deepEqual((await w.ok("supervisor", "GET", "/todo", undefined, zh)).rows.map((x) => x.label), ["待处理异议"]);
    const [{ id }] = (await w.ok("supervisor", "GET", `/villages/${VILLAGE}/objections?state=open`)).rows;
    await w.ok("supervisor", "POST", `/villages/${VILLAGE}/objections/${id}/decide`, { uphold: false, reason: "查实" });
    assert.deepEqual([(await w.get("cadre2", t.o)).state, (await w.get("cadre2", t.o)).due_on], ["published", w.today(3)], "publicity is long over");
  }],
  ["an objection that is settled while it hangs: the days run from the end of publicity", async () => {
    const c = await w.did("cadre2", await w.did("grid1", await claim("mei", "Q1", "异议处二", { subject: w.residents["王梅"] }), "check"), "publish");
    const o = expect(await w.call("li", "POST", `/villages/${VILLAGE}/notices/${c.notice}/objections`, { reason: "没有看见" }), 201).body;
    await w.ok("supervisor", "POST", `/villages/${VILLAGE}/objections/${o.id}/decide`, { uphold: false, reason: "查实" });
    const now = await w.get("cadre2", c); // Tuesday; the last day is Friday
    assert.deepEqual([now.due_on, now.last_day, told(now).at(-1)], [w.today(8), w.today(3), [5, "dismiss", "objected", "published", "supervisor", "查实", null]]);
    assert.equal(now.decided_by_name, null);
  }],
]);

const detail = (r) => [r.body.errors[0]?.field, r.body.errors[0]?.detail ?? r.body.detail];
const photo = readFileSync(new URL("photo.png", import.meta.url));
const words = (bytes) => {
  const folder = mkdtempSync(join(tmpdir(), "shanzhi-pdf-"));
  try {
    writeFileSync(join(folder, "a.pdf"), bytes);
    return execFileSync("pdftotext", ["-layout", join(folder, "a.pdf"), "-"], { encoding: "utf8" }).replace(/[ \f]+/g, " ").split("\n").map((l) => l.trim()).filter(Boolean);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

steps("what is refused, in words", () => w.server, [
  ["days: today and 92 days ago, and not one more", async () => {
    const ask = (on, more) => w.call("zhang", "POST", w.claims, deed("A04", `那天${on}`, { deed_on: w.today(on), ...more }), en);
    assert.deepEqual(detail(problem(await ask(1), 400, "invalid")), ["deed_on", "The day must not be after today."]);
    assert.deepEqual(detail(problem(await ask(-93), 400, "invalid")), ["deed_on", "Only deeds of the last three months can be claimed."]);
    expect(await ask(-92), 201);
    expect(await ask(0, { item: "Q1" }), 201);
  }],
  ["what the scheme of the day does not have or asks for", async () => {
    const bad = async (more, field, text, who = "zhang") => {
      const r = problem(await w.call(who, "POST", w.claims, deed("R1", "不行", more), en), 400, "invalid");
      assert.deepEqual(detail(r), [field, text]);
    };
    await bad({ item: "A04" }, "item", "The scheme of that day has no such item.");
    await bad({ item: "Q1", difficulty: "困难" }, "difficulty", "This item has no difficulties.");
    await bad({ claimant: "self", subject: w.residents["李大海"] }, "claimant", "Only one's own household is claimed for as oneself; choose proxy for others.");
    assert.match(problem(await w.call("zhang", "POST", w.claims, deed("L1", "没写级别"), en), 400, "invalid").body.errors[0].field, /level/);
    await bad({ item: "R2", chosen: "0.00" }, "item", "评比 (R2): 0 points.");
    const unmarked = await claim("zhang", "R1", "未评定", { difficulty: "一般" });
    assert.deepEqual([unmarked.points, unmarked.chosen], ["1.00", null], "the least of the range stands for it");
    assert.equal((await claim("zhang", "L1", "镇里", { level: "镇", evidence: "奖状" })).points, "10.00");
  }],
  ["deductions are for staff; who is gone is gone", async () => {
    const minus = deed("D1", "巷口");
    for (const who of ["zhang", "li"]) assert.deepEqual(detail(problem(await w.call(who, "POST", w.claims, minus, en), 403, "forbidden"))[1], "Deductions are entered by grid workers or cadres.");
    const c = await w.ok("cadre2", "POST", w.claims, minus);
    assert.deepEqual([c.points, c.claimant], ["-2.00", "proxy"]);
    assert.equal((await w.ok("recorder", "POST", w.claims, deed("D1", "后巷", { claimant: "recorder" }))).claimant, "recorder");
    problem(await w.call("cadre2", "POST", w.claims, deed("D1", "前巷", { claimant: "recorder" })), 403, "forbidden");
    await w.ok("admin", "POST", `/villages/${VILLAGE}/residents/${w.residents["陈小妹"]}/events`, { kind: "move_out", on: w.today() });
    const gone = problem(await w.call("grid1", "POST", w.claims, w.deed("陈小妹", { item: "Q1", place: "走前" }), en), 400, "invalid");
    assert.deepEqual(detail(gone), ["subject", "They moved away, died or were dissolved."]);
  }],
  ["who may claim for whom", async () => {
    problem(await w.call("grid2", "POST", w.claims, w.deed("李大海", { item: "Q1", place: "录", claimant: "recorder" })), 403, "forbidden");
    assert.equal((await w.ok("zhang", "POST", w.claims, w.deed("李大海", { item: "Q1", place: "邻居" }))).claimant, "proxy");
    assert.equal((await w.ok("li", "POST", w.claims, w.deed("李大海", { item: "Q1", place: "代自己", claimant: "proxy" }))).claimant, "proxy");
    problem(await w.call("town", "POST", w.claims, w.deed("李大海", { item: "Q1", place: "镇里" })), 403, "forbidden");
    problem(await w.call("huang", "POST", w.claims, w.deed("李大海", { item: "Q1", place: "外村" })), 403, "forbidden");
  }],
  ["evidence: a photo or a word, no less", async () => {
    const c = await claim("zhang", "L1", "证据", { level: "村" });
    assert.deepEqual(detail(problem(await w.act("grid1", c, "check"), 400, "invalid"))[0], "evidence");
    assert.equal((await w.did("grid1", c, "check", { evidence: "奖状" })).state, "checked");
  }],
  ["a warning costs nothing and counts; a cap that is used up", async () => {
    const own = await w.ok("mei", "POST", w.claims, w.deed("王梅", { item: "D2", place: "自己说" }));
    assert.deepEqual([own.points, own.claimant], ["0.00", "self"]);
    await w.did("mei", own, "withdraw");
    const fault = (place) => deed("D2", place, { claimant: "recorder" });
    const first = await w.claimed("recorded", fault("一次"), "recorder");
    assert.deepEqual([first.points, first.posting, (await w.ok("cadre2", "GET", `${w.claims}?q=${encodeURIComponent("一次")}`)).rows[0].posting], ["0.00", null, null]);
    assert.equal((await w.claimed("checked", fault("二次"), "recorder")).points, "-3.00");
    const [a, b] = [await w.claimed("published", deed("S1", "雪甲"), "zhang"), await w.claimed("published", deed("S1", "雪乙"), "zhang")];
    const third = await w.claimed("published", deed("S1", "雪丙"), "zhang");
    await w.days(4);
    for (const c of [a, b]) await w.did("recorder", await w.did("cadre", c, "approve"), "record");
    problem(await w.act("cadre", third, "approve"), 409, "over-cap");
  }],
  ["what a cap leaves at the end is less than what was published: told in numbers, and sent back", async () => {
    const [a, b] = [await w.claimed("published", deed("P1", "陪甲")), await w.claimed("published", deed("P1", "陪乙"))];
    await w.days(4);
    await w.did("recorder", await w.did("cadre", a, "approve"), "record");
    const said = [];
    for (const more of [zh, en]) said.push(problem(await w.call("cadre", "POST", `${w.claims}/${b.id}/approve`, {}, more), 409, "over-cap").body.detail);
    assert.deepEqual(said, ["公示的是3分，按上限现在只能计2分，请退回更正。", "3 points were published but the cap now leaves 2; send it back."]);
  }],
]);

steps("what is given and what is taken", () => w.server, [
  ["an item and its contrary count apart; a hundredth of a point counts", async () => {
    const contrary = (place) => deed("V2", place, { reverse: true, claimant: "recorder" });
    const given = await w.claimed("published", deed("V2", "肥甲")), tiny = await w.claimed("published", deed("T1", "一点"));
    await w.days(4);
    for (const c of [given, tiny]) await w.did("cadre", c, "approve");
    const { url } = w.server;
    const heard = await new Promise((resolve, reject) => { // the hall's screen: the points have changed
      const req = http.get(`${url}/api/v1/public/villages/${VILLAGE}/events`, (res) => {
        res.setEncoding("utf8");
        let text = "";
        res.on("data", (d) => {
          if (!(text += d).includes("data:")) return;
          resolve(text);
          req.destroy();
        });
        w.did("recorder", given, "record").catch(reject);
      });
      req.on("error", reject);
    });
    assert.match(heard, new RegExp(`village/${VILLAGE}/board`));
    problem(await w.call("zhang", "POST", w.claims, deed("V2", "肥乙")), 409, "over-cap");
    assert.equal((await w.claimed("recorded", contrary("肥丙"), "recorder")).points, "-1.00");
    problem(await w.call("recorder", "POST", w.claims, contrary("肥丁")), 409, "over-cap");
    const done = await w.did("recorder", tiny, "record");
    const lines = words(expect(await w.call("zhang", "GET", `${w.claims}/${tiny.id}/slip`), 200).bytes);
    assert.deepEqual([lines[0], lines.find((l) => l.startsWith("积分"))], ["奖分通知单", "积分 +0.01分"]);
    const gone = await w.did("supervisor", done, "false", { reason: "没有" });
    assert.deepEqual((await w.passbook("张小丰")).rows.slice(0, 2).map((p) => [p.id, p.points]), [[gone.penalty, "-0.02"], [gone.reversal, "-0.01"]]);
  }],
]);

steps("alike, twice, many", () => w.server, [
  ["the same item within a week is pointed out, the oldest first, five at most", async () => {
    const of = (who, on, place, more) => w.ok(who, "POST", w.claims, w.deed("王梅", { item: "Q1", place, deed_on: w.today(on), ...more }), en);
    const told = (numbers) => numbers.map((n) => `Number ${n} claims the same item within a week: the same deed?`);
    await w.days(30);
    const [far, near] = [await of("mei", -15, "早"), await of("mei", -14, "近")];
    assert.deepEqual([far.warnings, near.warnings], [[], told([far.number])]);
    const edge = await of("mei", -7, "界");
    assert.deepEqual(edge.warnings, told([near.number]));
    const back = await w.ok("mei", "GET", `${w.claims}/${near.id}`, undefined, zh);
    assert.deepEqual(back.warnings, [far, edge].map((c) => `编号 ${c.number} 在一周内申报了同一项目，请核实是否重复。`));
    await of("mei", -7, "别人", { subject: w.residents["李大海"] });
    await of("mei", -7, "别事", { item: "S1" });
    await w.did("mei", far, "withdraw");
    assert.deepEqual((await w.ok("mei", "GET", `${w.claims}/${near.id}`, undefined, en)).warnings, told([edge.number]));
    const refused = await of("mei", -7, "拒");
    await w.did("grid1", refused, "reject", { reason: "没有" });
    assert.deepEqual((await w.ok("mei", "GET", `${w.claims}/${near.id}`, undefined, en)).warnings, told([edge.number]));
    const more = [];
    for (const place of ["甲", "乙", "丙", "丁"]) more.push((await of("mei", -7, place)).number);
    assert.deepEqual((await of("mei", -7, "戊")).warnings, told([near.number, edge.number, ...more.slice(0, 3)]));
  }],
  ["the same deed twice: by whom, what, when and where", async () => {
    const twice = (more = {}) => w.call("mei", "POST", w.claims, w.deed("王梅", { item: "Q1", place: "甲", deed_on: w.today(-7), ...more }), en);
    const first = (await w.ok("cadre2", "GET", `${w.claims}?item=Q1&limit=200`)).rows.find((c) => c.place === "甲");
    const r = problem(await twice({ place: " 甲　", cause: "另说" }), 409, "duplicate");
    assert.equal(r.body.detail, `This deed of that day and place is claimed already (number ${first.number}).`);
    for (const more of [{ deed_on: w.today(-6) }, { subject: w.residents["张小丰"] }, { item: "V1" }]) expect(await twice(more), 201);
    await w.did("grid1", first, "reject", { reason: "没有" });
    expect(await twice(), 201);
  }],
  ["a batch: each row answers for itself, and what failed is as it was", async () => {
    const early = await w.did("cadre2", await w.did("grid1", await claim("zhang", "Q1", "批甲"), "check"), "publish");
    const open = await claim("zhang", "Q1", "批乙");
    const batch = async (who, body, more = zh) => w.ok(who, "POST", `${w.claims}/batch`, body, more);
    const before = await w.get("cadre", early);
    assert.deepEqual(await batch("cadre", { action: "approve", claims: [early.id, 12345] }), { done: 0, failed: 2, rows: [
      { claim: early.id, ok: false, state: null, error: "in-publicity", detail: (await w.call("cadre", "POST", `${w.claims}/${early.id}/approve`, {}, zh)).body.detail },
      { claim: 12345, ok: false, state: null, error: "not-found", detail: (await w.call("cadre", "GET", `${w.claims}/12345`, undefined, zh)).body.detail }] });
    assert.deepEqual(await w.get("cadre", early), before);
    const row = (more) => ({ claim: open.id, ok: false, state: null, error: null, detail: null, ...more });
    assert.deepEqual((await batch("grid1", { action: "return", claims: [open.id] })).rows, [row({ error: "invalid", detail: "请说明理由。" })]);
    assert.deepEqual((await batch("grid1", { action: "return", claims: [open.id] }, en)).rows, [row({ error: "invalid", detail: "Say why." })]);
    const done = await batch("grid1", { action: "return", reason: "再写", claims: [early.id, open.id] });
    assert.deepEqual([done.done, done.failed, done.rows[1]], [1, 1, row({ ok: true, state: "returned" })]);
    assert.deepEqual(told(await w.get("zhang", open)).at(-1).slice(1, 6), ["return", "submitted", "returned", "刘网", "再写"]);
    const two = [await claim("zhang", "Q1", "批丙"), await claim("zhang", "R1", "批丁", { difficulty: "一般" })];
    const checked = await batch("grid1", { action: "check", claims: two.map((c) => c.id) });
    assert.deepEqual(checked.rows.map((x) => [x.ok, x.state, x.error]), [[true, "checked", null], [false, null, "invalid"]]);
    assert.equal((await w.get("zhang", two[0])).due_on !== null, true);
    assert.deepEqual((await batch("cadre2", { action: "reject", reason: "不成", claims: [two[0].id] })).rows.map((x) => x.state), ["rejected"]);
    assert.deepEqual((await batch("cadre2", { action: "publish", claims: [two[1].id] })).rows.map((x) => x.error), ["state"]);
    for (const action of ["withdraw", "false", "submit"]) problem(await w.call("cadre2", "POST", `${w.claims}/batch`, { action, claims: [1] }), 400, "invalid");
  }],
]);

steps("photos and slips", () => w.server, [
  ["four photos, JPEG or PNG by their bytes, before the check", async (t) => {
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1]);
    t.c = await claim("zhang", "Q1", "拍照");
    const path = `${w.claims}/${t.c.id}/photos`, send = (who, bytes, more = {}) => w.call(who, "POST", path, bytes, { type: "image/png", ...more });
    for (const bytes of [jpeg.subarray(0, 3), photo.subarray(0, 8), Buffer.concat([photo.subarray(0, 7), Buffer.from("xx")]), Buffer.from([0xff, 0xd8, 0, 0]), Buffer.from("%PDF-1.7 and more"), Buffer.alloc(9)]) {
      const r = problem(await send("zhang", bytes, en), 415, "media-type");
      assert.equal(r.body.detail, "Only JPEG and PNG pictures.");
    }
    const ids = [];
    for (const [who, bytes] of [["zhang", jpeg], ["grid1", photo], ["mei", jpeg.subarray(0, 4)], ["zhang", photo.subarray(0, 9)]]) ids.push(expect(await send(who, bytes), 201).body.id);
    assert.equal(problem(await send("zhang", photo, en), 409, "conflict").body.detail, "A claim has at most four photos.");
    assert.deepEqual((await w.get("zhang", t.c)).photos, ids);
    const got = [];
    for (const id of ids) got.push(expect(await w.call("grid1", "GET", `${path}/${id}`), 200));
    assert.deepEqual(got.map((r) => [r.headers["content-type"], r.bytes.length]), [["image/jpeg", 5], ["image/png", photo.length], ["image/jpeg", 4], ["image/png", 9]]);
    for (const who of ["li", "cadreb"]) problem(await w.call(who, "GET", `${path}/${ids[0]}`), 403, "forbidden");
    const other = await claim("zhang", "Q1", "别的照片");
    problem(await w.call("zhang", "GET", `${w.claims}/${other.id}/photos/${ids[0]}`), 404, "not-found");
    problem(await w.call("zhang", "POST", `${w.claims}/${other.id}/photos`, Buffer.concat([photo, Buffer.alloc(2 * 1024 * 1024 + 1 - photo.length)]), { type: "image/png" }), 413, "too-large");
    expect(await w.call("zhang", "POST", `${w.claims}/${other.id}/photos`, Buffer.concat([photo, Buffer.alloc(2 * 1024 * 1024 - photo.length)]), { type: "image/png" }), 201);
    for (const who of ["li", "cadre2"]) problem(await w.call(who, "POST", `${w.claims}/${other.id}/photos`, photo, { type: "image/png" }), 403, "forbidden");
    await w.did("grid1", other, "return", { reason: "再拍" });
    expect(await w.call("zhang", "POST", `${w.claims}/${other.id}/photos`, photo, { type: "image/png" }), 201);
    await w.did("grid1", t.c, "check");
    problem(await send("zhang", photo), 409, "state");
    const bare = await claim("zhang", "L1", "没有照片", { level: "村" });
    assert.equal(detail(problem(await w.act("grid1", bare, "check"), 400, "invalid"))[0], "evidence", "others' photos prove nothing");
  }],
  ["the slip line by line: what was given, what was taken, what only warns", async () => {
    const long = (on) => `${Number(on.slice(0, 4))}年${Number(on.slice(5, 7))}月${Number(on.slice(8))}日`;
    const lines = async (who, c, method = "GET") => words(expect(await w.call(who, method, `${w.claims}/${c.id}/slip`), 200).bytes);
    const c = await w.claimed("recorded", deed("R1", "单甲", { difficulty: "困难", chosen: "2.00" }));
    const on = c.deed_on, decided = c.decided_on;
    const want = (name) => ["奖分通知单", "龙窝镇礼坑村", `编号 ${c.number}`, `对象 ${name}`, "项目 帮工（互助）", "难度 困难", `时间 ${long(on)}`, "地点 单甲", "事由 单甲的事", "积分 +3分",
      "说明 帮工（R1）：评定2分；难度困难×1.5=3分。", "审核人 陈建国", `审核日期 ${long(decided)}`];
    const flat = (x) => x.map((l) => l.replace(/\s|（周.）|\(周.\)/g, ""));
    for (const [who, method, name] of [["zhang", "GET", "张小丰"], ["mei", "GET", "张小丰"], ["recorder", "GET", "张*丰"], ["admin", "POST", "张小丰"]])
      assert.deepEqual(flat((await lines(who, c, method)).slice(0, 13)), flat(want(name)), who);
    const rest = (await lines("zhang", c)).slice(13).join(" ").replace(/\s/g, "");
    for (const s of ["村民委员会（盖章）：", "领单人签名：", "扫码核验本单真伪", `编号${c.number}`, "龙窝镇礼坑村乡村治理积分制"]) assert.ok(rest.includes(s), `${s}: ${rest}`);
    assert.equal(expect(await w.call("zhang", "GET", `${w.claims}/${c.id}/slip`), 200).headers["content-disposition"], `inline; filename="slip-${c.number}.pdf"; filename*=UTF-8''slip-${c.number}.pdf`);
    const minus = await w.claimed("recorded", deed("D1", "单乙"), "cadre2");
    assert.deepEqual([(await lines("zhang", minus))[0], (await lines("zhang", minus)).find((l) => l.startsWith("积分"))], ["扣分通知单", "积分 -2分"]);
    const warned = (await w.ok("cadre2", "GET", `${w.claims}?q=${encodeURIComponent("一次")}`)).rows[0];
    assert.deepEqual([(await lines("zhang", warned))[0], (await lines("zhang", warned)).find((l) => l.startsWith("积分"))], ["提醒通知单", "积分 0分"]);
    const waits = await claim("zhang", "Q1", "没录");
    assert.equal(problem(await w.call("zhang", "GET", `${w.claims}/${waits.id}/slip`, undefined, en), 409, "state").body.detail, "There is a slip once the points are recorded.");
    for (const who of ["li", "zhao"]) problem(await w.call(who, "GET", `${w.claims}/${c.id}/slip`), 403, "forbidden");
  }],
  ["what a slip's code opens: only what was on the board and stands", async () => {
    const seen = (c) => w.call(null, "GET", `/public/villages/${VILLAGE}/claims/${c.number}`);
    const c = (await w.ok("cadre2", "GET", `${w.claims}?q=${encodeURIComponent("单甲")}`)).rows[0];
    assert.deepEqual(expect(await seen(c), 200).body, { number: c.number, state: "recorded", name: "张*丰", item_label: "帮工", category: "互助", points: "3.00", deed_on: c.deed_on,
      decided_on: c.decided_on, notice: c.notice });
    const fresh = await claim("zhang", "Q1", "未上榜");
    problem(await seen(fresh), 404, "not-found");
    await w.did("grid1", fresh, "check");
    const shown = await w.did("cadre2", fresh, "publish");
    assert.equal(expect(await seen(shown), 200).body.decided_on, null);
    const back = await w.did("zhang", shown, "withdraw");
    assert.deepEqual([back.decided_by_name, back.decided_on, back.due_on], ["张小丰", w.today(), null]);
    problem(await seen(shown), 404, "not-found");
    const refused = await w.did("cadre2", await w.did("grid1", await claim("zhang", "Q1", "被拒"), "check"), "publish");
    const out = await w.did("cadre", refused, "reject", { reason: "没有" });
    assert.deepEqual([out.decided_by_name, out.decided_on, out.due_on], ["陈建国", w.today(), null]);
    problem(await seen(refused), 404, "not-found");
  }],
]);

steps("passbooks", () => w.server, [
  ["page by page: one's own, the household's beside it, anybody's for staff", async () => {
    const file = join(w.place.data, "opening.csv");
    writeFileSync(file, "户号,积分\n001,10\n");
    tool("ledger", "open", file, "--village", VILLAGE, "--on", w.today());
    await w.claimed("recorded", { ...w.deed("张小丰", { item: "Q1", place: "张家", quantity: "1.00" }), subject_kind: "household", subject: w.households["张小丰"] }, "grid1");
    const whole = await w.ok("zhang", "GET", "/me/passbook?limit=200"), ids = whole.own.rows.map((p) => p.id);
    assert.deepEqual(whole.household.rows.map((p) => [p.part, p.points]), [["award", "2.00"], ["adjust", "10.00"]]);
    assert.deepEqual([whole.own.next, whole.household.next], [null, null]);
    assert.ok(ids.length > 4);
    const first = await w.ok("zhang", "GET", "/me/passbook?limit=1");
    assert.deepEqual([first.own.rows, first.household.rows], [[whole.own.rows[0]], [whole.household.rows[0]]]);
    const own = await w.ok("zhang", "GET", `/me/passbook?limit=1&after=${first.own.next}`), said = await w.ok("zhang", "GET", `/me/passbook?limit=1&of=resident&after=${first.own.next}`);
    assert.deepEqual([own.own.rows, own.household.rows], [[whole.own.rows[1]], [whole.household.rows[0]]]);
    assert.deepEqual(said, own);
    const home = await w.ok("zhang", "GET", `/me/passbook?limit=1&of=household&after=${first.household.next}`);
    assert.deepEqual([home.own.rows, home.household.rows, home.household.next], [[whole.own.rows[0]], [whole.household.rows[1]], null]);
    const seen = [];
    for (let next = ""; next !== null;) {
      const page = await w.ok("cadre2", "GET", `/villages/${VILLAGE}/passbooks/resident/${w.residents["张小丰"]}?limit=2${next && `&after=${next}`}`);
      assert.deepEqual(page.rows, whole.own.rows.slice(seen.length, seen.length + 2));
      seen.push(...page.rows.map((p) => p.id));
      next = page.next;
    }
    assert.deepEqual(seen, ids);
    problem(await w.call("zhang", "GET", "/me/passbook?after=forged"), 400, "invalid");
    assert.deepEqual([(await w.passbook("陈小妹")).active, (await w.passbook("张小丰")).active], [false, true]);
  }],
  ["of all postings: a rule's, a part's, and what was taken back", async () => {
    const rows = async (query) => (await w.ok("cadre2", "GET", `/villages/${VILLAGE}/postings?limit=200&${query}`)).rows;
    const points = async (query) => (await rows(query)).map((p) => p.points);
    assert.deepEqual(await points("rule=D1"), ["-2.00"]);
    assert.deepEqual(await points("part=penalty"), ["-0.02", "-10.00"]);
    assert.deepEqual(await points("part=reversal"), ["-0.01", "-5.00"]);
    assert.deepEqual(await points("part=adjust"), ["10.00"]);
    const lines = (await w.call("cadre2", "GET", `/villages/${VILLAGE}/postings/export?rule=R1`, undefined, zh)).text.trim().split("\r\n").map((l) => l.split(","));
    assert.deepEqual(lines.slice(1).map((c) => [c[2], c[3], c[4], c[5], c[6], c[7], c[9]]), (await rows("rule=R1"))
      .map((p) => ["resident", "张*丰", "01.01", { award: "奖分", reversal: "冲正" }[p.part], "R1", p.points, p.reversed_by ? "已冲正" : ""]));
    assert.equal(lines.slice(1).filter((c) => c[9]).length, 1);
    const en = (await w.call("cadre2", "GET", `/villages/${VILLAGE}/postings/export?rule=false_claim`, undefined, { lang: "en" })).text;
    assert.match(en, /,resident,张\*丰,01\.01,penalty,false_claim,-10\.00,/);
    assert.equal((await w.call("cadre2", "GET", `/villages/${VILLAGE}/postings/export?part=penalty`, undefined, zh)).text.split(",扣分,").length, 3);
    assert.equal((await w.call("cadre2", "GET", `/villages/${VILLAGE}/postings/export?rule=R1`, undefined, { lang: "en" })).text.split(",reversed,").length, 2);
    assert.deepEqual((await w.ok("cadreb", "GET", `/villages/${OTHER}/postings`)).rows, []);
  }],
]);

steps("tables from the command line", () => w.server, [
  ["every column lands in its field; what is left out is a resident's on paper", async (t) => {
    t.env = (tongue) => ({ SHANZHI_TEST_CLOCK: w.clock, LC_ALL: tongue });
    t.file = join(w.place.data, "claims.csv");
    t.put = (lines) => writeFileSync(t.file, lines.map((l) => `${l}\n`).join(""));
    t.import = (tongue = "zh_CN.UTF-8", ...more) => w.server.command(["claim", "import", t.file, "--village", VILLAGE, "--as", "grid1", ...more], { env: t.env(tongue), fails: true });
    t.head = "对象类别,户号,姓名,对象编号,日期,分值,数量,渠道,项目,地点,事由,佐证,级别,难度,申报人";
    const on = w.today(-1), long = "长".repeat(100);
    t.put([t.head,
      `,001,张小丰,,${on},4,,wechat,R1,导甲,帮工导甲,有照片,,困难,王大爷`,
      `household,002,,,${on},,2.5,,Q1,${long},值守导乙,,,,`,
      `resident,,,${w.residents["王梅"]},${on},,,oral,L1,导丙,获奖导丙,奖状,村`]);
    const before = (await w.ok("cadre2", "GET", w.claims)).total;
    let r = t.import("zh_CN.UTF-8", "--dry-run");
    assert.deepEqual([r.status, r.stdout, r.stderr.includes("shanzhi:")], [0, "试运行：3 条可以导入，没有写入。 dry run: 3 rows are right, nothing written\n", false]);
    assert.equal((await w.ok("cadre2", "GET", w.claims)).total, before);
    r = t.import();
    assert.deepEqual([r.status, r.stdout], [0, "已导入 3 条申报。 3 claims imported\n"]);
    const page = await w.ok("cadre2", "GET", `${w.claims}?limit=3`);
    assert.equal(page.total, before + 3);
    const none = { evidence: null, level: null, difficulty: null, chosen: null, quantity: null, reporter: null, deed_on: on, state: "submitted", claimed_by_name: "刘网", claimant: "proxy", reverse: false };
    const want = [
      { ...none, subject: w.residents["王梅"], subject_kind: "resident", channel: "oral", item: "L1", place: "导丙", cause: "获奖导丙", evidence: "奖状", level: "村", points: "5.00" },
      { ...none, subject: w.households["李大海"], subject_kind: "household", quantity: "2.50", channel: "paper", item: "Q1", place: long, cause: "值守导乙", points: "5.00" },
      { ...none, subject: w.residents["张小丰"], subject_kind: "resident", chosen: "4.00", channel: "wechat", item: "R1", place: "导甲", cause: "帮工导甲", evidence: "有照片", difficulty: "困难", reporter: "王大爷", points: "6.00" },
    ];
    assert.deepEqual(page.rows.map((c, i) => Object.fromEntries(Object.keys(want[i]).map((k) => [k, c[k]]))), want);
    assert.equal(sql(w.place, "SELECT village, note FROM access_audit WHERE action = 'claim import'"), `${VILLAGE}|3 条`);
  }],
  ["in English, with fewer columns, in GB 18030", async (t) => {
    t.put(["household,name,item,deed_on,place,cause,quantity", `001,张小丰,Q1,${w.today(-1)},国标,值守国标,1`]);
    writeFileSync(t.file, execFileSync("iconv", ["-f", "UTF-8", "-t", "GB18030", t.file]));
    assert.equal(t.import().status, 0);
    const [c] = (await w.ok("cadre2", "GET", `${w.claims}?limit=1`)).rows;
    assert.deepEqual([c.place, c.quantity, c.channel], ["国标", "1.00", "paper"]);
  }],
  ["every fault is told with its line and column, and nothing is written", async (t) => {
    const admin = (path, body) => w.ok("admin", "POST", `/villages/${VILLAGE}/${path}`, body);
    for (let i = 0; i < 2; i++) await admin("residents", { household: w.households["刘网"], name: "刘双", sex: "female", birth: "1990-01-01" });
    const on = w.today(-1), row = (more) => ["kind", "number", "name", "id", "on", "chosen", "quantity", "channel", "item", "place", "cause", "evidence", "level", "difficulty", "reporter"]
      .map((k) => more[k] ?? { number: "001", name: "张小丰", on, item: "Q1", place: "错", cause: "值守" }[k] ?? "").join(",");
    const table = [
      [{ kind: "cow" }, "subject_kind", "对象类别是 resident、household 或 organisation。", "One of resident, household, organisation."],
      [{ channel: "telegram" }, "channel", "没有这种渠道。", "There is no such channel."],
      [{ on: "明天" }, "deed_on", "日期写成 2026-11-21。", "Write days as 2026-11-21."],
      [{ item: "" }, "item", "不能为空。", "Must not be empty."],
      [{ place: "长".repeat(101) }, "place", "太长或含有不能用的字符。", "Too long, or with characters that cannot be used."],
      [{ cause: "\u0007\u0007" }, "cause", "太长或含有不能用的字符。", "Too long, or with characters that cannot be used."],
      [{ reporter: "长".repeat(41) }, "reporter", "太长或含有不能用的字符。", "Too long, or with characters that cannot be used."],
      [{ chosen: "三" }, "chosen", "不是数字（最多两位小数）。", "Not a number with at most two decimals."],
      [{ quantity: "1.234" }, "quantity", "不是数字（最多两位小数）。", "Not a number with at most two decimals."],
      [{ number: "" }, "household", "请填写户号或对象编号。", "Give the household's number or the subject's id."],
      [{ name: "" }, "name", "请填写姓名。", "Give the name."],
      [{ name: "李大海" }, "name", "该户没有这个人。", "Nobody of that name lives there."],
      [{ number: "004", name: "刘双" }, "name", "户内有同名的人，请填对象编号。", "Two of that name live there; give the subject's id."],
      [{ item: "Z9" }, "item", "当时的积分方案中没有这个项目。", "The scheme of that day has no such item."],
      [{ on: w.today(1) }, "deed_on", "日期不能晚于今天。", "The day must not be after today."],
    ];
    t.put([t.head, row({ place: "对" }), ...table.map(([more]) => row(more)), row({ id: "abc" }), row({ number: "999" })]);
    const before = (await w.ok("cadre2", "GET", w.claims)).total;
    for (const [tongue, k] of [["zh_CN.UTF-8", 2], ["en_US.UTF-8", 3]]) {
      const r = t.import(tongue), lines = r.stderr.split("\n").filter((l) => l.startsWith("  "));
      assert.deepEqual([r.status, r.stdout], [1, ""]);
      assert.deepEqual(lines.slice(0, table.length), table.map((x, i) => `  ${i + 3}/${x[1]}: ${x[k]}`));
      assert.deepEqual(lines.slice(table.length).map((l) => l.split(":")[0]), [`  ${table.length + 3}/subject`, `  ${table.length + 4}/household`]);
    }
    assert.equal((await w.ok("cadre2", "GET", w.claims)).total, before);
  }],
  ["the heading is held against the columns there are", (t) => {
    t.put(["户号,姓名,颜色,项目,日期,事由,户号", "001,张小丰,红,Q1,2026-01-01,x,001"]);
    const r = t.import();
    assert.equal(r.status, 1);
    assert.deepEqual(r.stderr.split("\n").filter((l) => l.startsWith("  ")),
      ["  1/颜色: 没有这一列，或者写了两次。", "  1/户号: 没有这一列，或者写了两次。", "  1/地点: 缺少这一列。"]);
    writeFileSync(t.file, "");
    assert.match(t.import().stderr, /文件是空的。/);
    writeFileSync(t.file, `${t.head}\n"x`);
    assert.match(t.import().stderr, /引号没有闭合。/);
    writeFileSync(t.file, '"x');
    assert.match(t.import().stderr, /引号没有闭合。/);
  }],
  ["what else ends it: no such file, village, account; a database that fails is no row's fault", async (t) => {
    const command = (...args) => w.server.command(["claim", ...args], { env: t.env("en_US.UTF-8"), fails: true });
    const ends = (args, status, pattern) => {
      const r = command(...args);
      assert.equal(r.status, status, r.stderr);
      assert.match(r.stderr, pattern);
    };
    t.put([t.head, `,001,张小丰,,${w.today(-1)},,1,,Q1,再导,值守,,,,`]);
    ends(["import", join(w.place.data, "none.csv"), "--village", VILLAGE, "--as", "grid1"], 1, /cannot read .*none\.csv/);
    ends(["import", t.file, "--village", "12", "--as", "grid1"], 2, /12 digits/);
    ends(["import", t.file, "--village", VILLAGE, "--as", "nobody"], 1, /not found|does not exist|no such/i);
    ends(["import", t.file, "--village", OTHER, "--as", "grid1"], 1, /2\/name/);
    ends(["import", t.file, "--village", VILLAGE, "--as", "gridb"], 1, /2\//);
    t.put([t.head, ...Array.from({ length: 9 }, (_, i) => `,001,张小丰,,${w.today(-1)},,1,,Q1,再导${i},值守,,,,`)]);
    const r = w.server.command(["claim", "import", t.file, "--village", VILLAGE, "--as", "grid1"], { env: { ...t.env("en_US.UTF-8"), SHANZHI_FAIL_DB: "70" }, fails: true }); // some row's
    assert.equal(r.status, 1);
    assert.match(r.stderr, /^shanzhi: The database is not available/m);
    assert.doesNotMatch(r.stderr, /^ {2}\d+\//m);
    assert.doesNotMatch((await w.ok("cadre2", "GET", `${w.claims}?limit=1`)).rows[0].place, /再导/);
    ends(["list", "--village", "12"], 2, /12 digits/);
    for (const state of ["none", "nonsense"]) ends(["list", "--village", VILLAGE, "--state", state], 2, /no such state/);
  }],
  ["the list, masked, oldest first", async () => {
    const env = { SHANZHI_TEST_CLOCK: w.clock };
    const lines = (...more) => w.server.command(["claim", "list", "--village", VILLAGE, ...more], { env }).stdout.split("\n").slice(0, -1);
    const all = [];
    for (let next = ""; next !== null;) {
      const page = await w.ok("cadre2", "GET", `${w.claims}?limit=200${next && `&after=${next}`}`);
      all.unshift(...page.rows.reverse());
      next = page.next;
    }
    const line = (c) => [c.number, c.state, c.deed_on, c.name, c.item_label, c.points].join("\t");
    assert.deepEqual(lines(), all.map(line));
    for (const state of ["submitted", "reversed"]) assert.deepEqual(lines("--state", state), all.filter((c) => c.state === state).map(line));
    assert.deepEqual(w.server.command(["claim", "list", "--village", OTHER], { env }).stdout.split("\n").map((l) => l.split("\t")[1]), ["withdrawn", "submitted", undefined]);
  }],
]);

steps("ten thousand", () => w.server, [
  ["are counted; one more, and the list tells no total", async () => {
    const more = (first, last) => sql(w.place, `CREATE TABLE more AS WITH RECURSIVE n(i) AS (SELECT ${first} UNION ALL SELECT i + 1 FROM n WHERE i < ${last})
      SELECT c.*, n.i FROM claim c, n WHERE c.village = ${OTHER} AND c.state = 'withdrawn' AND c.number NOT LIKE '%-%-%';
      UPDATE more SET id = id - i, number = number || '-' || i; ALTER TABLE more DROP COLUMN i; INSERT INTO claim SELECT * FROM more; DROP TABLE more`);
    const total = async () => (await w.ok("cadreb", "GET", `/villages/${OTHER}/claims?limit=1`)).total;
    more(1, 9998);
    assert.equal(await total(), 10_000);
    more(9999, 9999);
    assert.equal(await total(), null);
  }],
]);
