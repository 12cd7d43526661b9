/* The SQL references in SQLite's shell, in memory, with the facts that `evaluate` left in DIR. Loading is not timed; the
 * query is, by the shell's own timer (time of the processor). Results are compared first.
 *     node sql.mjs DIR TURNS                prints "name households-per-second" */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { items, lines, parts } from './rules.mjs';

const dir = resolve(process.argv[2]), turns = Number(process.argv[3]), here = dirname(fileURLToPath(import.meta.url));
const read = (name) => readFileSync(`${dir}/${name}`, 'utf8').trimEnd().split('\n');
const csv = (name, rows) => writeFileSync(`${dir}/${name}.csv`, rows.map((r) => r.join(',')).join('\n') + '\n');
const q = (v) => (v === undefined || v === null ? 'NULL' : typeof v === 'number' ? v : typeof v === 'boolean' ? Number(v) : `'${v}'`);

function year() {
    const households = [], members = [], deeds = [], visits = [];
    let seq = 0;
    for (const h of read('year.jsonl').map(JSON.parse)) {
        households.push([h.id]);
        for (const d of h.deeds) deeds.push([h.id, 0, ++seq, d.item, d.on, d.quantity]);
        for (const m of h.members) {
            members.push([h.id, m.id, Number(m.takesPart)]);
            for (const d of m.deeds) deeds.push([h.id, m.id, ++seq, d.item, d.on, d.quantity]);
        }
        for (const v of h.visits) visits.push([h.id, v.on, ...Object.keys(lines).map((l) => v.marks[l])]);
    }
    csv('household', households), csv('member', members), csv('deed', deeds), csv('visit', visits);
    return `
CREATE TABLE household (id INTEGER PRIMARY KEY);
CREATE TABLE member (household INTEGER, id INTEGER, takes_part INTEGER, PRIMARY KEY (household, id)) WITHOUT ROWID;
CREATE TABLE deed (household INTEGER, member INTEGER, seq INTEGER, item TEXT, day TEXT, quantity INTEGER, PRIMARY KEY (household, member, seq)) WITHOUT ROWID;
CREATE TABLE visit (household INTEGER, day TEXT, ${Object.entries(lines).map(([l, most]) => `${l} INTEGER CHECK (${l} BETWEEN 0 AND ${most})`).join(', ')}, PRIMARY KEY (household, day)) WITHOUT ROWID;
CREATE TABLE item (code TEXT PRIMARY KEY, category TEXT, points INTEGER, unit INTEGER, times INTEGER, times_per TEXT, most INTEGER, most_per TEXT) WITHOUT ROWID;
${Object.entries(items).map(([code, i]) => `INSERT INTO item VALUES (${[code, i.category, i.points, i.unit ?? false, i.times?.most, i.times?.per, i.most?.points, i.most?.per].map(q).join(', ')});`).join('\n')}
.import household.csv household
.import member.csv member
.import deed.csv deed
.import visit.csv visit`;
}

function assessment() {
    const households = [], outcomes = [];
    for (const h of read('assessment.jsonl').map(JSON.parse)) {
        households.push([h.id]);
        for (const r of h.results) outcomes.push([h.id, r.part, r.on, r.mark ?? '', r.plus, r.minus]);
    }
    csv('household', households), csv('outcome', outcomes);
    return `
CREATE TABLE household (id INTEGER PRIMARY KEY);
CREATE TABLE loaded (household INTEGER, part TEXT, day TEXT, mark TEXT, plus INTEGER, minus INTEGER);
.import household.csv household
.import outcome.csv loaded
CREATE TABLE outcome AS SELECT household, part, day, CAST(nullif(mark, '') AS INTEGER) AS mark, plus, minus FROM loaded;
CREATE INDEX outcome_of ON outcome (household, part);
CREATE TABLE part (code TEXT, base INTEGER, quarter INTEGER);
${Object.entries(parts).flatMap(([code, p]) => (p.quarterly ? [1, 2, 3, 4] : [0]).map((n) => `INSERT INTO part VALUES ('${code}', ${p.base}, ${n});`)).join('\n')}`;
}

for (const [name, load] of [['year', year], ['assessment', assessment]]) {
    const query = readFileSync(`${here}/${name}.sql`, 'utf8');
    const script = `.mode csv\n${load()}\nANALYZE;\n.output ${name}.sql.results\n.mode list\n.separator " "\n${query}SELECT * FROM result ORDER BY id;\n.output stdout\n` +
        `.timer on\n${Array.from({ length: turns }, () => `.print turn\nDROP TABLE result;\n.print query\n${query}`).join('\n')}`;
    const r = spawnSync('sqlite3', ['-bail', ':memory:'], { input: script, encoding: 'utf8', cwd: dir, maxBuffer: 1 << 28 });
    if (r.status !== 0) throw new Error(r.stderr + r.stdout);
    const want = read(`${name}.results`), got = read(`${name}.sql.results`), at = want.findIndex((line, i) => line !== got[i]);
    if (want.length !== got.length || at >= 0) throw new Error(`sql ${name}: ${got[at]} instead of ${want[at]}`);
    const spent = r.stdout.split('query\n').slice(1).map((t) => { const m = /user ([\d.]+) sys ([\d.]+)/.exec(t); return Number(m[1]) + Number(m[2]); });
    console.log(`sql ${name} ${(want.length / Math.min(...spent)).toFixed(0)}`);
}
