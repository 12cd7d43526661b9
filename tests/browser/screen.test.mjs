// The village hall's television: what is on the board, masked, and live.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { VILLAGE, world } from "../api/world.mjs";
import { launch, person, pictured, sound } from "./browser.mjs";

const w = await world();
const browser = await launch();
after(async () => {
  await browser.close();
  await w.server.stop();
});

describe("the hall's screen", { concurrency: false }, () => {
  test("shows what is published while it is published, and the points board", () => pictured("screen", browser, async () => {
    const first = await w.claimed("recorded", w.deed("张小丰", { place: "村口" }));
    assert.equal(first.state, "recorded");
    const page = await person(browser, w.server.url, { size: { width: 1920, height: 1080 }, at: w.at });
    await page.goto(`/screen/#/${VILLAGE}`);
    await page.getByRole("heading", { name: "礼坑村积分公开栏" }).waitFor();
    await page.getByText("现在没有正在公示的事项").waitFor();
    await w.claimed("published", w.deed("张小丰", { item: "C02", place: "文化广场" }));
    await page.getByText("正在公示 1 条").waitFor(); // by the event, not by the minute's reload
    await page.getByText(/张\*丰 .*文体活动/).waitFor();
    assert.doesNotMatch(await page.locator("main").innerText(), /张小丰/);
    await page.tick(); // the boards take turns: households, persons
    await page.getByRole("table", { name: "个人荣誉积分" }).getByText("3分").waitFor();
    await sound(page, "hall screen");
    await page.context().close();
  }));

  test("without an address of a village, the village is chosen", () => pictured("screen choose", browser, async () => {
    const page = await person(browser, w.server.url, { size: { width: 1440, height: 900 }, at: w.at });
    await page.goto("/screen/");
    await page.getByRole("link", { name: /礼坑村/ }).or(page.getByRole("button").first()).first().waitFor();
    await sound(page, "choose a village for the screen");
    await page.context().close();
  }));
});
