// The story that must run (seed 000 篇2, six steps; seed 003's township): a claim from phone to passbook, and
// everything that must not happen on the way.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import http from "node:http";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { expect, problem, steps } from "./harness.mjs";
import { OTHER, VILLAGE, world } from "./world.mjs";

const w = await world();
after(async () => { await w.server.stop(); });
const { server } = w;
const board = async (query = "") => (await w.ok(null, "GET", `/public/villages/${VILLAGE}/notices${query}`)).rows;
const pdf = (bytes, run) => {
  const folder = mkdtempSync(join(tmpdir(), "shanzhi-pdf-"));
  try {
    writeFileSync(join(folder, "a.pdf"), bytes);
    return run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
const words = (bytes) => pdf(bytes, (f) => execFileSync("pdftotext", ["-layout", join(f, "a.pdf"), "-"], { encoding: "utf8" }));
const code = (bytes) => pdf(bytes, (f) => {
  execFileSync("pdftoppm", ["-r", "150", "-png", "-singlefile", join(f, "a.pdf"), join(f, "a")]);
  return execFileSync("zbarimg", ["--nodbus", "-q", "--raw", join(f, "a.png")], { encoding: "utf8" }).trim();
});

steps("a claim from phone to passbook", server, [
  ["a villager claims a deed on the phone page", async (t) => {
    t.a = await w.ok("zhang", "POST", w.claims, w.deed("张小丰", { item: "A03", cause: "张小丰帮邻居李大海抢收稻谷，电话13812345678", place: "上屋田边" }));
    assert.equal(t.a.state, "submitted");
    assert.equal(t.a.channel, "phone_page");
    assert.equal(t.a.claimant, "self");
    assert.equal(t.a.name, "张小丰");
    assert.match(t.a.number, /^\d{4}-000001$/);
    assert.equal(t.a.mine, true);
    assert.deepEqual(t.a.actions, ["withdraw"]);
    assert.match(t.a.next, /网格员初审/);
  }],
  ["the grid worker has it to do; the other grid's worker and the other village's have not", async (t) => {
    const todo = await w.ok("grid1", "GET", "/todo");
    assert.deepEqual(todo.rows.map((r) => [r.step, r.count, r.village]), [["check", 1, VILLAGE]]);
    assert.equal((await w.ok("grid2", "GET", "/todo")).total, 0);
    assert.equal((await w.ok("gridb", "GET", "/todo")).total, 0);
    const list = await w.ok("grid1", "GET", `${w.claims}?state=submitted`);
    assert.deepEqual(list.rows.map((r) => r.id), [t.a.id]);
    assert.equal(list.total, 1);
    assert.equal(list.rows[0].name, "张*丰");
    assert.equal((await w.ok("grid2", "GET", w.claims)).rows.length, 0);
    problem(await w.call("grid2", "GET", `${w.claims}/${t.a.id}`), 403, "forbidden");
    problem(await w.act("grid2", t.a, "check", { chosen: "5.00" }), 403, "forbidden");
    problem(await w.call("gridb", "GET", w.claims + "/" + t.a.id), 403, "forbidden");
    problem(await w.act("gridb", t.a, "check", { chosen: "5.00" }), 403, "forbidden");
    assert.equal((await w.ok("gridb", "GET", w.claims)).rows.length, 0);
  }],
  ["the check needs points from the range", async (t) => {
    const r = problem(await w.act("grid1", t.a, "check"), 400, "invalid");
    assert.equal(r.body.errors[0].field, "chosen");
    problem(await w.act("grid1", t.a, "check", { chosen: "11.00" }), 400, "invalid");
  }],
  ["the grid worker checks time, place and cause, and picks 5 points", async (t) => {
    t.a = await w.did("grid1", t.a, "check", { chosen: "5.00", place: "上屋田边晒谷场" });
    assert.equal(t.a.state, "checked");
    assert.equal(t.a.points, "5.00");
    assert.match(t.a.explain, /5分/);
    const step = t.a.steps.at(-1);
    assert.equal(step.by_name, "刘网");
    assert.deepEqual(step.changes.place, ["上屋田边", "上屋田边晒谷场"]);
    assert.deepEqual(step.changes.points, ["2.00", "5.00"]);
  }],
  ["it is published on the village's board, without sign-in, with masked names", async (t) => {
    problem(await w.act("grid1", t.a, "publish"), 403, "forbidden");
    t.a = await w.did("cadre2", t.a, "publish");
    assert.equal(t.a.state, "published");
    const [row] = await board("?open=true");
    assert.equal(row.id, t.a.notice);
    assert.match(row.title, /^张\*丰 · .* · 5分$/);
    assert.equal(row.state, "public");
    assert.equal(row.first_day, w.today());
    assert.equal(row.last_day, w.today(3));
    const text = JSON.stringify(await w.ok(null, "GET", `/public/villages/${VILLAGE}/notices/${row.id}`));
    assert.ok(!text.includes("张小丰") && !text.includes("13812345678"), text);
    assert.match(text, /张\*丰帮邻居/);
  }],
  ["the sheet for the wall says the same, and its QR code leads to the board", async () => {
    const r = expect(await w.call(null, "GET", `/public/villages/${VILLAGE}/board.pdf`), 200);
    const text = words(r.bytes);
    assert.match(text, /积分公示/);
    assert.match(text, /张\*丰/);
    assert.match(text, /共1项/);
    assert.ok(!text.includes("张小丰") && !text.includes("13812345678"), text);
    assert.equal(code(r.bytes), `http://127.0.0.1:${w.server.port}/#/v/${VILLAGE}`);
  }],
  ["not before publicity is over", async (t) => {
    assert.equal((await w.ok("cadre", "GET", "/todo")).rows.find((r) => r.step === "approve"), undefined);
    problem(await w.act("cadre", t.a, "approve"), 409, "in-publicity");
    await w.days(3); // the last day of publicity
    problem(await w.act("cadre", t.a, "approve"), 409, "in-publicity");
  }],
  ["another villager objects to another claim and it stops", async (t) => {
    t.b = await w.claimed("published", w.deed("王梅", { place: "篮球场" }), "mei");
    const path = `/villages/${VILLAGE}/notices/${t.b.notice}/objections`;
    problem(await w.call(null, "POST", path, { reason: "那天她不在村里" }), 401, "sign-in");
    problem(await w.call("huang", "POST", path, { reason: "外村人不能提" }), 403, "forbidden");
    t.objection = expect(await w.call("li", "POST", path, { reason: "那天她不在村里" }), 201).body;
    assert.equal(t.objection.objector, "李*海");
    problem(await w.call("li", "POST", path, { reason: "再说一遍" }), 409, "duplicate");
    assert.equal((await w.get("mei", t.b)).state, "objected");
    assert.equal((await board()).find((n) => n.id === t.b.notice).state, "objected");
    await w.days(4);
    problem(await w.act("cadre2", t.b, "approve"), 409, "state");
    assert.equal((await w.ok("cadre2", "GET", "/todo")).rows.find((r) => r.step === "objection").count, 1);
  }],
  ["the cadre approves the first one", async (t) => {
    assert.equal((await w.ok("cadre", "GET", "/todo")).rows.find((r) => r.step === "approve").count, 1);
    problem(await w.act("grid1", t.a, "approve"), 403, "forbidden");
    problem(await w.act("cadreb", t.a, "approve"), 403, "forbidden");
    t.a = await w.did("cadre", t.a, "approve", { reason: "属实" });
    assert.equal(t.a.state, "approved");
    assert.equal(t.a.decided_by_name, "陈建国");
    assert.deepEqual(await w.balance("张小丰"), await w.balance("李大海"), "no points yet");
    problem(await w.call("zhang", "GET", `${w.claims}/${t.a.id}/slip`), 409, "state");
  }],
  ["the recorder records it: the points are in the passbook and on the board", async (t) => {
    t.a = await w.did("recorder", t.a, "record");
    assert.equal(t.a.state, "recorded");
    const book = await w.passbook("张小丰");
    assert.ok(book.balances.every((b) => Object.values(b).includes("5.00")), JSON.stringify(book.balances));
    assert.equal(book.rows.length, 1);
    assert.match(JSON.stringify(book.rows[0]), /助人为乐/);
    const mine = await w.ok("zhang", "GET", "/me/passbook");
    assert.ok(mine.own.balances.every((b) => Object.values(b).includes("5.00")));
    const points = await w.ok(null, "GET", `/public/villages/${VILLAGE}/board`);
    assert.match(JSON.stringify(points.rows), /"张\*丰".*"5\.00"|"5\.00".*"张\*丰"/);
    assert.ok(!JSON.stringify(points).includes("张小丰"));
    assert.deepEqual(t.a.steps.map((s) => s.action), ["submit", "check", "publish", "approve", "record"]);
  }],
  ["the slip can be printed; its QR code leads to the notice; printing again gives the same bytes", async (t) => {
    const own = expect(await w.call("zhang", "GET", `${w.claims}/${t.a.id}/slip`), 200);
    assert.equal(own.headers["content-type"], "application/pdf");
    const text = words(own.bytes);
    for (const s of ["奖分通知单", "龙窝镇礼坑村", t.a.number, "张小丰", "+5分", "陈建国", "上屋田边晒谷场"]) assert.ok(text.includes(s), `${s} in ${text}`);
    const url = code(own.bytes);
    assert.equal(url, `http://127.0.0.1:${w.server.port}/#/v/${VILLAGE}/n/${t.a.notice}?slip=${t.a.number}`);
    const again = expect(await w.call("zhang", "GET", `${w.claims}/${t.a.id}/slip`), 200);
    assert.ok(own.bytes.equals(again.bytes));
    const staff = words(expect(await w.call("recorder", "GET", `${w.claims}/${t.a.id}/slip`), 200).bytes);
    assert.ok(staff.includes("张*丰") && !staff.includes("张小丰帮") === false, "masked for staff");
    problem(await w.call("recorder", "POST", `${w.claims}/${t.a.id}/slip`), 403, "forbidden");
    const named = expect(await w.call("admin", "POST", `${w.claims}/${t.a.id}/slip`, undefined, { key: "slip-1" }), 200);
    assert.ok(words(named.bytes).includes("张小丰"));
    const sent = expect(await w.call("admin", "POST", `${w.claims}/${t.a.id}/slip`, undefined, { key: "slip-1" }), 200);
    assert.equal(sent.headers["idempotency-replayed"], "true");
    assert.equal(sent.headers["content-type"], "application/pdf", "the same request again gives a sheet of paper again");
    assert.ok(sent.bytes.equals(named.bytes));
    problem(await w.call("li", "GET", `${w.claims}/${t.a.id}/slip`), 403, "forbidden");
    const seen = await w.ok(null, "GET", `/public/villages/${VILLAGE}/claims/${t.a.number}`);
    assert.equal(seen.name, "张*丰");
    assert.equal(seen.points, "5.00");
    problem(await w.call(null, "GET", `/public/villages/${VILLAGE}/claims/9999-000001`), 404, "not-found");
  }],
  ["the objection is decided by somebody who is not involved, with a reason", async (t) => {
    const path = `/villages/${VILLAGE}/objections/${t.objection.id}/decide`;
    problem(await w.call("li", "POST", path, { uphold: true, reason: "我说了算" }), 403, "forbidden");
    problem(await w.call("cadre2", "POST", path, { uphold: true }), 400, "invalid");
    const done = await w.ok("cadre2", "POST", path, { uphold: false, reason: "已向三人核实，当天在场" });
    assert.equal(done.state, "dismissed");
    problem(await w.call("cadre2", "POST", path, { uphold: true, reason: "再想想" }), 409, "state");
    assert.equal((await w.get("mei", t.b)).state, "published");
    assert.equal((await w.did("cadre2", t.b, "approve")).state, "approved");
    const [seen] = (await w.ok("li", "GET", `/villages/${VILLAGE}/objections`)).rows;
    assert.equal(seen.decision, "已向三人核实，当天在场");
    assert.equal((await w.ok("mei", "GET", `/villages/${VILLAGE}/objections`)).rows.length, 0);
  }],
]);

steps("objections that are right", server, [
  ["upheld: the claim is refused, all open objections are answered", async () => {
    const c = await w.claimed("published", w.deed("李大海", { place: "祠堂" }), "cadre2").catch(() => null);
    assert.equal(c, null, "grid1 does not check grid 01.02");
  }],
  ["two villagers object; a grid worker writes one down", async (t) => {
    t.c = await w.claimed("published", w.deed("王梅", { place: "祠堂" }), "mei");
    const path = `/villages/${VILLAGE}/notices/${t.c.notice}/objections`;
    expect(await w.call("li", "POST", path, { reason: "没有这回事" }), 201);
    problem(await w.call("li", "POST", path, { reason: "替人", objector: "孙奶奶" }), 403, "forbidden");
    t.second = expect(await w.call("grid2", "POST", path, { reason: "孙奶奶说没看见", objector: "孙奶奶", channel: "oral" }), 201).body;
    assert.equal(t.second.objector, "孙*奶");
    problem(await w.call("grid1", "POST", `/villages/${VILLAGE}/objections/${t.second.id}/decide`, { uphold: true, reason: "无权" }), 403, "forbidden");
    await w.ok("cadre2", "POST", `/villages/${VILLAGE}/objections/${t.second.id}/decide`, { uphold: true, reason: "查实没有" });
    const c = await w.get("mei", t.c);
    assert.equal(c.state, "rejected");
    assert.equal(c.steps.at(-1).action, "uphold");
    const all = (await w.ok("cadre2", "GET", `/villages/${VILLAGE}/objections?notice=${t.c.notice}`)).rows;
    assert.deepEqual(all.map((o) => o.state), ["upheld", "upheld"]);
    problem(await w.call(null, "GET", `/public/villages/${VILLAGE}/claims/${t.c.number}`), 404, "not-found");
    problem(await w.act("cadre2", t.c, "approve"), 409, "claim-closed");
    const stats = await w.ok("cadre2", "GET", `/villages/${VILLAGE}/notices/stats?from=${w.today(-30)}`);
    assert.equal(stats.upheld, 2);
    assert.equal(stats.open, 0);
  }],
  ["after publicity nobody objects any more", async () => {
    const c = await w.claimed("published", w.deed("王梅", { place: "河边" }), "mei");
    await w.days(4);
    problem(await w.call("li", "POST", `/villages/${VILLAGE}/notices/${c.notice}/objections`, { reason: "太晚了" }), 409, "state");
  }],
]);

steps("W2: false claims", server, [
  ["5 points found false before they are recorded: −10 and nothing else", async (t) => {
    t.before = await w.passbook("陈小妹");
    const c = await w.claimed("checked", w.deed("陈小妹", { item: "A03", chosen: "5.00", place: "桥头", channel: "paper" }), "grid2").catch((e) => e);
    assert.match(String(c), /403/, "grid2 may not claim for grid 01.01");
    t.c = await w.ok("grid1", "POST", w.claims, w.deed("陈小妹", { item: "A03", chosen: "5.00", place: "桥头", channel: "oral", reporter: "陈小妹" }));
    assert.equal(t.c.claimant, "proxy");
    problem(await w.act("cadre2", t.c, "false", { reason: "没有这回事" }), 403, "forbidden");
    problem(await w.act("supervisor", t.c, "false", {}), 400, "invalid");
    const c2 = await w.did("supervisor", t.c, "false", { reason: "当事人承认没有这回事" });
    assert.equal(c2.state, "rejected");
    assert.equal(c2.false_claim, true);
    const book = await w.passbook("陈小妹");
    assert.equal(book.rows.length, 1);
    assert.ok(book.balances.every((b) => Object.values(b).includes("-10.00")), JSON.stringify(book.balances));
    problem(await w.act("supervisor", t.c, "false", { reason: "再罚一次" }), 409, "claim-closed");
  }],
  ["found false after they were recorded: a reversal of −5 and a penalty of −10", async () => {
    const before = (await w.passbook("张小丰")).balances[0];
    const c = await w.claimed("recorded", w.deed("张小丰", { item: "A03", chosen: "5.00", place: "水库" }));
    const c2 = await w.did("supervisor", c, "false", { reason: "照片是别处的" });
    assert.equal(c2.state, "reversed");
    assert.ok(c2.reversal && c2.penalty);
    const book = await w.passbook("张小丰");
    assert.equal(JSON.stringify(before).includes('"5.00"'), true);
    assert.ok(book.balances.every((b) => Object.values(b).includes("-5.00")), "5 + 5 − 5 − 10");
    assert.deepEqual(book.rows.slice(0, 3).map((r) => r.points).sort(), ["-10.00", "-5.00", "5.00"]);
    const slip = words(expect(await w.call("zhang", "GET", `${w.claims}/${c.id}/slip`), 200).bytes);
    assert.match(slip, /已冲正/);
  }],
]);

steps("回避: nobody on their own household, nor on what they claimed or checked", server, [
  ["check, approve, record and reject of one's own household", async (t) => {
    t.own = await w.ok("grid1", "POST", w.claims, w.deed("刘网", { place: "晒场" }));
    assert.equal(t.own.claimant, "self");
    problem(await w.act("grid1", t.own, "check"), 403, "conflict-of-interest");
    problem(await w.act("grid1", t.own, "return", { reason: "想改一下" }), 403, "conflict-of-interest");
    assert.ok(!(await w.get("grid1", t.own)).actions.includes("check"));
    const chen = await w.claimed("published", w.deed("陈小妹", { place: "晒场" }), "grid1");
    await w.days(4);
    const waits = async (who) => (await w.ok(who, "GET", "/todo")).rows.find((r) => r.step === "approve")?.count ?? 0;
    problem(await w.act("cadre", chen, "approve"), 403, "conflict-of-interest");
    problem(await w.act("cadre", chen, "reject", { reason: "不行" }), 403, "conflict-of-interest");
    assert.equal(await waits("cadre2"), await waits("cadre") + 1, "one's own is not in one's to-do list");
    assert.equal((await w.did("cadre2", chen, "approve")).state, "approved");
  }],
  ["who claimed for somebody does not approve it", async () => {
    let c = await w.ok("cadre2", "POST", w.claims, w.deed("张小丰", { place: "村道", channel: "phone", reporter: "张小丰" }));
    c = await w.did("grid1", c, "check");
    c = await w.did("cadre", c, "publish");
    await w.days(4);
    problem(await w.act("cadre2", c, "approve"), 403, "conflict-of-interest");
    assert.equal((await w.did("cadre", c, "approve")).state, "approved");
  }],
  ["who checked it does not decide it, in any role and in any way", async () => {
    const tool = { env: { SHANZHI_TEST_CLOCK: w.clock } };
    server.command(["account", "grant", "grid1", "cadre", "--region", VILLAGE], tool);
    w.sessions.delete("grid1");
    const mine = async (place) => w.claimed("checked", w.deed("张小丰", { place }), "zhang");
    const a = await mine("检查甲"), b = await mine("检查乙");
    problem(await w.act("grid1", a, "reject", { reason: "不行" }), 403, "conflict-of-interest");
    assert.ok(!(await w.get("grid1", a)).actions.includes("reject"));
    for (const c of [a, b]) await w.did("cadre2", c, "publish");
    const notice = (await w.get("cadre2", b)).notice;
    const o = expect(await w.call("li", "POST", `/villages/${VILLAGE}/notices/${notice}/objections`, { reason: "不是他" }), 201).body;
    const decide = (uphold) => w.call("grid1", "POST", `/villages/${VILLAGE}/objections/${o.id}/decide`, { uphold, reason: "我初审过" });
    for (const uphold of [true, false]) problem(await decide(uphold), 403, "conflict-of-interest");
    await w.days(4);
    for (const [action, body] of [["approve", {}], ["return", { reason: "再看" }], ["reject", { reason: "不行" }]])
      problem(await w.act("grid1", a, action, body), 403, "conflict-of-interest");
    const seen = await w.get("grid1", a);
    assert.deepEqual([seen.state, seen.actions.filter((x) => ["approve", "return", "reject"].includes(x))], ["published", []]);
    assert.equal((await w.did("cadre2", a, "approve")).state, "approved");
    // of what another one checked he may decide
    const c = await w.did("cadre2", await w.did("grid2", await w.ok("li", "POST", w.claims, w.deed("李大海", { place: "检查丙" })), "check"), "publish");
    await w.days(4);
    assert.equal((await w.did("grid1", c, "approve")).state, "approved");
    server.command(["account", "revoke", "grid1", "cadre", "--region", VILLAGE], tool);
    w.sessions.delete("grid1");
  }],
  ["an objection to one's own household's notice is decided by others", async () => {
    const c = await w.claimed("published", w.deed("陈小妹", { place: "村道" }), "grid1");
    const o = expect(await w.call("li", "POST", `/villages/${VILLAGE}/notices/${c.notice}/objections`, { reason: "不是她" }), 201).body;
    problem(await w.call("cadre", "POST", `/villages/${VILLAGE}/objections/${o.id}/decide`, { uphold: false, reason: "自家人" }), 403, "conflict-of-interest");
    const own = expect(await w.call("cadre2", "POST", `/villages/${VILLAGE}/notices/${c.notice}/objections`, { reason: "监督发现" }), 201).body;
    problem(await w.call("cadre2", "POST", `/villages/${VILLAGE}/objections/${own.id}/decide`, { uphold: true, reason: "自己提的" }), 403, "conflict-of-interest");
    await w.ok("supervisor", "POST", `/villages/${VILLAGE}/objections/${own.id}/decide`, { uphold: false, reason: "查实是她" });
    assert.equal((await w.get("supervisor", c)).state, "objected", "the other one is still open");
    await w.ok("supervisor", "POST", `/villages/${VILLAGE}/objections/${o.id}/decide`, { uphold: false, reason: "查实是她" });
    assert.equal((await w.get("supervisor", c)).state, "published");
  }],
]);

steps("a villager who acts for another household", server, [
  ["sees the claims of that one, and of no third", async () => {
    const tool = { env: { SHANZHI_TEST_CLOCK: w.clock } };
    const home = ["--region", VILLAGE, "--household", String(w.households.陈小妹)];
    const chen = await w.ok("grid1", "POST", w.claims, w.deed("陈小妹", { place: "代看" })), zhang = await w.ok("zhang", "POST", w.claims, w.deed("张小丰", { place: "代看" }));
    problem(await w.call("li", "GET", `${w.claims}/${chen.id}`), 403, "forbidden");
    server.command(["account", "grant", "li", "villager", ...home], tool);
    w.sessions.delete("li");
    assert.equal((await w.get("li", chen)).id, chen.id);
    problem(await w.call("li", "GET", `${w.claims}/${zhang.id}`), 403, "forbidden");
    const seen = (await w.ok("li", "GET", `${w.claims}?limit=200`)).rows;
    assert.ok(!seen.some((c) => c.id === zhang.id));
  }],
]);

steps("sent back, corrected, withdrawn, refused", server, [
  ["returned with a reason, corrected by the claimant, checked again", async () => {
    let c = await w.ok("zhang", "POST", w.claims, w.deed("张小丰", { place: "学校", deed_on: w.today(-1) }));
    problem(await w.act("grid1", c, "return", {}), 400, "invalid");
    c = await w.did("grid1", c, "return", { reason: "日期不对" });
    assert.equal((await w.ok("zhang", "GET", "/todo")).rows[0].step, "correct");
    problem(await w.act("li", c, "submit", { deed_on: w.today() }), 403, "forbidden");
    c = await w.did("zhang", c, "submit", { deed_on: w.today(-2), version: c.version });
    assert.equal(c.state, "submitted");
    problem(await w.act("zhang", c, "submit"), 409, "state");
    problem(await w.act("grid1", c, "check", { version: 1 }), 412, "stale");
    assert.equal((await w.did("grid1", c, "check", { version: c.version })).state, "checked");
  }],
  ["withdrawn by the claimant, also from the board, but not after approval", async () => {
    let c = await w.claimed("published", w.deed("张小丰", { place: "水塘" }));
    problem(await w.act("li", c, "withdraw"), 403, "forbidden");
    c = await w.did("zhang", c, "withdraw");
    assert.equal(c.state, "withdrawn");
    assert.equal((await board()).find((n) => n.id === c.notice).state, "withdrawn");
    problem(await w.act("grid1", c, "check"), 409, "claim-closed");
    const again = await w.claimed("submitted", w.deed("张小丰", { place: "水塘" }));
    await w.did("zhang", again, "withdraw");
  }],
  ["refused with a reason", async () => {
    let c = await w.ok("zhang", "POST", w.claims, w.deed("张小丰", { place: "桥下" }));
    c = await w.did("grid1", c, "reject", { reason: "查无此事" });
    assert.equal(c.state, "rejected");
    assert.equal(c.steps.at(-1).reason, "查无此事");
  }],
]);

steps("what is refused at the door", server, [
  ["tomorrow, too long ago, an unknown item, a foreign subject, the wrong class", async () => {
    const bad = async (more, field, status = 400) => {
      const r = await w.call("zhang", "POST", w.claims, w.deed("张小丰", more));
      assert.equal(r.status, status, r.text);
      if (field) assert.equal(r.body.errors[0].field, field, r.text);
    };
    await bad({ deed_on: w.today(1) }, "deed_on");
    await bad({ deed_on: w.today(-93) }, "deed_on");
    await bad({ item: "Z99" }, "item");
    await bad({ item: "A06" });
    await bad({ subject: w.residents["黄外村"] }, null, 404);
    await bad({ cause: "" }, "cause");
    await bad({ channel: "telegram" }, "channel");
    await bad({ nonsense: 1 }, "nonsense");
    problem(await w.call("huang", "POST", w.claims, w.deed("张小丰")), 403, "forbidden");
    problem(await w.call(null, "POST", w.claims, w.deed("张小丰")), 401, "sign-in");
    problem(await w.call("zhang", "POST", `/villages/${OTHER}/claims`, w.deed("黄外村")), 403, "forbidden");
    problem(await w.call("zhang", "POST", w.claims, w.deed("李大海", { claimant: "self", place: "那边" })), 400, "invalid");
  }],
  ["ids of one village behind the address of another", async () => {
    const c = await w.claimed("published", w.deed("王梅", { item: "A03", chosen: "2.00", place: "邻村" }), "mei");
    const other = `/villages/${OTHER}`;
    problem(await w.call("cadreb", "GET", `${other}/claims/${c.id}`), 404, "not-found");
    problem(await w.call("cadreb", "POST", `${other}/claims/${c.id}/approve`), 404, "not-found");
    problem(await w.call("huang", "POST", `${other}/notices/${c.notice}/objections`, { reason: "跨村" }), 404, "not-found");
    problem(await w.call(null, "GET", `/public${other}/notices/${c.notice}`), 404, "not-found");
    problem(await w.call(null, "GET", `/public${other}/claims/${c.number}`), 404, "not-found");
    problem(await w.call(null, "GET", "/public/villages/999999999999/notices"), 404, "not-found");
    await w.did("mei", c, "withdraw");
  }],
  ["the same deed twice is refused, a similar one is pointed out", async () => {
    const deed = w.deed("张小丰", { item: "A05", place: "敬老院", cause: "照料老人" });
    const first = await w.ok("zhang", "POST", w.claims, deed);
    const r = problem(await w.call("mei", "POST", w.claims, { ...deed, cause: "又报一次", place: " 敬老院 " }), 409, "duplicate");
    assert.ok(r.body.detail.includes(first.number));
    const other = await w.ok("zhang", "POST", w.claims, { ...deed, place: "卫生站" });
    assert.equal(other.warnings.length, 1);
    assert.ok(other.warnings[0].includes(first.number));
    await w.did("zhang", first, "withdraw");
    await w.ok("zhang", "POST", w.claims, deed);
  }],
  ["evidence that the scheme asks for", async (t) => {
    t.c = await w.ok("zhang", "POST", w.claims, w.deed("张小丰", { item: "C07", place: "自来水站", chosen: "4.00" }));
    const r = problem(await w.act("grid1", t.c, "check"), 400, "invalid");
    assert.equal(r.body.errors[0].field, "evidence");
    const png = readFileSync(new URL("photo.png", import.meta.url));
    const path = `${w.claims}/${t.c.id}/photos`;
    problem(await w.call("zhang", "POST", path, "<svg onload=alert(1)>", { type: "image/png" }), 415, "media-type");
    problem(await w.call("li", "POST", path, png, { type: "image/png" }), 403, "forbidden");
    const photo = expect(await w.call("zhang", "POST", path, png, { type: "image/png" }), 201).body;
    const back = expect(await w.call("grid1", "GET", `${path}/${photo.id}`), 200);
    assert.ok(back.bytes.equals(png));
    assert.equal(back.headers["content-type"], "image/png");
    problem(await w.call("grid2", "GET", `${path}/${photo.id}`), 403, "forbidden");
    assert.deepEqual((await w.did("grid1", t.c, "check")).photos, [photo.id]);
  }],
  ["SQL and HTML in every text come back as text", async () => {
    const evil = `'; DROP TABLE claim; -- <script>alert("1")</script> \\ %s $1 {{7*7}}`;
    let c = await w.ok("grid2", "POST", w.claims, w.deed("赵<b>六</b>", { place: evil, cause: evil, evidence: evil, reporter: "<i>'\"</i>", channel: "wechat" }));
    assert.equal(c.cause, evil);
    assert.equal(c.place, evil);
    assert.equal(c.evidence, evil);
    assert.equal(c.reporter, "<i>'\"</i>");
    assert.equal((await w.ok("grid2", "GET", `${w.claims}?q=${encodeURIComponent(evil.slice(0, 40))}`)).rows.length, 1);
    c = await w.did("grid2", c, "check");
    c = await w.did("cadre", c, "publish");
    const row = (await board()).find((n) => n.id === c.notice);
    assert.ok(row.body.includes(evil), row.body);
    const o = expect(await w.call("li", "POST", `/villages/${VILLAGE}/notices/${c.notice}/objections`, { reason: evil }), 201).body;
    assert.equal(o.reason, evil);
    await w.ok("cadre2", "POST", `/villages/${VILLAGE}/objections/${o.id}/decide`, { uphold: true, reason: evil });
    assert.equal((await w.get("grid2", c)).steps.at(-1).reason, evil);
  }],
  ["minors are never named in public", async () => {
    let c = await w.ok("mei", "POST", w.claims, w.deed("张豆豆", { item: "C02", place: "文化站", cause: "张豆豆参加书法活动" }));
    c = await w.did("grid1", c, "check");
    c = await w.did("cadre2", c, "publish");
    const row = (await board()).find((n) => n.id === c.notice);
    assert.match(row.title, /^未成年人 · /);
    assert.ok(!JSON.stringify(row).includes("豆"), row.body);
    await w.did("mei", c, "withdraw");
  }],
]);

steps("caps", server, [
  ["three a month: the fourth is refused at recording, whoever was first", async () => {
    // A04: 3 times a month. 赵六 has none yet; four are approved together, and recorded at once.
    const claims = [];
    for (const place of ["一号路灯", "二号路灯", "三号路灯", "四号路灯"]) {
      let c = await w.ok("zhao", "POST", w.claims, w.deed("赵<b>六</b>", { place }));
      c = await w.did("grid2", c, "check");
      claims.push(await w.did("cadre2", c, "publish"));
    }
    await w.days(4);
    for (const c of claims) await w.did("cadre", c, "approve");
    const answers = await Promise.all(claims.map((c) => w.act("recorder", c, "record")));
    assert.deepEqual(answers.map((r) => r.status).sort(), [200, 200, 200, 409]);
    const refused = claims[answers.findIndex((r) => r.status === 409)];
    assert.equal(answers.find((r) => r.status === 409).body.type, "/problems/over-cap");
    assert.equal((await w.did("recorder", refused, "return", { reason: "本月已满3次" })).state, "returned");
    assert.ok((await w.passbook("赵<b>六</b>")).balances.every((b) => Object.values(b).includes("9.00")));
  }],
]);

steps("at the same moment", server, [
  ["two approvers: one wins, the other gets 409", async () => {
    const c = await w.claimed("published", w.deed("王梅", { item: "A03", chosen: "3.00", place: "两人同审" }), "mei");
    await w.days(4);
    await w.session("cadre");
    await w.session("cadre2");
    const answers = await Promise.all(["cadre", "cadre2", "cadre", "cadre2"].map((who) => w.act(who, c, "approve")));
    assert.deepEqual(answers.map((r) => r.status).sort(), [200, 409, 409, 409], answers.map((r) => r.text).join("\n"));
    assert.equal((await w.get("cadre2", c)).steps.filter((s) => s.action === "approve").length, 1);
  }],
  ["16 recordings of one claim post once", async () => {
    const c = await w.claimed("approved", w.deed("王梅", { item: "A03", chosen: "2.00", place: "十六台电脑" }), "mei");
    const before = (await w.passbook("王梅")).rows.length;
    const answers = await Promise.all(Array.from({ length: 16 }, () => w.act("recorder", c, "record")));
    assert.deepEqual(answers.map((r) => r.status).sort(), [200, ...Array(15).fill(409)]);
    assert.equal((await w.passbook("王梅")).rows.length, before + 1);
  }],
  ["an objection and a withdrawal at once: nothing stays open against what is gone", async () => {
    await w.session("li");
    for (let i = 0; i < 6; i++) {
      const c = await w.claimed("published", w.deed("王梅", { item: "A03", chosen: "2.00", place: `同一时刻${i}` }), "mei");
      const [o, a] = await Promise.all([
        w.call("li", "POST", `/villages/${VILLAGE}/notices/${c.notice}/objections`, { reason: "同一时刻" }),
        w.act("mei", c, "withdraw"),
      ]);
      assert.ok([201, 409].includes(o.status), o.text);
      if (a.status === 409) await w.did("mei", c, "withdraw"); // the objection was first: the claim had changed
      else assert.equal(a.status, 200, a.text);
      assert.equal((await w.get("mei", c)).state, "withdrawn");
      const open = (await w.ok("cadre2", "GET", `/villages/${VILLAGE}/objections?notice=${c.notice}&state=open`)).rows;
      assert.equal(open.length, 0);
    }
  }],
  ["the same request sent again has one effect", async () => {
    const deed = w.deed("王梅", { item: "A03", chosen: "2.00", place: "重发" });
    const key = "0b8f6f2e-6a67-4b5e-9a57-6a1d4a3f7c10";
    const a = expect(await w.call("mei", "POST", w.claims, deed, { key }), 201);
    const b = expect(await w.call("mei", "POST", w.claims, deed, { key }), 201);
    assert.equal(a.body.id, b.body.id);
  }],
]);

steps("the hall's screen", server, [
  ["hears at once that the board has changed", async () => {
    const c = await w.claimed("checked", w.deed("王梅", { item: "A03", chosen: "2.00", place: "大屏" }), "mei");
    const heard = await new Promise((resolve, reject) => {
      const req = http.get(`${server.url}/api/v1/public/villages/${VILLAGE}/events`, (res) => {
        assert.match(res.headers["content-type"], /^text\/event-stream/);
        let text = "";
        res.setEncoding("utf8");
        res.on("data", (d) => {
          text += d;
          if (!text.includes("\ndata:") && !text.startsWith("data:")) return;
          resolve(text);
          req.destroy();
        });
        w.did("cadre2", c, "publish").catch(reject);
      });
      req.on("error", reject);
    });
    assert.match(heard, new RegExp(`village/${VILLAGE}/board`));
  }],
]);

steps("many at once", server, [
  ["a batch answers row by row", async () => {
    const good = await w.claimed("checked", w.deed("王梅", { item: "A03", chosen: "2.00", place: "批量一" }), "mei");
    const early = await w.claimed("submitted", w.deed("王梅", { item: "A03", chosen: "2.00", place: "批量二" }), "mei");
    const own = await w.ok("grid1", "POST", w.claims, w.deed("陈小妹", { item: "A03", chosen: "2.00", place: "批量三" })).then((c) => w.did("grid1", c, "check"));
    const r = await w.ok("cadre", "POST", `${w.claims}/batch`, { action: "publish", claims: [good.id, early.id, own.id, 12345] });
    assert.deepEqual(r.rows.map((x) => [x.ok, x.error]), [[true, null], [false, "state"], [false, "conflict-of-interest"], [false, "not-found"]]);
    assert.equal(r.done, 1);
    assert.equal((await w.get("cadre", good)).state, "published");
    assert.equal((await w.get("cadre", early)).state, "submitted");
    problem(await w.call("cadre", "POST", `${w.claims}/batch`, { action: "false", claims: [1] }), 400, "invalid");
    problem(await w.call("cadreb", "POST", `${w.claims}/batch`, { action: "publish", claims: [own.id] }), 403, "forbidden");
  }],
  ["a table from the command line: tried first, nothing half imported", async () => {
    const file = join(w.place.data, "claims.csv");
    const env = { SHANZHI_TEST_CLOCK: w.clock, LC_ALL: "zh_CN.UTF-8" };
    const head = "户号,姓名,项目,日期,地点,事由,分值,渠道,申报人\n";
    const count = async () => (await w.ok("cadre2", "GET", w.claims)).total;
    const before = await count();
    writeFileSync(file, head + `001,张小丰,A03,${w.today()},导入一,清理水沟,3,paper,张小丰\n009,无此户,A03,${w.today()},导入二,清理水沟,3,,\n001,王梅,A03,明天,导入三,清理水沟,3,,\n001,王梅,Z9,${w.today()},导入四,清理水沟,,,\n`);
    const args = ["claim", "import", file, "--village", VILLAGE, "--as", "grid1"];
    const bad = w.server.command(args, { env, fails: true });
    assert.equal(bad.status, 1);
    for (const line of ["3/household", "4/deed_on", "5/item"]) assert.ok(bad.stderr.includes(line), bad.stderr);
    assert.equal(await count(), before);
    writeFileSync(file, head + `001,张小丰,A03,${w.today()},导入一,清理水沟,3,paper,张小丰\n001,王梅,A05,${w.today()},导入五,照料老人,,,\n`);
    assert.match(w.server.command([...args, "--dry-run"], { env }).stdout, /2 条可以导入/);
    assert.equal(await count(), before);
    assert.match(w.server.command(args, { env }).stdout, /已导入 2 条/);
    assert.equal(await count(), before + 2);
    const list = w.server.command(["claim", "list", "--village", VILLAGE, "--state", "submitted"], { env }).stdout;
    assert.match(list, /张\*丰/);
    assert.ok(!list.includes("张小丰"));
    const foreign = w.server.command([...args.slice(0, -1), "gridb"], { env, fails: true });
    assert.equal(foreign.status, 1);
  }],
  ["the books agree", () => {
    w.server.command(["ledger", "verify"], { env: { SHANZHI_TEST_CLOCK: w.clock } });
  }],
]);
