// Installations: only init and demo make one; database and key file belong together; a key is never replaced; one
// server per SQLite folder; servers and commands that write at once never make the same id.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, existsSync, readFileSync, readdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
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

// ---- folders that are not as they should be ----

const NOBODY = 65534; // an account that every Debian has
const asNobody = (args) => spawnSync("setpriv", [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", program, ...args], { encoding: "utf8" });
const root = process.getuid() === 0 && asNobody(["version"]).status === 0; // the program may lie where nobody else may look
const listing = (folder) => readdirSync(folder).sort();

describe("data folders of another account, read only, or linked", sqlite, () => {
  const refused = (r, status, pattern) => {
    assert.equal(r.status, status, r.stderr + r.stdout);
    assert.match(r.stderr, pattern);
  };
  const ofNobody = (place) => { for (const f of [place.data, ...readdirSync(place.data).map((n) => join(place.data, n))]) chownSync(f, NOBODY, NOBODY); };

  test("root makes nothing in a folder that belongs to the service's account", { skip: root ? false : "root only" }, () => {
    const place = freshData(), fresh = freshData({ empty: true }), backups = freshData({ empty: true });
    assert.equal(run(["backup", join(place.data, "kept"), ...place.flags]).status, 0);
    const kept = join(freshData({ empty: true }).data, "kept");
    renameSync(join(place.data, "kept"), kept);
    for (const p of [place, fresh, backups]) ofNobody(p);
    const had = listing(place.data), remedy = /belongs to nobody, and this runs as root.*`runuser -u nobody -- shanzhi …`/;
    refused(run(["init", ...fresh.flags]), 1, remedy);
    refused(run(["demo", ...fresh.flags]), 1, remedy);
    copyFileSync(join(place.data, "key"), join(fresh.data, "key"));
    refused(run(["restore", kept, ...fresh.flags]), 1, remedy);
    refused(run(["backup", backups.data, ...place.flags]), 1, remedy);
    refused(run(["serve", "--port", "0", ...place.flags]), 1, remedy);
    refused(run(["move", "--to", `sqlite:${backups.data}`, ...place.flags]), 1, remedy);
    assert.deepEqual([listing(place.data), listing(fresh.data), listing(backups.data)], [had, ["key"], []]);
    assert.equal(accounts(place).status, 0); // looking is allowed, and leaves nothing
    assert.deepEqual(listing(place.data), had);
    assert.equal(asNobody(["account", "add", "clerk", ...place.flags]).status, 0);
  });

  test("a folder that is closed to us: what, whose, and the remedy; nothing is left there", { skip: root ? false : "root only" }, () => {
    const place = freshData(), theirs = freshData({ empty: true });
    const other = /Permission denied: \S+ belongs to root, and this runs as nobody/;
    refused(asNobody(["account", "list", ...place.flags]), 1, other);
    refused(asNobody(["init", ...theirs.flags]), 1, other);
    assert.deepEqual(listing(theirs.data), []);
    ofNobody(place);
    refused(asNobody(["backup", join(theirs.data, "x"), ...place.flags]), 1, other);
    chmodSync(place.data, 0o500);
    for (const words of [["account", "list"], ["serve", "--port", "0"], ["migrate"], ["ledger", "verify"]])
      refused(asNobody([...words, ...place.flags]), 1, new RegExp(`Permission denied: ${place.data} is nobody's own.*chmod u\\+rwX ${place.data}`));
    chmodSync(place.data, 0o700);
    chmodSync(join(place.data, "key"), 0);
    refused(asNobody(["account", "list", ...place.flags]), 1, /key: Permission denied.*chmod u\+rwX/);
    chmodSync(join(place.data, "key"), 0o600);
    assert.equal(asNobody(["account", "list", ...place.flags]).status, 0);
  });

  test("a linked folder and a linked database file are what they lead to: one server, one log, seen when they lead elsewhere", async () => {
    const place = freshData(), linked = freshData({ empty: true }), outer = freshData({ empty: true });
    copyFileSync(join(place.data, "key"), join(linked.data, "key"));
    symlinkSync(join(place.data, "shanzhi.db"), join(linked.data, "shanzhi.db"));
    const folder = join(outer.data, "folder");
    symlinkSync(linked.data, folder);
    const s = await serve({ place: { data: folder, flags: ["--data", folder] } });
    expect(await s.raw("GET", "/readyz"), 200);
    for (const p of [place, linked]) refused(run(["serve", "--port", "0", ...p.flags]), 1, /in use by another Shanzhi process/);
    const log = join(place.data, "shanzhi.db-wal");
    assert.ok(existsSync(log));
    const signIn = () => s.api("POST", "/session", { body: { name: "nobody", password: "Wrong-Horse-7" }, key: null });
    expect(await signIn(), 401);
    renameSync(log, `${log}.aside`);
    expect(await signIn(), 503);
    assert.ok(!existsSync(log));
    renameSync(`${log}.aside`, log);
    expect(await signIn(), 401);
    unlinkSync(folder);
    symlinkSync(outer.data, folder); // the link is set anew while the server runs
    expect(await signIn(), 503);
    await s.stop("SIGKILL");
  });

  test("init where a key waits for its backup makes nothing, and the restore goes on", () => {
    const place = freshData(), fresh = freshData({ empty: true });
    const kept = join(place.data, "kept");
    assert.equal(run(["backup", kept, ...place.flags]).status, 0);
    copyFileSync(join(place.data, "key"), join(fresh.data, "key"));
    refused(run(["init", ...fresh.flags]), 3, /the database is empty. Restore a backup/);
    refused(run(["demo", ...fresh.flags]), 3, /the database is empty. Restore a backup/);
    assert.deepEqual(listing(fresh.data), ["key"]);
    assert.equal(run(["restore", kept, ...fresh.flags]).status, 0);
    assert.equal(accounts(fresh).status, 0);
  });
});

test("a key file and a database of the time before there were ids: refused with the remedy, adopted by migrate", () => {
  const place = freshData();
  const id = sql(place, "SELECT id FROM installation"), hex = /^key = ([0-9a-f]+)$/m.exec(keyOf(place))[1];
  for (const table of ["installation", "node_lease", "heartbeat", "backup_made"]) sql(place, `DROP TABLE ${table}`);
  sql(place, "DELETE FROM schema_migration WHERE slice = 'store'");
  writeFileSync(join(place.data, "key"), `${hex}\n`, { mode: 0o600 });
  for (const words of [["account", "list"], ["serve", "--port", "0"], ["init"]]) {
    const r = run([...words, ...place.flags]);
    assert.equal(r.status, 3, r.stderr);
    assert.match(r.stderr, /shanzhi migrate/);
  }
  assert.equal(keyOf(place), `${hex}\n`);
  writeFileSync(join(place.data, "key"), `${hex.replace(/^./, (c) => (c === "0" ? "1" : "0"))}\n`, { mode: 0o600 });
  const another = run(["migrate", ...place.flags]); // no id for a key that is not this database's
  assert.equal(another.status, 3, another.stderr);
  assert.match(another.stderr, /not the one this database was filled with/);
  assert.equal(sql(place, "SELECT count(*) FROM installation"), "0");
  writeFileSync(join(place.data, "key"), `${hex}\n`, { mode: 0o600 });
  const r = run(["migrate", ...place.flags]);
  assert.equal(r.status, 0, r.stderr);
  const given = sql(place, "SELECT id FROM installation");
  assert.match(given, /^[0-9a-f]{20}$/);
  assert.notEqual(given, id);
  assert.match(keyOf(place), new RegExp(`^installation = ${given}\\nkey = ${hex}$`, "m"));
  assert.equal(accounts(place).status, 0);
  assert.ok(!existsSync(join(place.data, "key.new")));
  // killed between the database and the key: done again
  writeFileSync(join(place.data, "key"), `${hex}\n`, { mode: 0o600 });
  assert.equal(accounts(place).status, 3);
  const again = run(["migrate", ...place.flags]);
  assert.equal(again.status, 0, again.stderr);
  assert.match(keyOf(place), new RegExp(`^installation = ${given}$`, "m"));
});
