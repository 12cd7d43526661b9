// The phone's half of the story in a real browser: a villager claims, a grid worker checks, it hangs on the
// public board, somebody objects to another one, and the points are in the passbook. Then what phones meet:
// no network, a lost answer, large text, a page that is opened before anybody signed in.
import assert from "node:assert/strict";
import { deflateSync, crc32 } from "node:zlib";
import { after, before, describe, test } from "node:test";
import { OTHER, VILLAGE, world } from "../api/world.mjs";
import { holds, launch, person, pictured, sound, until } from "./browser.mjs";

const PASSWORD = "shan-zhi-story-2026";
const w = await world();
const browser = await launch();
after(async () => {
  await browser.close();
  await w.server.stop();
});
const base = w.server.url;
const open = (options) => person(browser, base, { at: w.at, ...options });
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
const claims = async (query = "") => (await w.ok("cadre2", "GET", `${w.claims}?limit=200${query}`)).rows;

/** Fills in the claim's form, as far as sending it. */
async function fillClaim(page, { search = "好人好事", item = "助人为乐", place, cause }) {
  await page.getByRole("navigation", { name: "主要页面" }).getByRole("link", { name: /申报|代报/ }).click();
  await page.getByPlaceholder("说出做的事").fill(search);
  await page.getByRole("button", { name: new RegExp(item) }).click();
  await page.getByLabel("在哪里？").fill(place);
  await page.getByLabel("怎么做的？").fill(cause);
}
/** The page does not find out by itself that there is a line again; what it sends then is another step's matter. */
const noProbe = (page) => page.route("**/healthz", (route) => route.abort("connectionreset"));
/** A PNG of one colour, made here: wider than what the page may send. */
function png(width, height) {
  const part = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const n = Buffer.alloc(4), crc = Buffer.alloc(4);
    n.writeUInt32BE(data.length);
    crc.writeUInt32BE(crc32(body));
    return Buffer.concat([n, body, crc]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8); // 8 bits, RGB
  const line = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, 0x66)]);
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), part("IHDR", head), part("IDAT", deflateSync(Buffer.concat(Array(height).fill(line)))), part("IEND", Buffer.alloc(0))]);
}
const picture = { name: "photo.png", mimeType: "image/png", buffer: png(1600, 900) };
/** Width and height of a claim's photo as the page shows it. */
const shownSize = (page, n) => page.getByRole("img", { name: `第${n}张照片` }).evaluate((i) => i.decode().then(() => [i.naturalWidth, i.naturalHeight]));
const send = (page) => page.getByRole("button", { name: "提交申报" }).click();

describe("a claim from phone to passbook", { concurrency: false }, () => {
  let zhang, notice, claim;
  step("a villager signs in, sees what is there, and claims a deed", async () => {
    zhang = await signedIn("zhang");
    await zhang.getByText("还没有得分").waitFor();
    await sound(zhang, "home without points");
    await fillClaim(zhang, { place: "上屋田边", cause: "张小丰帮邻居抢收稻谷" });
    await sound(zhang, "claim form");
    await send(zhang);
    await zhang.getByText(/已提交，编号\d{4}-000001/).waitFor();
    await zhang.getByText(/等待网格员初审/).first().waitFor();
    await sound(zhang, "claim sent");
    [claim] = await claims();
    assert.deepEqual([claim.item, claim.channel, claim.state], ["A03", "phone_page", "submitted"]);
  });

  step("the grid worker finds it in the to-do list, corrects the place and gives 5 points", async () => {
    const grid = await signedIn("grid1");
    await grid.getByRole("link", { name: /待初审/ }).click();
    await grid.getByRole("link", { name: /张\*丰/ }).click();
    await sound(grid, "check form");
    await grid.getByRole("button", { name: "情况属实，通过初审" }).click();
    await grid.getByText("请选给多少分").waitFor();
    await grid.getByLabel("地点").fill("上屋田边晒谷场");
    await grid.getByRole("button", { name: "5", exact: true }).click();
    await grid.getByRole("button", { name: "情况属实，通过初审" }).click();
    await grid.getByText("已初审").first().waitFor();
    const now = await w.get("cadre2", claim);
    assert.deepEqual([now.state, now.points, now.place], ["checked", "5.00", "上屋田边晒谷场"]);
    await grid.context().close();
  });

  step("the cadre puts it on the board; anybody reads it there, masked, without sign-in", async () => {
    const cadre = await signedIn("cadre2");
    await cadre.getByRole("link", { name: /待公示/ }).click();
    await cadre.getByRole("link", { name: /张\*丰/ }).click();
    await cadre.getByText("姓名只写一部分").waitFor();
    await cadre.getByRole("button", { name: "放上公示栏" }).click();
    await cadre.getByText("公示中").first().waitFor();
    await cadre.context().close();
    notice = (await w.get("cadre2", claim)).notice;

    const anybody = await open();
    await anybody.goto(`/#/v/${VILLAGE}`);
    await anybody.getByRole("link", { name: /张\*丰/ }).click();
    await anybody.getByText("上屋田边晒谷场").waitFor();
    assert.doesNotMatch(await anybody.locator("main").innerText(), /张小丰/);
    await anybody.getByRole("button", { name: "有异议？请先登录" }).waitFor();
    await sound(anybody, "notice, not signed in");
    await anybody.context().close();
  });

  step("a villager objects to another one, and it stops", async () => {
    const other = await w.claimed("checked", w.deed("张小丰", { item: "A04", place: "村口", by: undefined, cause: "制止破坏路灯" }));
    const published = await w.did("cadre2", other, "publish");
    const li = await signedIn("li");
    await li.getByRole("navigation", { name: "主要页面" }).getByRole("link", { name: "公示" }).click();
    await li.getByRole("link", { name: /爱护公物/ }).click();
    await li.getByRole("button", { name: "我有异议" }).click();
    await li.getByRole("button", { name: "提交异议" }).click();
    await li.getByText("请写明理由").waitFor();
    await li.getByLabel("哪里不属实？").fill("那天晚上路灯本来就坏了");
    await sound(li, "objection form");
    await li.getByRole("button", { name: "提交异议" }).click();
    await li.getByText("已暂停，等待核实处理").first().waitFor();
    assert.equal((await w.get("cadre2", published)).state, "objected");
    await li.context().close();

    const cadre = await signedIn("cadre2");
    await cadre.getByRole("link", { name: /异议/ }).click();
    await cadre.getByText("那天晚上路灯本来就坏了").waitFor();
    await sound(cadre, "objections");
    await cadre.getByRole("button", { name: "异议成立" }).click();
    await cadre.getByLabel("核实情况和处理意见").fill("电工证实路灯前一天已坏");
    await cadre.getByRole("button", { name: "确定" }).click();
    await cadre.getByText("没有待处理的异议").waitFor();
    assert.equal((await w.get("cadre2", published)).state, "rejected");
    await cadre.context().close();
  });

  step("after publicity the cadre approves and the recorder records", async () => {
    await w.days(4);
    for (const [name, row, button, state] of [["cadre2", /待审核/, "审核通过", "approved"], ["recorder", /待录入/, "录入存折", "recorded"]]) {
      const page = await signedIn(name);
      await page.getByRole("link", { name: row }).click();
      await page.getByRole("link", { name: /张\*丰/ }).click();
      await page.getByRole("button", { name: button }).click();
      await page.getByText(state === "approved" ? "已审核" : "已入账").first().waitFor();
      assert.equal((await w.get("cadre2", claim)).state, state);
      await page.context().close();
    }
  });

  step("the points are in the passbook and explain themselves, and they are on the board", async () => {
    await zhang.context().close();
    zhang = await signedIn("zhang");
    await zhang.getByRole("navigation", { name: "主要页面" }).getByRole("link", { name: "存折" }).click();
    const number = zhang.getByRole("button", { name: /\+5分/ });
    await number.waitFor();
    await sound(zhang, "passbook");
    await number.click();
    await zhang.getByRole("dialog").getByText(/5分/).first().waitFor();
    await sound(zhang, "explanation");
    await zhang.keyboard.press("Escape");
    await zhang.getByRole("dialog").waitFor({ state: "hidden" });
    await zhang.goto(`/#/v/${VILLAGE}?show=board&of=resident`);
    await zhang.getByRole("tabpanel").getByText("张*丰").waitFor();
    await zhang.getByRole("tabpanel").getByText("5分").waitFor();
    await zhang.goto(`/#/v/${VILLAGE}/n/${notice}?slip=${claim.number}`);
    await zhang.getByText("这张奖分通知单是真的").waitFor();
    await zhang.context().close();
  });
});

describe("photos as evidence", { concurrency: false }, () => {
  let zhang;
  before(async () => { zhang = await signedIn("zhang"); });
  after(() => zhang.context().close());

  step("they are shrunk, shown, taken out again, and arrive with the claim", async () => {
    await fillClaim(zhang, { place: "祠堂", cause: "帮邻居修屋顶" });
    await zhang.getByLabel("拍照或选照片").setInputFiles([picture, picture]);
    await zhang.getByRole("button", { name: "不要这张：第2张照片" }).click();
    await zhang.getByLabel("再加一张").setInputFiles([picture, picture, picture]);
    await zhang.getByText("最多加3张照片").waitFor();
    await zhang.getByRole("img", { name: "第3张照片" }).waitFor();
    assert.equal(await zhang.getByLabel("再加一张").count(), 0);
    assert.deepEqual(await shownSize(zhang, 3), [1280, 720]);
    await sound(zhang, "claim form with photos");
    await zhang.getByRole("button", { name: "不要这张：第3张照片" }).click();
    await zhang.getByLabel("再加一张").setInputFiles({ ...picture, buffer: Buffer.from("not a picture") });
    await zhang.getByText("这张照片打不开").waitFor();
    const sent = [];
    zhang.on("request", (r) => r.method() === "POST" && /photos$/.test(r.url()) && sent.push(r.headers()));
    await send(zhang);
    await zhang.getByRole("img", { name: "第2张照片" }).waitFor();
    assert.deepEqual(await shownSize(zhang, 2), [1280, 720]);
    await sound(zhang, "claim with photos");
    await until(() => sent.length > 1); // the page shows a photo before it has sent it
    const claim = (await claims()).find((c) => c.place === "祠堂");
    await until(async () => (await w.get("cadre2", claim)).photos.length > 1);
    assert.deepEqual(sent.map((h) => h["content-type"]), ["image/jpeg", "image/jpeg"]);
    assert.equal(new Set(sent.map((h) => h["idempotency-key"])).size, 2);
    assert.equal((await w.get("cadre2", claim)).photos.length, 2);
  });

  step("without network they wait with the claim, survive closing the page, and go out after it", async () => {
    await fillClaim(zhang, { place: "水井边", cause: "清理水井" });
    await zhang.getByLabel("拍照或选照片").setInputFiles([picture, picture]);
    await zhang.getByRole("img", { name: "第2张照片" }).waitFor();
    let cut = true, refused = 0;
    const keys = [];
    await noProbe(zhang);
    await zhang.route("**/api/v1/villages/*/claims/**", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      keys.push(route.request().headers()["idempotency-key"]);
      if (keys.length !== 1) return route.continue();
      await route.fetch(); // the first photo arrives, its answer does not
      return route.abort("connectionreset");
    });
    await zhang.route("**/api/v1/villages/*/claims", (route) => (cut && ++refused ? route.abort("connectionreset") : route.continue()));
    await send(zhang);
    await zhang.getByText("2张照片").waitFor();
    await sound(zhang, "queue with photos");
    await zhang.reload();
    await zhang.getByText("2张照片").waitFor();
    await until(() => refused >= 2); // a page that opens tries at once; from here on nothing goes by itself
    cut = false;
    await zhang.getByRole("button", { name: "现在发送" }).first().click();
    await until(() => keys.length > 0);
    await zhang.tick(); // whether or not the page already took the claim's answer for a line, it looks again after this round
    await zhang.getByText("都发送出去了").waitFor();
    assert.equal(keys.length, 3);
    assert.equal(keys[0], keys[1]);
    const claim = (await claims()).find((c) => c.place === "水井边");
    assert.equal((await w.get("cadre2", claim)).photos.length, 2);
    await zhang.unrouteAll();
  });

  step("the grid worker adds one while checking", async () => {
    const claim = (await claims()).find((c) => c.place === "水井边");
    const grid = await signedIn("grid1", { storage: { "shanzhi.elder": "1" } });
    await grid.goto(`/#/claims/${VILLAGE}/${claim.id}`);
    await grid.getByLabel("拍照或选照片").setInputFiles(picture);
    await grid.getByRole("button", { name: "不要这张：第1张照片" }).waitFor();
    await sound(grid, "check form with photos");
    await grid.getByRole("button", { name: "2", exact: true }).click();
    await grid.getByRole("button", { name: "情况属实，通过初审" }).click();
    await grid.getByText("已初审").first().waitFor();
    const now = await w.get("cadre2", claim);
    assert.deepEqual([now.state, now.photos.length], ["checked", 3]);
    await grid.context().close();
  });
});

describe("the form shows what applies to the person", { concurrency: false }, () => {
  const party = "党员参加组织生活", family = "喜事新办";
  async function offered(name, whose, words) {
    const page = await signedIn(name);
    await page.route("**/api/v1/public/villages/*/scheme", async (route) => { // party members may claim it themselves here
      const answer = await route.fetch();
      const rules = await answer.json();
      for (const c of rules.categories) for (const i of c.items) if (i.label.startsWith(party)) i.claimants = ["self", ...i.claimants];
      await route.fulfill({ response: answer, json: rules });
    });
    await page.getByRole("navigation", { name: "主要页面" }).getByRole("link", { name: "申报" }).click();
    if (whose) await page.getByRole("button", { name: whose }).click();
    await page.getByPlaceholder("说出做的事").fill(words);
    const row = page.locator(".rows button.row").first();
    await row.or(page.getByText("细则里没有找到")).waitFor();
    const found = await row.isVisible();
    await page.context().close();
    return found;
  }
  step("what is for party members, only to a party member; what is for households, only for the household", async () => {
    assert.equal(await offered("li", null, party), false);
    const { version } = await w.ok("admin", "GET", `/villages/${VILLAGE}/residents/${w.residents["李大海"]}`);
    await w.ok("admin", "PATCH", `/villages/${VILLAGE}/residents/${w.residents["李大海"]}`, { tags: ["party_member"] }, { match: `"${version}"` });
    assert.equal(await offered("li", null, party), true);
    assert.equal(await offered("li", "我们家", party), false);
    assert.equal(await offered("li", "我们家", family), true);
    assert.equal(await offered("li", "我本人", family), false);
  });
});

describe("a township's officer", { concurrency: false }, () => {
  step("chooses the village the pages are about, and it is remembered", async () => {
    const page = await signedIn("town");
    await page.getByRole("navigation", { name: "主要页面" }).getByRole("link", { name: "查户" }).click();
    const village = page.getByLabel("村", { exact: true });
    await village.selectOption(VILLAGE);
    await page.getByPlaceholder("姓名、户号").or(page.getByRole("searchbox")).first().fill("002");
    await page.getByText("李*海").waitFor();
    await sound(page, "look up with a village switch");
    await village.selectOption(OTHER);
    await page.getByText(/没有找到/).first().waitFor();
    await page.reload();
    await village.waitFor();
    await holds(village, OTHER);
    await page.context().close();
  });
});

describe("without network", { concurrency: false }, () => {
  let zhang;
  before(async () => { zhang = await signedIn("zhang", { offlineReady: true }); });
  after(() => zhang.context().close());

  step("a claim waits, visibly, and goes out once there is a line", async () => {
    const had = (await claims()).length;
    await fillClaim(zhang, { place: "河堤", cause: "下雨天帮学生过河" });
    await zhang.context().setOffline(true);
    await send(zhang);
    await zhang.getByText("1件等待发送").waitFor();
    await zhang.getByText("没有网络，可继续填写").waitFor();
    await sound(zhang, "queue");
    assert.equal((await claims()).length, had);
    await zhang.context().setOffline(false);
    await zhang.getByText("都发送出去了").waitFor();
    assert.equal((await claims()).length, had + 1);
  });

  /** Sends a claim whose first answer does not arrive; then what the person or the page does brings it out, once. */
  async function answerLost({ place, cause }, then) {
    const had = (await claims()).length;
    const keys = [];
    await zhang.route("**/api/v1/villages/*/claims", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      if (keys.push(route.request().headers()["idempotency-key"]) > 1) return route.continue();
      await route.fetch(); // the server has it; the phone never hears so
      return route.abort("connectionreset");
    });
    await fillClaim(zhang, { place, cause });
    await send(zhang);
    await zhang.getByText("等待发送").first().waitFor();
    await then();
    await zhang.getByText("都发送出去了").waitFor();
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    assert.equal((await claims()).length, had + 1);
    await zhang.unrouteAll();
  }
  step("an answer lost on the way: it is sent again under the same key and counts once", async () => {
    await noProbe(zhang); // it may be faster than the finger, and then there is nothing left to press
    await answerLost({ place: "卫生站", cause: "送发烧的老人看病" }, () => zhang.getByRole("button", { name: "现在发送" }).first().click());
  });
  step("nobody presses anything: it goes out when the page looks again, or finds the line", async () => {
    await noProbe(zhang);
    await answerLost({ place: "老井边", cause: "打扫老井" }, () => zhang.tick());
    await answerLost({ place: "碾米房", cause: "修好碾米房的门" }, () => {});
  });

  step("what the server refuses stays with its reason, to be corrected", async () => {
    await fillClaim(zhang, { place: "卫生站", cause: "同一件事又报一次" });
    await zhang.context().setOffline(true);
    await send(zhang);
    await zhang.getByText("1件等待发送").waitFor();
    await zhang.context().setOffline(false);
    await zhang.getByText("1件没有通过").waitFor();
    await zhang.getByRole("button", { name: "改一改" }).click();
    await holds(zhang.getByLabel("怎么做的？"), "同一件事又报一次");
  });

  step("the pages open again and show what they last knew, and when", async () => {
    const nav = zhang.getByRole("navigation", { name: "主要页面" });
    await nav.getByRole("link", { name: "存折" }).click();
    await zhang.getByRole("button", { name: /\+5分/ }).waitFor();
    await until(() => zhang.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration())?.active)));
    await zhang.context().setOffline(true);
    await zhang.reload();
    await zhang.getByRole("button", { name: /\+5分/ }).waitFor();
    await zhang.getByText(/没有网络，这是.*保存的内容/).waitFor();
    await sound(zhang, "passbook offline");
    await nav.getByRole("link", { name: "公示" }).click(); // never opened before: says so, offers another try
    await zhang.getByText("现在没有网络").waitFor();
    await zhang.context().setOffline(false);
    await zhang.getByText(/没有正在公示的事项|公示中/).first().waitFor();
  });

  step("a draft survives closing the page; signing out leaves nothing on the phone", async () => {
    const nav = zhang.getByRole("navigation", { name: "主要页面" });
    await nav.getByRole("link", { name: "申报" }).click();
    await zhang.getByLabel("怎么做的？").fill("写到一半");
    await until(() => zhang.evaluate(() => new Promise((done) => {
      const q = indexedDB.open("shanzhi");
      q.onsuccess = () => {
        const all = q.result.transaction("draft").objectStore("draft").getAll();
        all.onsuccess = () => { q.result.close(); done(all.result.some((d) => d.value.cause === "写到一半")); };
      };
    })));
    await zhang.reload();
    await holds(zhang.getByLabel("怎么做的？"), "写到一半");
    await nav.getByRole("link", { name: "我的" }).click();
    await zhang.getByRole("button", { name: "退出登录" }).click();
    await zhang.getByRole("dialog").getByRole("button", { name: "退出登录" }).click();
    await zhang.getByLabel("账号或手机号").waitFor();
    const left = await zhang.evaluate(() => new Promise((done) => {
      const q = indexedDB.open("shanzhi");
      q.onsuccess = () => {
        const tx = q.result.transaction(["kept", "draft", "waiting"]);
        const found = [];
        for (const t of ["kept", "draft", "waiting"]) tx.objectStore(t).getAll().onsuccess = (e) => found.push(...e.target.result.filter((r) => r.account !== 0));
        tx.oncomplete = () => { q.result.close(); done(found.length); };
      };
    }));
    assert.equal(left, 0);
    assert.equal(await zhang.evaluate(() => localStorage.getItem("shanzhi.me")), null);
  });
});

describe("every page, ordinary and large", { concurrency: false }, () => {
  const pages = {
    nobody: ["/v", "/sign-in", `/v/${VILLAGE}`, `/v/${VILLAGE}?show=board`, `/v/${VILLAGE}?show=rules`, `/v/${VILLAGE}/rules?part=how`, `/v/${VILLAGE}/earn`],
    zhang: ["/home", "/book", "/claim", "/claims", "/notices", "/me", "/me/password", "/me/data", "/queue"],
    grid1: ["/todo", "/claim", "/people?q=张", "/me", "/me/totp", `/claims?state=submitted&village=${VILLAGE}`],
  };
  for (const elder of [false, true])
    for (const [who, list] of Object.entries(pages))
      step(`${who}, ${elder ? "large" : "ordinary"} text`, async () => {
        const options = { storage: { "shanzhi.elder": elder ? "1" : "0" } };
        const page = who === "nobody" ? await open(options) : await signedIn(who, options);
        for (const path of list) {
          await page.goto(`/#${path}`);
          await page.getByRole("heading", { level: 1 }).waitFor();
          await page.waitForFunction(() => !document.querySelector(".coming"));
          await sound(page, `${path} ${elder ? "large" : ""}`);
          if (!elder) continue;
          const small = await page.evaluate(() => {
            const shown = (e) => e.getClientRects().length > 0 && !e.closest(".only-read");
            const texts = [...document.querySelectorAll("main *, nav *")].filter((e) => shown(e) && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
            const targets = [...document.querySelectorAll("button, .rows a, nav a, input:not([type=checkbox]), textarea")].filter((e) => shown(e) && !e.matches(".explains, .link"));
            return [
              ...texts.filter((e) => parseFloat(getComputedStyle(e).fontSize) < 18).map((e) => `text ${getComputedStyle(e).fontSize}: ${e.textContent.trim().slice(0, 20)}`),
              ...targets.filter((e) => e.getBoundingClientRect().height < 60).map((e) => `target ${e.getBoundingClientRect().height}: ${e.className} ${e.textContent.trim().slice(0, 20)}`),
              ...(parseFloat(getComputedStyle(document.querySelector("h1")).fontSize) < 30 ? ["title"] : []),
            ];
          });
          assert.deepEqual(small, [], `${path}: text ≥ 18, targets ≥ 60, titles ≥ 30`);
        }
        await page.context().close();
      });

  step("large text is switched on the first screen and remembered; the language too", async () => {
    const page = await open();
    await page.goto("/");
    await page.getByRole("switch", { name: "换成大字版" }).click();
    await page.reload();
    await page.getByRole("switch", { name: "换回普通字" }).waitFor();
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
    await sound(page, "first screen in English, large");
    await page.context().close();
  });
});

describe("what goes wrong is said", { concurrency: false }, () => {
  step("a wrong password; an address that needs a sign-in comes back after it", async () => {
    const page = await open();
    await page.goto("/#/book");
    await page.getByLabel("账号或手机号").fill("zhang");
    await page.getByLabel("密码", { exact: true }).fill("not the password");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("账号或密码不正确").waitFor();
    await sound(page, "wrong password");
    await page.getByLabel("密码", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "存折" }).waitFor();
    await page.context().close();
  });

  step("an empty form tells every missing thing; the server's own findings stand at their fields", async () => {
    const page = await signedIn("mei");
    await page.getByRole("navigation", { name: "主要页面" }).getByRole("link", { name: "申报" }).click();
    await page.getByPlaceholder("说出做的事").waitFor();
    await send(page);
    for (const text of ["请选做了什么事", "请写在哪里", "请写几句怎么做的"]) await page.getByText(text).waitFor();
    await sound(page, "claim form with findings");
    await page.route("**/api/v1/villages/*/claims", (route) => route.request().method() === "POST"
      ? route.fulfill({ status: 400, contentType: "application/problem+json",
        body: JSON.stringify({ type: "/problems/invalid", status: 400, title: "填写的内容有误", detail: "请按提示修改", errors: [{ field: "place", detail: "这个地点不在本村" }] }) })
      : route.continue());
    await fillClaim(page, { place: "别处", cause: "帮人修车" });
    await send(page);
    await page.getByText("这个地点不在本村").waitFor();
    await page.context().close();
  });

  step("a name with markup is text", async () => {
    const page = await signedIn("zhao");
    assert.equal(await page.locator("main b").count(), 0);
    await page.getByText("赵<b>六</b>").first().waitFor();
    await page.context().close();
  });
});
