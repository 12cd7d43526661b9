// The program under test and places for its data. An installation is made once and copied: of every kind (an empty one, the
// demo, the stories' small world) the first test file that wants it makes it and puts it on a shelf below build/, where the
// others of the same program, engine and day find it. On SQLite a copy is a copy of files, on PostgreSQL a database made from a
// template. What is on the shelf was made ten minutes before the tests begin, by their clock.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { earlier } from "./clock.mjs";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
export const program = process.env.SHANZHI_PROGRAM ?? join(root, "build/debug/shanzhi");
export const postgres = process.env.SHANZHI_TEST_PG;
export const engine = postgres ? "postgresql" : "sqlite";

const POLL_MS = 50;
const folders = new Set();
const databases = new Set();

// A command ends, and gives back what it has by that: leaks are looked for in servers and in the units' tests. Here the search
// through all memory at each end would be a third of a command's time.
const ENDS = { ASAN_OPTIONS: "detect_leaks=0" };

/** For every program that the tests start: sheets of paper in a font of which a program reads what it draws. Of the one that is
 *  shipped cairo reads all 16 MB, twice a sheet, which was a third of a story's time; the units print with that one. */
export const FONTS = { FONTCONFIG_FILE: join(root, "tests/api/fonts.conf") };

/** Runs a command of the program to its end: { status, stdout, stderr }; `stdout` is a file descriptor to write to instead. */
export function run(args, { input, env, stdout = "pipe" } = {}) {
  const r = spawnSync(program, args, { encoding: "utf8", input, env: { ...process.env, ...ENDS, ...FONTS, ...env }, maxBuffer: 1 << 28, stdio: ["pipe", stdout, "pipe"] });
  if (r.error) throw r.error;
  return { status: r.status, stdout: r.stdout, stderr: r.stderr };
}

/** Each statement in a transaction of its own; what psql says. */
function psql(...sql) {
  const r = spawnSync("psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", postgres, ...sql.flatMap((s) => ["-c", s])], { encoding: "utf8" });
  assert.equal(r.status, 0, `psql: ${r.stderr}`);
  return r.stdout.trim();
}

function newPlace(template) {
  const data = mkdtempSync(join(tmpdir(), "shanzhi-test-"));
  folders.add(data);
  const place = { data, flags: ["--data", data] };
  if (!postgres) return place;
  place.database = `shanzhi_test_${randomBytes(6).toString("hex")}`;
  psql(`CREATE DATABASE ${place.database}${template ? ` TEMPLATE ${template}` : ""}`);
  databases.add(place.database);
  const url = new URL(postgres);
  url.pathname = `/${place.database}`;
  place.flags.push("--database", url.href);
  return place;
}

/** Removes what freshData made; servers on it must have stopped. */
export function dropData(place) {
  rmSync(place.data, { recursive: true, force: true });
  folders.delete(place.data);
}

/** Removes every place; servers must have ended. */
export function dropPlaces() {
  if (databases.size) psql(...[...databases].map((name) => `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  databases.clear();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
}

// ---- the shelf ----

/** Of everything that an installation on the shelf depends on. */
function shelfName() {
  const files = [program, ...["tests/api/place.mjs", "tests/api/world.mjs", "share/regions/441621.csv", "schemes/zengxiang.yaml"].map((f) => join(root, f))];
  const cluster = postgres ? psql("SELECT system_identifier FROM pg_control_system()") : "";
  const parts = [process.env.SHANZHI_TEST_NOW, process.env.SHANZHI_TEST_STILL ?? "", cluster, ...files.map((f) => `${f} ${statSync(f).size} ${statSync(f).mtimeMs}`)];
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 16);
}
let shelved;
const shelf = () => (shelved ??= { at: join(root, "build/test-copies", shelfName()) });
const templateOf = (kind) => `shanzhi_copy_${shelf().at.slice(-16)}_${kind}`;

const alive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch (e) {
    return e.code === "EPERM";
  }
};

/** What was told when this kind was made; null when this process is to make it (and to call `put` or `leave`). */
function take(kind) {
  const ready = join(shelf().at, kind, "told.json"), making = join(shelf().at, `${kind}.making`);
  mkdirSync(shelf().at, { recursive: true });
  for (;;) {
    if (existsSync(ready)) return JSON.parse(readFileSync(ready, "utf8"));
    try {
      writeFileSync(making, String(process.pid), { flag: "wx" });
      if (!existsSync(ready)) return null;
      rmSync(making); // put there between the two looks
      continue;
    } catch (e) {
      if (e.code !== "EEXIST") throw e;
    }
    const maker = existsSync(making) ? Number(readFileSync(making, "utf8")) : 0;
    assert.notEqual(maker, process.pid, `${kind} is being made by this very process`);
    if (maker && !alive(maker)) rmSync(making, { force: true }); // it ended in the middle
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
  }
}
const leave = (kind) => rmSync(join(shelf().at, `${kind}.making`), { force: true });

/** `place`: what is put there; null: only what is told. */
function put(kind, place, told) {
  const half = join(shelf().at, `${kind}.${process.pid}`);
  mkdirSync(half, { recursive: true });
  writeFileSync(join(half, "told.json"), JSON.stringify(told));
  if (place) {
    cpSync(place.data, join(half, "data"), { recursive: true });
    if (postgres) {
      psql(`DROP DATABASE IF EXISTS ${templateOf(kind)}`, `ALTER DATABASE ${place.database} RENAME TO ${templateOf(kind)}`);
      databases.delete(place.database);
    }
    dropData(place);
  }
  renameSync(half, join(shelf().at, kind));
}

function copy(kind) {
  const place = newPlace(postgres && templateOf(kind));
  cpSync(join(shelf().at, kind, "data"), place.data, { recursive: true });
  return place;
}

/**
 * A place of its own with an installation of this kind: { place, told }. `make(place, env)` fills an empty place, once, with
 * programs that get `env` besides; what it returns is told to everybody.
 */
export async function copied(kind, make) {
  let told = take(kind);
  if (told === null) {
    try {
      const place = newPlace();
      told = await make(place, earlier(10)) ?? {};
      put(kind, place, told);
    } finally {
      leave(kind);
    }
  }
  return { place: copy(kind), told };
}

/** The same with commands only. */
function copiedNow(kind, ...args) {
  if (take(kind) === null) {
    try {
      const place = newPlace();
      const made = run([...args, ...place.flags], { env: earlier(10) });
      assert.equal(made.status, 0, `shanzhi ${args.join(" ")}: ${made.stderr}`);
      put(kind, place, {});
    } finally {
      leave(kind);
    }
  }
  return copy(kind);
}

let document;
/** The API document of the program, asked for once in a run of the tests. */
export function apiDocument() {
  if (!document && !(document = take("document"))) {
    try {
      put("document", null, document = JSON.parse(run(["openapi"]).stdout));
    } finally {
      leave("document");
    }
  }
  return document;
}

/**
 * A fresh installation without accounts: { data, flags } to pass to the program. Removed at the end.
 * `empty`: only the folder (and the PostgreSQL database), for tests of what makes an installation.
 */
export const freshData = ({ empty = false } = {}) => (empty ? newPlace() : copiedNow("installation", "init", "--no-accounts"));
/** The same with what `shanzhi demo` makes. */
export const demoData = () => copiedNow("demo", "demo");
