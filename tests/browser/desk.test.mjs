// The desk's half of the story in a real browser: a deed told by mouth is typed in, checked, published in a batch;
// an objection is recorded and decided; after publicity it is approved, recorded, in the passbook and on the
// slip. Then what offices meet: registers from Excel with faults, a session that ends in the middle of a form, no
// network, somebody else's change, every page of every role at both sizes.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { root } from "../api/harness.mjs";
import { VILLAGE, meeting, world } from "../api/world.mjs";
import { holds, idle, launch, person, pictured, sound as soundNow, until } from "./browser.mjs";

const require = createRequire(join(root, "web/package.json"));
const { default: writeXlsx } = await import(require.resolve("write-excel-file/node"));
const { readSheet } = require("read-excel-file/node");
const PASSWORD = "shan-zhi-story-2026";
const DESK = { width: 1440, height: 900 };
const w = await world();
const browser = await launch();
const folder = mkdtempSync(join(tmpdir(), "shanzhi-desk-"));
after(async () => {
  await browser.close();
  await w.server.stop();
  rmSync(folder, { recursive: true, force: true });
});
const step = (name, body) => test(name, () => pictured(name, browser, body));

async function signedIn(name, { size = DESK, storage } = {}) {
  const page = await person(browser, w.server.url, { size, storage, at: w.at });
  page.denied = [];
  page.on("response", (r) => {
    if (r.status() >= 400 && !(r.status() === 401 && r.url().endsWith("/session"))) page.denied.push(`${r.status()} ${r.request().method()} ${r.url()}`);
  });
  await page.emulateMedia({ reducedMotion: "reduce" }); // axe judges what stands, not what fades
  await page.goto("/desk/#/sign-in");
  await page.locator("#name").fill(name);
  await page.locator("#password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("#menu").waitFor({ state: "attached" });
  return page;
}
const link = (page, name) => page.locator("#menu").getByRole("link", { name, exact: true }).click();
const done = (page) => page.context().close();
/** The page has what it asked for: no grey bars, no list on its way. */
async function settled(page) {
  await idle(page);
  await page.locator(".coming").first().waitFor({ state: "detached" });
}
/** As browser.mjs has it, when lists have closed and dialogs have come. */
async function sound(page, label) {
  await page.waitForFunction(() => ![...document.querySelectorAll(".el-popper")].some((e) => e.getAttribute("aria-hidden") === "false" && e.getClientRects().length)
    && document.getAnimations().every((a) => a.playState !== "running" || a.effect.getTiming().iterations === Infinity));
  await soundNow(page, label);
}
const latest = async (query = "") => (await w.ok("cadre2", "GET", `${w.claims}?limit=200${query}`)).rows;

describe("a claim across the desk", { concurrency: false }, () => {
  let claim, other;
  step("the recorder types in what 王梅 told, without touching the mouse", async () => {
    const page = await signedIn("recorder");
    await link(page, "代报");
    await settled(page);
    await sound(page, "empty claim form");
    await page.locator("#subject").focus();
    await page.keyboard.type("王梅");
    await page.getByRole("option", { name: /村民 · 001/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("村民 王*").waitFor();
    await page.waitForFunction(() => document.activeElement?.id === "item");
    await page.keyboard.type("助人为乐");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.id === "points");
    await page.keyboard.type("3");
    await page.keyboard.press("Enter"); // past the day, which is today
    await page.waitForFunction(() => document.activeElement?.id === "place");
    await page.keyboard.type("村口水井边");
    await page.keyboard.press("Enter");
    await page.keyboard.type("王梅帮邻居修好水泵");
    await page.keyboard.press("Control+Enter");
    await page.getByText(/已提交：王梅?\*?，编号 \d{4}-000001/).waitFor();
    await sound(page, "claim sent");
    [claim] = await latest();
    assert.deepEqual([claim.item, claim.channel, claim.state, claim.place], ["A03", "oral", "submitted", "村口水井边"]);
    await done(page);
  });

  step("the grid worker checks it from the work page", async () => {
    const page = await signedIn("grid1");
    await page.getByRole("link", { name: /待初审/ }).click();
    await page.getByRole("link", { name: claim.number }).click();
    const panel = page.getByRole("dialog", { name: "申报详情" });
    await panel.getByRole("button", { name: "初审通过" }).click();
    await panel.getByLabel("地点").fill("村口水井边，晒谷场旁");
    await sound(page, "check form");
    await panel.getByRole("button", { name: "初审通过" }).click();
    await panel.locator(".claim header").getByText("已初审").waitFor();
    const now = await w.get("cadre2", claim);
    assert.deepEqual([now.state, now.points, now.place], ["checked", "3.00", "村口水井边，晒谷场旁"]);
    await done(page);
  });

  step("the cadre publishes a batch; the one of his own household is refused with its reason", async () => {
    other = await w.claimed("checked", w.deed("张小丰", { item: "A04", cause: "制止破坏路灯" }));
    const own = await w.ok("grid1", "POST", w.claims, w.deed("陈小妹", { item: "A03", chosen: "2.00", place: "桥头" }));
    await w.did("grid1", own, "check", { chosen: "2.00" }); // of the cadre's own household
    const page = await signedIn("cadre");
    await page.getByRole("link", { name: /待公示/ }).click();
    await page.getByRole("row", { name: new RegExp(claim.number) }).waitFor();
    await page.locator(".el-table__header .el-checkbox").click();
    await page.getByRole("button", { name: /公示 （\d 条）/ }).click();
    await page.getByText("办好 2 条，未办成 1 条").waitFor();
    await page.getByText(new RegExp(`${own.number}：`)).waitFor();
    await sound(page, "batch results");
    assert.equal((await w.get("cadre2", claim)).state, "published");
    other = await w.get("cadre2", other);
    assert.equal(other.state, "published");
    await page.getByRole("radio", { name: "公示中" }).locator("..").click();
    await page.getByRole("link", { name: claim.number }).click();
    const panel = page.getByRole("dialog", { name: "申报详情" });
    await panel.getByText(/公示到/).first().waitFor();
    assert.equal(await panel.getByRole("button", { name: "审核通过" }).count(), 0, "publicity comes first");
    await done(page);
  });

  step("somebody comes to the office to object: it stops, and is decided with a reason", async () => {
    const clerk = await signedIn("recorder");
    await link(clerk, "公示");
    await settled(clerk);
    await sound(clerk, "notices");
    await clerk.getByRole("row", { name: /爱护公物/ }).getByRole("button", { name: "代记异议" }).click();
    const dialog = clerk.getByRole("dialog", { name: "代记异议" });
    await dialog.getByLabel("异议人姓名").fill("李大海");
    await dialog.getByLabel("异议理由").fill("路灯那天本来就坏了");
    await sound(clerk, "objection form");
    await dialog.getByRole("button", { name: "提交" }).click();
    await clerk.getByRole("row", { name: /爱护公物/ }).getByText("有异议").waitFor();
    assert.equal((await w.get("cadre2", other)).state, "objected");
    await done(clerk);

    const cadre = await signedIn("supervisor");
    await cadre.getByRole("link", { name: /待处理异议/ }).click();
    await cadre.getByText("路灯那天本来就坏了").waitFor();
    await cadre.getByRole("button", { name: "处理异议" }).click();
    const decide = cadre.getByRole("dialog", { name: "处理异议" });
    await decide.getByText("成立：该申报不予通过", { exact: true }).click();
    await decide.getByLabel(/处理意见/).fill("电工证实路灯前一天已坏");
    await sound(cadre, "decision form");
    await decide.getByRole("button", { name: "处理异议" }).click();
    await until(async () => (await w.get("cadre2", other)).state === "rejected");
    await done(cadre);
  });

  step("after publicity: approved, recorded, in the passbook, on the slip", async () => {
    await w.days(4);
    for (const [who, card, button, state] of [["cadre2", /待审核/, "审核通过", "已审核"], ["recorder", /待录入/, "录入", "已入账"]]) {
      const page = await signedIn(who);
      await page.getByRole("link", { name: card }).click();
      await page.getByRole("link", { name: claim.number }).click();
      const panel = page.getByRole("dialog", { name: "申报详情" });
      await panel.getByRole("button", { name: button, exact: true }).click();
      await panel.locator(".claim header").getByText(state).waitFor();
      if (who === "recorder") {
        const href = await panel.getByRole("link", { name: "打印奖分通知单" }).getAttribute("href");
        const slip = await page.evaluate(async (u) => {
          const r = await fetch(u);
          return [r.status, r.headers.get("content-type"), (await r.text()).slice(0, 5)];
        }, href);
        assert.deepEqual(slip, [200, "application/pdf", "%PDF-"]);
        await panel.getByRole("link", { name: "查看存折" }).click();
        await page.getByRole("heading", { name: /王/ }).waitFor();
        const number = page.getByRole("button", { name: /\+3分/ });
        await number.waitFor();
        await sound(page, "passbook");
        await number.click();
        await page.getByRole("dialog").getByText(/3分/).first().waitFor();
      }
      await done(page);
    }
    assert.equal((await w.get("cadre2", claim)).state, "recorded");
  });
});

describe("what offices meet", { concurrency: false }, () => {
  const head = ["户号", "姓名", "身份证号", "性别", "出生日期", "手机号", "与户主关系", "村民小组", "网格"];
  const sheet = async (name, rows) => {
    const file = join(folder, name);
    await writeXlsx([head, ...rows].map((r) => r.map((value) => ({ type: String, value })))).toFile(file);
    return file;
  };
  let admin;
  step("a register from Excel: every fault with its row and column, nothing written; then the clean one; and out again", async () => {
    admin = await signedIn("admin");
    await link(admin, "导入");
    await sound(admin, "import");
    const count = async () => (await w.ok("admin", "GET", `/villages/${VILLAGE}/counts`)).residents;
    const before = await count();
    const rows = [["101", "钟春梅", "", "女", "1971-02-03", "13900000001", "户主", "", "01.01"], ["101", "钟小明", "", "男", "1999-13-01", "", "子", "", "01.01"], ["102", "", "440101199001011234", "", "", "12", "户主", "", "09.09"]];
    await admin.locator("input[type=file]").setInputFiles(await sheet("faults.xlsx", rows));
    await admin.getByText(/没有写入任何内容。共 \d+ 处问题/).waitFor();
    for (const [row, column] of [["3", "出生日期"], ["4", "姓名"], ["4", "身份证号"]])
      await admin.getByRole("row", { name: new RegExp(`^${row}\\s*${column}`) }).first().waitFor();
    await sound(admin, "faults");
    assert.equal(await count(), before);
    rows[1][4] = "1999-12-01";
    rows[2] = ["102", "温大有", "", "男", "1960-01-01", "13900000002", "户主", "", "01.02"];
    await admin.locator("input[type=file]").setInputFiles(await sheet("clean.xlsx", rows));
    await admin.getByText("检查通过：3 行").waitFor();
    assert.equal(await count(), before, "checking writes nothing");
    await admin.getByRole("button", { name: "导入 3 人" }).click();
    await admin.getByText(/已导入：新增 2 户、3 人/).waitFor();
    assert.equal(await count(), before + 3);
    await sound(admin, "imported");

    await admin.getByRole("link", { name: "查看名单" }).click();
    await settled(admin);
    const saved = async (button, run) => {
      const [download] = await Promise.all([admin.waitForEvent("download"), run ? run() : admin.getByRole("button", { name: button }).click()]);
      const file = join(folder, `${button}.xlsx`);
      await download.saveAs(file);
      return { file, rows: await readSheet(file) };
    };
    const masked = await saved("导出 Excel");
    assert.equal(masked.rows.length, before + 4);
    assert.ok(!JSON.stringify(masked.rows).includes("钟春梅"));
    const full = await saved("导出完整信息", async () => {
      await admin.getByRole("button", { name: "导出完整信息" }).click();
      const dialog = admin.getByRole("dialog", { name: "导出完整信息" });
      await sound(admin, "export with a reason");
      await dialog.getByLabel(/为什么要看/).fill("报送镇里核对");
      await dialog.getByRole("button", { name: "导出完整信息" }).click();
    });
    assert.ok(full.rows.some((r) => r.includes("钟春梅") && r.includes("13900000001")));
    assert.equal(full.rows.length, before + 4);
  });

  step("somebody else was faster: their change is shown, what was typed stays, and saving again works", async () => {
    await admin.goto(`/desk/#/residents?resident=${w.residents["李大海"]}`);
    const panel = admin.getByRole("dialog", { name: "村民" });
    await panel.getByRole("button", { name: "修改", exact: true }).click();
    await panel.getByLabel(/新手机号/).fill("13911112222");
    const path = `/villages/${VILLAGE}/residents/${w.residents["李大海"]}`;
    const now = await w.call("admin", "GET", path);
    await w.ok("admin", "PATCH", path, { phone: "13833334444" }, { match: now.etag ?? `"${now.body.version}"` });
    await panel.getByRole("button", { name: "保存" }).click();
    await panel.getByText("别人刚修改过这条记录").waitFor();
    await holds(panel.getByLabel(/新手机号/), "13911112222");
    await panel.getByRole("button", { name: "保存" }).click();
    await panel.getByLabel(/新手机号/).waitFor({ state: "detached" });
    assert.equal((await w.ok("admin", "POST", `${path}/unmask`, { reason: "测试" })).phone, "13911112222");
    await done(admin);
  });

  async function filled(page, place) {
    await link(page, "代报");
    await page.locator("#subject").fill("李大海");
    await page.getByRole("option", { name: /村民 · 002/ }).click();
    await page.locator("#item").fill("爱护公物");
    await page.getByRole("option", { name: /爱护公物/ }).click();
    await page.locator("#place").fill(place);
    await page.getByLabel("事由").fill("劝阻他人损坏健身器材");
  }
  step("the session ends in the middle of a form: sign in over it, and go on", async () => {
    const page = await signedIn("recorder");
    await filled(page, "文化广场");
    await page.context().clearCookies();
    await page.getByRole("button", { name: "提交申报" }).click();
    const again = page.getByRole("dialog", { name: "登录已过期，请重新登录" });
    await again.waitFor();
    await sound(page, "sign in again");
    await again.getByLabel("密码").fill("不对的密码");
    await again.getByRole("button", { name: "登录", exact: true }).click();
    await again.getByRole("alert").waitFor();
    await again.getByLabel("密码").fill(PASSWORD);
    await again.getByRole("button", { name: "登录", exact: true }).click();
    await again.waitFor({ state: "detached" });
    await holds(page.locator("#place"), "文化广场");
    await page.getByRole("button", { name: "提交申报" }).click();
    await page.getByText(/已提交：李/).waitFor();
    assert.equal((await latest()).filter((c) => c.place === "文化广场").length, 1);
    await done(page);
  });

  step("the network goes in the middle of a form: nothing is lost, and it is sent once", async () => {
    const page = await signedIn("recorder");
    await filled(page, "停电的晚上");
    await page.context().setOffline(true);
    await page.getByRole("button", { name: "提交申报" }).click();
    await page.getByText("填写的内容已保留").waitFor();
    await page.context().setOffline(false);
    await page.reload(); // even a closed page has kept it
    await page.locator("#place").waitFor();
    await holds(page.locator("#place"), "停电的晚上");
    await page.getByText("村民 李").waitFor();
    await page.getByRole("button", { name: "提交申报" }).click();
    await page.getByText(/已提交：李/).waitFor();
    assert.equal((await latest()).filter((c) => c.place === "停电的晚上").length, 1);
    await done(page);
  });

  step("one-time codes begin with a QR code", async () => {
    const page = await signedIn("cadre2");
    await page.getByRole("link", { name: "cadre2" }).click();
    await page.getByRole("button", { name: "开启" }).click();
    const picture = page.getByRole("img", { name: "动态验证码二维码" });
    await picture.waitFor();
    await until(() => picture.evaluate((i) => i.naturalWidth > 100));
    await sound(page, "one-time codes");
    await done(page);
  });
});

describe("every page of every role", { concurrency: false }, () => {
  const daily = ["工作台", "申报", "公示", "异议"], points = ["台账", "积分榜", "方案"], people = ["村民", "户", "单位", "网格"], mine = ["我的账号"];
  const proxy = ["工作台", "申报", "代报", "公示", "异议"];
  const menus = {
    cadre2: [...proxy, ...points, ...people, ...mine],
    recorder: [...proxy, ...points, ...people, ...mine],
    supervisor: [...daily, ...points, ...people, ...mine],
    admin: [...proxy, ...points, "方案草稿", "村民", "户", "单位", "导入", "网格", "账号", ...mine],
    town: [...daily, ...points, "方案草稿", ...people, "账号", ...mine],
    county: [...daily, ...points, ...people, "账号", ...mine],
    sys: ["工作台", "区划", "账号", ...mine],
    sec: ["工作台", "账号", ...mine],
    audit: ["工作台", "操作日志", ...mine],
  };
  step("the three administrators and the county have accounts", () => {
    const tool = { env: { SHANZHI_TEST_CLOCK: w.clock }, input: `${PASSWORD}\n` };
    for (const [name, role, region] of [["county", "county", "441621000000"], ["sec", "secadmin"], ["audit", "auditor"]]) {
      w.server.command(["account", "add", name, "--display", name, "--password-stdin"], tool);
      w.server.command(["account", "grant", name, role, ...(region ? ["--region", region] : [])], tool);
    }
  });
  async function tour(page, who) {
    const sections = await page.locator("#menu a").evaluateAll((a) => a.map((x) => [x.getAttribute("href"), x.textContent.trim()]));
    for (const [href, name] of sections) {
      await page.goto(`/desk/${href.slice(href.indexOf("#"))}`);
      await page.locator(`#menu a[href="${href}"][aria-current=page]`).waitFor({ state: "attached" });
      await settled(page);
      await page.locator("main h1").first().waitFor();
      assert.match(await page.title(), /^.+ · /);
      await sound(page, `${who}: ${name}`);
    }
    assert.deepEqual(page.denied, [], who);
    return sections.map((s) => s[1]);
  }
  for (const [who, menu] of Object.entries(menus))
    step(`${who}: the menu leads where the role may go, and axe finds nothing`, async () => {
      const page = await signedIn(who);
      await settled(page);
      assert.deepEqual(await tour(page, who), menu);
      await done(page);
    });
  for (const [label, options] of [["a narrow window", { size: { width: 900, height: 900 } }], ["a phone", { size: { width: 360, height: 740 } }],
    ["large letters", { storage: { "shanzhi.elder": "1" } }], ["English", { storage: { "shanzhi.language": "en" } }]])
    step(`the village administrator with ${label}`, async () => {
      const page = await signedIn("admin", options);
      await tour(page, label);
      await done(page);
    });
  step("an address without the right is refused by the page and by the server", async () => {
    const page = await signedIn("recorder");
    await page.goto("/desk/#/accounts");
    await page.getByText("您没有查看此页的权限").waitFor();
    assert.equal(await page.evaluate(async () => (await fetch("/api/v1/accounts")).status), 403);
    await done(page);
  });
});

describe("items that ask for more", { concurrency: false }, () => {
  const scheme = `
scheme: asks
title: 难度与反之
publicity: {days: 3}
false_claims: {times: 2}
classes: [{code: resident, label: 村民, kind: resident}]
categories: [{code: home, label: 家园}]
items:
  - {code: R1, category: home, label: 抢险救灾, points: 4, multiplier: {一般: 1, 困难: 1.5}}
  - {code: D1, category: home, label: 门前三包, points: 2, reverse: -3, clause: 村规民约第四条}
`;
  step("the difficulty is asked for; the contrary is offered to the recorder with its points", async () => {
    await w.ok("admin", "POST", `/villages/${VILLAGE}/schemes?from=${w.today()}${meeting(w.today())}`, scheme, { type: "text/yaml" });
    const page = await signedIn("recorder");
    await link(page, "代报");
    const begin = async (item) => {
      await page.locator("#subject").fill("王梅");
      await page.getByRole("option", { name: /村民 · 001/ }).click();
      await page.locator("#item").fill(item);
      await page.getByRole("option", { name: new RegExp(item) }).click();
      await page.locator("#place").fill("村口");
      await page.getByPlaceholder("做了什么事").fill("大雨后的河堤边");
    };
    await begin("抢险救灾");
    await page.getByRole("button", { name: "提交申报" }).click();
    await page.getByText("请选择难度：一般、困难").waitFor();
    await page.locator(".el-form-item", { has: page.locator("#difficulty") }).locator(".el-select__wrapper").click();
    await page.getByRole("option", { name: "困难" }).click();
    await sound(page, "difficulty");
    await page.getByRole("button", { name: "提交申报" }).click();
    await page.getByText(/已提交：王/).waitFor();
    await begin("门前三包");
    await page.getByText("相反行为（−3分）").click();
    await sound(page, "contrary");
    await page.getByRole("button", { name: "提交申报" }).click();
    await until(async () => (await latest("&item=D1")).length === 1);
    assert.deepEqual([...(await latest("&item=D1")), ...(await latest("&item=R1"))].map((c) => [c.points, c.reverse, c.difficulty, c.claimant]),
      [["-3.00", true, null, "recorder"], ["6.00", false, "困难", "proxy"]]);
    assert.deepEqual(page.denied, []);
    await done(page);
  });
});
