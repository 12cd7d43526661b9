// Power cuts under the server (src/store/power.c): no answer to a write leaves before the sync that covers it, and
// when the power goes at a random moment with all that was not synced, every answered claim is there, once, whole.
// sqlite_power_test has the same below HTTP.
import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { engine, expect, serve } from "./harness.mjs";
import { VILLAGE, world } from "./world.mjs";

const ROUNDS = process.env.SHANZHI_LONG ? 20 : 3;
const WAIT_MS = 60_000; // a sanitized program on a busy machine

const folder = mkdtempSync(join(tmpdir(), "shanzhi-power-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const steer = (name) => join(folder, name);
const deed = (w, place) => w.deed("王梅", { item: "A03", chosen: "2.00", place });

describe("power cuts", { concurrency: false, skip: engine === "sqlite" ? false : "PostgreSQL syncs its own log" }, () => {
  test("the answer to a write waits for the sync; reads do not", async (t) => {
    const w = await world({ env: { SHANZHI_TEST_POWER: folder } });
    await w.session("cadre2");
    await w.session("mei");
    const village = `/villages/${VILLAGE}`;
    const writes = [
      ["POST", w.claims, deed(w, "断电前"), 201],
      ["POST", `${village}/claims/${(await w.ok("mei", "POST", w.claims, deed(w, "撤回"))).id}/withdraw`, {}, 200],
    ];
    for (const [method, path, body, status] of writes) {
      let answered = false;
      writeFileSync(steer("hold"), "");
      t.after(() => rmSync(steer("hold"), { force: true }));
      const answer = w.call("mei", method, path, body).then((r) => { answered = true; return r; });
      const late = performance.now() + WAIT_MS;
      while (!existsSync(steer("waiting"))) {
        assert.ok(!answered, `${path} was answered without a sync`);
        assert.ok(performance.now() < late, "no sync of the log is asked for");
        await w.server.raw("GET", "/healthz");
      }
      for (let i = 0; i < 20; i++) expect(await w.call("cadre2", "GET", `${w.claims}?limit=1`), 200);
      assert.ok(!answered, `${path} was answered before its sync`);
      rmSync(steer("hold"));
      expect(await answer, status);
    }
    await w.server.stop();
  });

  test(`${ROUNDS} cuts among writers: what was answered is there, once`, async () => {
    const w = await world({ env: { SHANZHI_TEST_POWER: folder } });
    const [mei, recorder, cadre] = [await w.session("mei"), await w.session("recorder"), await w.session("cadre2")];
    const sent = [];
    let s = w.server;
    for (let round = 0; round < ROUNDS; round++) {
      const seed = Number(process.env.SHANZHI_TEST_SEED ?? randomInt(2 ** 31 - 1)), after = 100 + (seed % 2000);
      console.log(`power cut after ${after} operations, SHANZHI_TEST_SEED=${seed}`);
      writeFileSync(steer("cut"), `${after} ${seed}`);
      let dead = false;
      await Promise.all(Array.from({ length: 16 }, async (_, client) => {
        for (let i = 0; !dead; i++) {
          const one = { key: randomUUID(), body: deed(w, `停电${round}轮${client}号${i}`), as: client % 2 ? mei : recorder };
          sent.push(one);
          try {
            one.answer = expect(await s.api("POST", w.claims, one), 201).body;
          } catch (e) {
            if (e instanceof assert.AssertionError) throw e;
            dead = true; // the connection broke: nobody knows
          }
        }
      }));
      assert.equal((await s.stop("SIGKILL")).signal, "SIGKILL");
      rmSync(steer("cut"));
      s = await serve({ place: w.place, env: { SHANZHI_TEST_CLOCK: w.clock, SHANZHI_TEST_POWER: folder } });
      for (const r of sent.filter((x) => x.answer)) {
        const c = expect(await s.api("GET", `${w.claims}/${r.answer.id}`, { as: cadre }), 200).body;
        assert.deepEqual([c.number, c.place, c.state], [r.answer.number, r.body.place, r.answer.state]);
      }
      for (const r of sent.filter((x) => !x.answer)) r.answer = expect(await s.api("POST", w.claims, r), 201).body;
      assert.equal(new Set(sent.map((r) => r.answer.number)).size, sent.length, "no number twice");
    }
    assert.ok(sent.length > 16 * ROUNDS, "writers wrote");
    s.command(["ledger", "verify"], { env: { SHANZHI_TEST_CLOCK: w.clock } });
    await s.stop();
  });
});
