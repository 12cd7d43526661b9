/* The engine in the page: loading it, what its answers are, and input that means harm. That it says the same as the
 * server is tests/api/engine.test.mjs. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse, parseDocument } from 'yaml';
import { load } from './load.mjs';

const here = (p) => fileURLToPath(new URL(p, import.meta.url));
const wasm = readFileSync(here('../../build/web-engine/engine.wasm'));
const compiled = new WebAssembly.Module(wasm);
const { openEngine } = await load('shared/engine/engine.ts');
const { EngineModule } = await load('shared/engine/module.ts');
const e = openEngine(compiled);
const folder = here('../../schemes');
const presets = Object.fromEntries(readdirSync(folder).filter((f) => f.endsWith('.yaml')).map((f) => [f, readFileSync(join(folder, f), 'utf8')]));
const zengxiang = presets['zengxiang.yaml'];

describe('the module', () => {
    test('needs nothing from outside and is small', () => {
        assert.deepEqual(WebAssembly.Module.imports(compiled), []);
        const br = brotliCompressSync(wasm).length;
        console.log(`# engine.wasm ${wasm.length} bytes, ${br} with brotli`);
        assert.ok(br <= 150 * 1024, `${br} bytes`);
    });
    test('its memory has a maximum', () => {
        const { memory } = new WebAssembly.Instance(compiled, {}).exports;
        assert.throws(() => memory.grow(65536), RangeError);
        assert.throws(() => memory.grow(4097), RangeError);
    });
});

describe('answers', () => {
    test('every preset is right, and told', () => {
        for (const [name, text] of Object.entries(presets)) {
            const r = e.check(text);
            assert.deepEqual([r.ok, r.findings.filter((f) => !f.warning)], [true, []], name);
            assert.ok(e.notice(text).text.startsWith(r.rules.title), name);
        }
        const r = e.check(zengxiang);
        assert.equal(r.rules.categories.flatMap((c) => c.items).length, 32);
        assert.equal(r.parts.find((p) => p.key === 'items').count, 32);
    });
    test('a finding has the place a person would look at', () => {
        const bad = zengxiang.replace('label: 思想政治', 'lable: 思想政治');
        const r = e.check(bad);
        assert.equal(r.ok, false);
        assert.equal(r.rules, null);
        const f = r.findings.find((x) => x.path === 'categories/0/lable');
        assert.equal(bad.split('\n')[f.line - 1].slice(f.column - 1, f.column + 4), 'lable');
        assert.match(f.zh, /是不是“label”/);
        assert.equal(e.notice(bad).text, null);
    });
    test('a document of npm yaml is read as the text it writes', () => {
        const d = parseDocument(zengxiang);
        d.setIn(['publicity', 'days'], 99);
        assert.equal(e.json('check', [d]), e.json('check', [String(d)]));
        assert.equal(e.check(d).findings[0].path, 'publicity/days');
    });
    test('facts as plain values are facts as text, without places', () => {
        const facts = { subjects: [{ id: 7, class: 'resident', label: '007', deeds: [{ item: 'C05', on: '2026-03-20', quantity: 3.5, claim: 'self', reverse: false, what: undefined }] }] };
        assert.equal(e.json('explain', [zengxiang, facts], '2026', ''), e.json('explain', [zengxiang, JSON.stringify(facts)], '2026', ''));
        const wrong = e.explain(zengxiang, { subjects: [{ id: 7, deeds: [{ item: 'C05', on: 'soon', claim: null }] }] }, '2026');
        assert.deepEqual(wrong.facts_findings.map((x) => x.path), ['subjects/0/deeds/0/on', 'subjects/0/deeds/0/claim']);
        let deep = {};
        for (let i = 0; i < 2000; i++) deep = { deep };
        assert.match(e.explain(zengxiang, deep, '2026').facts_findings[0].en, /nested too deeply/);
    });
    test('a notice in both languages, choices and differences', () => {
        assert.ok(e.notice(zengxiang, 'en').text.includes('points'));
        assert.ok(e.notice(zengxiang).blocks.length > 5);
        assert.ok(e.choices(zengxiang).choices.every((c) => c.choice && c.zh && c.en && c.line > 0));
        const after = zengxiang.replace('days: 3', 'days: 5');
        const d = e.diff(zengxiang, after);
        assert.deepEqual([d.ok, d.changes.length, d.changes[0].path], [true, 1, 'publicity/days']);
        assert.match(d.changes[0].zh, /3.*5/);
        assert.match(d.changes[0].en, /3.*5/);
        assert.equal(e.diff(zengxiang, 'a: b').ok, false);
    });
    test('W2: what a deed earns, and what its cap leaves', () => {
        const deed = { item: 'C05', on: '2026-03-20', quantity: '3.5', claim: 'self' };
        const a = e.award(zengxiang, { class: 'resident', deed });
        assert.deepEqual([a.ok, a.points], [true, '7.00']);
        assert.match(a.zh, /每小时2分×3\.5小时=7分/);
        assert.equal(a.tree.points, '7.00');
        const earlier = [{ item: 'C05', on: '2026-03-01', quantity: 19, claim: 'self' }];
        assert.equal(e.award(zengxiang, { class: 'resident', deed, earlier }).points, '2.00'); // of 40 a month, 38 are used
        assert.equal(e.award(zengxiang, { class: 'resident', deed: { ...deed, on: '2026-04-01' }, earlier }).points, '7.00');
        const wrong = e.award(zengxiang, { class: 'resident', deed: { ...deed, item: 'Z99' } });
        assert.deepEqual([wrong.ok, wrong.problem.field, wrong.points], [false, 'item', null]);
        assert.equal(e.award(zengxiang, { deed: { item: 'C05' } }).facts_findings[0].path, 'deed/on');
    });
    test('W1: six months of five points are forty, and every sum is that of its parts', () => {
        const zhongping = presets['zhongping.yaml'];
        const marks = { yard: 15, hall: 9, kitchen: 9, bedroom: 8, toilet: 4, lead: 10, voice: 4, law: 5, support: 5, study: 5, industrious: 4, job: 5, family: 5, neighbours: 5 };
        const visits = ['01', '02', '03', '04', '05', '06'].map((m) => ({ round: 'monthly', on: `2026-${m}-22`, marks }));
        const facts = JSON.stringify({ subjects: [{ id: 12, label: '张三户', visits }, { id: 13 }] });
        const r = e.explain(zhongping, facts, '2026', 12);
        assert.deepEqual([r.ok, r.findings, r.facts_findings, r.subjects.length], [true, [], [], 1]);
        const points = r.subjects[0].numbers.find((n) => n.code === 'points');
        assert.equal(points.value, '40.00');
        assert.deepEqual(r.subjects[0].rounds.map((x) => [x.mark, x.points]), visits.map(() => ['93.00', '5.00']));
        assert.equal(points.tree.from.reduce((c, x) => c + Number(x.points), 0), 40);
        assert.equal(e.explain(zhongping, facts, '2026').subjects.length, 2);
        assert.equal(e.explain(zhongping, facts, '2026', 14).ok, false);
        assert.ok(e.explain(zhongping, facts, '2026', 14).problem.zh);
        assert.equal(e.explain(zhongping, facts, 'someday').problem.field, 'period');
        assert.equal(e.explain(zhongping, 'subjects: [{id: 0}]', '2026').facts_findings[0].path, 'subjects/0/id');
    });
    test('the JSON Schema is one, takes every preset and says what forms need', () => {
        const schema = e.schema();
        const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true }));
        const valid = ajv.compile(schema);
        for (const [name, text] of Object.entries(presets)) assert.ok(valid(parse(text)), `${name}: ${JSON.stringify(valid.errors?.slice(0, 3))}`);
        const broken = parse(zengxiang);
        broken.items[3].evidense = 'required';
        broken.publicity.days = 99;
        delete broken.title;
        assert.equal(valid(broken), false);
        assert.deepEqual(new Set(valid.errors.map((x) => x.keyword)), new Set(['additionalProperties', 'maximum', 'required', 'anyOf']));
        assert.ok(ajv.compile(e.schema('facts'))({ subjects: [{ id: 1, deeds: [{ item: 'C05', on: '2026-03-01' }] }] }));
        const { evidence, 证据: chinese } = schema.$defs.item.properties;
        assert.deepEqual([evidence.title, evidence['x-kind'], evidence['x-required'], evidence.default], ['证据', 'word', false, 'optional']);
        assert.deepEqual(evidence['x-words'][0], { name: 'required', zh: '必须' });
        assert.equal(chinese['x-same-as'], 'evidence');
        for (const [shape, s] of Object.entries(schema.$defs))
            for (const [key, k] of Object.entries(s.properties)) assert.ok(k['x-same-as'] || (k.title && k.description && k['x-zh'] && k['x-kind']), `${shape}.${key}`);
    });
    test('answers do not remember each other', () => {
        const first = e.json('check', [zengxiang]);
        e.check('items: [');
        e.check(presets['longwo.yaml']);
        assert.equal(e.json('check', [zengxiang]), first);
    });
});

describe('input that means harm', () => {
    const trapped = (text) => {
        const m = new EngineModule(compiled);
        const r = openEngine(compiled).check(text);
        assert.equal(m.trapped, '');
        assert.equal(r.ok, false);
        assert.ok(r.findings.length > 0 && r.findings.length <= 201);
        return r.findings.map((f) => f.en).join('\n');
    };
    const cases = [
        ['100,000 nodes', `items: [${'1,'.repeat(100_000)}]`, /too much content/],
        ['a depth of 1,000', '['.repeat(1000) + ']'.repeat(1000), /nested too deeply/],
        ['a depth of 100,000', '['.repeat(100_000), /nested too deeply|not valid YAML/],
        ['a block depth of 400', Array.from({ length: 400 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''), /nested too deeply/],
        ['a value of 400,000 characters', `title: ${'字'.repeat(130_000)}`, /text too long/],
        ['a megabyte', `title: ${'x'.repeat(1 << 20)}`, /file too large/],
        ['10,000 wrong keys', Array.from({ length: 10_000 }, (_, i) => `k${i}: 1`).join('\n'), /too many findings/],
        ['aliases of aliases', `a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n`, /aliases \(\*name\) are not allowed/],
        ['a NUL', 'title: a\0b\n', /not UTF-8/],
        ['half a character', 'title: a\ud800b\n', /not UTF-8/],
        ['nothing', '', /the file is empty/],
        ['a number for a scheme', '7', /"key: value" lines are wanted/],
    ];
    for (const [name, text, wanted] of cases) test(name, () => assert.match(trapped(text), wanted));

    test('calls in the wrong order do nothing', () => {
        const m = new EngineModule(compiled);
        const json = m.ask('check', (f) => {
            f.end();
            f.map(1, 1);
            f.doc(0, 10);
            f.end();
            f.end();
            f.list(1, 1);
            f.scalar('a', false, -1, 2 ** 31);
            f.scalar('b'.repeat(3000), true, 0, 0);
        });
        assert.equal(m.trapped, '');
        assert.equal(JSON.parse(json).ok, false);
    });
    test('memory that runs out is a finding, and the next question has a fresh instance', () => {
        const m = new EngineModule(compiled);
        const json = m.ask('check', (f) => {
            f.doc(0, 10);
            f.list(1, 1);
            for (let i = 0; i < 40; i++) f.scalar('x'.repeat(4 << 20), false, 1, 1);
        });
        assert.match(m.trapped, /out of memory/);
        assert.match(JSON.parse(json).findings[0].en, /too much for this machine/);
        assert.equal(JSON.parse(m.ask('check', (f) => { f.doc(0, 1); })).findings[0].en, 'the file is empty');
    });
});
