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
