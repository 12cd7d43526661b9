// Installations: only init and demo make one; database and key file belong together; a key is never replaced; one
// server per SQLite folder; servers and commands that write at once never make the same id.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { expect, freshData, postgres, program, run, serve } from "./harness.mjs";
import { makeOld, sql } from "./upkeep.mjs";

const sqlite = { skip: postgres ? "a file of SQLite" : false };

function init(place) {
  const r = run(["init", ...place.flags]);
  assert.equal(r.status, 0, r.stderr);
  return Object.fromEntries([...r.stdout.matchAll(/^(\w+)\t(\S+)$/gm)].map((m) => [m[1], m[2]]));
}
const keyOf = (place) => readFileSync(join(place.data, "key"), "utf8");
const accounts = (place) => run(["account", "list", ...place.flags]);
/** A command to its end, beside others. */
const beside = (args) => new Promise((ok) => {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let out = "", err = "";
  child.stdout.on("data", (d) => { out += d; });
  child.stderr.on("data", (d) => { err += d; });
  child.on("close", (status) => ok({ status, stdout: out, stderr: err }));
});

describe("a key is never replaced", () => {
  test("missing: every command says so and makes none", () => {
    const place = freshData({ empty: true });
    init(place);
    const key = keyOf(place);
    unlinkSync(join(place.data, "key"));
    for (const words of [["account", "list"], ["serve", "--port", "0"], ["init"], ["demo"], ["migrate"]]) {
      const r = run([...words, ...place.flags]);
      assert.equal(r.status, 3, `${words}: ${r.stderr}`);
      assert.match(r.stderr, /key.*cannot be read.*restore your copy/s);
      assert.ok(!existsSync(join(place.data, "key")));
    }
    writeFileSync(join(place.data, "key"), key, { mode: 0o600 });
    assert.equal(accounts(place).status, 0);
  });

  test("of another installation: refused, with both ids, and left", () => {
    const place = freshData({ empty: true }), other = freshData({ empty: true });
    init(place);
    init(other);
    const id = (p) => /^installation = (\w+)$/m.exec(keyOf(p))[1];
    const key = keyOf(other);
    writeFileSync(join(place.data, "key"), key);
    const r = accounts(place);
    assert.equal(r.status, 3);
    assert.match(r.stderr, new RegExp(`belongs to installation ${id(other)}`));
    assert.equal(run(["init", ...place.flags]).status, 3);
    assert.equal(keyOf(place), key);
  });

  test("beside an empty database: init does not take it for its own", () => {
    const place = freshData({ empty: true }), old = freshData({ empty: true });
    init(old);
    writeFileSync(join(place.data, "key"), keyOf(old), { mode: 0o600 });
    const r = run(["init", ...place.flags]);
    assert.equal(r.status, 3);
    assert.match(r.stderr, /the database is empty.*backup/s);
    assert.equal(keyOf(place), keyOf(old));
  });

  test("a KEY.new without a database that knows it is nothing; one that it knows becomes the key", () => {
    const place = freshData({ empty: true });
    writeFileSync(join(place.data, "key.new"), "half a k", { mode: 0o600 });
    init(place);
    renameSync(join(place.data, "key"), join(place.data, "key.new")); // killed between the commit and the link
    assert.equal(accounts(place).status, 0);
    assert.ok(existsSync(join(place.data, "key")) && !existsSync(join(place.data, "key.new")));
  });
});

test("two inits at once make one installation", async () => {
  const place = freshData({ empty: true });
  const both = await Promise.all([beside(["init", ...place.flags]), beside(["init", ...place.flags])]);
  assert.ok(both.some((r) => r.status === 0), JSON.stringify(both));
  assert.equal(both.filter((r) => /^sysadmin\t/m.test(r.stdout)).length, 1, "one of them has the passwords");
  assert.equal(accounts(place).status, 0);
  assert.ok(!readdirSync(place.data).some((f) => f.startsWith("key.")));
});

test("a database or log that goes away under the server ends its writes and does not come back empty", sqlite, async () => {
  const place = freshData({ empty: true });
  const { sysadmin } = init(place);
  const db = join(place.data, "shanzhi.db");
  for (const gone of [db, `${db}-wal`]) {
    const s = await serve({ place });
    const signIn = () => s.api("POST", "/session", { body: { name: "sysadmin", password: sysadmin }, key: null });
    expect(await signIn(), 201);
    renameSync(gone, `${gone}.aside`);
    expect(await signIn(), 503);
    assert.ok(!existsSync(gone));
    await s.stop("SIGKILL");
    renameSync(`${gone}.aside`, gone);
  }
  const again = await serve({ place });
  await again.signIn("sysadmin", sysadmin);
  await again.stop();
});

test("the copies made before upgrades: the last two stay, none of what did not change, nothing that has another name", sqlite, () => {
  const place = freshData();
  const copies = () => readdirSync(place.data).filter((n) => n.startsWith("before-")).sort();
  const old = (name) => writeFileSync(join(place.data, name), "");
  const upgraded = () => {
    const had = copies();
    makeOld(place);
    const r = run(["migrate", ...place.flags]);
    assert.equal(r.status, 0, r.stderr);
    const [made] = copies().filter((n) => !had.includes(n));
    assert.match(made, /^before-[0-9.]+-\d{13}\.db$/);
    assert.equal(spawnSync("sqlite3", [join(place.data, made), "SELECT count(*) FROM schema_migration WHERE slice = 'ledger'"], { encoding: "utf8" }).stdout, "1\n");
    return made;
  };
  old("before-0.1.0-1700000000000.db.part"); // killed in the middle
  old("before-the-audit.db");
  const first = upgraded();
  assert.deepEqual(copies(), [first, "before-the-audit.db"]);
  const second = upgraded();
  assert.deepEqual(copies(), [first, second, "before-the-audit.db"]);
  const third = upgraded();
  assert.deepEqual(copies(), [second, third, "before-the-audit.db"]);
  old("before-9.0.0-9999999999999.db"); // by a clock that went wrong: the one just made stays all the same
  const fourth = upgraded();
  assert.deepEqual(copies(), [fourth, "before-9.0.0-9999999999999.db", "before-the-audit.db"]);
  makeOld(place);
  sql(place, "CREATE TABLE ledger_holder_household (x INTEGER)"); // the migration fails, whenever the unit tries again
  for (let i = 0; i < 3; i++) assert.equal(run(["serve", "--migrate", "--port", "0", ...place.flags]).status, 1);
  assert.deepEqual(copies(), [fourth, "before-9.0.0-9999999999999.db", "before-the-audit.db"]);
});

test("a second server on a folder is refused, commands beside the first work", sqlite, async () => {
  const place = freshData({ empty: true });
  init(place);
  const s = await serve({ place });
  const r = run(["serve", "--port", "0", ...place.flags]);
  assert.equal(r.status, 1);
  assert.match(r.stderr, new RegExp(`in use by another Shanzhi process \\(${s.child.pid}\\)`));
  s.command(["account", "add", "clerk"]);
  await s.stop("SIGKILL");
  const again = await serve({ place }); // the lock went with the process
  await again.stop();
});

test("servers and commands that write at once never make the same id", async () => {
  const place = freshData({ empty: true });
  init(place);
  run(["account", "add", "boss", "--password-stdin", ...place.flags], { input: "paddy-and-tea-9\n" });
  assert.equal(run(["account", "grant", "boss", "sysadmin", ...place.flags]).status, 0);
  const servers = [await serve({ place })];
  if (postgres) servers.push(await serve({ place }));
  const boss = await servers[0].signIn("boss", "paddy-and-tea-9");
  const EACH = 450, AT_ONCE = 8;
  const add = async (s, k) => {
    for (let i = k; i < EACH; i += AT_ONCE)
      expect(await s.api("POST", "/accounts", { as: boss, body: { name: `p${s.port}-${i}`, display: "x", unit: "441621102205" } }), 201);
  };
  const commands = Array.from({ length: 4 }, (_, i) => beside(["account", "add", `c${i}`, ...place.flags]));
  await Promise.all(servers.flatMap((s) => Array.from({ length: AT_ONCE }, (_, k) => add(s, k))));
  for (const r of await Promise.all(commands)) assert.equal(r.status, 0, r.stderr);
  for (const s of servers) assert.doesNotMatch(s.log, /DUPLICATE|UNIQUE|duplicate key/);
  assert.equal(accounts(place).stdout.trim().split("\n").length, 4 + 4 + EACH * servers.length);
  await Promise.all(servers.map((s) => s.stop()));
});
