// What the tests of backup, restore and move share: places, SQL by hand, a database of another schema.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { freshData, program, run } from "./harness.mjs";

/** The address of the PostgreSQL database of a place; undefined: SQLite. */
export const address = (place) => place.flags[place.flags.indexOf("--database") + 1 || Infinity];

/** SQL by hand on the place's database; the rows as text, columns separated by |. */
export function sql(place, text) {
  const url = address(place);
  const [tool, args] = url ? ["psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", text]]
    : ["sqlite3", ["-cmd", ".timeout 15000", join(place.data, "shanzhi.db"), text]];
  const r = spawnSync(tool, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  if (r.error) throw r.error;
  assert.equal(r.status, 0, `${text}: ${r.stderr}`);
  return r.stdout.trim();
}

/** A command on a place; the place first, so that a flag without value at the end stays one. */
export const on = (place, ...args) => run([args[0], ...place.flags, ...args.slice(1)]);
export function ok(place, ...args) {
  const r = on(place, ...args);
  assert.equal(r.status, 0, `shanzhi ${args.join(" ")}: ${r.stderr}${r.stdout}`);
  return r.stdout;
}
export function refused(r, status, pattern) {
  assert.equal(r.status, status, r.stderr + r.stdout);
  assert.match(r.stderr, pattern);
  return r;
}

/** An empty folder with the key of a place, and an empty database on the same engine. */
export const emptyPlace = () => freshData({ empty: true });
export const sqlitePlace = () => {
  const p = freshData({ empty: true });
  return { data: p.data, flags: ["--data", p.data] };
};

/** Starts a command and kills it after so many milliseconds, unless it ended before: its exit. */
export function killedAfter(ms, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "ignore" });
    const timer = setTimeout(() => child.kill("SIGKILL"), ms);
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal });
    });
  });
}

/** The same with files no larger than so many kilobytes: a full disk, as far as the program can tell. */
export function withFilesOf(kilobytes, args) {
  const r = spawnSync("bash", ["-c", `ulimit -f ${kilobytes}; exec "$@"`, "bash", program, ...args], { encoding: "utf8" });
  return { status: r.status, stdout: r.stdout, stderr: r.stderr };
}

/** The last migration of the ledger undone by hand: the schema of an older program. */
export function makeOld(place) {
  sql(place, "DROP INDEX ledger_holder_household");
  sql(place, "DELETE FROM schema_migration WHERE slice = 'ledger' AND number = 2");
}

/** Rows of every table but those in which a server leaves its traces. */
export function rowCounts(place) {
  const tables = address(place)
    ? sql(place, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1")
    : sql(place, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1");
  const all = sql(place, tables.split("\n").map((t) => `SELECT '${t}' AS name, count(*) AS n FROM "${t}"`).join(" UNION ALL "));
  const counts = Object.fromEntries(all.split("\n").map((l) => l.split("|")).map(([t, n]) => [t, Number(n)]));
  return counts;
}

/** What is in a folder; a lock that nobody holds any more is nothing. */
export const names = (folder) => readdirSync(folder).filter((n) => n !== "shanzhi.db.lock").sort();
