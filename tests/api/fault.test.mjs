// "Fail the Nth database call" over the story: at every step, for every n, the n-th call of the transaction
// (begin, each statement, commit) fails. The answer is an error, nothing is half written, and the same request
// sent again with the same Idempotency-Key goes through once.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { after } from "node:test";
import { expect, steps } from "./harness.mjs";
import { VILLAGE, world } from "./world.mjs";

const w = await world();
after(async () => { await w.server.stop(); });

const CALLS_MAX = 300; // of one request; the longest step has about 40

/** Everything of the village that the story can change, as people see it. */
async function picture() {
  const village = `/villages/${VILLAGE}`;
  const claims = (await w.ok("cadre2", "GET", `${w.claims}?limit=200`)).rows;
  const details = [];
  for (const c of claims) details.push(await w.get("cadre2", c));
  return JSON.stringify([
    details,
    (await w.ok("cadre2", "GET", `${village}/objections?limit=200`)).rows,
    (await w.ok("cadre2", "GET", `${village}/postings?limit=200`)).rows,
    await w.ok("cadre2", "GET", `${village}/notices/stats`),
    await w.passbook("张小丰"), await w.passbook("王梅"),
    (await w.ok("admin", "GET", `${village}/schemes?limit=200`)).rows,
    ...(await Promise.all(["open", "adopted", "deleted"].map((state) => w.ok("admin", "GET", `${village}/drafts?state=${state}&limit=200`)))).map((d) => d.rows),
  ]);
}

/** One request with every database call failing in turn, then going through. */
async function everyCall(who, path, body, status = 200, { calls = 10, ...more } = {}) {
  await w.session(who);
  const key = randomUUID();
  const before = await picture();
  let failed = 0;
  for (let n = 1; n < CALLS_MAX; n++) {
    writeFileSync(w.faults, String(n));
    const r = await w.call(who, "POST", path, body, { key, ...more });
    assert.ok(!existsSync(w.faults), "the fault was armed");
    if (r.status === status) {
      assert.ok(failed >= calls, `only ${failed} calls failed`);
      assert.notEqual(await picture(), before);
      const again = expect(await w.call(who, "POST", path, body, { key, ...more }), status);
      assert.deepEqual(again.body, r.body, "sent again: the same answer");
      return r.body;
    }
    assert.equal(r.status, 503, `call ${n}: ${r.status} ${r.text}`);
    assert.equal(r.body.type, "/problems/database");
    assert.equal(await picture(), before, `after call ${n} of ${path} failed`);
    failed++;
  }
  throw new Error(`${path}: more than ${CALLS_MAX} calls`);
}
const act = (who, claim, action, body = {}) => everyCall(who, `${w.claims}/${claim.id}/${action}`, body);

steps("every database call of the story fails once", w.server, [
  ["申报", async (t) => { t.a = await everyCall("zhang", w.claims, w.deed("张小丰", { item: "A03", chosen: "5.00" }), 201); }],
  ["初审", async (t) => { t.a = await act("grid1", t.a, "check", { place: "村委会西侧" }); }],
  ["公示", async (t) => { t.a = await act("cadre2", t.a, "publish"); }],
  ["异议", async (t) => { t.o = await everyCall("li", `/villages/${VILLAGE}/notices/${t.a.notice}/objections`, { reason: "没有看见" }, 201); }],
  ["异议处理", async (t) => { await everyCall("supervisor", `/villages/${VILLAGE}/objections/${t.o.id}/decide`, { uphold: false, reason: "查实" }); }],
  ["审核", async (t) => {
    await w.days(4);
    t.a = await act("cadre", t.a, "approve");
  }],
  ["录入", async (t) => { t.a = await act("recorder", t.a, "record"); }],
  ["认定虚假", async (t) => {
    t.a = await act("supervisor", t.a, "false", { reason: "不实" });
    assert.ok((await w.passbook("张小丰")).balances.every((b) => Object.values(b).includes("-10.00")), "5 − 5 − 10");
  }],
  ["退回、更正、撤回", async () => {
    let c = await w.claimed("submitted", w.deed("王梅", { item: "A03", chosen: "2.00" }), "mei");
    c = await act("grid1", c, "return", { reason: "写清楚" });
    c = await act("mei", c, "submit", { cause: "写清楚了" });
    await act("mei", c, "withdraw");
  }],
  ["方案起草、删除恢复、村民代表会议通过、生效前撤回", async () => {
    const drafts = `/villages/${VILLAGE}/drafts`;
    const d = await everyCall("admin", drafts, { from: "blank" }, 201, { calls: 8 });
    expect(await w.call("admin", "DELETE", `${drafts}/${d.id}`, undefined, { match: '"1"' }), 204);
    const back = await everyCall("admin", `${drafts}/${d.id}/restore`, undefined, 200, { calls: 7 });
    const meeting = { from: w.today(9), meeting: "村民代表会议", meeting_on: w.today(), votes_for: 30, votes_against: 2, votes_abstain: 1, minutes: "举手表决。" };
    const v = await everyCall("admin", `${drafts}/${d.id}/adopt`, meeting, 201, { match: `"${back.version}"` });
    await everyCall("admin", `/villages/${VILLAGE}/schemes/${v.id}/withdraw`, { reason: "写错了" }, 200, { calls: 7 });
  }],
  ["批量", async () => {
    const ids = [];
    for (const place of ["甲", "乙"]) ids.push((await w.claimed("checked", w.deed("王梅", { item: "A03", chosen: "2.00", place }), "mei")).id);
    const r = await everyCall("cadre2", `${w.claims}/batch`, { action: "publish", claims: ids });
    assert.equal(r.done, 2);
  }],
  ["the books agree", () => { w.server.command(["ledger", "verify"], { env: { SHANZHI_TEST_CLOCK: w.clock } }); }],
]);
