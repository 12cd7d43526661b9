// Rules on the desk from draft to wall: tried, simulated, adopted by the meeting, withdrawn, looked up years later.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { root } from "../api/harness.mjs";
import { VILLAGE, world } from "../api/world.mjs";
import { launch, person, pictured, sound as soundNow } from "./browser.mjs";

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
  const page = await person(browser, w.server.url, { size });
  await page.clock.setSystemTime(new Date(Date.now() + w.at));
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("/desk/#/sign-in");
  await page.locator("#name").fill(name);
  await page.locator("#password").fill("shan-zhi-story-2026");
  await page.keyboard.press("Enter");
  await page.locator("#menu").waitFor({ state: "attached" });
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
    assert.ok(await button.isDisabled());
    await soundTwice(page, "adoption, empty");
    for (const [name, n] of [["赞成", "20"], ["反对", "15"], ["弃权", "5"]]) await page.getByLabel(name, { exact: true }).fill(n);
    await page.getByText("到会 40 人，赞成 20 人，要有 21 人赞成才能通过。").waitFor();
    await page.getByLabel("会议记录").fill("到会的代表逐条看过，举手表决。");
    await page.getByText("这 1 条提醒已在会上说明").click();
    await page.getByText("赞成票没有过半，不能录入为通过。").waitFor();
    assert.ok(await button.isDisabled());
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
    assert.equal(await page.getByLabel("会议记录").inputValue(), "到会的代表逐条看过，举手表决。");
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
    assert.ok(await dialog.getByRole("button", { name: "撤回" }).isDisabled(), "not without a reason");
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
    assert.equal(await page.locator(".cards li").count(), 1);
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
