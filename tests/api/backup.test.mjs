// Backups as an operator makes, checks, loses and restores them, on both engines: the same folder from either.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, closeSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, unlinkSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { engine, freshData, postgres, program, run, serve } from "./harness.mjs";
import { emptyPlace, killedAfter, makeOld, names, ok, on, refused, rowCounts, sql, sqlitePlace, withFilesOf } from "./upkeep.mjs";
import { VILLAGE, world } from "./world.mjs";

const ROUNDS = process.env.SHANZHI_LONG ? 20 : 5;
let w, shelf, good; // a village at work; a folder of backups; a good one of it
const manifest = (b) => JSON.parse(readFileSync(join(b, "manifest.json"), "utf8"));
const check = (b, place = w.place) => on(place, "restore", b, "--check");
const keyOf = (place) => join(place.data, "key");
let serial = 0;
/** A copy of the good backup to be spoiled. */
function copyOf(b = good) {
  const to = join(shelf, `copy${++serial}`);
  cpSync(b, to, { recursive: true });
  return to;
}
function giveKey(place, from = w.place) {
  copyFileSync(keyOf(from), keyOf(place));
  chmodSync(keyOf(place), 0o600);
}

before(async () => {
  shelf = mkdtempSync(join(tmpdir(), "shanzhi-shelf-"));
  w = await world();
  for (let i = 0; i < 3; i++) await w.claimed("recorded", w.deed("张小丰", { item: "A03", chosen: "2.00", place: `路口${i}` }));
});
after(async () => {
  await w.server.stop();
  rmSync(shelf, { recursive: true, force: true });
});

describe("a backup", { concurrency: false }, () => {
  test("made while claims come in holds what was acknowledged before it, and is sound", async () => {
    const before_ = await w.ok("zhang", "POST", w.claims, w.deed("张小丰", { item: "A03", chosen: "2.00", place: "备份之前" }));
    good = join(shelf, "good");
    const child = spawn(program, ["backup", ...w.place.flags, good, "--verify"], { stdio: ["ignore", "pipe", "pipe"] });
    let out = "", made = 0;
    child.stdout.on("data", (d) => { out += d; });
    child.stderr.on("data", (d) => { out += d; });
    const ended = new Promise((done) => child.on("exit", done));
    for (let running = true; running; made++) {
      await w.ok("zhang", "POST", w.claims, w.deed("张小丰", { place: `备份之时${made}`, item: "A03", chosen: "2.00" }));
      running = child.exitCode === null;
    }
    assert.equal(await ended, 0, out);
    assert.match(out, /all balances agree/);
    assert.ok(made > 0);
    const held = { data: good, flags: ["--data", good] };
    assert.equal(sql(held, `SELECT count(*) FROM claim WHERE id = ${before_.id}`), "1");
    assert.ok(Number(sql(held, "SELECT count(*) FROM claim")) <= Number(sql(w.place, "SELECT count(*) FROM claim")));
  });

  test("is two files for their owner alone, and says what it is", () => {
    assert.deepEqual(names(good), ["manifest.json", "shanzhi.db"]);
    assert.equal(statSync(good).mode & 0o777, 0o700);
    for (const f of names(good)) assert.equal(statSync(join(good, f)).mode & 0o777, 0o600);
    const m = manifest(good), bytes = readFileSync(join(good, "shanzhi.db"));
    assert.equal(m.engine, engine);
    assert.equal(m.installation, sql(w.place, "SELECT id FROM installation"));
    assert.match(readFileSync(keyOf(w.place), "utf8"), new RegExp(`installation = ${m.installation}`));
    assert.equal(m.bytes, bytes.length);
    assert.equal(m.sha256, createHash("sha256").update(bytes).digest("hex"));
    assert.equal(m.migrations.length, Number(sql(w.place, "SELECT count(*) FROM schema_migration")));
    assert.equal(m.tables.find((t) => t.name === "resident").rows, Number(sql(w.place, "SELECT count(*) FROM resident")));
    assert.equal(m.books.faults, 0);
    assert.equal(m.books.postings, 3);
    assert.equal(m.books.entries, Number(sql(w.place, "SELECT count(*) FROM ledger_entry")));
    const key = /key = ([0-9a-f]{64})/.exec(readFileSync(keyOf(w.place), "utf8"))[1];
    assert.ok(!bytes.includes(key) && !bytes.includes(Buffer.from(key, "hex")), "the key is not in it");
    assert.ok(!JSON.stringify(m).includes(key));
  });

  test("is noted in the database, with and without the books recomputed", () => {
    const row = () => sql(w.place, "SELECT place, bytes, verified FROM backup_made ORDER BY at DESC, id DESC LIMIT 1").split("|");
    assert.deepEqual(row(), [good, String(manifest(good).bytes), "1"]);
    const quick = join(shelf, "quick");
    ok(w.place, "backup", quick);
    assert.deepEqual(row(), [quick, String(manifest(quick).bytes), "0"]);
    assert.equal(manifest(quick).books, null);
    assert.match(ok(w.place, "restore", quick, "--check"), /all balances agree/);
  });

  test("is never written over anything, and a place that cannot be is an error", () => {
    const was = readFileSync(join(good, "manifest.json"), "utf8");
    const file = join(shelf, "file"), link = join(shelf, "dangling"), behind = join(shelf, "behind");
    writeFileSync(file, "mine");
    symlinkSync(behind, link);
    refused(on(w.place, "backup", good), 1, /is a backup itself/);
    refused(on(w.place, "backup", file), 1, /exists and is not written over/);
    refused(on(w.place, "backup", link), 1, /exists and is not written over/);
    refused(on(w.place, "backup", join(shelf, "none", "x")), 1, /there is no folder \S+none /);
    refused(on(w.place, "backup", join(file, "x")), 1, /Not a directory/);
    refused(on(w.place, "backup", "/proc/shanzhi"), 1, /\/proc\/shanzhi/);
    assert.equal(on(w.place, "backup").status, 2);
    assert.equal(on(w.place, "backup", join(shelf, "y"), "--keep", "0").status, 2);
    assert.equal(on(w.place, "backup", join(shelf, "y"), "--keep", "many").status, 2);
    assert.ok(!existsSync(behind) && !existsSync(join(shelf, "y")));
    assert.equal(readFileSync(file, "utf8"), "mine");
    assert.equal(readFileSync(join(good, "manifest.json"), "utf8"), was);
    assert.deepEqual(names(shelf).filter((n) => n.endsWith(".part")), []);
  });

  test("of nothing is refused: no installation, no empty backup", () => {
    const nothing = emptyPlace(), to = join(shelf, "empty");
    refused(on(nothing, "backup", to), 3, /no installation/i);
    assert.ok(!existsSync(to));
    assert.deepEqual(names(nothing.data), []);
  });

  test("on a full disk fails and leaves nothing", () => {
    const folder = mkdtempSync(join(shelf, "full-"));
    for (const kb of [1, 64, 300]) {
      const r = withFilesOf(kb, ["backup", ...w.place.flags, folder, "--verify"]);
      assert.equal(r.status, 1, r.stdout + r.stderr);
      assert.match(r.stderr, /disk is full|File too large/i);
      assert.deepEqual(names(folder), []);
    }
  });

  test(`killed ${ROUNDS} times in the middle: what has its name is whole, and the rest goes with the next`, async () => {
    const folder = mkdtempSync(join(shelf, "killed-"));
    const started = performance.now();
    ok(w.place, "backup", folder);
    const takes = performance.now() - started;
    let killed = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const end = await killedAfter((takes * (i + 1)) / (ROUNDS + 1), ["backup", ...w.place.flags, folder]);
      if (end.signal) killed++;
      for (const n of names(folder)) {
        if (n.endsWith(".part")) refused(check(join(folder, n)), 1, /manifest|\.part/);
        else assert.equal(check(join(folder, n)).status, 0, n);
      }
    }
    assert.ok(killed > 0);
    ok(w.place, "backup", folder);
    assert.deepEqual(names(folder).filter((n) => n.endsWith(".part")), []);
  });
});

describe("--keep", { concurrency: false }, () => {
  test("removes only older good backups of this installation that it made itself", () => {
    const folder = mkdtempSync(join(shelf, "keep-")), link = join(shelf, "keep-link");
    symlinkSync(folder, link);
    ok(w.place, "backup", link); // a link to the folder is a folder
    const [first] = names(folder);
    assert.match(first, /^shanzhi-\d{8}-\d{6}(-\d+)?$/);
    cpSync(good, join(folder, "before-upgrade"), { recursive: true }); // by hand: not of its form
    const foreign = freshData();
    ok(foreign, "backup", folder);
    const [theirs] = names(folder).filter((n) => n !== first && n !== "before-upgrade");
    const broken = join(folder, "shanzhi-20200101-000000");
    cpSync(good, broken, { recursive: true });
    truncateSync(join(broken, "shanzhi.db"), 5000); // older, and not good: neither counted nor removed
    writeFileSync(join(folder, "shanzhi-notes.txt"), "mine");
    symlinkSync(good, join(folder, "shanzhi-20200101-000001"));
    const always = ["before-upgrade", theirs, "shanzhi-20200101-000000", "shanzhi-20200101-000001", "shanzhi-notes.txt"];
    const made = [first];
    for (let i = 0; i < 3; i++) {
      const out = ok(w.place, "backup", folder, "--keep", "2");
      made.push(out.split("\n")[0].split("/").pop());
      assert.deepEqual(names(folder), [...always, ...made.slice(-2)].sort());
    }
    assert.equal(check(join(folder, made.at(-1))).status, 0);
    assert.ok(existsSync(join(good, "manifest.json")), "through a link nothing is removed");
    ok(w.place, "backup", folder, "--keep", "1");
    assert.equal(names(folder).length, always.length + 1);
  });

  test("wants a folder that is there: a disk that is not mounted is no place for a first backup", () => {
    refused(on(w.place, "backup", join(shelf, "unmounted"), "--keep", "3"), 1, /mounted/);
    assert.ok(!existsSync(join(shelf, "unmounted")) && !existsSync(join(shelf, "unmounted.part")));
  });
});

describe("restore --check finds", { concurrency: false }, () => {
  test("nothing wrong with a good one, from where its owner may only read", () => {
    const b = copyOf();
    assert.match(ok(w.place, "restore", b, "--check"), /all balances agree[^]*key at hand fits/);
    assert.deepEqual(names(b), ["manifest.json", "shanzhi.db"], "nothing is made beside it");
  });

  test("every bit that turned, wherever it is", () => {
    const size = statSync(join(good, "shanzhi.db")).size;
    for (let i = 0; i < 12; i++) {
      const b = copyOf(), at = Math.floor((size * (i + 0.37)) / 12), file = join(b, "shanzhi.db");
      const byte = readFileSync(file)[at];
      const fd = openSync(file, "r+");
      writeSync(fd, Buffer.from([byte ^ (1 << i % 8)]), 0, 1, at);
      closeSync(fd);
      refused(check(b), 1, /SHA-256/);
    }
  });

  test("a file cut short, made longer, missing, or a link", () => {
    const cut = copyOf(), longer = copyOf(), missing = copyOf(), linked = copyOf();
    truncateSync(join(cut, "shanzhi.db"), statSync(join(cut, "shanzhi.db")).size - 1);
    refused(check(cut), 1, /bytes/);
    truncateSync(join(longer, "shanzhi.db"), statSync(join(longer, "shanzhi.db")).size + 1);
    refused(check(longer), 1, /bytes/);
    unlinkSync(join(missing, "shanzhi.db"));
    refused(check(missing), 1, /shanzhi\.db.*No such file/);
    renameSync(join(linked, "shanzhi.db"), join(linked, "other"));
    symlinkSync("other", join(linked, "shanzhi.db"));
    refused(check(linked), 1, /shanzhi\.db/);
    refused(check(join(shelf, "not there")), 1, /is not a backup/);
    const unnamed = copyOf(); // killed just before it got its name
    renameSync(unnamed, `${unnamed}.part`);
    refused(check(`${unnamed}.part`), 1, /was not finished/);
    refused(check(`${unnamed}.part/`), 1, /was not finished/);
    refused(check(join(good, "shanzhi.db")), 1, /is not a backup/);
  });

  test("a manifest that was cut, changed, or is another's", () => {
    const text = readFileSync(join(good, "manifest.json"), "utf8");
    const rows = manifest(good).tables.find((t) => t.name === "resident").rows;
    for (const [made, pattern] of [
      [text.slice(0, 700), /damaged/],
      ["", /damaged/],
      ["\0\u0001", /manifest\.json/],
      [text.replace(`"rows":${rows}`, `"rows":${rows + 1}`), /manifest/],
      [text.replace(/"installation":"[^"]*"/, '"installation":"somebody else"'), /installation/],
      [text.replace(/"sha256":"../, '"sha256":"zz'), /SHA-256/],
      [text.replace('"format":1', '"format":2'), /newer program/],
      [text.replace(/"postings":\d+/, '"postings":99'), /books/],
    ]) {
      const b = copyOf();
      assert.notEqual(made, text);
      writeFileSync(join(b, "manifest.json"), made);
      refused(check(b), 1, pattern);
    }
    const none = copyOf();
    unlinkSync(join(none, "manifest.json"));
    refused(check(none), 1, /is not a backup/);
  });

  test("a SQLite file of something else, even under a manifest that fits it", () => {
    const b = copyOf(), file = join(b, "shanzhi.db");
    unlinkSync(file);
    sql({ data: b, flags: [] }, "CREATE TABLE other (a); INSERT INTO other VALUES (1)");
    refused(check(b), 1, /bytes/);
    const bytes = readFileSync(file);
    writeFileSync(join(b, "manifest.json"), JSON.stringify({ ...manifest(b), bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") }));
    refused(check(b), 1, /no database of this program/);
    writeFileSync(file, Buffer.alloc(bytes.length, "x"));
    writeFileSync(join(b, "manifest.json"), JSON.stringify({ ...manifest(b), sha256: createHash("sha256").update(readFileSync(file)).digest("hex") }));
    assert.equal(check(b).status, 1);
  });

  test("books that do not agree: the backup is kept, said, and not called verified", { skip: postgres ? "the ledger is the same; the file is spoiled by hand" : false }, () => {
    const place = sqlitePlace();
    giveKey(place);
    ok(place, "restore", good);
    sql(place, "DROP TRIGGER ledger_entry_kept_1; UPDATE ledger_entry SET amount_c = amount_c + 100 WHERE line = 1 AND posting = (SELECT MIN(posting) FROM ledger_entry)");
    const to = join(shelf, "wrong-books"), r = on(place, "backup", to, "--verify");
    refused(r, 1, /out of balance[^]*do not agree/);
    assert.ok(manifest(to).books.faults > 0);
    assert.equal(sql(place, "SELECT verified FROM backup_made ORDER BY id DESC LIMIT 1"), "0");
    const again = on(place, "restore", to, "--check");
    assert.equal(again.status, 1);
    assert.match(again.stdout, /faults/);
  });
});

describe("restore", { concurrency: false }, () => {
  test("wants the key that belongs to it, says where to put it, and leaves nothing without", () => {
    const place = emptyPlace(), other = freshData();
    const r = refused(on(place, "restore", good), 3, /put the key of installation/);
    assert.ok(r.stderr.includes(keyOf(place)) && r.stderr.includes(manifest(good).key) && r.stderr.includes(manifest(good).installation));
    assert.deepEqual(names(place.data), []);
    giveKey(place, other);
    refused(on(place, "restore", good), 3, /belongs to installation/);
    refused(on(place, "restore", good, "--check"), 3, /belongs to installation/);
    assert.deepEqual(names(place.data), ["key"]);
    const text = readFileSync(keyOf(w.place), "utf8"); // the right id, other bytes
    writeFileSync(keyOf(place), text.replace(/key = ../, (s) => (s.endsWith("00") ? "key = 11" : "key = 00")));
    refused(on(place, "restore", good), 3, /not the one this database was filled with/);
  });

  test("refuses where something is", () => {
    for (const place of [w.place, freshData()]) {
      const before_ = rowCounts(place), key = readFileSync(keyOf(place), "utf8");
      const r = on(place, "restore", good);
      assert.notEqual(r.status, 0);
      assert.match(r.stderr, postgres ? /not empty|belongs to installation/ : /exists and is not written over/);
      assert.deepEqual(rowCounts(place), before_);
      assert.equal(readFileSync(keyOf(place), "utf8"), key);
    }
    const leftover = sqlitePlace();
    giveKey(leftover);
    writeFileSync(join(leftover.data, "shanzhi.db-wal"), "what a lost database left");
    refused(on(leftover, "restore", good), 1, /shanzhi\.db-wal exists/);
    assert.equal(readFileSync(join(leftover.data, "shanzhi.db-wal"), "utf8"), "what a lost database left");
  });

  for (const [where, make] of [[`an empty ${engine} place`, emptyPlace], ...(postgres ? [["a folder, on SQLite", sqlitePlace]] : [])])
    test(`into ${where}: the same rows, the same answers`, async () => {
      const place = make();
      giveKey(place);
      ok(place, "restore", good);
      const held = { data: good, flags: ["--data", good] };
      assert.deepEqual(rowCounts(place), rowCounts(held));
      ok(place, "ledger", "verify");
      const s = await serve({ place, env: { SHANZHI_TEST_CLOCK: w.clock } });
      const cadre = await s.signIn("cadre2", "shan-zhi-story-2026");
      const book = `/villages/${VILLAGE}/passbooks/resident/${w.residents.张小丰}`;
      assert.deepEqual((await s.api("GET", book, { as: cadre })).body, await w.ok("cadre2", "GET", book));
      await s.stop();
      refused(on(place, "restore", good), 1, postgres && place.flags.length > 2 ? /not empty/ : /exists/);
    });

  test("on a full disk fails, and there is no installation", () => {
    const place = sqlitePlace();
    giveKey(place);
    const r = withFilesOf(200, ["restore", ...place.flags, good]);
    refused(r, 1, /disk is full|File too large/i);
    assert.deepEqual(names(place.data), ["key"]);
    refused(on(place, "ledger", "verify"), 3, /no installation/);
  });

  test(`killed ${ROUNDS} times in the middle: whole or not there, and doing it again is the remedy`, async () => {
    const started = performance.now();
    const first = emptyPlace();
    giveKey(first);
    ok(first, "restore", good);
    const takes = performance.now() - started;
    for (let i = 0; i < ROUNDS; i++) {
      const place = emptyPlace();
      giveKey(place);
      const end = await killedAfter((takes * (i + 1)) / (ROUNDS + 1), ["restore", ...place.flags, good]);
      const after_ = on(place, "ledger", "verify");
      if (after_.status !== 0) {
        refused(after_, 3, /no installation/i);
        ok(place, "restore", good);
      } else if (end.signal === null) assert.equal(end.code, 0);
      ok(place, "ledger", "verify");
      assert.deepEqual(rowCounts(place), rowCounts(first));
    }
  });
});

describe("restore beside others", { concurrency: false, skip: postgres ? "a folder of SQLite" : false }, () => {
  test("refused where a server still runs on a file that was taken away", async () => {
    const place = freshData(), s = await serve({ place }), kept = join(shelf, "of-the-server");
    ok(place, "backup", kept);
    for (const n of names(place.data)) if (n.startsWith("shanzhi.db")) renameSync(join(place.data, n), join(place.data, `old-${n}`));
    const had = names(place.data);
    refused(on(place, "restore", kept), 1, new RegExp(`in use by another Shanzhi process \\(${s.child.pid}\\).*Stop it first`));
    assert.deepEqual(names(place.data), had);
    await s.stop("SIGKILL");
    ok(place, "restore", kept);
    ok(place, "account", "list");
  });

  test("of several into one folder one restores, the others are refused", async () => {
    const place = emptyPlace();
    giveKey(place);
    const all = await Promise.all(Array.from({ length: 4 }, () => new Promise((done) => {
      const child = spawn(program, ["restore", ...place.flags, good], { stdio: ["ignore", "ignore", "pipe"] });
      let err = "";
      child.stderr.on("data", (d) => { err += d; });
      child.on("close", (status) => done({ status, err }));
    })));
    assert.deepEqual(all.map((r) => r.status).sort(), [0, 1, 1, 1], JSON.stringify(all));
    for (const r of all) if (r.status) assert.match(r.err, /in use by another Shanzhi process|exists and is not written over/);
    assert.deepEqual(names(place.data), ["key", "shanzhi.db"]);
    assert.match(ok(place, "ledger", "verify"), /all balances agree/);
  });
});

describe("another version", { concurrency: false }, () => {
  test("of an old schema is backed up as it is, restored as it is, and then migrated", () => {
    const place = freshData(), back = emptyPlace(), to = join(shelf, "old");
    makeOld(place);
    refused(on(place, "ledger", "verify"), 3, /migrat/);
    ok(place, "backup", to, "--verify");
    assert.equal(sql({ data: to, flags: [] }, "SELECT count(*) FROM sqlite_schema WHERE name = 'ledger_holder_household'"), "0");
    assert.match(check(to, place).stdout, /older than this program/);
    giveKey(back, place);
    assert.match(ok(back, "restore", to), /migrate/);
    refused(on(back, "ledger", "verify"), 3, /migrat/);
    ok(back, "migrate");
    ok(back, "ledger", "verify");
  });

  test("newer than the program is left alone", () => {
    const place = freshData(), to = join(shelf, "newer");
    sql(place, "INSERT INTO schema_migration (slice, number, name, checksum, applied_at) VALUES ('claim', 999, 'later', 'x', 1)");
    refused(on(place, "backup", to), 3, /newer than this program/);
    assert.ok(!existsSync(to) && !existsSync(`${to}.part`));
  });
});

describe("ledger verify on a damaged file", { skip: postgres ? "the server's files are not ours" : false }, () => {
  test("says so before it sums, whatever page it is", () => {
    const whole = sqlitePlace();
    giveKey(whole);
    ok(whole, "restore", good);
    const size = 4096;
    let damaged = 0;
    for (const table of ["ledger_entry", "ledger_posting", "ledger_account", "sqlite_autoindex_ledger_entry_1", "ledger_posting_subject", "resident", "claim"]) {
      const place = sqlitePlace();
      cpSync(whole.data, place.data, { recursive: true });
      const page = Number(sql(place, `SELECT min(pageno) FROM dbstat WHERE name = '${table}'`));
      const file = join(place.data, "shanzhi.db"), at = (page - 1) * size;
      const fd = openSync(file, "r+"), head = readFileSync(file).subarray(at, at + 8);
      writeSync(fd, Buffer.from([head[0], head[1], head[2] ^ 0x40, head[3] ^ 0x01]), 0, 4, at); // the number of cells
      closeSync(fd);
      const r = on(place, "ledger", "verify");
      assert.notEqual(r.status, 0, `${table}: ${r.stdout}`);
      assert.doesNotMatch(r.stdout, /all balances agree/);
      if (/damaged/.test(r.stdout)) damaged++;
      const b = on(place, "backup", join(shelf, `damaged-${table}`), "--verify");
      assert.notEqual(b.status, 0, table);
      assert.ok(!existsSync(join(shelf, `damaged-${table}`)));
    }
    assert.ok(damaged >= 5, `${damaged} were named as damage`);
  });

  test("a row that names one that is not there is a fault", () => {
    const place = sqlitePlace();
    giveKey(place);
    ok(place, "restore", good);
    sql(place, "PRAGMA foreign_keys = OFF; DELETE FROM resident WHERE id = (SELECT resident FROM membership LIMIT 1)");
    const r = on(place, "ledger", "verify");
    assert.equal(r.status, 1, r.stdout);
    assert.match(r.stdout, /not there/);
    assert.match(r.stdout, /damaged/);
  });
});

test("on PostgreSQL ledger verify says what it could not look at, and looks where it can", { skip: postgres ? false : "SQLite looks at its file" }, () => {
  const place = freshData();
  assert.match(ok(place, "ledger", "verify"), /amcheck/);
  sql(place, "CREATE EXTENSION amcheck");
  assert.doesNotMatch(ok(place, "ledger", "verify"), /amcheck/);
  // Rows that an index does not hold: written while the server believes it need not be kept.
  sql(place, "UPDATE pg_index SET indisready = false WHERE indexrelid = 'access_audit_id'::regclass");
  sql(place, "INSERT INTO access_audit (village, id, at, who, action, status, address, request) VALUES (0, 77, 1, 'x', 'x', 200, 'x', 'x')");
  sql(place, "UPDATE pg_index SET indisready = true WHERE indexrelid = 'access_audit_id'::regclass");
  const r = on(place, "ledger", "verify");
  assert.equal(r.status, 1, r.stdout + r.stderr);
  assert.match(r.stdout, /access_audit_id[^]*damaged/);
});

test("help lists what a backup takes", () => {
  assert.match(run(["help", "backup"]).stdout, /--keep N/);
});
