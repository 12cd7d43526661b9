// Which lines each test runs, learned by gcov: the programs of the preset `reach` are run once by every test, and the map is kept
// in build/mutants/reach.json until a source or that test changes.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { runTest } from "./tests.mjs";

const files = (folder) => readdirSync(folder, { recursive: true }).map((f) => join(folder, f)).filter((f) => statSync(f).isFile()).sort();

function hashOf(paths) {
  const h = createHash("sha256");
  for (const p of paths) h.update(p).update(readFileSync(p));
  return h.digest("hex");
}

/** { file: [lines that ran] } and { file: [lines that could] } from what one run left below `folder`. */
function readCoverage(root, folder, slices) {
  const build = join(root, "build/reach/CMakeFiles/core.dir/src"), ran = {}, could = {};
  const data = slices.flatMap((slice) => {
    const at = join(folder, build, slice);
    return existsSync(at) ? readdirSync(at).filter((f) => f.endsWith(".gcda")).map((f) => join(at, f)) : [];
  });
  for (const d of data) {
    const notes = d.replace(/gcda$/, "gcno");
    if (!existsSync(notes)) symlinkSync(join(build, relative(join(folder, build), notes)), notes);
  }
  if (!data.length) return { ran, could };
  const out = execFileSync("gcov", ["--json-format", "--stdout", ...data], { cwd: folder, maxBuffer: 1 << 30, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  for (const line of out.split("\n").filter(Boolean)) {
    for (const f of JSON.parse(line).files) {
      const name = relative(root, f.file.startsWith("/") ? f.file : join(root, "build/reach", f.file));
      if (!name.startsWith("src/") || !name.endsWith(".c")) continue;
      could[name] = [...new Set([...(could[name] ?? []), ...f.lines.map((l) => l.line_number)])].sort((a, b) => a - b);
      ran[name] = [...new Set([...(ran[name] ?? []), ...f.lines.filter((l) => l.count > 0).map((l) => l.line_number)])].sort((a, b) => a - b);
    }
  }
  return { ran, could };
}

/** Fills the map for the tests that lack it. `keep`: an older map will do. Returns { tests: { name: { ms, ran } }, could }. */
export async function learnReach(root, tests, slices, { keep = false, jobs = 2, say = () => {} } = {}) {
  const path = join(root, "build/mutants/reach.json");
  const map = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : { tests: {}, could: {} };
  const sources = hashOf(files(join(root, "src")));
  const helpers = hashOf(["harness.mjs", "world.mjs", "place.mjs", "clock.mjs", "schema.mjs"].map((f) => join(root, "tests/api", f)));
  const hash = (t) => createHash("sha256").update(sources).update(t.unit ? "" : helpers).update(readFileSync(join(root, t.file))).digest("hex");
  const todo = tests.filter((t) => !map.tests[t.name] || (!keep && map.tests[t.name].hash !== hash(t)));
  if (todo.length) say(`learning which lines ${todo.length} tests run`);
  const work = async () => {
    for (let t; (t = todo.shift()); ) {
      const folder = join(root, "build/mutants/reach", t.name.replaceAll(/\W/g, "-"));
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      const { failed, ms } = await runTest(root, t, join(root, "build/reach"), { env: { GCOV_PREFIX: folder } });
      if (failed) {
        say(`${t.name} fails without any fault: ${failed}`);
        map.tests[t.name] = { broken: failed, ms, ran: {} };
        rmSync(folder, { recursive: true, force: true });
        continue;
      }
      const { ran, could } = readCoverage(root, folder, slices);
      map.tests[t.name] = { hash: hash(t), ms, ran };
      for (const [f, lines] of Object.entries(could)) map.could[f] = lines;
      rmSync(folder, { recursive: true, force: true });
      writeFileSync(path, JSON.stringify(map));
      say(`${t.name}: ${Object.keys(ran).length} files, ${ms} ms`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  writeFileSync(path, JSON.stringify(map));
  return map;
}

/** The tests that run a line (of what stands in no function: the file), the nearest and quickest first. */
export function testsOf(map, tests, fault) {
  const could = map.could[fault.file] ?? [];
  const line = fault.first ? could.filter((l) => l <= fault.line && l >= fault.first).at(-1) : undefined;
  const slice = basename(join(fault.file, ".."));
  const near = tests.filter((t) => {
    const ran = map.tests[t.name]?.ran[fault.file] ?? [];
    return line === undefined ? ran.length > 0 : ran.includes(line);
  });
  // What runs on SQLite is noticed there; the store has a half of its own for PostgreSQL, others a few lines.
  const both = slice === "store" || near.every((t) => t.postgres);
  return near.filter((t) => both || !t.postgres).sort((a, b) => cost(a) - cost(b));
  function cost(t) {
    return map.tests[t.name].ms * (t.unit && t.slice === slice ? 0.05 : 1);
  }
}
