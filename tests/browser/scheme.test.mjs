// 方案草稿 in a real browser: somebody who writes no YAML makes a scheme by forms until the checker finds nothing; forms and
// text are one document and comments stay; what the checker says stands beside the field; it is saved by itself, survives a
// closed tab without network and a colleague at the same draft; all of it without a mouse, and for those who only read.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { root } from "../api/harness.mjs";
import { VILLAGE, world } from "../api/world.mjs";
import { holds, launch, person, pictured, sound as soundNow, until } from "./browser.mjs";

const PASSWORD = "shan-zhi-story-2026";
const w = await world();
const browser = await launch();
after(async () => {
  await browser.close();
  await w.server.stop();
});
const step = (name, body) => test(name, () => pictured(name, browser, body));
const preset = (name) => readFileSync(join(root, `schemes/${name}.yaml`), "utf8");
const drafts = `/villages/${VILLAGE}/drafts`;
const begin = async (name) => (await w.ok("admin", "POST", drafts, { from: "text", text: preset(name) })).id;
const stored = async (id) => (await w.ok("admin", "GET", `${drafts}/${id}`)).text;

async function signedIn(name, size = { width: 1440, height: 900 }) {
  const page = await person(browser, w.server.url, { size, at: w.at });
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("/desk/#/sign-in");
  await page.locator("#name").fill(name);
  await page.locator("#password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("#menu").waitFor({ state: "attached" });
  return page;
}
async function editing(page, id) {
  await page.goto(`/desk/#/scheme/drafts/${id}`);
  await page.locator(".outline").waitFor();
}
const section = (page, name) => page.locator(".outline button", { hasText: name }).click();
const checked = (page, text) => page.locator(".checks [role=status]").filter({ hasText: text }).waitFor();
const saved = (page) => page.locator(".save-state.saved").waitFor();
const f = (page, path) => page.locator(`[id="f-${path.replaceAll("/", "-")}"]`);
const code = (page) => page.locator(".cm-content");
/** All of the YAML view's text: CodeMirror draws only what is seen. */
const toText = (page) => page.getByRole("group", { name: "怎样编辑" }).getByRole("button", { name: "文本" }).click();
const toForms = (page) => page.getByRole("group", { name: "怎样编辑" }).getByRole("button", { name: "表格" }).click();
async function sound(page, label) {
  await page.waitForFunction(() => document.getAnimations().every((a) => a.playState !== "running" || a.effect.getTiming().iterations === Infinity));
  await soundNow(page, label);
}
const done = (page) => page.context().close();

describe("a scheme by forms", { concurrency: false }, () => {
  let id;
  step("中坪村's monthly visit is written down without a line of YAML, until the checker finds nothing", async () => {
    const page = await signedIn("admin");
    await page.locator("#menu").getByRole("link", { name: "方案草稿" }).click();
    await page.getByText("还没有草稿").waitFor();
    await sound(page, "no drafts");
    await page.getByRole("button", { name: "起草新方案" }).click();
    await page.getByRole("radio", { name: /空白/ }).check();
    await sound(page, "what to begin with");
    await page.getByRole("button", { name: "开始起草" }).click();
    await page.locator(".outline").waitFor();
    id = Number(page.url().match(/drafts\/(\d+)/)[1]);
    await f(page, "title").fill("礼坑村入户评比办法");
    await f(page, "title").press("Enter"); // to the next field
    await page.waitForFunction(() => document.activeElement?.id === "f-place");

    await section(page, "做什么得几分"); // the examples of a new draft go
    for (let n = 0; n < 4; n++) await page.locator("#f-items").getByRole("button", { name: /^删除：/ }).first().click();
    for (let n = 0; n < 3; n++) await page.locator("#f-categories").getByRole("button", { name: /^删除：/ }).first().click();
    await page.locator(".said-bar").getByText(/已删除/).waitFor();

    await section(page, "评分表与评比");
    await page.getByRole("button", { name: "添加评分表" }).click();
    await f(page, "sheets/0/label").fill("入户评比表");
    await page.getByRole("button", { name: "添加评分类" }).click();
    await f(page, "sheets/0/sections/0/label").fill("人居环境");
    await f(page, "sheets/0/sections/0/lines/0/label").fill("庭院");
    await f(page, "sheets/0/sections/0/lines/0/max").fill("60");
    await page.locator("#f-sheets-0-sections-0-lines").getByRole("button", { name: "添加评分项" }).click();
    await page.keyboard.type("客厅");
    await page.keyboard.press("Enter");
    await page.keyboard.type("40");
    await page.getByText("全表合计 100 分").waitFor();

    await page.getByRole("button", { name: "添加分段" }).click();
    await f(page, "bands/0/label").fill("每月折算");
    await f(page, "bands/0/lowest").fill("0");
    await f(page, "bands/0/highest").fill("100");
    for (const [i, row] of [["80", "", "85", "1"], ["", "85", "90", "3"], ["", "90", "100", "5"]].entries()) {
      await page.locator("#f-bands-0-bands").getByRole("button", { name: "添加一段" }).click();
      await f(page, `bands/0/bands/${i}/points`).waitFor();
      for (const [n, key] of ["from", "above", "to", "points"].entries()) await f(page, `bands/0/bands/${i}/${key}`).fill(row[n]);
    }
    await page.locator(".bands svg[role=img]").getByText("3分").waitFor();
    await page.getByText(/没有着落/).first().waitFor(); // below 80 nothing is said yet
    await f(page, "bands/0/else/points").fill("0");
    await page.getByText(/没有着落/).first().waitFor({ state: "detached" });

    await page.getByRole("button", { name: "添加评比", exact: true }).click();
    await f(page, "rounds/0/label").fill("每月入户评比");
    await f(page, "rounds/0/for").selectOption({ label: "家庭" });
    await f(page, "rounds/0/sheet").selectOption({ label: "入户评比表" });
    await f(page, "rounds/0/bands").selectOption({ label: "每月折算" });
    await f(page, "rounds/0/window/from").fill("20");
    await f(page, "rounds/0/window/to").fill("25");
    await f(page, "rounds/0/assessors/roles").getByLabel("网格员").check();
    await f(page, "rounds/0/assessors/roles").getByLabel("党员").check();
    await page.getByRole("button", { name: "添加连续奖惩" }).click();
    await f(page, "streaks/0/label").fill("连续三个月得5分");
    await f(page, "streaks/0/round").selectOption({ label: "每月入户评比" });
    await f(page, "streaks/0/points").fill("5");
    await page.getByRole("button", { name: "详情：连续三个月得5分" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("button", { name: "＋等于" }).click();
    await drawer.locator("#f-streaks-0-equal").fill("5");
    await sound(page, "a streak in the drawer");
    await drawer.getByRole("button", { name: "完成" }).click();

    await section(page, "谁参加"); // nothing is left for residents of their own
    await page.locator("#f-classes").getByRole("button", { name: "删除：村民" }).click();
    await checked(page, "没有错误");
    await saved(page);
    const text = await stored(id);
    assert.equal((await w.ok("admin", "POST", "/schemes/check", text, { type: "text/yaml" })).errors, 0, text);
    assert.match(text, /rounds:\n {2}- code: round1\n/);
    assert.match(text, /# 哪些人有积分账户/);
    await page.locator(".preview").getByText("礼坑村入户评比办法").waitFor();
    await page.locator(".preview").getByText("高于85分到90分").waitFor();
    await done(page);
  });

  step("every section of big schemes stands at both sizes", async () => {
    for (const [name, size] of [["zengxiang", { width: 1440, height: 900 }], ["zhongping", { width: 1280, height: 720 }], ["weisheng17", { width: 1440, height: 900 }]]) {
      const page = await signedIn("admin", size);
      await editing(page, await begin(name));
      await checked(page, "没有错误");
      for (const b of await page.locator(".outline button").all()) {
        await b.click();
        await sound(page, `${name}: ${await b.textContent()}`);
      }
      await toText(page);
      await code(page).waitFor();
      await sound(page, `${name}: text`);
      await done(page);
    }
  });
});

describe("in a narrow window, in English", { concurrency: false }, () => {
  step("nothing is wider than the screen; the words follow the language, also when they come later", async () => {
    const page = await signedIn("admin");
    await editing(page, await begin("zhongping"));
    for (const [width, height] of [[900, 900], [360, 740]]) {
      await page.setViewportSize({ width, height });
      for (const name of ["做什么得几分", "评分表与评比"]) {
        await section(page, name);
        await sound(page, `${name} at ${width}`);
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole("button", { name: "English" }).click();
    await section(page, "Forms and rounds");
    await page.reload();
    await section(page, "Forms and rounds");
    await sound(page, "English");
    await done(page);
  });
});

describe("one document", { concurrency: false }, () => {
  step("a value changed in the form is one line of the text, comments stay; a change of the text is in the form", async () => {
    const page = await signedIn("admin");
    const id = await begin("zengxiang");
    await editing(page, id);
    await section(page, "做什么得几分");
    await f(page, "items/2/points").fill("3～8分");
    await f(page, "items/2/points").press("Tab");
    await saved(page);
    const [before, now] = [preset("zengxiang").split("\n"), (await stored(id)).split("\n")];
    const differ = now.flatMap((l, i) => (l === before[i] ? [] : [[before[i], l]]));
    assert.deepEqual([now.length, differ], [before.length, [["    points: 2..10", "    points: 3..8"]]]);

    await toText(page); // at the items, where the form was
    await code(page).getByText("points: 3..8").waitFor();
    await code(page).click();
    await page.keyboard.press("Control+Home");
    await code(page).getByText("# 曾巷村社会治理积分细则").waitFor();
    await code(page).getByText("曾巷村社会治理积分细则", { exact: true }).click();
    await page.keyboard.press("End");
    await page.keyboard.type("（试行）");
    await toForms(page);
    await section(page, "基本信息");
    await holds(f(page, "title"), "曾巷村社会治理积分细则（试行）");
    await page.getByRole("button", { name: "撤销" }).click();
    await holds(f(page, "title"), "曾巷村社会治理积分细则");

    await toText(page);
    await code(page).getByText("曾巷村社会治理积分细则", { exact: true }).click();
    await page.keyboard.press("Home");
    await page.keyboard.type('"'); // cannot be read any more
    await page.getByText(/写法有误/).waitFor();
    await sound(page, "text that cannot be read");
    await toForms(page);
    await until(() => f(page, "title").isDisabled());
    await holds(f(page, "title"), "曾巷村社会治理积分细则");
    await page.getByRole("button", { name: "撤销" }).click();
    await page.getByText(/写法有误/).waitFor({ state: "detached" });
    await until(() => f(page, "title").isEnabled());
    await done(page);
  });

  step("what the checker finds stands beside the field, in the outline and in the list, and goes when it is put right", async () => {
    const page = await signedIn("admin");
    await editing(page, await begin("zengxiang"));
    await section(page, "做什么得几分");
    await f(page, "items/4/points").fill("许多");
    const row = page.locator('tbody:has(> tr[data-row="4"])').last();
    await row.getByText(/“许多”不是分值/).waitFor();
    await until(async () => (await f(page, "items/4/points").getAttribute("aria-invalid")) === "true");
    await page.locator(".outline .badge").getByText("1").waitFor();
    await sound(page, "a finding in the table");
    await section(page, "基本信息");
    await page.locator(".checks > button").click();
    await page.getByRole("list", { name: "检查结果" }).getByRole("button").first().click();
    await page.waitForFunction(() => document.activeElement?.id === "f-items-4-points");
    await toText(page);
    await page.locator(".cm-lint-marker-error").waitFor();
    await toForms(page);
    await f(page, "items/4/points").fill("2");
    await checked(page, "没有错误");
    await row.getByText(/不是分值/).waitFor({ state: "detached" });
    /* what only the drawer shows is opened there */
    await f(page, "items/0/for").click();
    await page.getByRole("group", { name: /适用/ }).getByLabel("村民").uncheck();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /详情：参加理论宣讲/ }).click();
    await page.getByRole("dialog").locator("#f-items-0-source").waitFor();
    await done(page);
  });

  step("a category renamed is renamed where items name it; rows from a spreadsheet come in; deleted and undone", async () => {
    const page = await signedIn("admin");
    const id = await begin("zengxiang");
    await editing(page, id);
    await section(page, "做什么得几分");
    await f(page, "categories/2/label").fill("乡村建设");
    await f(page, "categories/2/label").press("Tab");
    await page.getByRole("button", { name: "乡村建设 10" }).click();
    await checked(page, "没有错误");
    await page.getByRole("button", { name: /^全部/ }).click();
    await page.locator("#f-items").getByRole("button", { name: "从表格粘贴" }).click();
    await page.getByLabel("粘贴处").fill("类别\t项目名称\t分值\t对象\n乡村建设\t修路\t2-5分\t村民、党员\n乡风文明\t红白事简办\t10\t家庭");
    await page.getByText("同时新建类别：乡风文明").waitFor();
    await sound(page, "rows from a spreadsheet");
    await page.getByRole("button", { name: "添加 2 行" }).click();
    await page.getByRole("button", { name: "乡风文明 1" }).click();
    await page.locator("#f-items").getByRole("button", { name: "删除：红白事简办" }).click();
    await page.locator(".said-bar").getByRole("button", { name: "撤销" }).click();
    await page.getByRole("button", { name: "乡风文明 1" }).waitFor();
    await checked(page, "没有错误");
    await saved(page);
    const text = await stored(id);
    assert.match(text, /category: 乡村建设\n {4}label: 修路\n {4}for: \[村民, 党员\]\n {4}points: 2\.\.5\n/);
    assert.doesNotMatch(text, /category: 村建设/);
    await done(page);
  });
});

describe("nothing is lost", { concurrency: false }, () => {
  step("saved by itself; without network it stays on this computer, also over a reload, and goes out when the line is back", async () => {
    const page = await signedIn("admin");
    const id = await begin("zhongping");
    await editing(page, id);
    await f(page, "place").fill("中坪村一组");
    await saved(page);
    await until(async () => /place: 中坪村一组/.test(await stored(id)));
    await page.route(/\/api\//, (r) => (r.request().method() === "PUT" ? r.abort() : r.continue()));
    await f(page, "place").fill("中坪村二组");
    await page.getByText("没有网络，修改已保存在这台电脑上").waitFor();
    await sound(page, "a draft without network");
    await page.reload();
    await page.getByText("已找回上次没有来得及上传的修改").waitFor();
    await holds(f(page, "place"), "中坪村二组");
    await page.unroute(/\/api\//);
    await f(page, "place").fill("中坪村三组");
    await saved(page);
    assert.match(await stored(id), /place: 中坪村三组/);
    await page.locator(".brand").click();
    await page.goto("/desk/#/scheme/drafts");
    await page.getByRole("link", { name: "中坪村社会治理积分使用管理办法" }).first().waitFor();
    await sound(page, "drafts");
    await done(page);
  });

  step("two people: what does not touch is joined, what touches is shown and chosen", async () => {
    const page = await signedIn("admin");
    const id = await begin("zhongping");
    const colleague = async (change) => {
      const d = await w.ok("town", "GET", `${drafts}/${id}`);
      await w.ok("town", "PUT", `${drafts}/${id}`, change(d.text), { type: "text/yaml", match: `"${d.version}"` });
    };
    await editing(page, id);
    await colleague((t) => t.replace("rate: 1", "rate: 2"));
    await f(page, "place").fill("中坪村甲组");
    await page.getByText(/同时也改了这份草稿/).waitFor();
    await saved(page);
    assert.match(await stored(id), /place: 中坪村甲组\n[\s\S]*rate: 2/);

    await colleague((t) => t.replace("place: 中坪村甲组", "place: 中坪村乙组"));
    await f(page, "place").fill("中坪村丙组");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("place: 中坪村乙组").waitFor();
    await sound(page, "the same place");
    await dialog.getByRole("button", { name: /用我的/ }).click();
    await saved(page);
    assert.match(await stored(id), /place: 中坪村丙组/);

    await colleague((t) => t.replace("place: 中坪村丙组", "place: 中坪村丁组"));
    await f(page, "place").fill("中坪村戊组");
    await dialog.getByRole("button", { name: /用对方的/ }).click();
    await holds(f(page, "place"), "中坪村丁组");
    await saved(page);
    await page.getByRole("button", { name: "撤销" }).click();
    await holds(f(page, "place"), "中坪村戊组");
    await done(page);
  });

  step("where WebAssembly does not come, the server checks and tells the notice", async () => {
    const page = await signedIn("admin");
    const id = await begin("zhongping");
    await page.route(/\.wasm$/, (r) => r.abort());
    const asked = page.waitForRequest(/\/schemes\/check/);
    await editing(page, id);
    await asked;
    await checked(page, "没有错误");
    await page.locator(".preview").getByText("中坪村社会治理积分使用管理办法").waitFor();
    await section(page, "兑换与经费");
    await f(page, "exchange/rate").fill("很多");
    await page.locator(".record").getByText(/“很多”/).waitFor();
    await done(page);
  });

  step("a draft that extends a template nobody issued: the server says so", async () => {
    const page = await signedIn("admin");
    const { id } = await w.ok("admin", "POST", drafts, { from: "text", text: preset("zhongping").replace("scheme: zhongping", "scheme: zhongping\nextends: town") });
    await editing(page, id);
    await section(page, "镇模板");
    await page.locator(".field").getByText(/模板/).first().waitFor();
    await checked(page, "1 处错误");
    await page.locator(".outline .badge").waitFor();
    await done(page);
  });

  step("a draft is deleted and brought back", async () => {
    const page = await signedIn("admin");
    await begin("sanmen");
    await page.goto("/desk/#/scheme/drafts");
    const row = page.getByRole("row", { name: /三门/ }).first();
    await row.getByRole("button", { name: "删除草稿" }).click();
    await page.getByText(/已删除草稿/).waitFor();
    await page.getByRole("button", { name: "恢复" }).click();
    await page.getByRole("row", { name: /三门/ }).first().waitFor();
    await done(page);
  });
});

describe("without a mouse, and to read", { concurrency: false }, () => {
  step("rows are added, moved and left by keyboard alone", async () => {
    const page = await signedIn("admin");
    const id = await begin("zengxiang");
    await editing(page, id);
    await section(page, "做什么得几分");
    await f(page, "items/0/label").focus();
    await page.keyboard.press("ArrowDown");
    await page.waitForFunction(() => document.activeElement?.id === "f-items-1-label");
    await page.keyboard.press("Alt+ArrowUp");
    await page.waitForFunction(() => document.activeElement?.id === "f-items-0-label");
    await holds(f(page, "items/0/code"), "A02");
    await page.keyboard.press("Enter"); // for whom
    await page.waitForFunction(() => document.activeElement?.id === "f-items-0-for");
    await f(page, "items/31/evidence").focus();
    await page.keyboard.press("Enter"); // behind the last cell: a new row
    await page.waitForFunction(() => document.activeElement?.id === "f-items-32-label");
    await page.keyboard.type("植树");
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+z");
    await f(page, "items/32/label").waitFor({ state: "detached" });
    await page.keyboard.press("Control+y");
    await f(page, "items/32/label").waitFor();
    await toText(page);
    await code(page).click();
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.activeElement?.textContent === "文本"); // Tab would write
    await done(page);
  });

  step("who may not write sees the scheme without controls", async () => {
    const version = (await w.ok("cadre2", "GET", `/villages/${VILLAGE}/schemes`)).rows[0].id;
    const page = await signedIn("cadre2");
    await page.goto(`/desk/#/scheme/versions/${version}`);
    await page.locator(".outline").waitFor();
    await section(page, "做什么得几分");
    await page.getByText("参加理论宣讲、升国旗等集体学习").first().waitFor();
    assert.equal(await page.getByRole("button", { name: /^(添加|删除|上移|复制|从表格粘贴|撤销)/ }).count(), 0);
    await until(() => f(page, "items/0/points").isDisabled());
    await sound(page, "read only");
    await toText(page);
    await code(page).waitFor();
    assert.equal(await code(page).getAttribute("contenteditable"), "false");
    await page.goto("/desk/#/scheme/drafts");
    await page.getByText("您没有查看此页的权限").waitFor();
    await done(page);
  });
});
