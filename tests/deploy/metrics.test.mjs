// The dashboard and the alert rules ask only for what a running server tells, on SQLite or PostgreSQL: every metric by
// name, every label they select on it. And what they watch is complete: each check of /readyz has its alert.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';

const given = new Set(['instance', 'job', 'alertname', 'severity']); // labels that Prometheus adds
const told = new Map([['up', given]]);
let checks;

function tell(command, args, env) {
    const r = spawnSync(command, args, { encoding: 'utf8', env });
    assert.equal(r.status, 0, r.stderr);
    for (const m of r.stdout.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? [\d.e+-]+$/gm)) {
        const labels = told.get(m[1]) ?? new Set();
        for (const l of (m[2] ?? '').matchAll(/(\w+)="/g)) labels.add(l[1]);
        told.set(m[1], labels);
    }
    checks = [...r.stdout.matchAll(/^shanzhi_health\{check="(\w+)"\}/gm)].map((m) => m[1]);
}

before(() => {
    const { SHANZHI_TEST_PG: _, ...env } = process.env;
    tell(process.execPath, ['tests/deploy/told.mjs'], env);
    tell('pg_virtualenv', ['-t', '-v', '15', '-o', 'fsync=off', 'sh', '-c',
        `export SHANZHI_TEST_PG="postgres://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/postgres"; exec "${process.execPath}" tests/deploy/told.mjs`], env);
});

function expressions() {
    const board = JSON.parse(readFileSync('packaging/grafana/shanzhi.json', 'utf8'));
    const out = board.panels.flatMap((p) => (p.targets ?? []).map((t) => ({ where: `dashboard: ${p.title}`, expr: t.expr })));
    for (const v of board.templating.list)
        if (v.query?.query) out.push({ where: `variable ${v.name}`, expr: v.query.query.replace(/^label_values\((\w+),.*/, '$1') });
    const yaml = readFileSync('packaging/prometheus/alerts.yml', 'utf8');
    const alerts = [...yaml.matchAll(/- alert: (\w+)\n(?:\s*#.*\n)*\s*expr: (?:\|\n((?:\s{10,}.*\n)+)|(.*)\n)/g)];
    assert.equal(alerts.length, yaml.match(/- alert:/g).length, 'an alert was not read');
    for (const m of alerts) out.push({ where: `alert ${m[1]}`, expr: m[2] ?? m[3] });
    return out;
}

test('every metric of dashboard and alerts is told by a running server, with its labels', () => {
    const wrong = [];
    for (const { where, expr } of expressions()) {
        const names = [...expr.replace(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/\b((?:shanzhi|process)_\w+|up)\b(?:\{([^}]*)\})?/g)];
        assert.ok(names.length, `${where}: no metric in ${expr}`);
        for (const m of names) {
            const labels = told.get(m[1]);
            if (!labels) wrong.push(`${where}: ${m[1]} is not told`);
            for (const l of (m[2] ?? '').matchAll(/(\w+)\s*[=!]/g))
                if (labels && !labels.has(l[1]) && !given.has(l[1])) wrong.push(`${where}: ${m[1]} has no label ${l[1]}`);
        }
    }
    assert.deepEqual(wrong, []);
});

test('checks that have an alert of their own exist', () => {
    for (const name of ['backup', 'holidays', 'database', 'write', 'disk', 'migrations']) assert.ok(checks.includes(name), name);
});
