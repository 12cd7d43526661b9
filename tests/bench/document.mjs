/* docs/benchmarks.md: a part per kind of measurement, each with the day, commit and machine of its own. What a run did not measure
 * stays as it stands there. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { howEvaluation } from './evaluation/evaluation.mjs';

const path = 'docs/benchmarks.md';
const version = (command, args, pick) => pick(spawnSync(command, args, { encoding: 'utf8' }));
/* Others on the machine when the run began: above the number of cores, absolute rates are too low. */
const load = loadavg()[0].toFixed(1);
const machine = () => `${cpus().length} cores of ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Debian 12, load average ${load} before`;
const commit = () => version('git', ['rev-parse', '--short', 'HEAD'], (r) => r.stdout.trim());
const made = (rest) => `Made by \`./bench\` on ${new Date().toISOString().slice(0, 10)} at commit ${commit()}: ${machine()}, ${rest}.`;
const table = (rows) => ['| what | Shanzhi | reference | ratio | aim |', '|---|---|---|---|---|', ...rows.map((r) => `| ${r.join(' | ')} |`)].join('\n');
const sqlite = () => `SQLite ${version('sqlite3', ['--version'], (r) => r.stdout.split(' ')[0])}`;

/* What the counts depend on besides the program. */
export const tools = () => `${version('gcc', ['--version'], (r) => r.stdout.split('\n')[0])}, ${sqlite()}, ${version('valgrind', ['--version'], (r) => r.stdout.trim())}`;

const writers = {
    instructions: (table) => `## Instructions per request

Counted by \`./bench\` on ${new Date().toISOString().slice(0, 10)} at commit ${commit()}: ${tools()}.
\`./bench --compare\` counts again and names what takes more than 5 % more, or more SQL statements; it ends with status 1 then.

${table}

How it is counted
- **The release binary under callgrind**: all instructions of the process, the kernel's not, from the request's first byte to the answer's last; SQLite and the other libraries count. One connection,
  one loop, one worker, SQLite; a write is a commit of its own here, which it is not under load.
- **The same every day**: the demo township is made at a fixed hour (\`tests/bench/clock.c\` is preloaded), and the claims to be checked and recorded by fixed requests before the count.
- **Rounds**: each request is warmed up and asked in five rounds (the slip in three); the median round counts, of sign-in and the cached board the least (a second is long for a
  machine and short for callgrind). Two runs differed by less than 1 % for 12 of 15 kinds, the cached board by 1.5 %; other versions of the compiler or of SQLite count differently.
- Instructions are not time: callgrind counts every byte that \`rep stos\` and \`rep movs\` clear or copy as one, and knows nothing of caches and of the disk.
- Uncached answers of public routes are made for all codings at once (gzip and brotli of the whole answer), so that the cache can give each client its own; sign-in is counted without the library that
  hashes the password, which is slow on purpose.`,
    server: (rows, { seconds, bare }) => `## The server

${made(`${sqlite()}, ${version('/usr/sbin/nginx', ['-v'], (r) => r.stderr.trim().replace(/^.*: /, ''))}`)}
Server, reference and load generator (wrk, ${seconds} s each) share these cores; only ratios of one run mean something.

${table(rows)}

How it is measured
- **References read the same bytes.** nginx (worker_processes auto, sendfile, open_file_cache, no log) serves files with exactly the bodies the server gave, uncompressed, keep-alive on both sides.
- **The write reference runs the same statements.** A recorded run writes down every statement of every write transaction with its arguments (\`SHANZHI_TEST_SQL_TRACE\`);
  \`tests/bench/replay.c\` replays them on a copy of the database in its first state, prepared once, WAL and synchronous=FULL as the server has, with one commit per claim, and with one per 100.
  The server does all of it durably too, and HTTP, permission, validation, audit and idempotency besides.
- The data are the demo township (about 3,500 households in 9 villages); writes are claims by proxy in one village with an Idempotency-Key each.
- Memory is the resident set of the process (VmRSS idle, VmHWM at the end).

How to read it
- The write ratio depends on the disk. In this run a commit cost bare SQLite ${(1000 / bare.one).toFixed(1)} ms, and even batches of 100 on bare SQLite reached no more than ${(bare.batched / bare.one).toFixed(1)} times its single commits: where that is little
  more than the aim of 3, the aim is out of reach. On the same machine with a slower disk (254 commits/s in a busy hour) the same measurement gave 11.5x at 64 clients. One client waits for the group's commit, its
  worker and its loop.
- The passbook is nine SQL statements, masking and JSON for each request, beside nginx sending a file.
- Where a ratio fell, the instructions above say whether it is the program: they do not depend on the disk or on who else uses the machine.
- The median of the public board is a fraction of a millisecond and wrk, loops and workers share the cores: p99 over the median is large although p99 is small; nginx's own p99 stands beside it.`,
    evaluation: (rows) => `## The evaluation of schemes

${made(`${sqlite()}, Node.js ${process.version}, json-rules-engine 7.3.1`)}

${table(rows)}

How it is measured
${howEvaluation}`,
};

/* From "## The server" to the next heading of its kind. */
function standing(name) {
    const title = writers[name].title;
    let text = '';
    try { text = readFileSync(path, 'utf8'); } catch { return null; }
    const at = text.indexOf(`${title}\n`);
    return at < 0 ? null : text.slice(at).split(/\n(?=## )/)[0].trimEnd();
}
writers.instructions.title = '## Instructions per request';
writers.server.title = '## The server';
writers.evaluation.title = '## The evaluation of schemes';

export function writeDocument(parts, context) {
    const text = Object.keys(writers).map((name) => (parts[name] ? writers[name](parts[name], context) : standing(name))).filter(Boolean);
    writeFileSync(path, `# Benchmarks\n\n${text.join('\n\n')}\n`);
}
