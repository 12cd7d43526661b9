// Through PgBouncer, which gives each transaction another connection of a few: nothing may be left on it, and who was not told
// of it is safe all the same, and says so.
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { expect, freshData, postgres, run, serve } from "./harness.mjs";
import { pooler } from "./pooler.mjs";
import { emptyPlace, makeOld, names, ok, rowCounts, sql, sqlitePlace } from "./upkeep.mjs";

const PASSWORD = "Correct-Horse-7";
const CLIENTS = 24, EACH = 6; // a dozen clients for each of the pooler's connections

describe("behind PgBouncer", { concurrency: false, skip: postgres ? false : "PostgreSQL only" }, () => {
  let bouncer, place, n = 0;
  before(async () => {
    bouncer = await pooler("default_pool_size = 2");
    place = bouncer.place(freshData());
    assert.equal(run(["account", "add", "boss", "--password-stdin", ...place.flags], { input: `${PASSWORD}\n` }).status, 0);
    ok(place, "account", "grant", "boss", "sysadmin");
  });
  after(async () => { await bouncer?.end(); });

  /** Reads and writes of many at once; every one must be answered. */
  async function busy(s) {
    const boss = await s.signIn("boss", PASSWORD), seen = new Map();
    await Promise.all(Array.from({ length: CLIENTS }, async (_, client) => {
      for (let i = 0; i < EACH; i++) {
        const body = `code,name\n440000000000,广东省\n${440000000000 + (++n % 99 + 1) * 100_000_000},市${n}\n`;
        const r = client % 2 ? await s.api("GET", "/regions", { as: boss }) : await s.api("POST", "/regions/import", { as: boss, type: "text/csv", body });
        seen.set(r.status, (seen.get(r.status) ?? 0) + 1);
      }
    }));
    assert.deepEqual([...seen], [[200, CLIENTS * EACH]]);
  }
  const engineOf = (r) => r.body.checks.find((c) => c.name === "engine");

  test("not told of it, readiness fails and names the setting; who asks is answered all the same", async () => {
    const s = await serve({ place });
    const r = expect(await s.raw("GET", "/readyz", { headers: { "accept-language": "en" } }), 503);
    assert.deepEqual(r.body.failed, ["engine"]);
    assert.match(engineOf(r).detail, /PgBouncer.*pooled = yes/);
    await busy(s);
    await s.stop();
  });

  test("told, it is ready, answers all, and leaves nothing on the connections it shares", async () => {
    const s = await serve({ place, flags: ["--pooled"] });
    await busy(s);
    const r = expect(await s.raw("GET", "/readyz"), 200);
    assert.deepEqual(r.body.failed, []);
    const left = sql(place, "SELECT (SELECT count(*) FROM pg_prepared_statements), current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')");
    assert.equal(left, "0|0|0");
    assert.equal(sql(place, "SELECT count(*) FROM node_lease WHERE holder <> ''"), "1"); // the server's own
    await s.stop();
    assert.equal(sql(place, "SELECT count(*) FROM node_lease WHERE holder <> ''"), "0"); // given back
  });

  test("straight to PostgreSQL, nothing is said", async () => {
    const straight = { ...place, flags: ["--data", place.data, "--database", Object.assign(new URL(postgres), { pathname: `/${place.database}` }).href] };
    const s = await serve({ place: straight });
    assert.notEqual(engineOf(expect(await s.raw("GET", "/readyz"), 200)).result, "fail");
    await s.stop();
  });

  test("the operator's commands: migrate, verify, backup, restore, move there and back, told or not", async () => {
    for (const told of [[], ["--pooled"]]) {
      const on = (p) => ({ ...p, flags: [...p.flags, ...told] });
      const here = on(bouncer.place(freshData()));
      makeOld(here);
      assert.match(ok(here, "migrate"), /^1 applied \(postgresql\)$/m);
      assert.match(ok(here, "ledger", "verify"), /all balances agree/);
      const kept = join(here.data, "kept");
      assert.match(ok(here, "backup", kept, "--verify"), /sound, all balances agree/);
      assert.deepEqual(names(kept), ["manifest.json", "shanzhi.db"]);
      const there = on(bouncer.place(emptyPlace()));
      copyFileSync(join(here.data, "key"), join(there.data, "key"));
      ok(there, "restore", kept);
      assert.equal(rowCounts(there).installation, 1);
      const file = sqlitePlace();
      copyFileSync(join(here.data, "key"), join(file.data, "key"));
      ok(there, "move", "--to", `sqlite:${file.data}`);
      const last = on(bouncer.place(emptyPlace()));
      copyFileSync(join(here.data, "key"), join(last.data, "key"));
      ok({ ...file, flags: [...file.flags, ...told] }, "move", "--to", last.flags[3]);
      assert.match(ok(last, "ledger", "verify"), /all balances agree/);
    }
  });
});
