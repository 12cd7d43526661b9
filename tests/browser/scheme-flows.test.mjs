// Rules on the desk from draft to wall: tried, simulated, adopted by the meeting, withdrawn, looked up years later.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { root } from "../api/harness.mjs";
import { VILLAGE, world } from "../api/world.mjs";
import { holds, idle, launch, person, pictured, sound as soundNow, until } from "./browser.mjs";

const zengxiang = readFileSync(join(root, "schemes/zengxiang.yaml"), "utf8");
/** 虚假申报 2 → 3 times, 爱护公物 3 → 8 points: two sentences. */
const changed = zengxiang.replace("times: 2\n\nitems", "times: 3\n\nitems").replace(/(code: A04[\s\S]*?points: )\S+/, "$18");
const w = await world();
const browser = await launch();
after(async () => {
  await browser.close();
  await w.server.stop();
});
const step = (name, body) => test(name, () => pictured(`scheme ${name}`, browser, body));

async function signedIn(name, size = { width: 1440, height: 900 }) {
  const page = await person(browser, w.server.url, { size, at: w.at });
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("/desk/#/sign-in");
  await page.locator("#name").fill(name);
  await page.locator("#password").fill("shan-zhi-story-2026");
  await page.keyboard.press("Enter");
  await page.locator("#menu").waitFor({ state: "attached" });
  await page.waitForFunction(() => !location.hash.startsWith("#/sign-in")); // else its last step would go over the test's first
  await idle(page); // and so would the choice of the first village
  return page;
}
const done = (page) => page.context().close();
async function sound(page, label) {
  await page.waitForFunction(() => ![...document.querySelectorAll(".el-popper")].some((e) => e.getAttribute("aria-hidden") === "false" && e.getClientRects().length)
    && document.getAnimations().every((a) => a.playState !== "running" || a.effect.getTiming().iterations === Infinity));
  await soundNow(page, label);
}
/** At both sizes of office screens. */
async function soundTwice(page, label) {
  await sound(page, label);
  await page.setViewportSize({ width: 1280, height: 720 });
  await sound(page, `${label} 1280`);
  await page.setViewportSize({ width: 1440, height: 900 });
}
const draftOf = async (text, place = VILLAGE, who = "admin") => (await w.ok(who, "POST", `/villages/${place}/drafts`, { from: "text", text })).id;
const tab = (page, name) => page.locator(".views").getByRole("button", { name, exact: true }).click();
const versions = async () => (await w.ok("admin", "GET", `/villages/${VILLAGE}/schemes`)).rows;

describe("the meeting adopts a draft", { concurrency: false }, () => {
  let page;
  step("what changes, what the checker reminds of, votes that do not carry and votes that do", async () => {
    const id = await draftOf(changed.replace(/clause: [^\n]*\n/, "\n"));
    page = await signedIn("admin");
    await page.goto(`/desk/#/scheme/drafts/${id}`);
    await tab(page, "采纳");
    await page.getByText("虚假申报的倍数由2改为3。").waitFor();
    await page.getByText(/分值由3改为8。/).waitFor();
    const button = page.getByRole("button", { name: /录入：会议通过/ });
    await page.getByText("还差：表决、会议记录、勾选提醒已说明").waitFor();
    await until(() => button.isDisabled());
    await soundTwice(page, "adoption, empty");
    for (const [name, n] of [["赞成", "20"], ["反对", "15"], ["弃权", "5"]]) await page.getByLabel(name, { exact: true }).fill(n);
    await page.getByText("到会 40 人，赞成 20 人，要有 21 人赞成才能通过。").waitFor();
    await page.getByLabel("会议记录").fill("到会的代表逐条看过，举手表决。");
    await page.getByText("这 1 条提醒已在会上说明").click();
    await page.getByText("赞成票没有过半，不能录入为通过。").waitFor();
    await until(() => button.isDisabled());
    await page.getByLabel("赞成", { exact: true }).fill("36");
    await page.getByText("到会 56 人，赞成 36 人，超过半数，可以通过。").waitFor();
    await page.getByText(/替换现行方案《曾巷村社会治理积分细则》。/).waitFor();
    await page.getByText(/以前的积分不变：到.*为止发生的事，仍按现行方案算。/).waitFor();
    await soundTwice(page, "adoption, filled in");
  });

  step("what was typed outlives the page", async () => {
    await page.reload();
    await tab(page, "采纳");
    await page.getByText("到会 56 人，赞成 36 人，超过半数，可以通过。").waitFor();
    await holds(page.getByLabel("会议记录"), "到会的代表逐条看过，举手表决。");
  });

  step("entered, it waits; its notice is one click away", async () => {
    await page.getByRole("button", { name: /录入：会议通过/ }).click();
    await page.getByRole("heading", { name: "已录入" }).waitFor();
    await sound(page, "adopted");
    const [waiting, now] = await versions();
    assert.deepEqual([waiting.state, waiting.votes_for, waiting.votes_against, waiting.votes_abstain, now.state], ["waiting", 36, 15, 5, "in_force"]);
    await page.getByRole("link", { name: "看公示文本并打印" }).click();
    await page.getByRole("heading", { name: "历次方案" }).waitFor();
    await page.locator(".paper").getByText("曾巷村社会治理积分细则").first().waitFor();
    await soundTwice(page, "history, notice");
  });

  step("the history: its days, votes, sentences, lines, minutes, and the text as a file", async () => {
    await page.locator(".versions").getByText("赞成 36、反对 15、弃权 5").waitFor();
    await page.getByText("改了什么", { exact: true }).click();
    await page.getByText("共 3 处不同").waitFor();
    await page.getByRole("button", { name: "逐行看原文的不同" }).click();
    const lines = page.getByRole("region", { name: "逐行看原文的不同" });
    await lines.locator("pre.added", { hasText: "times: 3" }).waitFor();
    await soundTwice(page, "history, changes");
    await page.getByText("会议记录", { exact: true }).click();
    await page.getByText("到会的代表逐条看过，举手表决。").waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "下载原文" }).click()]);
    assert.match(download.suggestedFilename(), /^曾巷村社会治理积分细则 \d{4}-\d\d-01\.yaml$/);
    assert.equal(readFileSync(await download.path(), "utf8"), changed.replace(/clause: [^\n]*\n/, "\n"));
  });

  step("withdrawn with a reason, which stays", async () => {
    await page.getByRole("button", { name: "撤回", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "撤回" });
    await dialog.getByText(/撤回后不再执行，现行方案继续有效/).waitFor();
    await sound(page, "withdraw");
    await until(() => dialog.getByRole("button", { name: "撤回" }).isDisabled()); // not without a reason
    await dialog.getByLabel("为什么撤回").fill("第四条的分值写错了");
    await dialog.getByRole("button", { name: "撤回" }).click();
    await page.getByText(/第四条的分值写错了/).waitFor();
    assert.equal((await versions())[0].state, "withdrawn");
    await page.locator(".versions").getByText("已撤回").waitFor();
  });

  step("a draft begins with any version", async () => {
    await page.locator(".versions li").last().getByRole("button").click();
    await page.getByText("公示文本", { exact: true }).click();
    await page.getByRole("button", { name: "以此起草" }).click();
    await page.locator(".scheme-editor").getByRole("heading", { name: "曾巷村社会治理积分细则" }).waitFor();
    await tab(page, "采纳");
    await page.getByText("这份草案与现行方案说的一样，不用再通过一次。").waitFor();
    await done(page);
  });

  step("a draft with errors cannot come before the meeting", async () => {
    const id = await draftOf(zengxiang.replace("points: 1\n", "pionts: 1\n"));
    const p = await signedIn("admin");
    await p.goto(`/desk/#/scheme/drafts/${id}`);
    await tab(p, "采纳");
    await p.getByText(/草案里还有 \d+ 处错误，改正后才能提交会议。/).waitFor();
    await sound(p, "adoption with errors");
    await p.getByRole("button", { name: "去改正" }).click();
    await p.locator(".outline").waitFor();
    await done(p);
  });

  step("who may only read sees the history and no acts", async () => {
    const p = await signedIn("cadre");
    await p.goto("/desk/#/scheme/history");
    await p.locator(".paper").first().waitFor();
    await p.getByRole("button", { name: "下载原文" }).waitFor();
    assert.equal(await p.getByRole("button", { name: "以此起草" }).count(), 0);
    assert.equal(await p.getByRole("link", { name: "范本" }).count(), 0);
    await done(p);
  });
});

describe("presets", { concurrency: false }, () => {
  step("twelve real schemes: read one, begin with it", async () => {
    const page = await signedIn("admin");
    await page.goto("/desk/#/scheme/presets");
    await page.locator(".cards li").nth(11).waitFor();
    await soundTwice(page, "presets");
    await page.getByLabel("按名称、地方查找").fill("中坪");
    await until(async () => (await page.locator(".cards li").count()) === 1);
    await page.getByRole("button", { name: "看全文" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.locator(".paper").waitFor();
    await sound(page, "a preset");
    await drawer.getByRole("button", { name: "从这份开始" }).click();
    await page.locator(".scheme-editor").waitFor();
    const [draft] = (await w.ok("admin", "GET", `/villages/${VILLAGE}/drafts`)).rows;
    assert.equal(draft.origin_name, "zhongping");
    await done(page);
  });
});

describe("try it", { concurrency: false }, () => {
  let page;
  const sample = (n) => page.locator(".pair").nth(n);
  step("W1: 93 marks are 5 points, 79.5 none, 80 one; how, in words; samples stay", async () => {
    const id = await draftOf(readFileSync(join(root, "schemes/zhongping.yaml"), "utf8"));
    page = await signedIn("admin");
    await page.goto(`/desk/#/scheme/drafts/${id}`);
    await tab(page, "试一试");
    const marks = { 庭院: 15, 客厅: 9, 厨房: 9, 卧室: 8, 厕所: 4, "党员带头、群众参与产业发展和公益事业": 10, "传递正能量，传播好声音": 4, "遵纪守法，遵守社会公德": 5,
      "父母支持、鼓励、督促学生入学": 5, 学生积极读书: 5, "勤劳肯干，不游手好闲": 4, 富余劳动力充分就业创业: 5, "孝敬父母、关爱子女、无家暴": 5, 邻里和睦: 5 };
    for (const [label, mark] of Object.entries(marks)) await sample(0).getByLabel(label).fill(String(mark));
    await sample(0).getByText(/得93分，记5分/).waitFor();
    await sample(0).getByText("可兑换5元的东西").waitFor();
    await sample(0).getByText("怎么算出来的").click();
    await sample(0).getByText(/每月入户评比 \d{4}-\d\d：得分93，积5分/).waitFor();
    await soundTwice(page, "try it, marks");
    await sample(0).getByLabel("庭院").fill("1.5");
    await sample(0).getByText(/得79.5分，记0分/).waitFor();
    await sample(0).getByLabel("庭院").fill("2");
    await sample(0).getByText(/得80分，记1分/).waitFor();
    await sample(0).getByLabel("庭院").fill("16");
    await sample(0).getByRole("alert").waitFor(); // more than the line's 15
    await sample(0).getByLabel("庭院").fill("2");
    await page.reload();
    await tab(page, "试一试");
    await sample(0).getByText(/得80分，记1分/).waitFor();
    await done(page);
  });

  step("deeds, caps and what is changed in the draft show at once; one deed by itself; a real household", async () => {
    const h = await w.claimed("recorded", { subject_kind: "household", subject: w.households["张小丰"], item: "A07", deed_on: w.today(), place: "文化礼堂", cause: "喜事新办", evidence: "红白理事会证明" }, "zhang");
    const id = await draftOf(zengxiang);
    page = await signedIn("admin");
    await page.goto(`/desk/#/scheme/drafts/${id}`);
    await tab(page, "试一试");
    await sample(0).locator(".big").getByText("17分", { exact: true }).waitFor(); // 照料 2 + 家庭和睦 5 + 喜事新办 10
    await sample(0).getByText("可兑换1.7元的东西").waitFor();
    for (let n = 0; n < 2; n++) { // 喜事新办, twice a year at most: 10 more, and nothing for the third
      await sample(0).getByRole("button", { name: "加一件事" }).click();
      const deed = sample(0).getByRole("group", { name: `第${4 + n}件事` });
      await deed.getByRole("combobox").first().fill("喜事新办");
      await page.getByRole("option", { name: "喜事新办、丧事简办" }).click();
    }
    await sample(0).locator(".big").getByText("27分", { exact: true }).waitFor();
    const one = page.locator(".one");
    await one.getByRole("combobox", { name: "类别" }).selectOption({ label: "党员" });
    await one.getByRole("combobox", { name: /项目/ }).fill("爱护公物");
    await page.getByRole("option", { name: "爱护公物、制止破坏行为" }).click();
    await one.getByRole("status").getByText("3分", { exact: true }).waitFor();
    await soundTwice(page, "try it, deeds");
    await page.getByRole("button", { name: "从真实的户带入" }).click();
    const dialog = page.getByRole("dialog", { name: "从真实的户带入" });
    await dialog.getByLabel("户主姓名或户号").fill("001");
    await dialog.getByRole("button", { name: "查找" }).click();
    await sound(page, "a real household");
    if (h.deed_on.slice(0, 4) !== w.today().slice(0, 4)) return done(page); // days have passed over New Year: nothing recorded this year
    await dialog.getByRole("button", { name: /001/ }).click();
    await dialog.waitFor({ state: "hidden" });
    await page.locator(".pair").nth(3).locator(".big").getByText("10分", { exact: true }).waitFor();
    await done(page);
  });

  step("a draft with errors says so, and works again when they are gone", async () => {
    const id = await draftOf(zengxiang.replace("points: 1\n", "pionts: 1\n"));
    page = await signedIn("admin");
    await page.goto(`/desk/#/scheme/drafts/${id}`);
    await tab(page, "试一试");
    await page.getByText(/草案里有 \d+ 处错误，改正后才能算出结果。/).waitFor();
    await sound(page, "try it with errors");
    await done(page);
  });
});

describe("simulation", { concurrency: false }, () => {
  let claim;
  /** Publicity takes days, and they may have passed over New Year. */
  async function yearOf(page) {
    if (claim.deed_on.slice(0, 4) === w.today().slice(0, 4)) return;
    await page.getByRole("combobox", { name: "用哪段时间的事来算" }).click();
    await page.getByRole("option", { name: /去年/ }).click();
    await page.getByRole("button", { name: "重新模拟" }).click();
  }
  step("a year's real deeds by the draft: one gains 5 points and half a yuan; the table, its filters, the file", async () => {
    claim = await w.claimed("recorded"); // 爱护公物: 3 points of 张小丰
    const id = await draftOf(changed);
    const page = await signedIn("admin");
    await page.goto(`/desk/#/scheme/drafts/${id}`);
    await tab(page, "模拟");
    await yearOf(page);
    await page.getByRole("heading", { name: "村民1人增加；最多多花0.50元。" }).waitFor();
    await page.locator(".simulate canvas").nth(1).waitFor();
    await soundTwice(page, "simulation");
    const row = page.locator(".subjects .el-table__row").first();
    assert.deepEqual((await row.locator("td").allInnerTexts()).map((x) => x.trim()).filter(Boolean).slice(0, 2), ["张*丰", "村民"]);
    await row.getByText("+5", { exact: true }).waitFor();
    await row.getByRole("button", { name: "张*丰：为什么" }).click();
    const why = page.getByRole("dialog", { name: "张*丰：为什么" });
    await why.getByText(/爱护公物、制止破坏行为（A04）：3分/).waitFor();
    await why.getByText(/爱护公物、制止破坏行为（A04）：8分/).waitFor();
    await sound(page, "why one gains");
    await page.keyboard.press("Escape");
    await why.waitFor({ state: "hidden" });
    await page.locator(".subjects .el-radio-button").filter({ hasText: "增加" }).click();
    await page.locator(".subjects").getByText("共1条").waitFor();
    await page.getByLabel("按姓名查找").fill("李大海");
    await page.getByText("没有符合条件的记录").waitFor();
    await page.getByLabel("按姓名查找").fill("张小丰");
    await page.locator(".subjects").getByText("共1条").waitFor();
    await page.getByText("看表格").first().click();
    await page.getByRole("row", { name: /合计（元）/ }).waitFor();
    await page.getByRole("region", { name: /各项目的变化/ }).getByRole("row", { name: /爱护公物、制止破坏行为 1 1 3.00 8.00 \+5.00/ }).waitFor();
    await sound(page, "simulation, filtered");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "导出表格" }).click()]);
    assert.match(readFileSync(await download.path(), "utf8"), /张\*丰.*3\.00.*8\.00.*5\.00/);
    await done(page);
  });

  step("what the draft cannot place is said with its count; errors, no network", async () => {
    const without = zengxiang.replace(/  - code: A04[\s\S]*?(?=  - code: A05)/, "");
    const id = await draftOf(without);
    const page = await signedIn("admin");
    await page.goto(`/desk/#/scheme/drafts/${id}`);
    await tab(page, "模拟");
    await yearOf(page);
    await page.getByRole("heading", { name: "村民1人减少；最多少花0.30元。" }).waitFor();
    await page.getByText(/“爱护公物、制止破坏行为”1 件，草案算不进去：/).waitFor();
    await sound(page, "simulation with lost deeds");
    await page.context().setOffline(true);
    await page.getByRole("button", { name: "重新模拟" }).click();
    await page.getByText("现在没有网络", { exact: true }).waitFor();
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "再试一次" }).click();
    await page.locator(".sentence").waitFor();
    await done(page);
  });
});

describe("the township", { concurrency: false }, () => {
  const TOWN = "441621102000";
  const longwo = readFileSync(join(root, "schemes/longwo.yaml"), "utf8");
  const template = `${longwo.replace(/^template:[\s\S]*?(?=^\S)/m, "")}template:
  change:
    - {item: L01, points: 1..3}
`;
  let page;
  step("no template yet: villages have their own; one is drafted in the editor and issued without a vote", async () => {
    page = await signedIn("town");
    await page.goto(`/desk/#/scheme/township?v=${VILLAGE}`);
    await page.getByText("还没有生效的模板。").waitFor();
    await page.getByText(/个村：.*2个自定方案/).waitFor();
    await soundTwice(page, "township without a template");
    const d = await w.ok("town", "POST", `/villages/${TOWN}/drafts`, { from: "text", text: template });
    assert.deepEqual(d.findings.filter((f) => !f.warning), []);
    await page.reload();
    await page.getByRole("link", { name: /^草案：/ }).click();
    await tab(page, "采纳");
    await page.getByRole("heading", { name: "发布模板" }).waitFor();
    const day = page.getByLabel("从哪天起执行");
    await day.fill(w.today());
    await day.press("Enter");
    for (const box of await page.locator(".adopt .el-checkbox").all()) await box.click();
    await sound(page, "issue a template");
    await page.getByRole("button", { name: /^发布，/ }).click();
    await page.getByRole("heading", { name: "已录入" }).waitFor();
    assert.equal((await w.ok("town", "GET", `/villages/${TOWN}/schemes`)).rows[0].state, "in_force");
  });

  step("a village follows it with one change; the next template makes it break; both are told", async () => {
    const v = await w.ok("adminb", "POST", `/villages/441621102232/drafts`, { from: "template" });
    const text = v.text.replace("points: 2, per: 次", "points: 3, per: 次");
    assert.notEqual(text, v.text);
    const saved = await w.ok("adminb", "PUT", `/villages/441621102232/drafts/${v.id}`, text, { type: "text/yaml", match: `"${v.version}"` });
    await w.ok("adminb", "POST", `/villages/441621102232/drafts/${v.id}/adopt`, { from: w.today(), meeting: "村民代表会议", meeting_on: w.today(), votes_for: 30, votes_against: 1, votes_abstain: 0, minutes: "举手表决通过。" }, { match: `"${saved.version}"` });
    await page.goto(`/desk/#/scheme/township?v=${VILLAGE}`);
    const row = page.getByRole("row", { name: /官田村/ });
    await row.getByText("按模板").waitFor();
    await row.getByRole("button", { name: "看不同：官田村" }).click();
    const drawer = page.getByRole("dialog", { name: "官田村与模板的不同" });
    await drawer.getByText("在允许范围内改动（1 处）").waitFor();
    await drawer.getByText(/分值由2改为3/).waitFor();
    await sound(page, "one village beside the template");
    await page.keyboard.press("Escape");
    await w.days(1);
    const now = (await w.ok("town", "GET", `/villages/${TOWN}/schemes`)).rows[0];
    const d = await w.ok("town", "POST", `/villages/${TOWN}/drafts`, { from: "version", id: now.id });
    const put = await w.ok("town", "PUT", `/villages/${TOWN}/drafts/${d.id}`, d.text.replace("points: 1..3", "points: 1..2"), { type: "text/yaml", match: `"${d.version}"` });
    await done(page);
    page = await signedIn("town");
    await page.goto(`/desk/#/scheme/drafts/${d.id}?v=${TOWN}`);
    await tab(page, "模拟");
    await page.getByText("1个村会超出范围：官田村（1处）。").waitFor();
    await page.getByRole("combobox", { name: "在哪个村试算" }).click();
    await page.getByRole("option", { name: "礼坑村" }).click();
    await page.locator(".sentence").waitFor();
    await sound(page, "a template on a village");
    await w.ok("town", "POST", `/villages/${TOWN}/drafts/${d.id}/adopt`, { from: w.today() }, { match: `"${put.version}"` });
    await page.goto(`/desk/#/scheme/township?v=${VILLAGE}`);
    await page.getByText(/1个超出模板范围/).waitFor();
    await page.getByRole("row", { name: /官田村/ }).getByText("超出范围").waitFor();
    await soundTwice(page, "township with a breach");
    await page.getByRole("row", { name: /官田村/ }).getByRole("button").click();
    await page.getByRole("dialog").getByText("超出模板允许的范围（1 处）").waitFor();
    await done(page);
  });

  step("in English", async () => {
    const p = await signedIn("admin");
    await p.getByRole("button", { name: "English" }).click();
    await p.goto("/desk/#/scheme/presets");
    await p.getByRole("heading", { name: "Presets" }).waitFor();
    const id = await draftOf(changed);
    await p.goto(`/desk/#/scheme/drafts/${id}`);
    for (const [name, words] of [["Try it", "What is it worth?"], ["Simulate", "Who gains, who loses"], ["Adopt", "What the meeting decided"]]) {
      await tab(p, name);
      await p.getByRole("heading", { name: words }).waitFor();
      await sound(p, `${name} in English`);
    }
    await done(p);
  });

  step("people of one village have no township page", async () => {
    const p = await signedIn("admin");
    await p.goto("/desk/#/scheme");
    await p.getByRole("navigation", { name: "方案" }).waitFor();
    assert.equal(await p.getByRole("link", { name: "全镇方案" }).count(), 0);
    await done(p);
  });
});
