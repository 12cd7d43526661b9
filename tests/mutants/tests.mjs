// The tests that may notice a fault: programs of units (some on both engines when SHANZHI_TEST_PG is set) and files of the API on
// SQLite. Each is run as one process group that is ended at its first failure.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

// Rounds with kill -9, masses of rows and small memories take minutes and see what others see sooner.
const LONG = /^(crash|rows|million|rehearsal|memory)\.test\.mjs$/;
// Their units run on both engines: writers beside each other are many on PostgreSQL only. Others' would take twice the time for the same.
const BOTH = /^(store|ledger)$/;
// PostgreSQL's own half of the store is seen by these, too.
const ON_POSTGRES = ["access", "story", "fault", "postgres", "health", "pooler"];

// Their units run nothing of the slices under trial.
const PURE = /^(kernel|paper|scheme)$/;

/** [{ name, slice, unit, file, engine }] */
export function allTests(root) {
  const rooms = readdirSync(join(root, "src"), { withFileTypes: true }).filter((f) => f.isDirectory() && !PURE.test(f.name)).map((f) => f.name);
  const units = rooms.flatMap((slice) =>
    readdirSync(join(root, "src", slice)).filter((f) => f.endsWith("_test.c")).map((f) => ({ name: f.slice(0, -2), slice, unit: true, file: `src/${slice}/${f}` })));
  const api = readdirSync(join(root, "tests/api")).filter((f) => f.endsWith(".test.mjs") && !LONG.test(f))
    .map((f) => ({ name: `api/${f.slice(0, -9)}`, slice: f.slice(0, -9), unit: false, file: `tests/api/${f}` }));
  const pg = process.env.SHANZHI_TEST_PG ? api.filter((t) => ON_POSTGRES.includes(t.slice)).map((t) => ({ ...t, name: `${t.name} on PostgreSQL`, postgres: true })) : [];
  return [...units, ...api, ...pg];
}

const running = new Set(); // process groups: none outlives this program
process.on("exit", () => running.forEach((end) => end("SIGKILL")));
for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => {
  running.forEach((end) => end("SIGTERM"));
  setTimeout(() => process.exit(130), 2000);
});

/** Runs a test with the programs in `folder`: { failed: null | name of what failed first, ms }. */
export function runTest(root, test, folder, { env = {}, limitMs = 600_000 } = {}) {
  const start = performance.now();
  const all = { ...process.env, ...env, SHANZHI_PROGRAM: join(folder, "shanzhi") };
  delete all.NODE_TEST_CONTEXT;
  if (!test.postgres && !(test.unit && BOTH.test(test.slice))) delete all.SHANZHI_TEST_PG;
  const [command, args] = test.unit ? [join(folder, test.name), []] : [process.execPath, ["--test-reporter=tap", test.file]];
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, env: all, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let failed = null, current = "", rest = "", ended = false;
    const signal = (name) => {
      try {
        process.kill(-child.pid, name);
      } catch (e) {
        if (e.code !== "ESRCH") throw e;
      }
    };
    running.add(signal);
    const end = () => { // first the polite way: the harness removes its folders and servers
      if (ended) return;
      ended = true;
      signal("SIGTERM");
      setTimeout(() => signal("SIGKILL"), 3000).unref();
    };
    const look = (line) => {
      const running = /^\[ RUN {6}\] (\S+)/.exec(line);
      if (running) current = running[1];
      const bad = test.unit ? /^\[ {2}(?:FAILED|ERROR) {2,3}\] (\w+)$/.exec(line)?.[1] : /^\s*not ok \d+ - (.*?)(?: # SKIP.*)?$/.exec(line)?.[1];
      if (!bad || failed || / # (SKIP|TODO)/.test(line)) return;
      failed = bad;
      end();
    };
    const take = (d) => {
      const lines = (rest + d).split("\n");
      rest = lines.pop();
      lines.forEach(look);
    };
    for (const s of [child.stdout, child.stderr]) {
      s.setEncoding("utf8");
      s.on("data", take);
    }
    const timer = setTimeout(() => {
      failed ??= `${current || test.name}: no end after ${Math.round(limitMs / 1000)} s`;
      end();
    }, limitMs);
    child.on("exit", (code, sig) => { // what it left running holds its pipes: nothing more is waited for
      clearTimeout(timer);
      running.delete(signal);
      if (failed === null && code !== 0) failed = `${current || test.name} (${sig ?? `exit ${code}`})`;
      signal("SIGKILL");
      setImmediate(() => done({ failed, ms: Math.round(performance.now() - start) }));
    });
  });
}
