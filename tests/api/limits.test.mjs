// The limits of a scheme hold in the claim's way through the steps, counted from the books: several caps of an item, the cap of its
// category, a group of which one counts; items in yuan are no claims for points.
import assert from "node:assert/strict";
import { after } from "node:test";
import { problem, steps } from "./harness.mjs";
import { VILLAGE, world, meeting } from "./world.mjs";

const w = await world();
after(async () => { await w.server.stop(); });

const scheme = `
scheme: limits
title: 上限
publicity: {days: 3}
false_claims: {times: 2}
classes: [{code: veteran, label: 退役军人, kind: resident, tag: 退役军人}, {code: resident, label: 村民, kind: resident}]
groups: [{code: light, label: 路灯, per: life}]
categories:
  - {code: help, label: 互助, cap: {points: 5, per: life}}
  - {code: lamps, label: 路灯}
  - {code: clean, label: 保洁, yuan: yes}
  - {code: rules, label: 公约}
items:
  - {code: H1, category: help, label: 帮工, points: 3}
  - {code: H2, category: help, label: 陪护, points: 3}
  - {code: H3, category: help, label: 误工, points: -1, claim: [recorder], clause: 村规民约第一条}
  - {code: L1, category: lamps, label: 修路灯, points: 2, one_of: light}
  - {code: L2, category: lamps, label: 擦路灯, points: 1, one_of: light}
  - {code: C1, category: lamps, label: 扫路, points: 1, cap: [{times: 1, per: day}, {times: 2, per: life}]}
  - {code: S1, category: lamps, label: 植树, per: 棵, steps: [{from: 10, points: 2}], else: 0}
  - {code: Y1, category: clean, label: 保洁补助, points: 50}
  - {code: V1, category: rules, label: 参加民兵训练, points: 2, for: 退役军人}
  - {code: W1, category: rules, label: 乱停车, points: -2, warnings: {times: 1, per: life}, clause: 村规民约第二条}
`;
const deed = (item, place, more = {}) => w.deed("张小丰", { item, place, ...more });

steps("limits on the way of a claim", w.server, [
  ["a new scheme in force from today", async () => {
    await w.ok("admin", "POST", `/villages/${VILLAGE}/schemes?from=${w.today()}${meeting(w.today())}`, scheme, { type: "text/yaml" });
  }],
  ["the category's cap leaves what is left", async () => {
    const first = await w.claimed("recorded", deed("H1", "田头"));
    assert.equal(first.points, "3.00");
    const mine = await w.ok("zhang", "GET", "/me/passbook"); // a scheme that has no class for households
    assert.deepEqual([mine.own.name, mine.own.rows.length, mine.household], ["张小丰", 1, null]);
    assert.equal((await w.claimed("recorded", deed("H3", "田埂", { claimant: "recorder" }), "recorder")).points, "-1.00"); // what is taken makes no room
    const second = await w.claimed("recorded", deed("H2", "医院"));
    assert.equal(second.points, "2.00");
    assert.match(second.explain ?? second.explain_zh ?? JSON.stringify(second), /累计已计3分，上限5分，计2分/);
    problem(await w.call("zhang", "POST", w.claims, deed("H1", "屋前")), 409, "over-cap");
  }],
  ["of a group one item counts", async () => {
    await w.claimed("recorded", deed("L2", "桥头"));
    problem(await w.call("zhang", "POST", w.claims, deed("L1", "村口")), 409, "over-cap");
  }],
  ["every cap of an item counts, not only the first", async () => {
    await w.claimed("recorded", deed("C1", "大路"));
    await w.claimed("recorded", deed("C1", "中路"));
    problem(await w.call("zhang", "POST", w.claims, deed("C1", "小路")), 409, "over-cap");
  }],
  ["what is worth nothing is no claim; items in yuan are none either", async () => {
    problem(await w.call("zhang", "POST", w.claims, deed("S1", "山上", { quantity: "9" })), 400, "invalid");
    assert.equal((await w.ok("zhang", "POST", w.claims, deed("S1", "山上", { quantity: "10" }))).points, "2.00");
    problem(await w.call("zhang", "POST", w.claims, deed("Y1", "村部")), 400, "invalid");
  }],
  ["the most specific class counts: who has the tag is a veteran to this scheme", async () => {
    const train = w.deed("王梅", { item: "V1", place: "操场" });
    const no = await w.call("mei", "POST", w.claims, train);
    problem(no, 400, "invalid");
    assert.match(no.text, /只适用于退役军人/);
    const path = `/villages/${VILLAGE}/residents/${w.residents["王梅"]}`;
    const before = await w.call("admin", "GET", path);
    await w.ok("admin", "PATCH", path, { tags: ["veteran"] }, { match: before.etag });
    const claim = await w.ok("mei", "POST", w.claims, train);
    assert.deepEqual([claim.class, claim.points], ["veteran", "2.00"]);
  }],
  ["the first fault is a warning: recorded without a posting, so that the second costs", async () => {
    const fault = (place) => deed("W1", place, { claimant: "recorder" });
    const warned = await w.claimed("recorded", fault("村口"), "recorder");
    assert.deepEqual([warned.points, warned.state, warned.posting], ["0.00", "recorded", null]);
    assert.match(warned.explain, /第1次提醒/);
    const second = await w.claimed("recorded", fault("桥头"), "recorder");
    assert.equal(second.points, "-2.00");
    assert.notEqual(second.posting, null);
  }],
  ["a warning that proves false is taken back and counts no more", async () => {
    const other = (place) => w.deed("王梅", { item: "W1", place, claimant: "recorder" });
    const warned = await w.claimed("recorded", other("村口"), "recorder");
    const back = await w.did("supervisor", warned, "false", { reason: "不是她的车" });
    assert.deepEqual([back.state, back.points, back.reversal], ["reversed", "0.00", null]);
    assert.equal((await w.claimed("recorded", other("桥头"), "recorder")).points, "0.00");
  }],
]);
