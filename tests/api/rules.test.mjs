// The rules as people get them: the notice in blocks and on paper, the card of each household, and what a deed would
// earn — for anybody, and for somebody whose limits are partly used.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { expect, problem, root, steps } from "./harness.mjs";
import { OTHER, VILLAGE, world, meeting } from "./world.mjs";

const w = await world();
after(async () => { await w.server.stop(); });

function tool(name, args, input) {
  const r = spawnSync(name, args, { input, maxBuffer: 1 << 28 });
  assert.equal(r.status, 0, `${name} ${args.join(" ")}: ${r.stderr}`);
  return r.stdout;
}
const words = (pdf) => tool("pdftotext", ["-raw", "-", "-"], pdf).toString().replace(/\s/g, "");
const info = (pdf) => {
  const text = tool("pdfinfo", ["-"], pdf).toString();
  return { pages: Number(/Pages:\s+(\d+)/.exec(text)[1]), width: Math.round(Number(/Page size:\s+([\d.]+)/.exec(text)[1])) };
};
/** What the QR codes of all pages say. */
function codes(pdf) {
  const dir = mkdtempSync(join(tmpdir(), "shanzhi-rules-"));
  try {
    tool("pdftoppm", ["-r", "110", "-png", "-", join(dir, "p")], pdf);
    return [...new Set(tool("sh", ["-c", `zbarimg --nodbus -q --raw ${dir}/p-*.png || true`]).toString().trim().split("\n"))];
  } finally {
    rmSync(dir, { recursive: true });
  }
}
const pub = (path, more) => w.call(null, "GET", `/public/villages/${VILLAGE}/scheme${path}`, undefined, more);
const estimate = (query) => pub(`/estimate?${new URLSearchParams(query)}`);
const own = (who, query) => w.call(who, "GET", `/villages/${VILLAGE}/estimate?${new URLSearchParams({ subject_kind: "resident", subject: w.residents["张小丰"], ...query })}`);
const url = () => `http://127.0.0.1:${w.server.port}/#/v/${VILLAGE}/rules`;

steps("the notice", w.server, [
  ["anybody reads it in blocks: who, how, what, and who adopted it", async () => {
    const r = expect(await pub("/notice"), 200).body;
    assert.equal(r.title, "曾巷村社会治理积分细则");
    assert.equal(r.place, "龙窝镇礼坑村");
    assert.equal(r.blocks[0].kind, "title");
    assert.equal(r.blocks[1].text, "龙窝镇礼坑村");
    const all = JSON.stringify(r.blocks);
    for (const s of ["参加义务劳动", "每小时2分", "扣分以《曾巷村村规民约》为依据", "由村民代表会议通过", "礼坑村村民委员会（盖章）"]) assert.ok(all.includes(s), s);
    for (const b of r.blocks) for (const row of b.rows) assert.equal(row.cells.length, b.columns.length);
    const day = new Date(`${r.from}T00:00:00Z`);
    assert.ok(all.includes(`自${day.getUTCFullYear()}年${day.getUTCMonth() + 1}月${day.getUTCDate()}日起施行`));
  }],
  ["in English, and only what applies to a class", async () => {
    const en = JSON.stringify(expect(await pub("/notice?lang=en"), 200).body.blocks);
    assert.ok(en.includes("What earns points") && !en.includes("哪些事能得分"));
    const firm = JSON.stringify(expect(await pub("/notice?class=organisation"), 200).body.blocks);
    assert.ok(firm.includes("诚信经营、优质服务") && !firm.includes("房前屋后干净整洁"));
    problem(await pub("/notice?lang=fr"), 400, "invalid");
  }],
  ["on A3 and A4, with a code to the rules; the same again", async () => {
    for (const [paper, width] of [["a3", 842], ["a4", 595]]) {
      const r = expect(await pub(`/notice.pdf?paper=${paper}`), 200);
      assert.equal(r.headers["content-type"], "application/pdf");
      assert.equal(info(r.bytes).width, width);
      const text = words(r.bytes);
      for (const s of ["礼坑村村民委员会（盖章）", "见义勇为", "1/"]) assert.ok(text.includes(s), s);
      assert.deepEqual(codes(r.bytes), [url()]);
      assert.ok(r.bytes.equals(expect(await pub(`/notice.pdf?paper=${paper}`), 200).bytes));
    }
    problem(await pub("/notice.pdf?paper=a5"), 400, "invalid");
  }],
  ["of one version, for whoever is signed in", async () => {
    const [v] = (await w.ok("zhang", "GET", `/villages/${VILLAGE}/schemes`)).rows;
    const path = `/villages/${VILLAGE}/schemes/${v.id}/notice.pdf?lang=en`;
    assert.ok(words(expect(await w.call("zhang", "GET", path), 200).bytes).includes("Whatearnspoints"));
    problem(await w.call(null, "GET", path), 401, "sign-in");
    problem(await w.call("zhang", "GET", `/villages/${OTHER}/schemes/${v.id}/notice.pdf`), 404, "not-found");
  }],
  ["a village without a scheme has none", async () => {
    const none = "441621102203";
    for (const path of ["/notice", "/notice.pdf", "/estimate?item=A01"]) problem(await w.call(null, "GET", `/public/villages/${none}/scheme${path}`), 409, "no-scheme");
  }],
]);

const card = (who, name, more = "") => w.call(who, "GET", `/villages/${VILLAGE}/households/${w.households[name]}/card.pdf${more}`);
const cards = (who, more = "") => w.call(who, "GET", `/villages/${VILLAGE}/cards.pdf${more}`);
steps("the card of a household", w.server, [
  ["one page; one's own with the full name", async () => {
    const r = expect(await card("zhang", "张小丰"), 200);
    assert.deepEqual(info(r.bytes), { pages: 1, width: 420 });
    const text = words(r.bytes);
    assert.ok(text.includes("001号张小丰户"), text);
    assert.ok(text.includes("网格01.01"), text);
    assert.deepEqual(codes(r.bytes), [url()]);
    assert.deepEqual(info(expect(await card("zhang", "张小丰", "?paper=a4"), 200).bytes), { pages: 1, width: 595 });
  }],
  ["staff get it masked, neighbours and strangers not at all", async () => {
    const text = words(expect(await card("grid1", "张小丰"), 200).bytes);
    assert.ok(text.includes("张*丰户") && !text.includes("张小丰"), text);
    problem(await card("li", "张小丰"), 403, "forbidden");
    problem(await card("grid2", "张小丰"), 403, "forbidden");
    problem(await card(null, "张小丰"), 401, "sign-in");
    problem(await w.call("cadre", "GET", `/villages/${VILLAGE}/households/999/card.pdf`), 404, "not-found");
  }],
  ["a party member in the house brings the items of party members", async () => {
    const deeds = "党员参加组织生活";
    const only = `
scheme: short
title: 短
publicity: {days: 3}
false_claims: {times: 2}
classes: [{code: resident, label: 村民, kind: resident}, {code: household, label: 家庭, kind: household}, {code: party_member, label: 党员, kind: resident, tag: 党员}]
categories: [{code: a, label: 甲}]
items:
  - {code: P1, category: a, label: ${deeds}, points: 2, for: 党员}
  - {code: R1, category: a, label: 修桥, points: 2, for: 村民}
`;
    await w.ok("adminb", "POST", `/villages/${OTHER}/schemes?from=${w.today()}${meeting(w.today())}`, only, { type: "text/yaml" });
    const path = `/villages/${OTHER}/households/${w.households["黄外村"]}/card.pdf`;
    const before = words(expect(await w.call("huang", "GET", path), 200).bytes);
    assert.ok(before.includes("修桥") && !before.includes(deeds), before);
    const r = expect(await w.call("adminb", "GET", `/villages/${OTHER}/residents/${w.residents["黄外村"]}`), 200);
    await w.ok("adminb", "PATCH", `/villages/${OTHER}/residents/${w.residents["黄外村"]}`, { tags: ["party_member"] }, { match: r.etag });
    const text = words(expect(await w.call("huang", "GET", path), 200).bytes);
    assert.ok(text.includes(deeds), text);
  }],
  ["the program says which rules are one's own", async () => {
    assert.deepEqual(expect(await w.call("zhang", "GET", "/me/classes"), 200).body, { village: VILLAGE, resident: "resident", household: "household" });
    assert.deepEqual(expect(await w.call("huang", "GET", "/me/classes"), 200).body, { village: OTHER, resident: "party_member", household: "household" });
    assert.deepEqual(expect(await w.call("sys", "GET", "/me/classes"), 200).body, { village: null, resident: null, household: null });
    problem(await w.call(null, "GET", "/me/classes"), 401, "sign-in");
  }],
  ["all of the village, of a grid, of what a grid worker may see", async () => {
    const all = expect(await cards("cadre"), 200).bytes;
    assert.equal(info(all).pages, 5);
    for (const n of ["001号张*丰户", "002号李*海户", "005号"]) assert.ok(words(all).includes(n), n);
    assert.equal(info(expect(await cards("cadre", "?grid=01.02"), 200).bytes).pages, 2);
    assert.equal(info(expect(await cards("grid2"), 200).bytes).pages, 2);
    problem(await cards("cadre", "?grid=02"), 404, "not-found");
    problem(await cards("cadre", "?group=1"), 404, "not-found");
    problem(await cards("zhang"), 403, "forbidden");
  }],
]);

steps("what would this earn?", w.server, [
  ["per unit: how it comes about", async () => {
    const r = expect(await estimate({ item: "C05", quantity: "3.5" }), 200).body;
    assert.deepEqual([r.points, r.most, r.range, r.full, r.yuan], ["7.00", "7.00", false, false, false]);
    assert.equal(r.explain, "参加义务劳动、清理村道河道（C05）：每小时2分×3.5小时=7分。");
    assert.equal(r.label, "参加义务劳动、清理村道河道");
    assert.deepEqual(r.left, []);
    assert.equal(r.tree.op, "units");
  }],
  ["by level; a range says both ends; a deduction is told as such", async () => {
    assert.equal(expect(await estimate({ item: "D01", level: "县" }), 200).body.points, "20.00");
    const range = expect(await estimate({ item: "A03" }), 200).body;
    assert.deepEqual([range.points, range.most, range.range], ["2.00", "10.00", true]);
    assert.match(range.explain, /2分至10分，由初审人评定/);
    assert.match(range.explain_en, /2 to 10 points, picked by the checker/);
    const minus = expect(await estimate({ item: "D04" }), 200).body;
    assert.deepEqual([minus.points, minus.most], ["-5.00", "-2.00"]);
    assert.match(minus.explain, /扣2分至5分，由初审人评定/);
  }],
  ["an item says what its worth depends on", async () => {
    const items = Object.fromEntries(expect(await pub(""), 200).body.categories.flatMap((c) => c.items).map((i) => [i.code, i]));
    assert.deepEqual([items.C05.asks, items.D01.asks, items.A04.asks], [["quantity"], ["level"], []]);
    assert.deepEqual([items.C05.difficulties, items.C05.reverse, items.C05.yuan], [[], null, false]);
  }],
  ["what is missing or wrong is said by field", async () => {
    assert.match(problem(await estimate({ item: "D01" }), 400, "invalid").body.errors[0].detail, /请选择级别/);
    assert.equal(problem(await estimate({ item: "Z99" }), 400, "invalid").body.errors[0].field, "item");
    assert.equal(problem(await estimate({ item: "A08", class: "resident" }), 400, "invalid").body.errors[0].field, "class");
    problem(await estimate({ item: "C05", quantity: "-1" }), 400, "invalid");
  }],
  ["for oneself: what is left of the limits", async (t) => {
    const before = expect(await own("zhang", { item: "A04" }), 200).body;
    assert.deepEqual([before.points, before.full], ["3.00", false]);
    assert.deepEqual(before.left.map((l) => [l.text, l.times]), [["本月还可得3次", 3]]);
    t.claim = await w.claimed("recorded");
    const day = { item: "A04", on: t.claim.deed_on };
    assert.deepEqual(expect(await own("zhang", day), 200).body.left.map((l) => l.text), ["本月还可得2次"]);
    for (const place of ["桥头", "村口"]) await w.claimed("recorded", { ...w.deed("张小丰", { place }), deed_on: t.claim.deed_on });
    const full = expect(await own("zhang", day), 200).body;
    assert.deepEqual([full.points, full.full], ["0.00", true]);
    assert.match(full.explain, /已计3次，上限3次，不能再计/);
    assert.deepEqual(full.left.map((l) => l.text), ["本月还可得0次"]);
  }],
  ["a cap in points gives what is left of it", async (t) => {
    await w.claimed("recorded", w.deed("张小丰", { item: "C05", quantity: "18", place: "河边", deed_on: t.claim.deed_on }));
    const r = expect(await own("zhang", { item: "C05", quantity: "5", on: t.claim.deed_on }), 200).body;
    assert.equal(r.points, "4.00");
    assert.match(r.explain, /已计36分，上限40分，计4分/);
    assert.deepEqual(r.left.map((l) => [l.text, l.points]), [["本月还可得4分", "4.00"]]);
    assert.match(r.left[0].text_en, /this month there is left: 4 points/);
  }],
  ["of one's family and by those who check; not of neighbours", async () => {
    expect(await own("mei", { item: "A04" }), 200);
    expect(await own("grid1", { item: "A04" }), 200);
    problem(await own("li", { item: "A04" }), 403, "forbidden");
    problem(await own(null, { item: "A04" }), 401, "sign-in");
    problem(await own("cadre", { item: "A04", subject: "77" }), 404, "not-found");
    problem(await own("zhang", { item: "Z9" }), 400, "invalid");
  }],
]);

steps("the command line prints too", w.server, [
  ["PDF for the wall and a blank card", async () => {
    const dir = mkdtempSync(join(tmpdir(), "shanzhi-print-"));
    try {
      const out = join(dir, "n.pdf"), file = join(root, "schemes/zhongping.yaml");
      w.server.command(["scheme", "print", file, "--pdf", out, "--paper", "a3"]);
      assert.equal(info(readFileSync(out)).width, 842);
      w.server.command(["scheme", "print", file, "--card", "--pdf", out]);
      assert.deepEqual(info(readFileSync(out)), { pages: 1, width: 420 });
      assert.equal(w.server.command(["scheme", "print", file, "--card"], { fails: true }).status, 2);
      assert.equal(w.server.command(["scheme", "print", file, "--pdf", join(dir, "no", "where.pdf")], { fails: true }).status, 1);
      writeFileSync(join(dir, "bad.yaml"), "title: x");
      assert.equal(w.server.command(["scheme", "print", join(dir, "bad.yaml")], { fails: true }).status, 1);
      assert.match(w.server.command(["scheme", "print", file, "--lang", "en"]).stdout, /Once a month/);
    } finally {
      rmSync(dir, { recursive: true });
    }
  }],
]);
