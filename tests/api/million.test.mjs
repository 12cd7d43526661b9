// A town of a million postings, made by SQL in a folder: what ledger verify, a backup and a move to PostgreSQL and back cost in
// memory and time. In --all; by hand with SHANZHI_LONG=1 and SHANZHI_PROGRAM=build/release/shanzhi (the memory of a build with
// sanitizers is not its own).
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { postgres, program } from "./harness.mjs";
import { address, emptyPlace, ok, sqlitePlace } from "./upkeep.mjs";

const shelf = mkdtempSync(join(tmpdir(), "shanzhi-million-")), VILLAGE = "441621102205";
after(() => rmSync(shelf, { recursive: true, force: true }));
const keyOf = (place) => join(place.data, "key");
const folder = () => join(shelf, "back");
const inFolder = (data) => ({ data, flags: ["--data", data] });

describe("a million postings", { concurrency: false, skip: process.env.SHANZHI_LONG ? false : "long" }, () => {
  const POSTINGS = 1_000_000, SUBJECTS = 1000, MEMORY_KB = 512 * 1024; // measured 160 MiB at most
  /** Runs a command and returns the most memory it held, in kB, and how long it took. */
  async function measured(name, args) {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    const started = performance.now();
    let out = "", peak = 0;
    child.stdout.on("data", (d) => { out += d; });
    const look = setInterval(() => { // the high-water mark only grows: the last look tells it
      try {
        peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? peak);
      } catch (e) {
        if (e.code !== "ENOENT" && e.code !== "ESRCH") throw e; // it has ended
      }
    }, 20);
    const status = await new Promise((done) => child.on("exit", done));
    clearInterval(look);
    assert.equal(status, 0, out);
    const line = `${name}: ${((performance.now() - started) / 1000).toFixed(1)} s, ${Math.round(peak / 1024)} MiB\n`;
    process.stderr.write(line);
    assert.ok(peak > 0 && peak < MEMORY_KB, `${name}: ${peak} kB`);
    return out;
  }

  test("go over and back in bounded memory", { timeout: 1_800_000 }, async () => {
    const place = sqlitePlace();
    ok(place, "init", "--no-accounts");
    const r = spawnSync("sqlite3", [join(place.data, "shanzhi.db")], { encoding: "utf8", input: `
      PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; BEGIN;
      CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < ${POSTINGS - 1}) SELECT i FROM c;
      INSERT INTO ledger_holder (village, kind, subject, masked, touched) SELECT ${VILLAGE}, 'household', i + 1, '张*', 0 FROM n WHERE i < ${SUBJECTS};
      INSERT INTO ledger_holder (village, kind, subject, masked, touched) VALUES (${VILLAGE}, 'system', 1, '', 0);
      INSERT INTO ledger_account (village, kind, subject, currency, balance, entries, opened_at)
        SELECT ${VILLAGE}, 'household', i + 1, 'honour', 100 * ${POSTINGS / SUBJECTS}, ${POSTINGS / SUBJECTS}, 0 FROM n WHERE i < ${SUBJECTS};
      INSERT INTO ledger_account (village, kind, subject, currency, entries, opened_at) VALUES (${VILLAGE}, 'system', 1, 'honour', 0, 0);
      INSERT INTO ledger_posting (village, id, cause_kind, cause, part, kind, subject, on_day, points_c, scheme_version, rule, memo, tree, posted_at, posted_by, posted_by_name)
        SELECT ${VILLAGE}, i + 1, 'claim', i + 1, 'award', 'household', i % ${SUBJECTS} + 1, 20000 + i / 1000, 100, 1, 'A03', '参加村内公共卫生清扫，' || i, '{"sum":[1]}', i, 1, '录入员' FROM n;
      INSERT INTO ledger_entry (village, posting, line, kind, subject, currency, amount_c, seq, after_c)
        SELECT ${VILLAGE}, i + 1, 1, 'household', i % ${SUBJECTS} + 1, 'honour', 100, i / ${SUBJECTS} + 1, 100 * (i / ${SUBJECTS} + 1) FROM n;
      INSERT INTO ledger_entry (village, posting, line, kind, subject, currency, amount_c) SELECT ${VILLAGE}, i + 1, 2, 'system', 1, 'honour', -100 FROM n;
      COMMIT;` });
    assert.equal(r.status, 0, r.stderr);
    const kept = join(shelf, "million");
    await measured("ledger verify", ["ledger", "verify", ...place.flags]);
    await measured("backup --verify", ["backup", kept, "--verify", ...place.flags]);
    await measured("restore --check", ["restore", kept, "--check", ...place.flags]);
    const there = postgres ? emptyPlace() : null;
    const data = folder();
    if (there) {
      copyFileSync(keyOf(place), keyOf(there));
      chmodSync(keyOf(there), 0o600);
      await measured("move SQLite to PostgreSQL", ["move", ...place.flags, "--to", address(there)]);
      await measured("backup --verify from PostgreSQL", ["backup", join(shelf, "million-pg"), "--verify", ...there.flags]);
      await measured("move PostgreSQL to SQLite", ["move", ...there.flags, "--to", `sqlite:${data}`]);
    } else await measured("move SQLite to SQLite", ["move", ...place.flags, "--to", `sqlite:${data}`]);
    const out = ok(inFolder(data), "ledger", "verify");
    assert.match(out, new RegExp(`${POSTINGS}, entries \\S+ ${2 * POSTINGS}.*all balances agree`));
  });
});
