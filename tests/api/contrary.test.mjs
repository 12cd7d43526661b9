// What an item's worth depends on besides its points: how hard the deed was 难度, and whether its contrary was done 反之.
// Both go with the claim through all steps into the books, and the explanation comes to what the books hold.
import assert from "node:assert/strict";
import { after } from "node:test";
import { expect, problem, steps } from "./harness.mjs";
import { VILLAGE, world, meeting } from "./world.mjs";

const w = await world();
after(async () => { await w.server.stop(); });

const scheme = `
scheme: contrary
title: 难度与反之
publicity: {days: 3}
false_claims: {times: 2}
classes: [{code: resident, label: 村民, kind: resident}]
categories: [{code: home, label: 家园}]
items:
  - {code: R1, category: home, label: 抢险, points: 4, multiplier: {一般: 1, 困难: 1.5}}
  - {code: D1, category: home, label: 门前三包, points: 2, reverse: -3, cap: {times: 1, per: life}, warnings: {times: 1, per: life}, clause: 村规民约第四条}
  - {code: D2, category: home, label: 垃圾分类, points: 1..5, reverse: -2, claim: [self, proxy], clause: 村规民约第五条}
  - {code: P1, category: home, label: 扫路, points: 1}
`;
const deed = (item, place, more = {}) => w.deed("张小丰", { item, place, ...more });
const contrary = (item, place) => deed(item, place, { reverse: true, claimant: "recorder" });
const refused = (r, field) => assert.equal(problem(r, 400, "invalid").body.errors[0].field, field, r.text);

steps("difficulty and the contrary on the way of a claim", w.server, [
  ["a scheme with such items in force from today", async () => {
    await w.ok("admin", "POST", `/villages/${VILLAGE}/schemes?from=${w.today()}${meeting(w.today())}`, scheme, { type: "text/yaml" });
  }],
  ["the difficulty multiplies; missing, unknown or out of place it is refused by its name", async () => {
    refused(await w.call("zhang", "POST", w.claims, deed("R1", "河堤")), "difficulty");
    refused(await w.call("zhang", "POST", w.claims, deed("R1", "河堤", { difficulty: "登天" })), "difficulty");
    refused(await w.call("zhang", "POST", w.claims, deed("P1", "大路", { difficulty: "困难" })), "difficulty");
    const c = await w.claimed("recorded", deed("R1", "河堤", { difficulty: "困难" }));
    assert.deepEqual([c.points, c.difficulty, c.reverse], ["6.00", "困难", false]);
    assert.match(c.explain, /难度困难×1.5=6分/);
    assert.equal((await w.ok("zhang", "GET", `${w.claims}?item=R1`)).rows[0].difficulty, "困难");
  }],
  ["the checker finds it easier than was said", async () => {
    const c = await w.ok("zhang", "POST", w.claims, deed("R1", "桥头", { difficulty: "困难" }));
    const found = await w.did("grid1", c, "check", { difficulty: "一般" });
    assert.deepEqual([found.points, found.difficulty], ["4.00", "一般"]);
    assert.deepEqual(found.steps.at(-1).changes.difficulty, ["困难", "一般"]);
    await w.did("zhang", found, "withdraw");
  }],
  ["the contrary is a deduction: the recorder's to enter, not a villager's, not by a correction either", async () => {
    refused(await w.call("zhang", "POST", w.claims, deed("D1", "门前", { reverse: true })), "claimant");
    refused(await w.call("grid1", "POST", w.claims, deed("D1", "门前", { reverse: true })), "claimant");
    problem(await w.call("zhang", "POST", w.claims, contrary("D1", "门前")), 403, "forbidden");
    problem(await w.call("li", "POST", w.claims, deed("D2", "门前", { reverse: true })), 403, "forbidden"); // named, but a neighbour
    refused(await w.call("recorder", "POST", w.claims, contrary("P1", "门前")), "reverse");
    const c = await w.ok("zhang", "POST", w.claims, deed("D2", "院里", { chosen: "3.00" }));
    await w.did("grid1", c, "return", { reason: "请写清楚" });
    problem(await w.act("zhang", c, "submit", { reverse: true }), 403, "forbidden");
    await w.did("zhang", c, "submit", {});
    const found = await w.did("grid1", c, "check", { reverse: true }); // staff may claim it, so the checker may find it
    assert.deepEqual([found.points, found.reverse, found.chosen, found.item_label], ["-2.00", true, null, "没有做到：垃圾分类"]);
  }],
  ["the first is a warning, the second costs; the deed itself still counts under its cap", async () => {
    assert.equal((await w.claimed("recorded", contrary("D1", "东门"), "recorder")).points, "0.00");
    const ask = async (more) => w.ok("zhang", "GET", `/villages/${VILLAGE}/estimate?${new URLSearchParams({ subject_kind: "resident", subject: w.residents["张小丰"], item: "D1", ...more })}`);
    assert.equal((await ask({ reverse: true })).points, "-3.00");
    const before = await w.passbook("张小丰");
    const taken = await w.claimed("recorded", contrary("D1", "西门"), "recorder");
    assert.deepEqual([taken.points, taken.item_label], ["-3.00", "没有做到：门前三包"]);
    const now = await w.passbook("张小丰");
    assert.equal(Number(now.balances[0].points) - Number(before.balances[0].points), -3);
    assert.deepEqual([(await ask({})).points, (await ask({})).full], ["2.00", false]);
    assert.equal((await w.claimed("recorded", deed("D1", "南门"))).points, "2.00");
    problem(await w.call("zhang", "POST", w.claims, deed("D1", "北门")), 409, "over-cap");
    problem(await w.call("recorder", "POST", w.claims, contrary("D1", "北门")), 409, "over-cap");
  }],
  ["what stands on the board, and the slip", async () => {
    const c = (await w.ok("recorder", "GET", `${w.claims}?item=D1&state=recorded`)).rows.find((x) => x.points === "-3.00");
    const notice = await w.ok(null, "GET", `/public/villages/${VILLAGE}/notices/${c.notice}`);
    assert.match(notice.title, /没有做到：门前三包 · -3分/);
    expect(await w.call("zhang", "GET", `${w.claims}/${c.id}/slip`), 200);
  }],
  ["the explanation comes to what the books hold, deed by deed", async () => {
    const r = await w.ok("cadre", "GET", `/villages/${VILLAGE}/explain/resident/${w.residents["张小丰"]}?from=${w.today(-60)}&to=${w.today()}`);
    assert.deepEqual(r.deeds.map((d) => [d.item, d.computed, d.booked, d.same]).sort(), [
      ["D1", "-3.00", "-3.00", true], ["D1", "0.00", "0.00", true], ["D1", "2.00", "2.00", true], ["R1", "6.00", "6.00", true]]);
    assert.deepEqual([r.computed, r.booked, r.difference], ["5.00", "5.00", "0.00"]);
    const first = r.deeds.map((d) => d.on).sort()[0], until = (to) => w.ok("cadre", "GET", `/villages/${VILLAGE}/explain/resident/${w.residents["张小丰"]}?from=${w.today(-60)}&to=${to}`);
    assert.deepEqual((await until(first)).deeds.map((d) => [d.item, d.booked]), [["R1", "6.00"]], "up to that day");
    assert.equal(r.result.numbers.find((n) => n.code === "points").value, "5.00"); // the engine, over the same deeds
  }],
]);
