/* ./bench: instructions of a fixed script of requests (count.mjs), then the release binary under load beside named references, on
 * the same machine in the same run.
 *   static page, public board    nginx serving the same bytes from files, both loaded by wrk with 64 connections
 *   durable claims over HTTP     bare SQLite replaying the recorded statements of the same claims: one commit per write, and batches
 *   passbook                     nginx serving a file of the same size
 *   memory, start                resident set from /proc; time until the first answer
 *   evaluation of schemes        json-rules-engine, plain JavaScript and SQL with the same rules (evaluation/evaluation.mjs)
 * Load never leaves 127.0.0.1. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { randomUUID } from 'node:crypto';
import { tools, writeDocument } from './document.mjs';
import { compareCounts, countTable, readCounts } from './compare.mjs';
import { countRequests } from './count.mjs';
import { measureEvaluation } from './evaluation/evaluation.mjs';

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : null;
if (only && !['instructions', 'server', 'evaluation'].includes(only)) throw new Error('--only instructions, --only server or --only evaluation');
const seconds = quick ? 2 : Number(args[args.indexOf('--seconds') + 1] || 0) || 8;
const dir = `${process.cwd()}/build/bench`;
const bin = 'build/release/shanzhi';
const VILLAGE = '441621102205';
const children = [];
process.on('exit', () => children.forEach((c) => c.kill('SIGKILL')));

const freePort = () => new Promise((done) => {
    const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); });
});
async function until(what, check) {
    const end = Date.now() + 30_000;
    while (Date.now() < end) {
        try { if (await check()) return; } catch { /* not up yet */ }
        await new Promise((r) => setTimeout(r, 5));
    }
    throw new Error(`${what} did not come up`);
}
const rssKiB = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
const peakKiB = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

async function serve(data, env = {}) {
    const port = await freePort();
    const started = process.hrtime.bigint();
    const child = spawn(bin, ['serve', '--port', String(port), '--data', data, '--rate-per-minute', '0', '--log-level', 'error'],
        { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } });
    children.push(child);
    const base = `http://127.0.0.1:${port}`;
    await until('shanzhi', async () => (await fetch(`${base}/readyz`)).ok);
    return { child, base, startMs: Number(process.hrtime.bigint() - started) / 1e6 };
}
const stop = (s) => new Promise((done) => { s.child.on('exit', done); s.child.kill('SIGTERM'); });

async function nginx(files) {
    const port = await freePort();
    const root = `${dir}/nginx`;
    rmSync(root, { recursive: true, force: true });
    mkdirSync(`${root}/files`, { recursive: true });
    for (const [name, bytes] of Object.entries(files)) writeFileSync(`${root}/files/${name}`, bytes);
    writeFileSync(`${root}/nginx.conf`, `daemon off; pid ${root}/pid; error_log ${root}/error.log; worker_processes auto; ${process.getuid() === 0 ? 'user root;' : ''}
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=100; default_type application/json;
  client_body_temp_path ${root}/b; proxy_temp_path ${root}/p; fastcgi_temp_path ${root}/f; uwsgi_temp_path ${root}/u; scgi_temp_path ${root}/s;
  server { listen 127.0.0.1:${port} reuseport; root ${root}/files; } }`);
    const child = spawn('/usr/sbin/nginx', ['-c', `${root}/nginx.conf`], { stdio: 'inherit' });
    children.push(child);
    const base = `http://127.0.0.1:${port}`;
    await until('nginx', async () => (await fetch(`${base}/${Object.keys(files)[0]}`)).ok);
    return { child, base };
}

/* wrk; returns requests per second, median and p99 in ms; an answer that is not 2xx fails the run. */
function load(url, connections, extra = [], env = {}) {
    const r = spawnSync('wrk', ['-t', connections > 1 ? '2' : '1', '-c', String(connections), '-d', `${seconds}s`, '--latency', ...extra, url],
        { encoding: 'utf8', env: { ...process.env, ...env } });
    if (r.status !== 0) throw new Error(`wrk: ${r.stderr}${r.stdout}`);
    if (/Non-2xx|Socket errors/.test(r.stdout)) throw new Error(`wrk: answers other than 2xx at ${url}\n${r.stderr}${r.stdout}`);
    const ms = (name) => {
        const m = new RegExp(`${name}%\\s+([\\d.]+)(us|ms|s)`).exec(r.stdout);
        return Number(m[1]) * { us: 0.001, ms: 1, s: 1000 }[m[2]];
    };
    return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(r.stdout)[1]), p50: ms('50'), p99: ms('99') };
}

async function json(base, path, { method = 'GET', body, headers = {} } = {}) {
    const r = await fetch(`${base}/api/v1${path}`, { method, body: body && JSON.stringify(body),
        headers: { ...(body ? { 'Content-Type': 'application/json' } : {}), ...(method === 'POST' ? { 'Idempotency-Key': `"${randomUUID()}"` } : {}), ...headers } });
    const text = await r.text();
    if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${text}`);
    return { value: text ? JSON.parse(text) : null, headers: r.headers, text };
}
async function token(base, name, permissions) {
    const { value, headers } = await json(base, '/session', { method: 'POST', body: { name, password: process.env.SHANZHI_DEMO_PASSWORD ?? 'shanzhi-demo-2026' } });
    const cookie = headers.getSetCookie().map((c) => c.split(';')[0]).join('; ');
    const t = await json(base, '/me/tokens', { method: 'POST', headers: { cookie, 'X-CSRF-Token': value.csrf }, body: { name: 'bench', permissions, days: 1 } });
    return t.value.token;
}

/* The parts of docs/benchmarks.md that this run measured, each with its rows; the others stay as they are there. */
const parts = {};
let rows = [];
const part = (name) => { rows = parts[name] = []; };
const say = (what, ours, reference, ratio, aim) => {
    rows.push([what, ours, reference, ratio, aim]);
    console.log([what, ours, reference, ratio, aim].join(' | '));
};
const per = (x) => `${Math.round(x).toLocaleString('en')}/s`;
const times = (x) => `${x.toFixed(2)}x`;

/* ---- instructions ---- */
const comparing = args.includes('--compare');
if (comparing || !only || only === 'instructions') {
    console.log('request | instructions | SQL statements | between rounds');
    const counts = await countRequests({ seen: (c) => console.log(`${c.what} | ${c.instructions.toLocaleString('en')} | ${c.statements.toFixed(1)} | ${(c.spread * 100).toFixed(1)} %`) });
    if (comparing) {
        const before = readFileSync('docs/benchmarks.md', 'utf8');
        console.log(`\n${/^Counted by .*$/m.exec(before)?.[0] ?? ''}\nNow: ${tools()}`);
        const worse = compareCounts(readCounts(before), counts);
        console.log(worse.length ? worse.join('\n') : 'nothing got more than 5 % worse');
        process.exit(worse.length ? 1 : 0);
    }
    parts.instructions = countTable(counts);
}

console.log(`what | Shanzhi | reference | ratio | aim`);
/* Alone on the machine, so before anything serves. */
if (!only || only === 'evaluation') {
    part('evaluation');
    measureEvaluation({ quick, say, per, times });
}

/* ---- the data: the demo township, copied for each run so that every claim run starts from the same state ---- */
const fresh = `${dir}/fresh`;
function makeData() {
    mkdirSync(dir, { recursive: true });
    const stampOf = `${dir}/fresh.binary`, version = String(readFileSync(bin).length);
    if (existsSync(`${fresh}/key`) && existsSync(stampOf) && readFileSync(stampOf, 'utf8') === version) return;
    rmSync(fresh, { recursive: true, force: true });
    const made = spawnSync(bin, ['demo', '--data', fresh], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(made.stderr + made.stdout);
    writeFileSync(stampOf, version);
}
const copy = (name) => {
    const to = `${dir}/${name}`;
    rmSync(to, { recursive: true, force: true });
    cpSync(fresh, to, { recursive: true });
    return to;
};
const databaseOf = (data) => `${data}/shanzhi.db`;

/* ---- reads ---- */
async function reads() {
    const s = await serve(copy('reads'));
    const idle = rssKiB(s.child.pid);
    say('start with a township’s data until ready', `${s.startMs.toFixed(0)} ms`, '–', '–', '≤ 1 s');
    say('memory, idle', `${(idle / 1024).toFixed(1)} MiB`, '–', '–', '≤ 40 MiB');
    const page = Buffer.from(await (await fetch(`${s.base}/`, { headers: { 'Accept-Encoding': 'identity' } })).arrayBuffer());
    const boardPath = `/api/v1/public/villages/${VILLAGE}/board`;
    const board = Buffer.from(await (await fetch(s.base + boardPath, { headers: { 'Accept-Encoding': 'identity' } })).arrayBuffer());
    const reader = await token(s.base, 'lk-villager', ['self']);
    const book = await json(s.base, '/me/passbook', { headers: { Authorization: `Bearer ${reader}` } });
    const n = await nginx({ 'page.html': page, 'board.json': board, 'book.json': book.text });
    const pair = (what, ours, file, aim, extra = []) => {
        const a = load(s.base + ours, 64, extra), b = load(`${n.base}/${file}`, 64);
        say(`${what}, 64 clients`, `${per(a.rate)}, p50 ${a.p50.toFixed(2)} ms, p99 ${a.p99.toFixed(2)} ms`, `nginx ${per(b.rate)}, p99 ${b.p99.toFixed(2)} ms`, times(a.rate / b.rate), aim);
        return a;
    };
    pair(`static page (${page.length} bytes)`, '/', 'page.html', '–');
    const b = pair(`public board (${board.length} bytes)`, boardPath, 'board.json', '≥ 0.8x');
    pair(`passbook (${book.text.length} bytes)`, '/api/v1/me/passbook', 'book.json', '≥ 0.4x', ['-H', `Authorization: Bearer ${reader}`]);
    say('public board: p99 over median', times(b.p99 / b.p50), '–', '–', '< 10x');
    n.child.kill('SIGKILL');
    await stop(s);
}

/* ---- durable writes: what single commits and batches of bare SQLite did, for the text ---- */
async function writes() {
    const subjectsOf = async (base, t) => {
        const ids = [];
        let after = '';
        do {
            const { value } = await json(base, `/villages/${VILLAGE}/households?limit=200${after}`, { headers: { Authorization: `Bearer ${t}` } });
            ids.push(...value.rows.map((h) => h.id));
            after = value.next ? `&after=${encodeURIComponent(value.next)}` : '';
        } while (after && ids.length < 400);
        return ids;
    };
    const permissions = ['self', 'claim.self', 'claim.proxy', 'claim.read', 'people.read'];
    const rules = (s) => json(s.base, `/public/villages/${VILLAGE}/scheme`);
    async function claims(connections, env = {}, name = `claims${connections}`) {
        const s = await serve(copy(name), env);
        const t = await token(s.base, 'lk-recorder', permissions);
        /* Others' households: a claim for one's own is another kind of claim. */
        const own = (await json(s.base, '/session', { headers: { Authorization: `Bearer ${t}` } })).value.household;
        const ids = (await subjectsOf(s.base, t)).filter((id) => id !== own);
        const { value } = await rules(s);
        const item = value.categories.flatMap((c) => c.items)
            .find((i) => (!i.classes?.length || i.classes.includes('household')) && i.min === i.max && !i.deduction && !i.unit && (!i.claimants?.length || i.claimants.includes('proxy')) && i.evidence !== 'required' && !i.levels?.length);
        if (!item) throw new Error('the scheme has no plain item');
        const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date());
        const r = load(s.base, connections, ['-s', 'tests/bench/claims.lua'], {
            BENCH_TOKEN: t, BENCH_VILLAGE: VILLAGE, BENCH_SUBJECTS: ids.join(','), BENCH_ITEM: item.code, BENCH_DATE: today, BENCH_RUN: randomUUID().slice(0, 8) });
        const peak = peakKiB(s.child.pid);
        await stop(s);
        return { ...r, peak, data: `${dir}/${name}` };
    }
    /* The reference: the statements of a recorded run, replayed from the same start. Sign-in and the token are part of both; they
     * are a handful of thousands. The recorded run's own speed does not count. */
    const trace = `${dir}/trace.sql`;
    rmSync(trace, { force: true });
    await claims(1, { SHANZHI_TEST_SQL_TRACE: trace }, 'recorded');
    const bare = (every) => {
        const data = copy(`bare${every}`);
        const r = spawnSync(`${dir}/replay`, [databaseOf(data), trace, String(every)], { encoding: 'utf8' });
        if (r.status !== 0) throw new Error(r.stderr);
        return Number(r.stdout);
    };
    const one = bare(1), batched = bare(100);
    let peak = 0;
    for (const connections of [1, 16, 64]) {
        const c = await claims(connections);
        peak = Math.max(peak, c.peak);
        say(`durable claims over HTTP, ${connections} client${connections > 1 ? 's' : ''}`, `${per(c.rate)}, p50 ${c.p50.toFixed(2)} ms, p99 ${c.p99.toFixed(2)} ms`,
            `bare SQLite, one commit per write: ${per(one)}`, times(c.rate / one), connections === 64 ? '≥ 3x' : '–');
        if (connections === 64) say('the same', per(c.rate), `bare SQLite, 100 writes per commit: ${per(batched)}`, times(c.rate / batched), '–');
    }
    say('memory, highest under these loads', `${(peak / 1024).toFixed(1)} MiB`, '–', '–', '–');
    return { one, batched };
}

let bare = null;
if (!only || only === 'server') {
    part('server');
    makeData();
    await reads();
    bare = await writes();
}

if (!quick) {
    writeDocument(parts, { seconds, bare });
    console.log('\nwritten: docs/benchmarks.md');
}
process.exit(0);
