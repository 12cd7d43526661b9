/* Instructions and SQL statements of a fixed script of requests, counted by callgrind on the release binary. Counts hardly
 * depend on what else the machine does, so they show a regression where seconds cannot.
 *   The same every day: the data are the demo township made at a fixed hour (clock.c is preloaded), the claims that are
 *   checked, recorded and printed are made by fixed requests before the count; one connection, one loop, one worker.
 *   Each kind is warmed up, then asked in several rounds of the same number of requests; between rounds callgrind writes
 *   down what it has. One round counts, so that one in which a timer struck (a checkpoint, a cache that ran out) does not. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { dropDumps, dumpCost } from './callgrind.mjs';

const bin = process.env.BENCH_PROGRAM ?? 'build/release/shanzhi';
const dir = `${process.cwd()}/build/bench/count`;
const VILLAGE = '441621102205';
const PILOTS = [200, 205, 206, 217, 218, 222, 224, 229, 232].map((n) => `441621102${n}`);
const V = `/villages/${VILLAGE}`;
const MADE = Date.parse('2026-11-24T10:00:00+08:00'); /* a Tuesday in the middle of nothing */
const LATER = MADE + 9 * 86_400_000;                  /* publicity is over */
const TODAY = '2026-11-24';
const ROUNDS = 5, WARM = 3;
const EACH = { claim: 10, check: 10, record: 10 };

const freePort = () => new Promise((done) => {
    const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); });
});

/* A server on the counted data; `counted` under callgrind. */
async function serve(now, counted) {
    const port = await freePort();
    const args = [bin, 'serve', '--port', String(port), '--data', `${dir}/data`, '--rate-per-minute', '0', '--log-level', 'error', '--loops', '1', '--workers', '1'];
    const valgrind = ['valgrind', '--tool=callgrind', '--separate-threads=no', `--callgrind-out-file=${dir}/callgrind.out`, '--quiet'];
    const line = counted ? [...valgrind, ...args] : args;
    const child = spawn(line[0], line.slice(1), { stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
        env: { ...process.env, LD_PRELOAD: `${dir}/clock.so`, BENCH_NOW_MS: String(now), ...(counted ? { BENCH_COUNTED: '1' } : {}) } });
    process.on('exit', () => child.kill('SIGKILL'));
    child.on('exit', (code, signal) => { if (!s.stopping) throw new Error(`the server to be counted ended: ${code ?? signal}`); });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const s = { child, port, agent, dumps: 0 };
    for (let end = Date.now() + 180_000; ;) {
        try { if ((await ask(s, 'GET', '/readyz', { api: '' })).status === 200) break; } catch { /* not up yet */ }
        if (Date.now() > end ) throw new Error('the server to be counted did not come up');
        await new Promise((r) => setTimeout(r, 50));
    }
    return s;
}
const stop = (s) => new Promise((done) => { s.stopping = true; s.agent.destroy(); s.child.on('exit', done); s.child.kill('SIGTERM'); });

/* Callgrind writes down what it has counted and begins again. */
const dump = (s) => new Promise((done) => {
    s.child.stdio[3].once('data', () => done(++s.dumps));
    s.child.kill('SIGUSR1');
});

function ask(s, method, path, { body, headers = {}, api = '/api/v1' } = {}) {
    return new Promise((done, failed) => {
        const r = http.request({ port: s.port, host: '127.0.0.1', agent: s.agent, method, path: api + path,
            headers: { ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers } }, (res) => {
            const parts = [];
            res.on('data', (d) => parts.push(d));
            res.on('end', () => done({ status: res.statusCode, headers: res.headers, bytes: Buffer.concat(parts) }));
        });
        r.on('error', failed);
        r.end(body && JSON.stringify(body));
    });
}

let keys = 0;
async function json(s, method, path, { as, body, headers = {} } = {}) {
    const r = await ask(s, method, path, { body, headers: { ...(as ? { Authorization: `Bearer ${as}` } : {}),
        ...(method === 'POST' ? { 'Idempotency-Key': `"count-${++keys}"` } : {}), ...headers } });
    const text = r.bytes.toString();
    if (r.status >= 300) throw new Error(`${method} ${path}: ${r.status} ${text}`);
    return { value: text && JSON.parse(text), headers: r.headers };
}

const password = process.env.SHANZHI_DEMO_PASSWORD ?? 'shanzhi-demo-2026';
async function token(s, name, permissions) {
    const { value, headers } = await json(s, 'POST', '/session', { body: { name, password } });
    const cookie = headers['set-cookie'].map((c) => c.split(';')[0]).join('; ');
    return (await json(s, 'POST', '/me/tokens', { headers: { cookie, 'X-CSRF-Token': value.csrf }, body: { name: 'count', permissions, days: 30 } })).value.token;
}

/* ---- the data ---- */
function demo() {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true });
    const cc = spawnSync('cc', ['-O2', '-shared', '-fPIC', '-o', `${dir}/clock.so`, 'tests/bench/clock.c'], { encoding: 'utf8' });
    if (cc.status !== 0) throw new Error(cc.stderr);
    const made = spawnSync(bin, ['demo', '--data', `${dir}/data`], { encoding: 'utf8', env: { ...process.env, LD_PRELOAD: `${dir}/clock.so`, BENCH_NOW_MS: String(MADE) } });
    if (made.status !== 0) throw new Error(made.stderr + made.stdout);
}

const claim = (subject, place) => ({ subject_kind: 'household', subject, item: null, deed_on: TODAY, place, cause: '清扫村道', channel: 'oral' });

/* Tokens, the households of the grid worker's grid, an item that needs nothing; claims that wait for the check, and claims
 * that wait to be recorded. */
async function prepare() {
    demo();
    const first = await serve(MADE, false);
    const as = {
        recorder: await token(first, 'lk-recorder', ['self', 'claim.self', 'claim.proxy', 'claim.read', 'claim.record', 'people.read']),
        grid: await token(first, 'lk-grid', ['self', 'claim.proxy', 'claim.read', 'claim.check', 'people.read']),
        cadre: await token(first, 'lk-cadre', ['self', 'claim.read', 'claim.publish', 'claim.approve', 'ledger.read', 'people.read']),
        villager: await token(first, 'lk-villager', ['self']),
    };
    const mine = (await json(first, 'GET', '/session', { as: as.recorder })).value.household;
    const own = (await json(first, 'GET', '/session', { as: as.grid })).value.household;
    const villager = (await json(first, 'GET', '/session', { as: as.villager })).value.household;
    const { rows } = (await json(first, 'GET', `${V}/households?grid=01.01&limit=200`, { as: as.recorder })).value;
    const households = rows.map((h) => h.id).filter((id) => ![mine, own, villager].includes(id));
    const { categories } = (await json(first, 'GET', `/public${V}/scheme`)).value;
    const item = categories.flatMap((c) => c.items).find((i) => (!i.classes?.length || i.classes.includes('household')) && i.min === i.max && !i.deduction &&
        !i.unit && (!i.claimants?.length || i.claimants.includes('proxy')) && i.evidence !== 'required' && !i.levels?.length);
    const made = { as, households, item: item.code, check: [], record: [] };
    const put = async (i, place) => (await json(first, 'POST', `${V}/claims`, { as: as.grid, body: { ...claim(households[i % households.length], place), item: item.code } })).value;
    const act = async (s, who, c, what) => (await json(s, 'POST', `${V}/claims/${c.id}/${what}`, { as: as[who], body: { reason: '属实' } })).value;
    const n = (kind) => ROUNDS * EACH[kind] + WARM;
    for (let i = 0; i < n('check'); i++) made.check.push((await put(i, `待查${i}`)).id);
    const published = [];
    for (let i = 0; i < n('record'); i++) {
        const c = await put(i, `待录${i}`);
        await act(first, 'grid', c, 'check');
        published.push(await act(first, 'cadre', c, 'publish'));
    }
    await stop(first);
    const later = await serve(LATER, false);
    for (const c of published) made.record.push((await act(later, 'cadre', c, 'approve')).id);
    await stop(later);
    return made;
}

/* ---- the script ---- */
/* What is asked, how often in a round, and by whom; `i` goes on over warm-up and rounds. */
function script({ as, households, item, check, record }) {
    const bearer = (who) => ({ Authorization: `Bearer ${as[who]}` });
    const get = (path, who, headers = {}) => () => ['GET', path, { headers: { ...(who ? bearer(who) : {}), ...headers } }];
    const post = (path, who, body, key) => ['POST', path, { body, headers: { ...bearer(who), 'Idempotency-Key': `"${key}"` } }];
    return [
        { what: 'claim by proxy', n: EACH.claim, ask: (i) => post(`${V}/claims`, 'recorder', { ...claim(households[i % households.length], `村道${i}`), item }, `claim-${i}`) },
        { what: 'check', n: EACH.check, ask: (i) => post(`${V}/claims/${check[i]}/check`, 'grid', { reason: '属实' }, `check-${i}`) },
        { what: 'record', n: EACH.record, ask: (i) => post(`${V}/claims/${record[i]}/record`, 'recorder', { reason: '属实' }, `record-${i}`) },
        { what: 'my passbook', n: 20, ask: get('/me/passbook', 'villager') },
        { what: 'my passbook, brotli', n: 10, ask: get('/me/passbook', 'villager', { 'Accept-Encoding': 'br' }) },
        { what: 'public board, cached', n: 5, least: true, ask: get(`/public${V}/board`) },
        { what: 'public board, uncached', n: 10, ask: (i) => get(`/public${V}/board?limit=${40 + (i % 60)}`)() },
        { what: 'board of a year, uncached', n: 10, ask: (i) => get(`/public${V}/board?year=2026&limit=${40 + (i % 60)}`)() },
        { what: 'to-do list', n: 20, ask: get('/todo', 'grid') },
        { what: 'claim list', n: 10, ask: get(`${V}/claims`, 'cadre') },
        { what: 'one claim', n: 10, ask: (i) => get(`${V}/claims/${record[i]}`, 'cadre')() },
        { what: 'people search', n: 10, ask: get(`${V}/residents?q=${encodeURIComponent('王')}`, 'cadre') },
        { what: 'scheme in force, uncached', n: 9, pauseMs: 2300, ask: (i) => get(`/public/villages/${PILOTS[i % 9]}/scheme`)() },
        { what: 'sign-in, without the password’s hash', n: 2, least: true, without: 'libsodium', ask: () => ['POST', '/session', { body: { name: 'lk-villager2', password } }] },
        { what: 'slip (PDF)', n: 4, rounds: 3, ask: (i) => get(`${V}/claims/${record[i]}/slip`, 'cadre')() },
    ];
}

async function statements(s) {
    const text = (await ask(s, 'GET', '/metrics', { api: '' })).bytes.toString();
    return Number(/^shanzhi_store_statements_total (\d+)$/m.exec(text)[1]);
}

/* The round that counts: the median, or of what a timer disturbs the least. */
async function countKind(s, kind, answers) {
    let i = 0;
    const one = async () => {
        const [method, path, options] = kind.ask(i++);
        const r = await ask(s, method, path, options);
        if (r.status >= 300) throw new Error(`${kind.what}: ${method} ${path}: ${r.status} ${r.bytes}`);
        answers?.push(`${method} ${path}`, r.status, r.headers, r.bytes);
    };
    for (let k = 0; k < (kind.pauseMs ? kind.n : WARM); k++) await one();
    const idle = -(await statements(s)) + await statements(s);
    const rounds = [];
    for (let round = 0; round < (kind.rounds ?? ROUNDS); round++) {
        if (kind.pauseMs) await new Promise((r) => setTimeout(r, kind.pauseMs));
        const before = await statements(s);
        await dump(s);
        for (let k = 0; k < kind.n; k++) await one();
        const cost = dumpCost(dir, await dump(s));
        const less = kind.without ? cost.byLibrary.get(kind.without) ?? 0 : 0;
        rounds.push({ instructions: (cost.total - less) / kind.n, statements: (await statements(s) - before - idle) / kind.n, byLibrary: cost.byLibrary });
        if (!process.env.BENCH_KEEP) dropDumps(dir);
    }
    const mean = rounds.reduce((sum, r) => sum + r.statements, 0) / rounds.length;
    rounds.sort((a, b) => a.instructions - b.instructions);
    const chosen = rounds[kind.least ? 0 : Math.floor(rounds.length / 2)];
    return { what: kind.what, instructions: Math.round(chosen.instructions), statements: kind.least ? chosen.statements : mean,
        spread: rounds.at(-1).instructions / rounds[0].instructions - 1, libraries: chosen.byLibrary, last: s.dumps };
}

/* Every kind with its counts; `only` names one by the beginning of its name. `seen` is told each as it is known. */
export async function countRequests({ only, seen = () => {}, answers } = {}) {
    const made = await prepare();
    const s = await serve(LATER, true);
    const all = [];
    for (const kind of script(made)) {
        if (only && !kind.what.startsWith(only)) continue;
        all.push(await countKind(s, kind, answers));
        seen(all.at(-1));
    }
    await stop(s);
    return all;
}
