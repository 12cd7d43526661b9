/* What the pages around the editor work out themselves: the tally of a vote, first days, line differences. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { load } from './load.mjs';

const here = (p) => fileURLToPath(new URL(p, import.meta.url));
const read = (l) => JSON.parse(readFileSync(here(`../desk/scheme/parts/locales/${l}.json`), 'utf8'));

test('the words: both languages say the same things, Chinese is Chinese', () => {
    const [zh, en] = [read('zh'), read('en')];
    const holes = (s) => [...s.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
    assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
    for (const k of Object.keys(zh)) {
        assert.ok(zh[k] && en[k], k);
        assert.deepEqual(holes(zh[k]), holes(en[k]), k);
        assert.doesNotMatch(zh[k].replace(/\{\w+\}/g, ''), /[A-Za-z]{2,}/, k);
    }
});

describe('the meeting', async () => {
    const { tally, earliest, proposal } = await load('desk/scheme/adopt/meeting.ts');
    const votes = (f, a, b) => tally({ for: f, against: a, abstain: b });
    test('more than half of those present carry it', () => {
        assert.deepEqual(votes(36, 3, 2), { present: 41, needed: 21, carries: true });
        assert.deepEqual(votes(21, 18, 2), { present: 41, needed: 21, carries: true });
        assert.deepEqual(votes(20, 19, 2), { present: 41, needed: 21, carries: false });
        assert.deepEqual(votes(20, 15, 5), { present: 40, needed: 21, carries: false }, 'exactly half');
        assert.equal(votes(0, 0, 0).carries, false);
        assert.equal(votes(36, 3, undefined), null, 'abstentions are not said');
    });
    test('a version begins today or later, after every other and not before its meeting', () => {
        assert.equal(earliest('2026-11-22', ['2025-01-01'], '2026-11-20'), '2026-11-22');
        assert.equal(earliest('2026-11-22', ['2025-01-01', '2026-12-31'], '2026-11-20'), '2027-01-01');
        assert.equal(earliest('2026-11-22', [], '2025-03-04'), '2025-03-04', 'the first one may begin in the past');
    });
    test('what is proposed is the first of a month', () => {
        assert.equal(proposal('2026-11-22', '2026-11-22'), '2026-12-01');
        assert.equal(proposal('2026-12-05', '2026-12-05'), '2027-01-01');
        assert.equal(proposal('2026-11-22', '2027-02-03'), '2027-03-01');
    });
});

describe('lines', async () => {
    const { around } = await load('desk/scheme/history/lines.ts');
    const { changes } = await load('desk/scheme/model/merge.ts');
    const told = (before, after) => around(after, changes(before, after)).map((p) => [p.line, p.lines.map((l) => ({ same: ' ', added: '+', removed: '-' })[l.kind] + l.text).join('|')]);
    const ten = 'a|b|c|d|e|f|g|h|i|j'.replaceAll('|', '\n');
    test('a change stands between two lines on each side', () => {
        assert.deepEqual(told(ten, ten.replace('e', 'E')), [[3, ' c| d|-e|+E| f| g']]);
    });
    test('near ones are one part, far ones two, and nothing is told twice', () => {
        assert.deepEqual(told(ten, ten.replace('c', 'C').replace('e', 'E')), [[1, ' a| b|-c|+C| d|-e|+E| f| g']]);
        assert.deepEqual(told(ten, ten.replace('a', 'A').replace('j', 'J')), [[1, '-a|+A| b| c'], [8, ' h| i|-j|+J']]);
    });
    test('lines that went, lines that came, the same text', () => {
        assert.deepEqual(told(ten, ten.replace('c\n', '')), [[1, ' a| b|-c| d| e']]);
        assert.deepEqual(told(ten, `${ten}\nk`), [[9, ' i| j|+k']]);
        assert.deepEqual(told(ten, ten), []);
    });
});

test('a finding stands where people say it stands', async () => {
    const { placeOf } = await load('desk/scheme/parts/place.ts');
    const { readLanguage } = await load('desk/scheme/model/language.ts');
    const language = readLanguage(JSON.parse(readFileSync(here('../shared/api/scheme-schema.json'), 'utf8')));
    const of = placeOf(language, '标题: 某村\n项目:\n  - {代号: A01, 名称: 乱倒垃圾, 分值: -1}\n');
    assert.equal(of('项目/0/clause'), '乱倒垃圾');
    assert.equal(of('items/0'), '乱倒垃圾');
    assert.equal(of('title'), '');
});

describe('a simulation in words', async () => {
    const { cents, money, periods, headline, binName, share } = await load('desk/scheme/simulate/told.ts');
    const zh = read('zh');
    const t = (key, v = {}) => zh[key.replace('flows.', '')].replace(/\{(\w+)\}/g, (_, k) => String(v[k]));
    test('money without floating point', () => {
        assert.deepEqual([cents('37.50'), cents('-0.05'), cents('0.29'), cents('1234567.89')], [3750, -5, 29, 123456789]);
        assert.deepEqual([money(3750), money(-5), money(123456789), money(0)], ['37.50', '−0.05', '1,234,567.89', '0.00']);
        assert.throws(() => cents('1e3'));
        assert.deepEqual([share('11.40', '3720.00'), share('4000.00', '3720.00'), share('1.00', '0.00')], ['0.3', '107.5', '0']);
    });
    test('periods of a day, over New Year too', () => {
        const of = (day) => periods(day).map((p) => p.value).join(' ');
        assert.equal(of('2026-11-22'), '2026 2025 2026-Q4 2026-Q3 2026-10');
        assert.equal(of('2026-01-05'), '2026 2025 2026-Q1 2025-Q4 2025-12');
    });
    const of = (more) => ({ classes: [{ code: 'household', label: '家庭', n: 60, gain: 45, lose: 12 }], gain: 45, lose: 12, subjects: 60, titles_changed: 3, now_cost: { total: '100.00' }, draft_cost: { total: '420.00' }, ...more });
    test('one sentence', () => {
        assert.equal(headline(of({}), t), '45户增加，12户减少；最多多花320.00元；3个称号易主。');
        assert.equal(headline(of({ draft_cost: { total: '99.50' }, titles_changed: 0, lose: 0 }), t), '45户增加；最多少花0.50元。');
        assert.equal(headline(of({ gain: 0, lose: 0, titles_changed: 0, now_cost: { total: null } }), t), '谁的分都不变。');
    });
    test('several kinds of subjects are told by name', () => {
        const classes = [{ code: 'resident', label: '村民', n: 100, gain: 1, lose: 0 }, { code: 'household', label: '家庭', n: 40, gain: 3, lose: 2 }, { code: 'organisation', label: '单位', n: 2, gain: 0, lose: 0 }];
        assert.equal(headline(of({ classes, gain: 4, lose: 2, titles_changed: 0, draft_cost: { total: '100.00' } }), t), '村民1人、家庭3户增加，家庭2户减少；花费不变。');
    });
    test('bars are named as people write', () => {
        assert.deepEqual([['-10.00', '-5.00'], ['0.00', '2.50'], ['1000.00', '2000.00']].map(([from, to]) => binName({ from, to })), ['−10～−5', '0～2.50', '1,000～2,000']);
    });
});

describe('samples', async () => {
    const { rulesOf, factsOf, examples, dayOf, sampleAt } = await load('desk/scheme/trying/samples.ts');
    const { SchemeDocument } = await load('desk/scheme/model/document.ts');
    const { readLanguage } = await load('desk/scheme/model/language.ts');
    const { openEngine } = await load('shared/engine/engine.ts');
    const language = readLanguage(JSON.parse(readFileSync(here('../shared/api/scheme-schema.json'), 'utf8')));
    const engine = openEngine(new WebAssembly.Module(readFileSync(here('../../build/web-engine/engine.wasm'))));
    const preset = (name) => readFileSync(here(`../../schemes/${name}.yaml`), 'utf8');
    const of = (text) => rulesOf(new SchemeDocument(language, text).value);
    test('what a deed needs is read from the draft, whichever language its keys are in', () => {
        const r = of('积分对象:\n  - {代号: home, 名称: 农户, 种类: 家庭}\n类别:\n  - {代号: a, 名称: 环境}\n项目:\n  - {代号: A1, 类别: 环境, 名称: 好人好事, 分值: 2..10, 适用: 农户}\n  - {代号: A2, 类别: a, 名称: 义务劳动, 分值: 2, 每: 小时}\n  - {代号: A3, 类别: a, 名称: 荣誉, 级别: {村: 5, 镇: 10}}\n');
        const told = r.items.map((i) => [i.code, i.category, i.range, i.least, i.per, i.levels.join(), i.classes.join()]);
        assert.deepEqual(told[0], ['A1', '环境', true, '2', '', '', 'home']);
        assert.deepEqual(told[1].slice(0, 5), ['A2', '环境', false, '2', '小时']);
        assert.equal(told[2][5], '村,镇');
    });
    test('the examples of every preset are worked out without a fault', () => {
        for (const name of ['zengxiang', 'zhongping', 'xingji', 'ninghe', 'sanmen', 'kunshan', 'longwo', 'weisheng17', 'huishan', 'jiugeyi', 'anji', 'zuolong']) {
            const text = preset(name), rules = of(text);
            const some = examples(rules, '2026-11-22', (n) => `样例${n}`);
            assert.equal(some.length, 3, name);
            const r = engine.explain(text, JSON.stringify(factsOf(some, rules)), '2026');
            assert.deepEqual([r.ok, r.facts_findings.filter((f) => !f.warning), r.problem], [true, [], null], name);
            assert.equal(r.subjects.length, 3, name);
            assert.ok(r.subjects[0].numbers.length + r.subjects[0].rounds.length > 0, name);
        }
    });
    test('W1 by the page: 93 marks, 5 points; and a round that needs five assessors gets five', () => {
        const rules = of(preset('zhongping'));
        const marks = Object.fromEntries([15, 9, 9, 8, 4, 10, 4, 5, 5, 5, 4, 5, 5, 5].map((m, i) => [rules.rounds[0].lines[i].code, String(m)]));
        const facts = factsOf([{ id: 1, label: '一户', class: 'household', members: [], deeds: [], visits: [{ round: 'monthly', on: '2026-11-22', marks, total: '' }], marks: [] }], rules);
        const [s] = engine.explain(preset('zhongping'), JSON.stringify(facts), '2026').subjects;
        assert.deepEqual([s.rounds[0].mark, s.rounds[0].points, s.numbers[0].value], ['93.00', '5.00', '5.00']);
        const star = of(preset('xingji'));
        const five = factsOf([{ id: 1, label: '一户', class: 'household', members: [], deeds: [], visits: [{ round: 'env', on: '2026-11-22', marks: {}, total: '41' }], marks: [] }], star);
        assert.equal(five.subjects[0].visits.length, 5);
        assert.equal(engine.explain(preset('xingji'), JSON.stringify(five), '2026').subjects[0].rounds[0].counted, true);
    });
    test("members' deeds are theirs, a household's its own", () => {
        const deed = (member) => ({ item: 'A1', on: '2026-01-01', chosen: '', quantity: '', level: '', difficulty: '', reverse: false, member });
        const [s] = factsOf([{ id: 1, label: '', class: 'h', members: [{ id: 1001, label: '老大', class: 'resident' }], deeds: [deed(0), deed(1001)], visits: [], marks: [] }], { classes: [], items: [], rounds: [], parts: [], homes: true }).subjects;
        assert.deepEqual([s.label, s.deeds.length, s.members[0].deeds.length], ['1', 1, 1]);
    });
    test('days of a window', () => {
        assert.equal(dayOf({ fromDay: 20 }, '2026-11-22'), '2026-11-20');
        assert.equal(dayOf({ fromDay: 20 }, '2026-11-03'), '2026-10-20');
        assert.equal(dayOf({ fromDay: 0 }, '2026-11-03'), '2026-11-03');
    });
    test('whose fault a finding is', () => {
        assert.deepEqual([sampleAt('subjects/2/deeds/0/item'), sampleAt('title')], [2, -1]);
    });
});
