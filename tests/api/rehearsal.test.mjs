// A restore rehearsal, as docs/deploy.md asks an operator to do every quarter: the demo township at work, backed up while
// claims come in, restored elsewhere (from either engine into either), served, and asked the same questions. In --all.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { expect, freshData, postgres, program, serve } from "./harness.mjs";
import { emptyPlace, ok, rowCounts, sql, sqlitePlace } from "./upkeep.mjs";
import { today } from "./clock.mjs";

const PASSWORD = "shanzhi-demo-2026", VILLAGE = "441621102205", CLIENTS = 8;
const shelf = mkdtempSync(join(tmpdir(), "shanzhi-rehearsal-"));
after(() => rmSync(shelf, { recursive: true, force: true }));

describe("a restore rehearsal", { concurrency: false, skip: process.env.SHANZHI_LONG ? false : "long" }, () => {
  const backup = join(shelf, "monday");
  let place, sent, questions;

  async function asked(s) {
    const [cadre, county] = [await s.signIn("lk-cadre", PASSWORD), await s.signIn("county", PASSWORD)];
    const answers = {};
    for (const path of [`/villages/${VILLAGE}/households?limit=200`, `/villages/${VILLAGE}/residents?limit=200`, `/public/villages/${VILLAGE}/board`])
      answers[path] = expect(await s.api("GET", path, { as: cadre }), 200).body;
    answers.claims = expect(await s.api("GET", `/villages/${VILLAGE}/claims?state=recorded&limit=200`, { as: county }), 200).body;
    return answers;
  }

  test("the township works while it is backed up", { timeout: 600_000 }, async () => {
    place = freshData({ empty: true });
    ok(place, "demo");
    const s = await serve({ place });
    const people = await Promise.all(["lk-villager", "lk-villager2", "lk-recorder"].map((n) => s.signIn(n, PASSWORD)));
    sent = { before: [], during: [] };
    let phase = "before", stop = false;
    const claim = async (i) => {
      const body = { subject_kind: "resident", subject: people[0].resident, item: "A03", deed_on: today(), place: `${phase}${i}`, cause: "打扫村道", chosen: "2.00" };
      const now = phase, r = await s.api("POST", `/villages/${VILLAGE}/claims`, { as: people[2], body });
      assert.equal(r.status, 201, r.text);
      sent[now].push(r.body.id);
    };
    for (let i = 0; i < 20; i++) await claim(i);
    phase = "during";
    const clients = Array.from({ length: CLIENTS }, async (_, c) => { for (let i = 0; !stop; i++) await claim(c * 10_000 + i); });
    const child = spawn(program, ["backup", ...place.flags, backup, "--verify"], { stdio: "inherit" });
    assert.equal(await new Promise((done) => child.on("exit", done)), 0);
    stop = true;
    await Promise.all(clients);
    assert.ok(sent.during.length > 0);
    questions = await asked(s);
    await s.stop();
  });

  for (const [where, make] of [["the same engine", emptyPlace], ...(postgres ? [["a folder", sqlitePlace]] : [])])
    test(`and stands up again on ${where}: the same answers, what was acknowledged before, nothing half`, { timeout: 600_000 }, async () => {
      const back = make();
      copyFileSync(join(place.data, "key"), join(back.data, "key"));
      chmodSync(join(back.data, "key"), 0o600);
      ok(back, "restore", backup, "--check");
      ok(back, "restore", backup);
      ok(back, "ledger", "verify");
      const s = await serve({ place: back });
      assert.deepEqual(await asked(s), questions);
      await s.stop();
      const there = new Set(sql(back, `SELECT id FROM claim WHERE village = ${VILLAGE}`).split("\n").map(Number));
      for (const id of sent.before) assert.ok(there.has(id), `claim ${id} was acknowledged before the backup`);
      const steps = Number(sql(back, "SELECT count(*) FROM claim c WHERE NOT EXISTS (SELECT 1 FROM claim_step s WHERE s.village = c.village AND s.claim = c.id)"));
      assert.equal(steps, 0, "no claim without its first step");
      assert.equal(rowCounts(back).resident, rowCounts(place).resident);
    });
});
