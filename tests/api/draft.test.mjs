// Rules on their way to the village meeting: drafts, adoption with votes and minutes, waiting, in force, replaced; and what
// was computed stays computed with the version of its day.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { expect, problem, root, steps } from "./harness.mjs";
import { OTHER, VILLAGE, world } from "./world.mjs";

const zengxiang = readFileSync(join(root, "schemes/zengxiang.yaml"), "utf8");
const yaml = { type: "text/yaml" };
const drafts = `/villages/${VILLAGE}/drafts`;
const schemes = `/villages/${VILLAGE}/schemes`;
const minutes = "到会41人。村支书逐条说明修改内容，代表提问后举手表决。";
const meeting = (w, more = {}) => ({ from: w.today(7), meeting: "村民代表会议", meeting_on: w.today(), votes_for: 36, votes_against: 3, votes_abstain: 2, minutes, ...more });

let w;
before(async () => { w = await world(); });
after(async () => { await w?.server.stop(); });
const etag = (v) => `"${v}"`;

steps("from a draft to rules in force", () => w.server, [
  ["a draft begins with the version in force", async (t) => {
    const r = expect(await w.call("admin", "POST", drafts, { from: "version" }), 201);
    t.draft = r.body.id;
    t.first = (await w.ok("admin", "GET", schemes)).rows[0];
    assert.equal(r.body.text, zengxiang);
    assert.equal(r.body.origin_id, t.first.id);
    assert.equal(r.etag, '"1"');
    assert.equal(r.body.title, "曾巷村社会治理积分细则");
    assert.deepEqual([r.body.state, r.body.errors, r.body.warnings], ["open", 0, 0]);
    assert.equal(t.first.state, "in_force");
  }],
  ["it is saved with an error in it, and says where", async (t) => {
    const bad = zengxiang.replace("points: 1\n", "pionts: 1\n").replaceAll("\n", "\r\n");
    const r = expect(await w.call("admin", "PUT", `${drafts}/${t.draft}`, bad, { ...yaml, match: '"1"' }), 200);
    assert.equal(r.etag, '"2"');
    assert.ok(r.body.errors >= 1);
    assert.equal(r.body.text, null);
    const one = await w.ok("admin", "GET", `${drafts}/${t.draft}`);
    assert.ok(!one.text.includes("\r"));
    const f = one.findings.find((x) => /“points”/.test(x.zh));
    assert.equal(f.warning, false);
    assert.match(one.text.split("\n")[f.line - 1], /pionts/);
    assert.equal(one.changed_by_name, "admin");
    const listed = await w.ok("admin", "GET", drafts);
    assert.deepEqual(listed.rows.map((d) => [d.id, d.errors, d.text]), [[t.draft, one.errors, null]]);
  }],
  ["two editors: the later one is told", async (t) => {
    problem(await w.call("town", "PUT", `${drafts}/${t.draft}`, zengxiang, { ...yaml, match: '"1"' }), 412, "stale");
    problem(await w.call("town", "PUT", `${drafts}/${t.draft}`, zengxiang, yaml), 428, "precondition");
    problem(await w.call("admin", "POST", `${drafts}/${t.draft}/adopt`, meeting(w), { match: '"1"' }), 412, "stale");
  }],
  ["a draft with an error is not compared and not adopted", async (t) => {
    const r = problem(await w.call("admin", "POST", `${drafts}/${t.draft}/adopt`, meeting(w), { match: '"2"' }), 422, "scheme");
    assert.match(r.body.errors[0].detail ?? r.body.errors[0].message ?? JSON.stringify(r.body.errors[0]), /points/);
    problem(await w.call("admin", "GET", `${drafts}/${t.draft}/diff`), 422, "scheme");
  }],
  ["corrected, it says in sentences what changes", async (t) => {
    t.text = zengxiang.replace("times: 2\n\nitems", "times: 3\n\nitems").replace(/(code: A04[\s\S]*?points: )\S+/, "$18");
    expect(await w.call("admin", "PUT", `${drafts}/${t.draft}`, t.text, { ...yaml, match: '"2"' }), 200);
    const d = await w.ok("admin", "GET", `${drafts}/${t.draft}/diff`);
    assert.equal(d.before.scheme, t.first.id);
    assert.equal(d.after.scheme, null);
    assert.deepEqual(d.changes.map((c) => c.zh), ["虚假申报的倍数由2改为3。", d.changes[1].zh]);
    assert.match(d.changes[1].zh, /^积分项目“.*”：分值由\S+改为8。$/);
    assert.match(d.changes[1].en, /^item ".*": points changed from \S+ to 8\.$/);
    assert.equal(d.changes[1].path, "items/A04/points");
    assert.match(t.text.split("\n")[d.changes[1].line - 1], /points: 8/);
  }],
  ["what the meeting decided has to be there, and the votes have to carry", async (t) => {
    const adopt = (more) => w.call("admin", "POST", `${drafts}/${t.draft}/adopt`, meeting(w, more), { match: '"3"' });
    const none = problem(await w.call("admin", "POST", `${drafts}/${t.draft}/adopt`, { from: w.today(7) }, { match: '"3"' }), 422, "meeting");
    assert.deepEqual(none.body.errors.map((e) => e.field), ["meeting", "meeting_on", "votes_for", "votes_against", "votes_abstain", "minutes"]);
    problem(await adopt({ votes_for: 20, votes_against: 15, votes_abstain: 5 }), 422, "meeting"); // exactly half
    problem(await adopt({ votes_for: 0, votes_against: 0, votes_abstain: 0 }), 422, "meeting");
    problem(await adopt({ meeting_on: w.today(1) }), 422, "meeting");
    problem(await adopt({ from: w.today(-1), meeting_on: w.today(-2) }), 409, "scheme-from");
    problem(await adopt({ from: w.today(-1), meeting_on: w.today() }), 422, "meeting");
    const rows = (await w.ok("admin", "GET", schemes)).rows;
    assert.deepEqual(rows.map((v) => v.id), [t.first.id]);
  }],
  ["adopted, it waits for its first day", async (t) => {
    const key = "adopt-once-1";
    const r = expect(await w.call("admin", "POST", `${drafts}/${t.draft}/adopt`, meeting(w), { match: '"3"', key }), 201);
    const again = expect(await w.call("admin", "POST", `${drafts}/${t.draft}/adopt`, meeting(w), { match: '"3"', key }), 201);
    assert.equal(again.body.id, r.body.id);
    t.waiting = r.body;
    assert.equal(r.body.state, "waiting");
    assert.equal(r.body.minutes, minutes);
    assert.equal(r.body.draft, t.draft);
    assert.equal(r.body.text, t.text);
    assert.equal((await w.ok("admin", "GET", `${schemes}/${t.first.id}`)).until, w.today(6));
    problem(await w.call("admin", "PUT", `${drafts}/${t.draft}`, zengxiang, { ...yaml, match: '"4"' }), 409, "state");
    problem(await w.call("admin", "POST", `${drafts}/${t.draft}/adopt`, meeting(w), { match: '"4"' }), 409, "state");
    const done = await w.ok("admin", "GET", `${drafts}?state=adopted`);
    assert.deepEqual(done.rows.map((d) => d.scheme), [t.waiting.id]);
  }],
  ["withdrawn with a reason, it stays in the record and the day is free again", async (t) => {
    problem(await w.call("admin", "POST", `${schemes}/${t.first.id}/withdraw`, { reason: "不想要了" }), 409, "state");
    problem(await w.call("admin", "POST", `${schemes}/${t.waiting.id}/withdraw`, {}), 400, "invalid");
    const r = expect(await w.call("admin", "POST", `${schemes}/${t.waiting.id}/withdraw`, { reason: "第12条写错了" }), 200).body;
    assert.deepEqual([r.state, r.withdrawn_reason, r.withdrawn_by_name, r.until], ["withdrawn", "第12条写错了", "admin", null]);
    problem(await w.call("admin", "POST", `${schemes}/${t.waiting.id}/withdraw`, { reason: "再来一次" }), 409, "state");
    assert.equal((await w.ok("admin", "GET", `${schemes}/${t.first.id}`)).until, null);
    const open = await w.ok(null, "GET", `/public/villages/${VILLAGE}/schemes`);
    assert.deepEqual(open.rows.map((v) => [v.id, v.state]), [[t.first.id, "in_force"]]);
  }],
  ["a copy of the adopted draft is adopted for the same day", async (t) => {
    const copy = expect(await w.call("admin", "POST", drafts, { from: "draft", id: t.draft }), 201).body;
    assert.equal(copy.text, t.text);
    t.second = expect(await w.call("admin", "POST", `${drafts}/${copy.id}/adopt`, meeting(w), { match: '"1"' }), 201).body;
    assert.equal(t.second.state, "waiting");
    const d = await w.ok("li", "GET", `${schemes}/${t.second.id}/diff`);
    assert.equal(d.before.scheme, t.first.id);
    assert.equal(d.changes.length, 2);
    problem(await w.call("li", "GET", `${schemes}/${t.first.id}/diff`), 404, "not-found");
    assert.equal((await w.ok("li", "GET", `${schemes}/${t.second.id}/diff?against=${t.waiting.id}`)).changes.length, 0);
  }],
  ["a deed of today is worth what today's rules say", async (t) => {
    t.old = await w.claimed("published", w.deed("张小丰"));
    assert.equal(t.old.deed_on, w.today());
  }],
  ["on its first day it is in force and the other is replaced", async (t) => {
    t.deedDay = w.today();
    await w.days(7);
    const rows = (await w.ok("admin", "GET", schemes)).rows;
    assert.deepEqual(rows.map((v) => v.state).sort(), ["in_force", "replaced", "withdrawn"]);
    const now = await w.ok(null, "GET", `/public/villages/${VILLAGE}/scheme`);
    assert.equal(now.version, t.second.id);
    assert.deepEqual([now.meeting, now.votes_for], ["村民代表会议", 36]);
    const then = await w.ok(null, "GET", `/public/villages/${VILLAGE}/scheme?on=${t.deedDay}`);
    assert.equal(then.version, t.first.id);
    problem(await w.call("admin", "POST", `${schemes}/${t.second.id}/withdraw`, { reason: "太晚了" }), 409, "state");
  }],
  ["the same text is not adopted twice", async () => {
    const d = expect(await w.call("admin", "POST", drafts, { from: "version" }), 201).body;
    problem(await w.call("admin", "POST", `${drafts}/${d.id}/adopt`, meeting(w), { match: '"1"' }), 409, "duplicate");
  }],
  ["the deed of last week is still worth what the rules said then; one of today what they say now", async (t) => {
    await w.did("cadre", t.old, "approve", {});
    await w.did("recorder", t.old, "record", {});
    const old = await w.get("cadre2", t.old);
    const fresh = await w.claimed("published", w.deed("王梅"), "mei");
    const item = (rules) => rules.categories.flatMap((c) => c.items).find((i) => i.code === "A04").min;
    const before = item(await w.ok(null, "GET", `/public/villages/${VILLAGE}/scheme?on=${t.deedDay}`));
    assert.equal(old.points, before);
    assert.equal(fresh.points, "8.00");
    assert.notEqual(old.points, fresh.points);
  }],
]);

describe("drafts", () => {
  test("begin in many ways", async () => {
    const begin = async (body) => expect(await w.call("admin", "POST", drafts, body), 201).body;
    const blank = await begin({ from: "blank" });
    assert.deepEqual([blank.errors, blank.warnings], [0, 0], JSON.stringify(blank.findings));
    assert.match(blank.title, /礼坑村积分细则/);
    const preset = await begin({ from: "preset", preset: "zhongping" });
    assert.equal(preset.origin_name, "zhongping");
    assert.deepEqual([preset.errors, preset.warnings, preset.title], [0, 0, "礼坑村积分细则"]);
    const whole = readFileSync(join(root, "schemes/zhongping.yaml"), "utf8");
    assert.equal(preset.text.slice(preset.text.indexOf("classes:")), whole.slice(whole.indexOf("classes:")));
    const text = await begin({ from: "text", text: "title: 试一试\n" });
    assert.equal(text.title, "试一试");
    assert.ok(text.errors > 0);
    problem(await w.call("admin", "POST", drafts, { from: "preset" }), 400, "invalid");
    problem(await w.call("admin", "POST", drafts, { from: "preset", preset: "nowhere" }), 404, "not-found");
    problem(await w.call("admin", "POST", drafts, { from: "draft", id: 12 }), 404, "not-found");
    problem(await w.call("admin", "POST", drafts, { from: "text" }), 400, "invalid");
    problem(await w.call("admin", "POST", drafts, { from: "template" }), 409, "no-scheme");
    problem(await w.call("sys", "POST", "/villages/441621000000/drafts", { from: "blank" }), 403, "forbidden");
  });
  test("deleted and brought back", async () => {
    const d = expect(await w.call("admin", "POST", drafts, { from: "text", text: "title: 删去的\n" }), 201).body;
    problem(await w.call("admin", "DELETE", `${drafts}/${d.id}`), 428, "precondition");
    problem(await w.call("admin", "DELETE", `${drafts}/${d.id}`, undefined, { match: '"9"' }), 412, "stale");
    expect(await w.call("admin", "DELETE", `${drafts}/${d.id}`, undefined, { match: '"1"' }), 204);
    const open = (await w.ok("admin", "GET", drafts)).rows.map((x) => x.id);
    assert.ok(!open.includes(d.id));
    assert.deepEqual((await w.ok("admin", "GET", `${drafts}?state=deleted`)).rows.map((x) => x.id), [d.id]);
    problem(await w.call("admin", "PUT", `${drafts}/${d.id}`, "title: x\n", { ...yaml, match: '"2"' }), 409, "state");
    const back = expect(await w.call("admin", "POST", `${drafts}/${d.id}/restore`), 200).body;
    assert.deepEqual([back.state, back.text, back.version], ["open", "title: 删去的\n", 3]);
    problem(await w.call("admin", "POST", `${drafts}/${d.id}/restore`), 409, "state");
  });
  test("pages, last changed first", async () => {
    const all = (await w.ok("admin", "GET", `${drafts}?limit=200`)).rows.map((x) => x.id);
    const seen = [];
    for (let next = ""; next !== null;) {
      const page = await w.ok("admin", "GET", `${drafts}?limit=2${next && `&after=${encodeURIComponent(next)}`}`);
      assert.ok(page.rows.length <= 2);
      seen.push(...page.rows.map((x) => x.id));
      next = page.next;
    }
    assert.deepEqual(seen, all);
    assert.ok(all.length > 4);
  });
  test("texts that are none, and too long", async () => {
    const d = expect(await w.call("admin", "POST", drafts, { from: "text", text: "title: 长\n" }), 201).body;
    const put = (body) => w.call("admin", "PUT", `${drafts}/${d.id}`, body, { ...yaml, match: '"1"' });
    problem(await put(Buffer.from([0xff, 0xfe, 0x41])), 400, "invalid");
    problem(await put("a\0b"), 400, "invalid");
    problem(await put(`title: x\n# ${"长".repeat(180_000)}\n`), 413, "too-large");
    expect(await put(`title: x\n# ${"长".repeat(170_000)}\n`), 200);
  });
  test("two adoptions of one day at once: one of them", async () => {
    const day = w.today(30);
    const two = [];
    for (const title of ["甲", "乙"]) two.push(expect(await w.call("admin", "POST", drafts, { from: "text", text: zengxiang.replace("title: 曾巷村", `title: ${title}`) }), 201).body);
    const both = await Promise.all(two.map((d) => w.call("admin", "POST", `${drafts}/${d.id}/adopt`, meeting(w, { from: day }), { match: '"1"' })));
    assert.deepEqual(both.map((r) => r.status).sort(), [201, 409], both.map((r) => r.text).join("\n"));
    const rows = (await w.ok("admin", "GET", schemes)).rows.filter((v) => v.from === day);
    assert.equal(rows.length, 1);
    const one = await Promise.all([1, 2].map(() => w.call("admin", "POST", `${schemes}/${rows[0].id}/withdraw`, { reason: "重新开会" })));
    assert.deepEqual(one.map((r) => r.status).sort(), [200, 409]);
  });
  test("one draft, saved by two at once: one of them", async () => {
    const d = expect(await w.call("admin", "POST", drafts, { from: "text", text: "title: 原稿\n" }), 201).body;
    const both = await Promise.all(["甲", "乙"].map((t) => w.call("admin", "PUT", `${drafts}/${d.id}`, `title: ${t}\n`, { ...yaml, match: '"1"' })));
    assert.deepEqual(both.map((r) => r.status).sort(), [200, 412]);
    const kept = await w.ok("admin", "GET", `${drafts}/${d.id}`);
    assert.deepEqual([kept.version, kept.title], [2, both[0].status === 200 ? "甲" : "乙"]);
  });
  test("a hundred open drafts are enough; of the deleted ones the last fifty are kept", async () => {
    const there = `/villages/${OTHER}/drafts`;
    const made = [];
    for (let i = 0; i < 100; i++) made.push(expect(await w.call("adminb", "POST", there, { from: "text", text: `title: 第${i}稿\n` }), 201).body.id);
    problem(await w.call("adminb", "POST", there, { from: "text", text: "title: 再来\n" }), 409, "conflict");
    for (const id of made.slice(0, 60)) expect(await w.call("adminb", "DELETE", `${there}/${id}`, undefined, { match: '"1"' }), 204);
    const deleted = (await w.ok("adminb", "GET", `${there}?state=deleted&limit=200`)).rows.map((d) => d.id);
    assert.deepEqual(deleted, made.slice(10, 60).reverse());
    problem(await w.call("adminb", "POST", `${there}/${made[0]}/restore`), 404, "not-found");
  });
  test("another village's staff, villagers and strangers do not see them", async () => {
    for (const who of ["adminb", "cadre", "zhang"]) problem(await w.call(who, "GET", drafts), 403, "forbidden");
    problem(await w.call(null, "GET", drafts), 401, "sign-in");
    const d = (await w.ok("admin", "GET", drafts)).rows[0];
    problem(await w.call("adminb", "GET", `/villages/${OTHER}/drafts/${d.id}`), 404, "not-found");
    problem(await w.call("cadre", "POST", `${drafts}/${d.id}/adopt`, meeting(w), { match: etag(d.version) }), 403, "forbidden");
  });
  test("what was done is in the audit trail", async () => {
    const password = "who-did-what-7";
    const tool = { env: { SHANZHI_TEST_CLOCK: w.clock }, input: `${password}\n` };
    w.server.command(["account", "add", "auditor", "--password-stdin"], tool);
    w.server.command(["account", "grant", "auditor", "auditor"], tool);
    const auditor = await w.server.signIn("auditor", password);
    const rows = [];
    for (let next = ""; next !== null;) {
      const page = expect(await w.server.api("GET", `/audit?limit=200${next && `&after=${encodeURIComponent(next)}`}`, { as: auditor }), 200).body;
      rows.push(...page.rows);
      next = page.next;
    }
    for (const path of ["POST /villages/{village}/drafts", "PUT /villages/{village}/drafts/{draft}", "DELETE /villages/{village}/drafts/{draft}",
      "POST /villages/{village}/drafts/{draft}/adopt", "POST /villages/{village}/schemes/{scheme}/withdraw"]) {
      const row = rows.find((x) => x.action === path && x.status < 300 && x.village === VILLAGE);
      assert.ok(row, path);
      assert.ok(row.subject, path);
    }
  });
});

describe("presets", () => {
  test("are listed and can be read", async () => {
    const all = await w.ok("zhang", "GET", "/schemes/presets");
    assert.equal(all.rows.length, all.total);
    assert.ok(all.rows.length >= 12);
    const one = all.rows.find((p) => p.name === "zengxiang");
    assert.deepEqual([one.title, one.items, one.text], ["曾巷村社会治理积分细则", 32, null]);
    assert.ok(one.choices >= 32 && one.source);
    assert.equal((await w.ok("zhang", "GET", "/schemes/presets/zengxiang")).text, zengxiang);
    problem(await w.call("zhang", "GET", "/schemes/presets/none"), 404, "not-found");
    const two = await w.ok("zhang", "GET", "/schemes/presets?limit=5");
    const rest = await w.ok("zhang", "GET", `/schemes/presets?limit=200&after=${encodeURIComponent(two.next)}`);
    assert.deepEqual([...two.rows, ...rest.rows].map((p) => p.name), all.rows.map((p) => p.name));
  });
});
