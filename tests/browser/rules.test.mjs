// The rules on the phone: those of one's own first, searchable, how they work, who adopted them; and what a deed would
// earn, on to the claim. At 360×740 and in large text, with axe; without network as it last was.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { root } from "../api/harness.mjs";
import { VILLAGE, meeting, world } from "../api/world.mjs";
import { holds, launch, person, pictured, sound, until } from "./browser.mjs";

const PASSWORD = "shan-zhi-story-2026";
const w = await world();
const browser = await launch();
after(async () => {
  await browser.close();
  await w.server.stop();
});
const open = (options) => person(browser, w.server.url, { at: w.at, ...options });
async function signedIn(name, options) {
  const page = await open(options);
  await page.goto("/#/sign-in");
  await page.getByLabel("账号或手机号").fill(name);
  await page.getByLabel("密码", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "登录" }).click();
  await page.getByRole("navigation", { name: "主要页面" }).waitFor();
  return page;
}
const step = (name, body) => test(name, () => pictured(name, browser, body));
const ELDER = { storage: { "shanzhi.elder": "1" } };
let shots = 0;
/** A picture for people, when a folder for them is named. */
const look = async (page, name) => process.env.SHANZHI_SHOTS && page.screenshot({ path: `${process.env.SHANZHI_SHOTS}/${String(++shots).padStart(2, "0")}-${name}.png`, fullPage: true });
const rows = (page) => page.locator("ul.rows > li");

describe("the rules", { concurrency: false }, () => {
  step("anybody reads them: what earns, what costs by which clause, the whole text, who adopted it", async () => {
    const page = await open();
    await page.goto(`/#/v/${VILLAGE}/rules`);
    await page.getByRole("link", { name: /参加义务劳动/ }).waitFor();
    assert.equal(await page.getByRole("button", { name: /适用于我/ }).count(), 0);
    await sound(page, "rules, earning");
    await look(page, "rules");
    await page.getByRole("tab", { name: "要扣分" }).click();
    await page.getByText("依据：曾巷村村规民约第六条").waitFor();
    assert.equal(await page.getByText("参加义务劳动").count(), 0);
    await sound(page, "rules, costing");
    await look(page, "cost");
    await page.getByRole("tab", { name: "全文" }).click();
    await page.getByRole("heading", { name: /公示、异议和纪律/ }).waitFor();
    await page.getByText("礼坑村村民委员会（盖章）").waitFor();
    await sound(page, "rules, whole text");
    await look(page, "how");
    await page.getByRole("tab", { name: "谁定的" }).click();
    await page.getByText(/村民代表会议通过/).waitFor();
    await page.getByText("现行").waitFor();
    await sound(page, "rules, who");
    await look(page, "who");
    const pdf = await page.goto(`/api/v1/public/villages/${VILLAGE}/scheme/notice`);
    assert.equal(pdf.status(), 200);
    await page.context().close();
  });

  step("the village page leads to the paper and to the rules", async () => {
    const page = await open();
    await page.goto(`/#/v/${VILLAGE}?show=rules`);
    await page.getByRole("link", { name: /参加义务劳动/ }).waitFor();
    const href = await page.getByRole("link", { name: "积分办法（打印）" }).getAttribute("href");
    assert.equal((await w.server.raw("GET", href)).headers["content-type"], "application/pdf");
    await page.context().close();
  });

  step("a villager sees first what applies to them, can see all, and finds a deed by its words", async () => {
    const page = await signedIn("zhang");
    await page.getByRole("link", { name: /积分细则/ }).click();
    await page.getByRole("button", { name: /^适用于我/ }).waitFor();
    assert.equal(await page.getByText("诚信经营、优质服务").count(), 0, "items of firms are not theirs");
    await page.getByText("喜事新办、丧事简办").waitFor();
    await look(page, "mine");
    await page.getByRole("button", { name: /^全部/ }).click();
    await page.getByText("诚信经营、优质服务").waitFor();
    await page.getByRole("button", { name: /^适用于我/ }).click();
    await page.getByRole("searchbox").fill("修公共");
    await until(async () => (await rows(page).count()) === 1);
    await page.getByText("保护修缮公共设施").waitFor();
    await page.getByRole("searchbox").fill("飞机");
    await page.getByText("细则里没有这样的事").waitFor();
    await sound(page, "rules, nothing found");
    await page.getByRole("tab", { name: "全文" }).click();
    const card = await page.getByRole("link", { name: /我家的明白卡/ }).getAttribute("href");
    assert.match(card, new RegExp(`/households/${w.households["张小丰"]}/card.pdf`));
    await page.context().close();
  });
});

describe("what would this earn?", { concurrency: false }, () => {
  step("hours of work: the answer grows with them, and goes on to the claim with the deed filled in", async () => {
    const page = await signedIn("zhang");
    await page.goto(`/#/v/${VILLAGE}/rules`);
    await page.getByRole("link", { name: /参加义务劳动/ }).click();
    await page.locator(".answer .big", { hasText: "2分" }).waitFor();
    await page.getByRole("button", { name: "加一" }).click();
    await page.locator(".answer .big", { hasText: "4分" }).waitFor();
    await page.getByText("每小时2分×2小时=4分").first().waitFor();
    await page.getByText("本月还可得40分").waitFor();
    await page.getByText("怎样算出来的").click();
    await sound(page, "estimate per hour");
    await look(page, "earn");
    await page.getByLabel("一共多少小时？").fill("");
    await page.getByText("请填写数量").waitFor();
    await page.getByLabel("一共多少小时？").fill("25");
    await page.locator(".answer .big", { hasText: "40分" }).waitFor();
    await page.getByText(/上限40分，计40分/).first().waitFor();
    await page.getByRole("button", { name: "去申报这件事" }).click();
    await page.getByRole("button", { name: "提交申报" }).waitFor();
    await page.getByText("参加义务劳动、清理村道河道", { exact: true }).waitFor();
    await holds(page.getByLabel("一共多少小时？"), "25");
    await page.context().close();
  });

  step("a range is told as one; what the village enters is not claimed; levels are asked for", async () => {
    const page = await open();
    await page.goto(`/#/v/${VILLAGE}/earn?item=A03`);
    await page.locator(".answer .big", { hasText: "2至10分" }).waitFor();
    await page.getByText(/2分至10分，由初审人评定/).first().waitFor();
    await page.getByRole("button", { name: "登录后申报" }).waitFor();
    await look(page, "range");
    await page.goto(`/#/v/${VILLAGE}/earn?item=D01`);
    await page.getByText("请选择级别").waitFor();
    await page.getByRole("button", { name: "县", exact: true }).click();
    await page.locator(".answer .big", { hasText: "20分" }).waitFor();
    await sound(page, "estimate by level");
    await look(page, "level");
    await page.goto(`/#/v/${VILLAGE}/earn?item=D05`);
    await page.locator(".answer .big", { hasText: "扣5分" }).waitFor();
    await page.getByText("扣分由村里核实登记").waitFor();
    assert.equal(await page.getByRole("button", { name: "登录后申报" }).count(), 0);
    await look(page, "minus");
    await page.goto(`/#/v/${VILLAGE}/earn`);
    await page.getByText("选一件事，算一算能得几分。").waitFor();
    await page.getByRole("searchbox").fill("见义");
    await page.getByRole("button", { name: /见义勇为/ }).click();
    await page.locator(".answer .big", { hasText: "20至50分" }).waitFor();
    await page.context().close();
  });

  step("what was used counts: twice more this month, and at the limit it says so", async () => {
    await w.daysUntil((day) => Number(day.slice(8)) <= 16); // the limit is a month's, and the three deeds take twelve days
    const claim = await w.claimed("recorded");
    const page = await signedIn("zhang");
    await page.goto(`/#/v/${VILLAGE}/earn?item=A04`);
    await page.locator(".answer .big", { hasText: "3分" }).waitFor();
    await page.getByText("本月还可得2次").waitFor();
    await page.context().close();
    assert.equal(claim.points, "3.00");
    for (const place of ["桥头", "村口"]) await w.claimed("recorded", w.deed("张小丰", { place }));
    const answer = await w.ok("zhang", "GET", `/villages/${VILLAGE}/estimate?item=A04&subject_kind=resident&subject=${w.residents["张小丰"]}`);
    const now = await signedIn("zhang");
    await now.goto(`/#/v/${VILLAGE}/earn?item=A04`);
    await now.getByText(answer.left[0].text).waitFor();
    assert.equal(answer.full, true);
    await now.getByText("现在已到上限").waitFor();
    await sound(now, "estimate beside the limit");
    await look(now, "limit");
    await now.context().close();
  });

  step("in large text, and in English", async () => {
    const page = await open(ELDER);
    await page.goto(`/#/v/${VILLAGE}/rules`);
    await page.getByRole("link", { name: /参加义务劳动/ }).waitFor();
    await sound(page, "rules in large text");
    await look(page, "elder-rules");
    const size = await page.getByRole("tab", { name: "要扣分" }).evaluate((e) => [parseFloat(getComputedStyle(e).fontSize), e.getBoundingClientRect().height]);
    assert.ok(size[0] >= 18 && size[1] >= 60, `elder: ${size}`);
    await page.goto(`/#/v/${VILLAGE}/earn?item=C05`);
    await page.locator(".answer .big", { hasText: "2分" }).waitFor();
    await sound(page, "estimate in large text");
    await look(page, "elder-earn");
    await page.context().close();
    const en = await open({ storage: { "shanzhi.language": "en" } });
    await en.goto(`/#/v/${VILLAGE}/earn?item=C05`);
    await en.getByText(/2 points per 小时/).first().waitFor();
    await sound(en, "estimate in English");
    await en.goto(`/#/v/${VILLAGE}/rules?part=how`);
    await en.getByRole("heading", { name: /What earns points/ }).waitFor();
    await sound(en, "rules in English");
    await en.context().close();
  });

  step("without network they are as they last were; what was never asked says why it is not there", async () => {
    const page = await open();
    await page.goto(`/#/v/${VILLAGE}/earn?item=C05`);
    await page.locator(".answer .big", { hasText: "2分" }).waitFor();
    await page.goto(`/#/v/${VILLAGE}/rules`);
    await page.getByRole("link", { name: /参加义务劳动/ }).waitFor();
    await page.context().setOffline(true);
    await page.getByRole("tab", { name: "要扣分" }).click();
    await page.getByText("大操大办、铺张浪费").waitFor();
    await page.evaluate((v) => { location.hash = `/v/${v}/earn?item=C05`; }, VILLAGE);
    await page.locator(".answer .big", { hasText: "2分" }).waitFor();
    await page.evaluate((v) => { location.hash = `/v/${v}/earn?item=B01`; }, VILLAGE);
    await page.getByRole("alert").first().waitFor();
    await look(page, "offline");
    await page.context().close();
  });

  step("a village without rules", async () => {
    const page = await open();
    await page.goto(`/#/v/441621102203/rules`);
    await page.getByText("本村还没有生效的积分方案").waitFor();
    await look(page, "none");
    await page.context().close();
  });

  step("rules that mark in rounds and have no deeds; the rules of before are still there", async () => {
    const scheme = readFileSync(join(root, "schemes/zhongping.yaml"), "utf8");
    await w.ok("admin", "POST", `/villages/${VILLAGE}/schemes?from=${w.today()}${meeting(w.today())}`, scheme, { type: "text/yaml" });
    const page = await open();
    await page.goto(`/#/v/${VILLAGE}/rules`);
    await page.getByText("80分到85分").waitFor();
    await until(async () => (await page.getByRole("tab").count()) === 2);
    await look(page, "rounds");
    await page.getByRole("tab", { name: "谁定的" }).click();
    await page.getByText("赞成30票，反对2票，弃权1票").waitFor();
    await look(page, "versions");
    await page.getByRole("link", { name: "看当时的细则" }).click();
    await page.getByText(/时的旧细则/).waitFor();
    await page.getByText("参加义务劳动、清理村道河道").waitFor();
    assert.equal(await page.getByRole("link", { name: /参加义务劳动/ }).count(), 0, "what was is not claimed now");
    await sound(page, "former rules");
    await look(page, "old");
    await page.getByRole("link", { name: "看现在的" }).click();
    await page.getByText("80分到85分").waitFor();
    await page.goto(`/#/v/${VILLAGE}/earn`);
    await page.getByText("没有可以自己做的项目").waitFor();
    await sound(page, "no deeds to ask about");
    await page.context().close();
  });
});
