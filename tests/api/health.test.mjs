// /readyz tells which check failed, to the operator's network also why; it cannot be made to cost anything.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { engine, expect, freshData, problem, serve } from "./harness.mjs";

const CHECKS = ["database", "migrations", "write", "disk", "log", "engine", "backup", "holidays", "key"];
const sqlite = engine === "sqlite" ? false : "SQLite's files";

/** What asks the database: none of it can be answered when its file or its log went away. */
const ASKING = "database,migrations,write,backup,key";

/** Asks until the answer is as expected (a minute at most, on a busy machine too); the last one. */
async function until(s, status, failed, fits = () => true) {
  const began = performance.now();
  for (;;) {
    const r = await s.raw("GET", "/readyz");
    if (r.status === status && r.body.failed.join() === failed && fits(r.body)) return r.body;
    assert.ok(performance.now() - began < 60_000, `not ${status} "${failed}" but ${r.status} ${r.text}`);
    await new Promise((ok) => setTimeout(ok, 50));
  }
}
const check = (body, name) => body.checks.find((c) => c.name === name);
function sql(place, text) {
  const at = place.flags.indexOf("--database");
  const r = at >= 0 ? spawnSync("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", place.flags[at + 1], "-c", text], { encoding: "utf8" })
    : spawnSync("sqlite3", [join(place.data, "shanzhi.db"), text], { encoding: "utf8" });
  assert.equal(r.status, 0, r.stderr);
}
const signIn = (s) => s.api("POST", "/session", { body: { name: "nobody", password: "Wrong-Horse-7" }, key: null });

describe("readiness", { concurrency: false }, () => {
  test("a fresh installation is ready, and says what was looked at", async () => {
    const s = await serve({ flags: ["--trusted-proxy", "127.0.0.1"] });
    const r = expect(await s.raw("GET", "/readyz"), 200);
    assert.match(r.headers["content-type"], /^application\/json/);
    assert.equal(r.headers["cache-control"], "no-store");
    assert.deepEqual(r.body.checks.map((c) => c.name), CHECKS);
    assert.deepEqual(r.body.failed, []);
    assert.equal(check(r.body, "backup").result, "pass"); // nobody has a backup on the first day
    for (const c of r.body.checks) assert.ok(c.what, c.name);
    const head = await s.raw("HEAD", "/readyz");
    assert.deepEqual([head.status, head.text], [200, ""]);
    const outside = expect(await s.raw("GET", "/readyz", { headers: { "x-forwarded-for": "203.0.113.1" } }), 200);
    assert.deepEqual(outside.body.checks.map((c) => Object.keys(c).join()), CHECKS.map(() => "name,result"));
    assert.equal(outside.body.version, undefined);
    const m = expect(await s.raw("GET", "/metrics"), 200).text;
    for (const name of CHECKS) assert.match(m, new RegExp(`^shanzhi_health\\{check="${name}"\\} (1|0\\.5)$`, "m"));
    for (const name of ["shanzhi_store_database_bytes", "shanzhi_store_heartbeat_age_seconds", "shanzhi_health_age_seconds",
      ...["connections", "streams", "queue", "queue_limit", "workers", "workers_busy", "cache_bytes"].map((what) => `shanzhi_http_${what}`),
      ...["reads", "writes", "rollbacks", "statements", "groups", "grouped", "retries", "reconnects"].map((what) => `shanzhi_store_${what}_total`),
      "process_resident_memory_bytes", ...(engine === "sqlite" ? ["shanzhi_store_disk_free_bytes", "shanzhi_store_wal_bytes"] : ["shanzhi_store_connections", "shanzhi_store_connections_limit", "shanzhi_store_connections_share"])])
      assert.match(m, new RegExp(`^${name} \\d+$`, "m"));
    assert.match(m, new RegExp(`^shanzhi_build_info\\{version="[0-9.]+",engine="${engine}"\\} 1$`, "m"));
    assert.match(m, /^shanzhi_http_limited_total\{by="address"\} 0$/m);
    if (engine === "sqlite") assert.doesNotMatch(m, /shanzhi_store_connections/);
    await s.logged(/"where":"health"|"path":"\/metrics"/);
    assert.doesNotMatch(s.log, /"msg":"well again"/); // nothing was ill
    await s.stop();
  });

  test("a database file that another program has locked: the write fails soon, requests end with 503, and all goes on", { skip: sqlite }, async () => {
    const s = await serve();
    await until(s, 200, "");
    const shell = spawn("sqlite3", [join(s.data, "shanzhi.db")], { stdio: ["pipe", "pipe", "inherit"] });
    const does = (text) => new Promise((ok) => { shell.stdout.once("data", ok); shell.stdin.write(`${text};\nSELECT 'done';\n`); });
    await does("BEGIN IMMEDIATE");
    assert.match(check(await until(s, 503, "write"), "write").detail, /database is locked/);
    problem(await signIn(s), 503, "busy"); // after 15 s, as long as a request may wait for its turn
    await does("COMMIT");
    await until(s, 200, "");
    expect(await signIn(s), 401);
    shell.stdin.end();
    await s.stop();
  });

  test("asked 500 times at once it writes once a second at most", async () => {
    const s = await serve();
    const writes = async () => Number(/^shanzhi_store_writes_total (\d+)$/m.exec((await s.raw("GET", "/metrics")).text)[1]);
    const [before, began] = [await writes(), performance.now()];
    for (const r of await Promise.all(Array.from({ length: 500 }, () => s.raw("GET", "/readyz")))) expect(r, 200);
    const most = Math.ceil((performance.now() - began) / 1000) + 2;
    const n = await writes() - before;
    assert.ok(n <= most, `${n} writes, at most ${most}`);
    await s.stop();
  });

  test("the database file moved away: nothing is written any more, no file is made; back: well again", { skip: sqlite }, async () => {
    const s = await serve(), db = join(s.data, "shanzhi.db");
    expect(await s.raw("GET", "/readyz"), 200);
    expect(await signIn(s), 401); // writes the failed attempt
    renameSync(db, `${db}.away`);
    const body = await until(s, 503, ASKING);
    assert.match(check(body, "database").detail, /shanzhi\.db/);
    assert.equal((await signIn(s)).status, 503);
    assert.ok(!existsSync(db));
    expect(await s.raw("GET", "/healthz"), 200); // the process is well
    renameSync(`${db}.away`, db);
    await until(s, 200, "");
    expect(await signIn(s), 401);
    copyFileSync(db, `${db}.copy`);
    renameSync(`${db}.copy`, db);
    assert.match(check(await until(s, 503, ASKING), "database").detail, /替换/);
    await s.stop();
  });

  test("the log removed: nothing is written any more", { skip: sqlite }, async () => {
    const s = await serve();
    expect(await s.raw("GET", "/readyz"), 200);
    rmSync(join(s.data, "shanzhi.db-wal"));
    assert.match(check(await until(s, 503, ASKING), "database").detail, /-wal/);
    assert.equal((await signIn(s)).status, 503);
    await s.stop();
  });

  test("too little free disk", { skip: sqlite }, async () => {
    const s = await serve({ flags: ["--disk-free-mib", "1000000000"] });
    const body = await until(s, 503, "disk");
    assert.match(check(body, "disk").detail, /1000000000/);
    await s.logged(/"where":"health",.*"check":"disk","result":"fail"/);
    await s.stop();
  });

  test("a backup too old is a warning, or a failure where that is wanted; 0 does not watch", async () => {
    const place = freshData(), clock = join(place.data, "clock");
    for (const [flags, status, failed, result, detail] of [
      [["--backup-max-age-hours", "1"], 200, "", "warn", "还没有备份，安装已 3 小时，应不超过 1 小时"],
      [["--backup-max-age-hours", "1", "--backup-age-fails"], 503, "backup", "fail", "还没有备份，安装已 3 小时，应不超过 1 小时"],
      [["--backup-max-age-hours", "0", "--backup-age-fails"], 200, "", "pass", "不监测（backup-max-age-hours = 0）"],
    ]) {
      writeFileSync(clock, "0");
      const s = await serve({ place, flags, env: { SHANZHI_TEST_CLOCK: clock } });
      if (status === 200) await until(s, 200, "");
      writeFileSync(clock, String(3 * 3_600_000));
      assert.equal(check(await until(s, status, failed, (body) => check(body, "backup").result === result), "backup").detail, detail);
      await s.stop();
    }
    sql(place, `INSERT INTO backup_made (id, at, place, bytes, verified) SELECT 1, made_at + ${3 * 3_600_000}, '/backup/a', 1, 1 FROM installation`);
    const s = await serve({ place, flags: ["--backup-max-age-hours", "1", "--backup-age-fails"], env: { SHANZHI_TEST_CLOCK: clock } });
    const { result, detail } = check(await until(s, 200, ""), "backup");
    assert.deepEqual([result, detail], ["pass", "上次备份在 0 小时前，应不超过 1 小时"]);
    const english = expect(await s.raw("GET", "/readyz", { headers: { "accept-language": "en" } }), 200).body;
    assert.deepEqual(check(english, "backup"), { name: "backup", result: "pass", what: "age of the last good backup", detail: "the last backup is 0 hours old; at most 1" });
    assert.match(expect(await s.raw("GET", "/metrics"), 200).text, /^shanzhi_backup_age_seconds \d+$/m);
    await s.stop();
  });

  test("a database of another version, or another installation's", async () => {
    const s = await serve();
    expect(await s.raw("GET", "/readyz"), 200);
    sql(s.place, "INSERT INTO schema_migration (slice, number, name, checksum, applied_at) VALUES ('later', 1, '001', 'x', 0)");
    await until(s, 503, "migrations");
    sql(s.place, "DELETE FROM schema_migration WHERE slice = 'later'");
    await until(s, 200, "");
    await s.logged(/"where":"health",.*"msg":"well again","check":"migrations"/);
    sql(s.place, "UPDATE installation SET id = 'ffffffffffffffffffff'");
    await until(s, 503, "key");
    await s.stop();
  });

  test("the key file gone is a warning: the server still has it, the next start would not", async () => {
    const s = await serve();
    const key = join(s.data, "key");
    renameSync(key, `${key}.away`);
    await until(s, 200, "", (body) => check(body, "key").result === "warn");
    renameSync(`${key}.away`, key);
    await until(s, 200, "", (body) => check(body, "key").result === "pass");
    await s.stop();
  });
});
