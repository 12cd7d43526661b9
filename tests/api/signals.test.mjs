// What an operator sends a running server: SIGTERM under load, again and again; SIGHUP.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { expect, serve } from "./harness.mjs";
import { world } from "./world.mjs";

const ROUNDS = process.env.SHANZHI_LONG ? 20 : 4;
const CLIENTS = 64;

describe("SIGTERM while 64 clients write", { concurrency: false }, () => {
  test(`${ROUNDS} times: the server ends by itself, and what it acknowledged is there`, async () => {
    const w = await world();
    const sessions = [await w.session("recorder"), await w.session("mei"), await w.session("zhang")];
    const cadre = await w.session("cadre");
    const flags = ["--loops", "4"]; // more loops than cores: some end early
    await w.server.stop();
    for (let round = 0; round < ROUNDS; round++) {
      const s = await serve({ place: w.place, flags, env: { SHANZHI_TEST_CLOCK: w.clock } });
      const acknowledged = [];
      let stopping;
      await Promise.all(Array.from({ length: CLIENTS }, async (_, client) => {
        for (let i = 0; ; i++) {
          const as = sessions[client % sessions.length];
          const body = w.deed("王梅", { item: "A03", chosen: "2.00", place: `停${round}轮${client}号${i}` });
          let r;
          try {
            r = await s.api("POST", w.claims, { key: randomUUID(), body, as });
          } catch (e) {
            if (e instanceof assert.AssertionError) throw e;
            assert.ok(stopping, `the connection broke before the stop: ${e.message}`);
            return;
          }
          assert.equal(r.status, 201, r.text);
          acknowledged.push(r.body);
          if (acknowledged.length === CLIENTS + 17 * round) stopping = s.stop();
        }
      }));
      await stopping; // throws when the server did not end with 0
      const t = await serve({ place: w.place, env: { SHANZHI_TEST_CLOCK: w.clock } });
      const there = new Map();
      for (let after = ""; after !== null;) {
        const page = expect(await t.api("GET", `${w.claims}?limit=200${after && `&after=${after}`}`, { as: cadre }), 200).body;
        for (const c of page.rows) there.set(c.id, c.number);
        after = page.next;
      }
      for (const c of acknowledged) assert.equal(there.get(c.id), c.number, `claim ${c.number} was acknowledged`);
      await t.stop();
    }
  });
});
