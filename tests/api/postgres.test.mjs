// Servers on a PostgreSQL that is small, late or away.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { cluster } from "./cluster.mjs";
import { expect, freshData, postgres, problem, program, run, serve } from "./harness.mjs";

const PASSWORD = "Correct-Horse-7";

/** A cluster of its own with an installation on it. */
async function installed(...settings) {
  const pg = await cluster(...settings);
  const data = mkdtempSync(join(tmpdir(), "shanzhi-test-"));
  const place = { data, flags: ["--data", data, "--database", pg.url] };
  const r = run(["init", ...place.flags]);
  assert.equal(r.status, 0, r.stderr);
  return { pg, place, end: async () => { await pg.end(); rmSync(data, { recursive: true, force: true }); } };
}

describe("a PostgreSQL of one's own", { concurrency: false, skip: postgres ? false : "PostgreSQL only" }, () => {
  test("three servers on 30 connections: each takes its part, a burst of writes waits and none is refused", async () => {
    const { place, end } = await installed("max_connections=30");
    const servers = [];
    try {
      for (let i = 0; i < 3; i++) servers.push(await serve({ place, flags: ["--workers", "16"] }));
      servers[0].command(["account", "add", "boss", "--password-stdin"], { input: `${PASSWORD}\n` });
      servers[0].command(["account", "grant", "boss", "sysadmin"]);
      const share = async (s) => {
        expect(await s.raw("GET", "/readyz"), 200);
        return Number(/^shanzhi_store_connections_share (\d+)$/m.exec((await s.raw("GET", "/metrics")).text)?.[1]);
      };
      for (const s of servers) // 30 less 3 for superusers and 3 for us, by three
        while (await share(s) !== 8) await new Promise((ok) => setTimeout(ok, 100));
      const seen = new Map();
      let n = 0;
      await Promise.all(servers.flatMap(async (s) => {
        const boss = await s.signIn("boss", PASSWORD);
        await Promise.all(Array.from({ length: 32 }, async (_, client) => {
          for (let i = 0; i < 8; i++) {
            const body = `code,name\n440000000000,广东省\n${440000000000 + (++n % 99 + 1) * 100_000_000},市${n}\n`;
            const r = client % 4 ? await s.api("GET", "/regions", { as: boss }) : await s.api("POST", "/regions/import", { as: boss, type: "text/csv", body });
            seen.set(r.status, (seen.get(r.status) ?? 0) + 1);
          }
        }));
      }));
      assert.deepEqual([...seen], [[200, 3 * 32 * 8]]);
      for (const s of servers) expect(await s.raw("GET", "/readyz"), 200);
      for (const s of servers) await s.stop();
    } finally {
      for (const s of servers) s.child.kill("SIGKILL");
      await end();
    }
  });

  test("restarted under the server: requests and readiness say that it is away, and all goes on by itself", async () => {
    const { pg, place, end } = await installed("fsync=on");
    const s = await serve({ place });
    try {
      let n = 0; // a name of its own each time: none is locked out
      const signIn = () => s.api("POST", "/session", { body: { name: `nobody${++n}`, password: "Wrong-Horse-7" }, key: null });
      const until = async (status) => { while ((await s.raw("GET", "/readyz")).status !== status) await new Promise((ok) => setTimeout(ok, 50)); };
      await until(200);
      const engine = (await s.raw("GET", "/readyz")).body.checks.find((c) => c.name === "engine");
      assert.deepEqual([engine.result, engine.detail], ["pass", "postgresql"]); // it syncs: nothing is said
      expect(await signIn(), 401);
      await pg.does("pg_ctlcluster 15 regress stop -m immediate");
      const away = problem(await signIn(), 503, "database");
      assert.equal(away.headers["retry-after"], "1");
      await until(503);
      const r = await s.raw("GET", "/readyz", { headers: { "accept-language": "en" } });
      assert.deepEqual(r.body.failed, ["database", "migrations", "write", "backup", "key"]);
      assert.match(r.body.checks[0].detail, /database is not available.*onnection/);
      await pg.does("pg_ctlcluster 15 regress start");
      expect(await signIn(), 401);
      await until(200);
      await pg.does("pg_ctlcluster 15 regress restart -m fast"); // connections that have rested are found dead and replaced
      for (let i = 0; i < 20; i++) expect(await signIn(), 401);
      await s.stop();
    } finally {
      s.child.kill("SIGKILL");
      await end();
    }
  });

  test("a table that somebody's session has locked: readiness names who waits for it, requests end with 503, and all goes on", async () => {
    const place = freshData(), s = await serve({ place });
    const psql = spawn("psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", place.flags[3]], { stdio: ["pipe", "pipe", "inherit"] });
    const does = (sql) => new Promise((ok) => { psql.stdout.once("data", ok); psql.stdin.write(`${sql}; SELECT 'done';\n`); });
    const ready = async () => (await s.raw("GET", "/readyz", { headers: { "accept-language": "en" } })).body;
    const until = async (failed) => { while ((await ready()).failed.join() !== failed) await new Promise((ok) => setTimeout(ok, 50)); };
    const signIn = () => s.api("POST", "/session", { body: { name: "nobody", password: "Wrong-Horse-7" }, key: null });
    await until("");
    await does("BEGIN; LOCK TABLE heartbeat IN ACCESS EXCLUSIVE MODE");
    await until("database,write");
    assert.match((await ready()).checks.find((c) => c.name === "write").detail, /lock timeout.*heartbeat/);
    expect(await signIn(), 401); // nobody else needs it
    await does("COMMIT");
    await until("");
    await does("BEGIN; LOCK TABLE access_account IN ACCESS EXCLUSIVE MODE");
    const waiting = await Promise.all(Array.from({ length: 4 }, signIn));
    for (const r of waiting) assert.ok(Number(problem(r, 503, "busy").headers["retry-after"]) >= 1);
    await does("COMMIT");
    expect(await signIn(), 401);
    await until("");
    psql.stdin.end();
    await s.stop();
  });

  test("a database that comes late is waited for, not for ever, and not against SIGTERM", async () => {
    const place = freshData(), log = join(place.data, "s.log");
    const psql = (sql) => { const r = spawnSync("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", postgres, "-c", sql], { encoding: "utf8" }); assert.equal(r.status, 0, r.stderr); };
    const name = place.database, away = `${name}_away`;
    const waits = async () => { while (!existsSync(log) || !/waiting for the database/.test(readFileSync(log, "utf8"))) await new Promise((ok) => setTimeout(ok, 20)); };
    psql(`ALTER DATABASE ${name} RENAME TO ${away}`);
    try {
      const never = run(["serve", "--port", "0", "--database-wait-s", "1", ...place.flags]);
      assert.equal(never.status, 1, never.stderr);
      assert.match(never.stderr, /waiting for the database/);
      const told = spawn(program, ["serve", "--port", "0", "--log-file", log, ...place.flags], { stdio: "ignore" });
      const ended = new Promise((ok) => told.on("exit", (code, signal) => ok(code ?? signal)));
      await waits();
      told.kill("SIGTERM");
      assert.equal(await ended, 0);
      rmSync(log);
      const patient = serve({ place, logFile: log });
      await waits();
      psql(`ALTER DATABASE ${away} RENAME TO ${name}`);
      const s = await patient;
      expect(await s.raw("GET", "/readyz"), 200);
      await s.stop();
    } catch (e) {
      psql(`ALTER DATABASE ${away} RENAME TO ${name}`);
      throw e;
    }
  });
});
