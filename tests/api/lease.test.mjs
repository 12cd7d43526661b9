// Clocks that are set while servers run, and a server that sleeps beyond its lease: nothing that was made is made again with
// the same id, nobody is locked out, and what cannot be told from a clock is said.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { DAY_MS } from "./clock.mjs";
import { expect, freshData, postgres, run, serve } from "./harness.mjs";
import { sql } from "./upkeep.mjs";

const PASSWORD = "Correct-Horse-7";
const HOUR_MS = 3_600_000;
const nodeOf = (id) => Math.floor(id / 256) % 16; // kernel/id.h

function administrator(place, env) {
  assert.equal(run(["account", "add", "boss", "--password-stdin", ...place.flags], { input: `${PASSWORD}\n`, env }).status, 0);
  assert.equal(run(["account", "grant", "boss", "sysadmin", ...place.flags], { env }).status, 0);
}
let names = 0;
async function made(s, boss) {
  return expect(await s.api("POST", "/accounts", { as: boss, body: { name: `p${++names}`, display: "x", unit: "441621102205" } }), 201).body.id;
}
const check = (r, name) => r.body.checks.find((c) => c.name === name);

test("the wall clock is set back and forward under a server", async () => {
  const place = freshData(), clock = join(place.data, "clock"), env = { SHANZHI_TEST_CLOCK: clock };
  const set = (ms) => writeFileSync(clock, String(ms));
  const ready = async (s, fits) => {
    for (const end = performance.now() + 60_000; ;) {
      const r = expect(await s.raw("GET", "/readyz"), 200);
      if (fits(r)) return r;
      assert.ok(performance.now() < end, r.text);
      await new Promise((ok) => setTimeout(ok, 100));
    }
  };
  set(2 * DAY_MS);
  administrator(place, env);
  const s = await serve({ place, env });
  const boss = await s.signIn("boss", PASSWORD), ids = [await made(s, boss)];
  assert.equal(run(["backup", join(place.data, "kept"), ...place.flags], { env }).status, 0);
  await ready(s, (r) => check(r, "backup").result === "pass");

  set(2 * DAY_MS - HOUR_MS);
  ids.push(await made(s, boss), await made(s, await s.signIn("boss", PASSWORD))); // who is signed in stays so
  assert.match(check(await ready(s, (r) => check(r, "backup").result === "warn"), "backup").detail, /时钟被调过.*备份/);
  const age = /^shanzhi_store_heartbeat_age_seconds (\d+)$/m.exec((await s.raw("GET", "/metrics")).text)?.[1];
  assert.ok(Number(age) < 60, `heartbeat ${age}`);

  set(0); // another day and more back, a new backup beside it
  ids.push(await made(s, boss));
  set(5 * DAY_MS);
  assert.match(check(await ready(s, (r) => /小时前/.test(check(r, "backup").detail)), "backup").detail, /^上次备份在 7\d 小时前/);
  assert.equal((await s.api("GET", "/session", { as: boss })).status, 401); // half an hour without use
  ids.push(await made(s, await s.signIn("boss", PASSWORD)));
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(ids.toSorted((a, b) => a - b), ids, "in the order in which they were made");
  await s.stop();
});

describe("a server that sleeps beyond its lease", { concurrency: false }, () => {
  const env = { SHANZHI_TEST_LEASE_MS: "1500" };
  const held = (place) => sql(place, "SELECT node FROM node_lease WHERE holder <> '' ORDER BY node").split("\n").map(Number);

  /** A server that has made something, and stands still. */
  async function stopped() {
    const place = freshData();
    administrator(place);
    const sleeper = await serve({ place, env });
    const boss = await sleeper.signIn("boss", PASSWORD);
    const before = await made(sleeper, boss);
    sleeper.child.kill("SIGSTOP");
    return { place, sleeper, boss, before };
  }

  test("two servers: it wakes with another number than the one that was taken meanwhile", { skip: postgres ? false : "two servers on one database" }, async () => {
    const { place, sleeper, boss, before } = await stopped();
    while (sql(place, `SELECT until < extract(epoch FROM clock_timestamp()) * 1000 FROM node_lease WHERE node = ${nodeOf(before)}`) !== "t");
    const other = await serve({ place, env: { SHANZHI_TEST_LEASE_MS: "60000" } });
    const taken = await made(other, boss);
    assert.equal(nodeOf(taken), nodeOf(before), "the sleeper's number");
    assert.ok(taken > before);
    const asleep = Array.from({ length: 8 }, () => made(sleeper, boss)); // they wait in its socket
    sleeper.child.kill("SIGCONT");
    const ids = [before, taken, ...await Promise.all(asleep), await made(other, boss)];
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual([...new Set(ids.slice(2, -1).map(nodeOf))], [1]);
    assert.match(sleeper.log, /the node number was taken over/);
    assert.deepEqual(held(place), [0, 1]);
    await other.stop();
    await sleeper.stop();
  });

  test("a command beside it: ids are told apart by their time", async () => {
    const { place, sleeper, boss, before } = await stopped();
    const now = postgres ? "extract(epoch FROM clock_timestamp()) * 1000" : "(julianday('now') - 2440587.5) * 86400000";
    while (!/^(t|1)$/.test(sql(place, `SELECT until < ${now} FROM node_lease WHERE node = ${nodeOf(before)}`)));
    assert.equal(run(["account", "add", "beside", ...place.flags]).status, 0);
    const beside = Number(sql(place, "SELECT id FROM access_account WHERE name = 'beside'"));
    assert.equal(nodeOf(beside), nodeOf(before), "the sleeper's number");
    sleeper.child.kill("SIGCONT");
    const after = await made(sleeper, boss);
    assert.ok(before < beside && beside < after, `${before} ${beside} ${after}`);
    await sleeper.stop();
  });
});
