/* Around the editor's document: what people type and paste, two people's changes, and that every key of the language has its place. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { load } from './load.mjs';

const schema = JSON.parse(readFileSync(fileURLToPath(new URL('../shared/api/scheme-schema.json', import.meta.url)), 'utf8'));
const { readLanguage, keyAt } = await load('desk/scheme/model/language.ts');
const { tidy } = await load('desk/scheme/editor/written.ts');
const { columnsFor, rowsFrom } = await load('desk/scheme/model/paste.ts');
const { changes, merged } = await load('desk/scheme/model/merge.ts');
const { allSections, columnsOf, isUsual, sectionOf, sections } = await load('desk/scheme/editor/layout.ts');
const { hundredths, fromHundredths, place } = await load('desk/scheme/editor/numbers.ts');
const { renamed } = await load('desk/scheme/editor/names.ts');
const language = readLanguage(schema);
const key = (p) => keyAt(language, p.split('/'));

test('numbers as people type them', () => {
    const cases = [['items/points', '2-10', '2..10'], ['items/points', '２～１０分', '2..10'], ['items/points', '2 至 10', '2..10'], ['items/points', '-5', '-5'], ['items/points', '−5', '-5'],
        ['items/points', '-10..-2', '-10..-2'], ['items/points', '2.5分', '2.5'], ['items/points', '2。5', '2.5'], ['items/points', '许多', '许多'], ['publicity/days', '３ 天', '3'],
        ['bands/bands/from', '80分', '80'], ['items/steps/to', '10月31日', '10-31'], ['items/steps/to', '6/5', '06-05'], ['items/reverse', '-2', '-2'], ['items/code', 'Ａ ０１', 'A_01'], ['items/label', ' 扫路 ', '扫路']];
    for (const [at, typed, wanted] of cases) assert.equal(tidy(key(at), typed), wanted, `${at} ${typed}`);
});

test('cells of a spreadsheet become rows, with and without column names', () => {
    const items = key('items').sub, shown = columnsOf(['items'], items);
    const named = columnsFor(items, shown, [['序号', '项目名称', '分值（分）', '积分对象', '单位', '什么'], ['1', '扫路', '2-5分', '村民、党员', '小时', 'x'], ['', '', '', '', '', '']]);
    assert.deepEqual([named.header, named.columns], [true, ['code', 'label', 'points', 'for', 'per', null]]);
    assert.deepEqual(rowsFrom(items, named, tidy), [{ code: '1', label: '扫路', points: '2..5', for: ['村民', '党员'], per: '小时' }]);
    const bare = columnsFor(items, shown, [['扫路', '家庭', '2'], ['植树', '', '3']]);
    assert.deepEqual([bare.header, bare.columns], [false, ['label', 'for', 'points']]);
    const boards = key('boards').sub;
    const b = columnsFor(boards, columnsOf(['boards'], boards), [['名称', '颜色', '天数', '隐名'], ['光荣榜', '红', '30天', '否']]);
    assert.deepEqual(rowsFrom(boards, b, tidy), [{ label: '光荣榜', colour: 'red', days: '30', masked: 'no' }]);
});

test('what two people changed is joined where it does not touch, and told where it does', () => {
    const base = 'a: 1\nb: 2\nc: 3\nd: 4\n';
    assert.equal(merged('a: 9\nb: 2\nc: 3\nd: 4\n', base, 'a: 1\nb: 2\nc: 3\nd: 8\n'), 'a: 9\nb: 2\nc: 3\nd: 8\n');
    assert.equal(merged('a: 9\nb: 2\nc: 3\nd: 4\n', base, 'a: 8\nb: 2\nc: 3\nd: 4\n'), null);
    assert.equal(merged('a: 9\nb: 2\nc: 3\nd: 4\n', base, 'a: 9\nb: 2\nc: 3\nd: 4\n'), 'a: 9\nb: 2\nc: 3\nd: 4\n');
    assert.deepEqual(changes(base, 'a: 1\nb: 5\nc: 3\nd: 4\n'), [{ line: 2, before: ['b: 2'], after: ['b: 5'] }]);
});

test('every key of the language has one place in the outline; what layout.ts names exists', () => {
    const placed = allSections(language).flatMap((s) => s.keys);
    assert.deepEqual([...placed].sort(), language.keys.map((k) => k.name).sort());
    for (const s of sections) for (const k of s.keys) assert.equal(sectionOf([k]), s.name, k);
    const withMore = { ...language, keys: [...language.keys, { ...language.keys[0], name: 'new_thing' }] };
    assert.deepEqual(allSections(withMore).at(-1), { name: 'more', keys: ['new_thing'] });
    (function walk(shape, path) {
        for (const k of shape.keys) {
            if (!k.sub) continue;
            const at = [...path, k.name];
            if (k.kind === 'list') assert.ok(columnsOf(at, k.sub).length >= 2, at.join('/'));
            assert.ok(k.sub.keys.some((x) => isUsual(at, x)) || k.sub.keys.every((x) => !x.required), at.join('/'));
            if (at.length < 4) walk(k.sub, at);
        }
    })(language, []);
});

test('every word that may be chosen has a Chinese name', () => {
    const own = JSON.parse(readFileSync(fileURLToPath(new URL('../desk/scheme/locales/zh.json', import.meta.url)), 'utf8')).word;
    const seen = new Set();
    (function walk(shape) {
        if (seen.has(shape)) return;
        seen.add(shape);
        for (const k of shape.keys) {
            for (const w of k.words) assert.ok(w.zh || own[w.name], `${k.name}: ${w.name}`);
            if (k.sub) walk(k.sub);
        }
    })(language);
});

test('sums and places are whole hundredths', () => {
    assert.deepEqual(['5', '2.5', '-0.05', '+3', 'x', '1.234', undefined].map(hundredths), [500, 250, -5, 300, null, null, null]);
    assert.deepEqual([500, 250, -5, 1234567].map(fromHundredths), ['5', '2.5', '−0.05', '12345.67']);
    assert.ok(place('10-31') < place('11-01'));
});

test('names that others refer to are renamed with them', () => {
    assert.deepEqual([['categories', 0, 'label'], ['categories', 0, 'code'], ['items', 0, 'label'], ['rounds', 1, 'code'], ['rounds', 1, 'label'], ['sheets', 0, 'sections', 1, 'lines', 2, 'code'], ['title']].map(renamed),
        [true, true, false, true, false, true, false]);
});
