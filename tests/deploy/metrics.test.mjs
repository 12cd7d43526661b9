// The dashboard and the alert rules ask only for what a running server tells: every metric by name, every label they
// select or group by on it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { serve } from '../api/harness.mjs';

const own = new Set(['up']); // Prometheus's own
const given = new Set(['instance', 'job', 'alertname', 'severity']); // labels that Prometheus adds
let server, told;

before(async () => {
    server = await serve();
    for (const path of ['/api/v1/openapi.json', '/readyz', '/nowhere']) await fetch(server.base + path);
    const text = await (await fetch(`${server.base}/metrics`)).text();
    told = new Map();
    for (const line of text.split('\n')) {
        const m = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? [\d.e+-]+$/.exec(line);
        if (!m) continue;
        const labels = told.get(m[1]) ?? new Set();
        for (const l of (m[2] ?? '').matchAll(/(\w+)="/g)) labels.add(l[1]);
        told.set(m[1], labels);
    }
});
after(() => server?.stop());

const expressions = () => {
    const board = JSON.parse(readFileSync('packaging/grafana/shanzhi.json', 'utf8'));
    const out = board.panels.flatMap((p) => (p.targets ?? []).map((t) => ({ where: `dashboard: ${p.title}`, expr: t.expr })));
    for (const v of board.templating.list) if (v.query?.query) out.push({ where: `variable ${v.name}`, expr: v.query.query.replace(/^label_values\((\w+),.*/, '$1') });
    const rules = execFileSync('promtool', ['check', 'rules', '--lint=all', 'packaging/prometheus/alerts.yml'], { encoding: 'utf8' });
    assert.match(rules, /rules found/);
    // YAML's block texts are indented below `expr:`.
    const yaml = readFileSync('packaging/prometheus/alerts.yml', 'utf8');
    for (const m of yaml.matchAll(/- alert: (\w+)\n(?:\s*#.*\n)*\s*expr: (?:\|\n((?:\s{10,}.*\n)+)|(.*)\n)/g)) out.push({ where: `alert ${m[1]}`, expr: m[2] ?? m[3] });
    assert.equal(out.filter((o) => o.where.startsWith('alert')).length, [...yaml.matchAll(/- alert:/g)].length);
    return out;
};

test('every metric of dashboard and alerts is told by a running server, with its labels', () => {
    const wrong = [];
    for (const { where, expr } of expressions()) {
        const bare = expr.replace(/"(?:[^"\\]|\\.)*"/g, '""');
        for (const m of bare.matchAll(/\b([a-z]\w*)\b(?:\{([^}]*)\})?/g)) {
            if (!/^(shanzhi_|process_|up$)/.test(m[1])) continue;
            if (own.has(m[1])) continue;
            const labels = told.get(m[1]);
            if (!labels) { wrong.push(`${where}: ${m[1]} is not told`); continue; }
            for (const l of (m[2] ?? '').matchAll(/(\w+)\s*[=!]/g))
                if (!labels.has(l[1]) && !given.has(l[1])) wrong.push(`${where}: ${m[1]} has no label ${l[1]}`);
        }
    }
    assert.deepEqual(wrong, []);
});
