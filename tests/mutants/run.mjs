// `./test mutants`: puts one-line faults into the sources, one at a time, and says which test notices which. At least 95 of 100
// must be noticed. A fault is in a copy of one file below build/mutants, compiled with the others' library: the sources are
// never touched, a run that is killed leaves nothing.
//
//   node tests/mutants/run.mjs [--seed N] [--count N] [--jobs N] [--list] [--listed no] [--keep-reach] [--plain] [--only PATTERN]
//
// Drawn by the seed are `count` faults of mutate.mjs (30), besides those of `listed`; `excused` names those that change nothing
// anybody could see, with the reason. A fault that does not compile, or compiles to the same code, is none: another is drawn.
// What the plain programs' tests do not notice is tried again with sanitizers, as ./test runs them.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { draw, faultsOf } from "./mutate.mjs";
import { learnReach, testsOf } from "./reach.mjs";
import { allTests, runTest } from "./tests.mjs";
import { excusedFaults, listedFaults } from "./written.mjs";

const here = dirname(fileURLToPath(import.meta.url)), root = join(here, "../..");
const SLICES = ["store", "http", "access", "people", "ledger", "claim"];
const AIDS = /_(test|fuzz)\.c$|^(power|trace)\.c$/; // of tests and of ./bench
const ENOUGH = 0.95;
const { values: flags } = parseArgs({ options: {
  seed: { type: "string", default: process.env.MUTANTS_SEED ?? "1" }, count: { type: "string", default: "30" }, jobs: { type: "string", default: "2" },
  list: { type: "boolean" }, listed: { type: "string", default: "yes" }, "keep-reach": { type: "boolean" }, plain: { type: "boolean" }, only: { type: "string", default: "" },
} });
const say = (text) => process.stderr.write(`${text}\n`);
const exec = promisify(execFile);

// ---- building ----
const commands = new Map();
async function commandsOf(preset) {
  if (!commands.has(preset)) {
    const build = join(root, "build", preset);
    const compile = new Map(JSON.parse(readFileSync(join(build, "compile_commands.json"), "utf8")).map((c) => [c.file, c.command]));
    const links = new Map();
    commands.set(preset, { build, compile, links });
  }
  return commands.get(preset);
}

async function linkCommand(c, target) {
  if (!c.links.has(target)) {
    const { stdout } = await exec("ninja", ["-C", c.build, "-t", "commands", "-s", target], { maxBuffer: 1 << 26 });
    c.links.set(target, stdout.trim().split("\n").at(-1));
  }
  return c.links.get(target);
}

const shell = (command, cwd) => exec("/bin/sh", ["-c", command], { cwd, maxBuffer: 1 << 26 });

/** Compiles `text` in the place of a source: false when it is no program. The wrong type of argument is none (-w would let it pass). */
async function compile(c, file, text, out, more) {
  const copy = join(dirname(out), file);
  mkdirSync(dirname(copy), { recursive: true });
  writeFileSync(copy, text);
  const command = c.compile.get(join(root, file)).replace(/^ccache /, "").replace(/ -W(?!l,)\S+/g, "").replace(/ -MD -MT \S+ -MF \S+/, "")
    .replace(/ -o \S+ -c \S+$/, "");
  try {
    await shell(`${command} ${more} -Werror=incompatible-pointer-types -Werror=int-conversion -o ${out} -c ${copy}`, c.build);
    return true;
  } catch {
    return false;
  }
}

/** The code that a fault compiles to, to see whether it is another one at all. */
async function codeOf(c, file, text, folder) {
  const out = join(folder, "code.o");
  if (!(await compile(c, file, text, out, "-O2 -g0 -fno-lto"))) return null;
  return createHash("sha256").update(readFileSync(out)).digest("hex");
}

async function link(c, target, object, folder) {
  const out = join(folder, target);
  if (existsSync(out)) return;
  const command = (await linkCommand(c, target)).replace(/(\s)libcore\.a/, (m, s) => `${s}${object}${m}`).replace(` -o ${target} `, ` -o ${out} `);
  await shell(command, c.build);
}

// ---- one fault ----
const original = new Map();
async function sameCode(c, fault, text, folder) {
  if (!original.has(fault.file)) original.set(fault.file, codeOf(c, fault.file, readFileSync(join(root, fault.file), "utf8"), folder));
  return (await original.get(fault.file)) === (await codeOf(c, fault.file, text, folder));
}

/** The name of the first test that fails; null: none does. */
async function caughtBy(preset, fault, text, folder, tests, map) {
  const c = await commandsOf(preset), object = join(folder, "fault.o");
  if (!(await compile(c, fault.file, text, object, ""))) return undefined;
  for (const t of tests) {
    await link(c, t.unit ? t.name : "shanzhi", object, folder);
    const limitMs = 60_000 + 6 * map.tests[t.name].ms;
    const { failed } = await runTest(root, t, folder, { limitMs });
    if (failed) return `${t.name}: ${failed}`;
  }
  return null;
}

async function tryFault(fault, folder, tests, map) {
  const lines = readFileSync(join(root, fault.file), "utf8").split("\n");
  lines[fault.line - 1] = fault.after;
  const text = lines.join("\n");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const plain = await commandsOf("mutants");
  if (await sameCode(plain, fault, text, folder)) return { verdict: "none" };
  const near = testsOf(map, tests, fault);
  let by = await caughtBy("mutants", fault, text, folder, near, map);
  if (by === undefined) return { verdict: "none" };
  if (by === null && !flags.plain && existsSync(join(root, "build/debug/libcore.a"))) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    by = await caughtBy("debug", fault, text, folder, near, map);
  }
  return by ? { verdict: "caught", by } : { verdict: "SURVIVED", by: `${near.length} tests run the line: ${near.map((t) => t.name).join(", ")}` };
}

// ---- all ----
const short = (s) => s.trim().replace(/\s+/g, " ");
const show = (f) => `${f.file}:${f.line} ${f.kind}\n    - ${short(f.before)}\n    + ${short(f.after)}`;

const all = SLICES.flatMap((s) => readdirSync(join(root, "src", s)).filter((f) => f.endsWith(".c") && !AIDS.test(f)).sort()
  .flatMap((f) => faultsOf(`src/${s}/${f}`, readFileSync(join(root, "src", s, f), "utf8"))));
const drawn = draw(all.filter((f) => new RegExp(flags.only).test(f.file)), Number(flags.seed));
const listed = flags.listed === "yes" ? listedFaults() : [];
const excuses = excusedFaults();
const excuse = (f) => excuses.find((e) => e.file === f.file && e.before === f.before.trim() && e.after === f.after.trim());

if (flags.list) {
  for (const f of [...listed, ...drawn.slice(0, Number(flags.count))]) console.log(show(f));
  process.exit(0);
}

const started = performance.now(), jobs = Number(flags.jobs), count = Number(flags.count);
let tests = allTests(root);
const map = await learnReach(root, tests, SLICES, { keep: flags["keep-reach"], jobs, say });
const broken = tests.filter((t) => map.tests[t.name].broken);
tests = tests.filter((t) => !broken.includes(t));
say(`seed ${flags.seed}: ${listed.length} listed faults and ${count} of ${all.length}; ${tests.length} tests (${Math.round((performance.now() - started) / 1000)} s)`);

const copies = join(root, "build/test-copies"), before = new Set(existsSync(copies) ? readdirSync(copies) : []);
const results = [];
let next = 0, wanted = count;
const take = () => { // a listed one, or the next drawn one while there are too few
  if (listed.length) return listed.shift();
  if (wanted <= 0 || next >= drawn.length) return null;
  wanted--;
  return drawn[next++];
};
await Promise.all(Array.from({ length: jobs }, async (_, i) => {
  const folder = join(root, `build/mutants/work-${i}`);
  for (let f; (f = take()); ) {
    const reason = excuse(f);
    const r = reason ? { verdict: "excused", by: reason.why } : await tryFault(f, folder, tests, map);
    if (r.verdict === "none") {
      if (f.kind === "listed") throw new Error(`${show(f)}\nchanges nothing`);
      wanted++;
      continue;
    }
    results.push({ ...f, ...r });
    console.log(`${r.verdict} ${show(f)}\n    ${r.by}`);
  }
  rmSync(folder, { recursive: true, force: true });
}));

for (const made of existsSync(copies) ? readdirSync(copies) : []) if (!before.has(made)) rmSync(join(copies, made), { recursive: true, force: true });

const of = (verdict) => results.filter((r) => r.verdict === verdict);
const rate = of("caught").length / (of("caught").length + of("SURVIVED").length);
const minutes = ((performance.now() - started) / 60_000).toFixed(1);
writeFileSync(join(root, "build/mutants/results.json"), JSON.stringify(results, null, 1));
console.log(`\nseed ${flags.seed}: ${of("caught").length} caught, ${of("SURVIVED").length} survived, ${of("excused").length} excused: ${(100 * rate).toFixed(1)} % (${minutes} minutes)`);
for (const r of of("SURVIVED")) console.log(show(r));
const good = rate >= ENOUGH && !broken.length && results.length > 0;
console.log(`# pass ${good ? results.length - of("SURVIVED").length : 0}\n# fail ${good ? 0 : of("SURVIVED").length + broken.length || 1}`);
process.exit(good ? 0 : 1);
