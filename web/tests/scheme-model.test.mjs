/* The editor's document: what forms change in a scheme's text, and that nothing else changes. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { load } from './load.mjs';

const here = (p) => fileURLToPath(new URL(p, import.meta.url));
const schema = JSON.parse(readFileSync(here('../shared/api/scheme-schema.json'), 'utf8')); // npm run types
const { readLanguage, keyAt, formPath, keyLabel } = await load('desk/scheme/model/language.ts');
const { SchemeDocument } = await load('desk/scheme/model/document.ts');
const { references, places, valueAt } = await load('desk/scheme/model/references.ts');
const language = readLanguage(schema);
const folder = here('../../schemes');
const presets = readdirSync(folder).filter((f) => f.endsWith('.yaml')).map((f) => [f, readFileSync(join(folder, f), 'utf8')]);
const open = (text, options) => new SchemeDocument(language, text, options);
/** Lines that differ, as "-old" and "+new". */
function changed(before, after) {
    const [a, b] = [before.split('\n'), after.split('\n')];
    let from = 0, end = 0;
    while (from < Math.min(a.length, b.length) && a[from] === b[from]) from++;
    while (end < Math.min(a.length, b.length) - from && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
    return [...a.slice(from, a.length - end).map((l) => `-${l}`), ...b.slice(from, b.length - end).map((l) => `+${l}`)];
}

describe('the table of keys', () => {
    test('every key has both names and hints, once', () => {
        const seen = new Set();
        (function walk(shape, at) {
            if (seen.has(shape)) return;
            seen.add(shape);
            for (const k of shape.keys) {
                assert.match(k.name, /^[a-z_]+$/, at);
                assert.match(k.zh, /[\u4e00-\u9fff]/, `${at}/${k.name}`);
                assert.ok(k.hint.zh && k.hint.en, `${at}/${k.name}`);
                assert.equal(['map', 'list'].includes(k.kind), k.sub !== null, `${at}/${k.name}`);
                if (k.sub) walk(k.sub, `${at}/${k.name}`);
            }
        })(language, '');
        assert.ok(seen.size > 25, `${seen.size} shapes`);
    });
    test('kinds', () => {
        const kind = (p) => { const k = keyAt(language, p.split('/')); return [k.kind, k.required, k.one].join(); };
        const cases = [['scheme', 'code,true,false'], ['title', 'text,true,false'], ['adopted/date', 'date,false,false'], ['items/points', 'range,false,false'],
            ['items/reverse', 'points,false,false'], ['bands/bands/from', 'bound,false,false'], ['items/cap', 'list,false,true'], ['items/levels', 'levels,false,false'],
            ['items/for', 'names,false,false'], ['items/claim', 'words,false,false'], ['items/evidence', 'word,false,false'], ['boards/mentor', 'bool,false,false'],
            ['publicity', 'map,true,false'], ['publicity/days', 'int,true,false'], ['items', 'list,false,false']];
        for (const [p, wanted] of cases) assert.equal(kind(p), wanted, p);
        assert.deepEqual(keyAt(language, ['items', 'cap', 'per']).words[2], { name: 'month', zh: '月' });
        assert.equal(keyLabel(keyAt(language, ['items', 'for']), 'zh'), '适用');
    });
    test('a checker\'s path in any spelling becomes the form\'s', () => {
        const cases = [['items/3/points', 'items/3/points'], ['项目/3/上限/次数', 'items/3/cap/0/times'], ['items/3/cap/1/per', 'items/3/cap/1/per'], ['公示', 'publicity'],
            ['items/0/levels/村', 'items/0/levels/村'], ['items/0/for/1', 'items/0/for/1'], ['', '']];
        for (const [from, to] of cases) assert.equal(formPath(language, from).path.join('/'), to, from);
        assert.deepEqual(formPath(language, 'items/3/pionts'), { path: ['items', 3], rest: 'pionts' });
    });
    test('references name lists and keys that exist', () => {
        for (const r of references) {
            assert.ok(keyAt(language, r.at.split('/')), r.at);
            for (const l of r.to) assert.equal(keyAt(language, l.split('/'))?.kind, 'list', l);
        }
    });
});

describe('texts stay', () => {
    for (const [file, text] of presets) {
        test(`${file}: opened is unchanged; any one value changed is one line`, () => {
            const d = open(text);
            assert.equal(d.text, text);
            assert.equal(d.broken, null);
            const leaves = [];
            (function walk(v, path, shape) {
                if (Array.isArray(v)) v.forEach((x, i) => typeof x === 'object' && walk(x, [...path, i], shape));
                else for (const [k, x] of Object.entries(v)) {
                    const key = shape.byName.get(k);
                    if (typeof x === 'string' && (key?.kind === 'text' || key?.kind === 'code')) leaves.push([...path, k]);
                    else if (typeof x === 'object' && key?.sub) walk(x, [...path, k], key.sub);
                }
            })(d.value, [], language);
            assert.ok(leaves.length > 10);
            const rows = [...text.matchAll(/\n/g)].length;
            for (const path of leaves.filter((_, i) => i % 7 === 0 || i < 5)) {
                const e = open(text);
                const before = e.get(path);
                e.set(path, 'xyzzy');
                const diff = changed(text, e.text);
                assert.equal(diff.length, 2, `${path.join('/')}\n${diff.join('\n')}`);
                const [was, is] = diff.map((l) => l.slice(1));
                const [left, right] = is.split('xyzzy'); // quotes may have become needless
                assert.ok(was.startsWith(left) && was.endsWith(right) && was.slice(left.length, was.length - right.length).replace(/^"|"$/g, '') === before, diff.join('\n'));
                assert.equal([...e.text.matchAll(/\n/g)].length, rows);
                assert.equal(e.get(path), 'xyzzy');
                e.undo();
                assert.equal(e.text, text);
            }
        });
    }
    test('line ends of Windows and a missing last one are the only things opening changes', () => {
        assert.equal(open('\ufeffscheme: a\r\ntitle: b').text, 'scheme: a\ntitle: b\n');
    });
});

const small = `# 说明
scheme: a # 代号旁的话
title: "甲村细则"

# 谁参加
classes:
  - {code: household, label: 家庭, kind: household}   # 户
categories:
  - {code: build, label: 村建设}
items:
  # ---- 一、建设 ----
  # 义务劳动按小时
  - code: A01
    category: 村建设
    label: 义务劳动 # 会上提出
    points: 2
    cap: {times: 4, per: month}
  - {code: A02, category: 村建设, label: 扫路, for: [家庭], points: 1} # 每次
  # 最后
  - code: A03
    category: build
    label: 荣誉
    levels: {村: 5, 镇: 10}
publicity: {days: 3}
`;
describe('one change', () => {
    const cases = [
        ['a value keeps the comment behind it', (d) => d.set(['items', 0, 'label'], '出工'), ['-    label: 义务劳动 # 会上提出', '+    label: 出工 # 会上提出']],
        ['quotes stay', (d) => d.set(['title'], '乙村细则'), ['-title: "甲村细则"', '+title: "乙村细则"']],
        ['quotes come where YAML needs them', (d) => d.set(['items', 0, 'label'], '劳动: 每周 #1'), ['-    label: 义务劳动 # 会上提出', '+    label: "劳动: 每周 #1" # 会上提出']],
        ['commas inside braces too', (d) => d.set(['items', 1, 'label'], '扫路, 扫雪'), ['-  - {code: A02, category: 村建设, label: 扫路, for: [家庭], points: 1} # 每次', '+  - {code: A02, category: 村建设, label: "扫路, 扫雪", for: [家庭], points: 1} # 每次']],
        ['a new key goes where the language has it', (d) => d.set(['items', 0, 'for'], ['家庭']), ['+    for: 家庭']],
        ['and inside braces', (d) => d.set(['items', 1, 'per'], '次'), ['-  - {code: A02, category: 村建设, label: 扫路, for: [家庭], points: 1} # 每次', '+  - {code: A02, category: 村建设, label: 扫路, for: [家庭], points: 1, per: 次} # 每次']],
        ['an emptied key goes', (d) => d.set(['items', 1, 'for'], []), ['-  - {code: A02, category: 村建设, label: 扫路, for: [家庭], points: 1} # 每次', '+  - {code: A02, category: 村建设, label: 扫路, points: 1} # 每次']],
        ['the last key of a form takes the form along', (d) => d.set(['publicity', 'days'], ''), ['-publicity: {days: 3}']],
        ['a form that was not there', (d) => d.set(['exchange', 'rate'], '1'), ['+exchange:', '+  rate: 1']],
        ['a form in a row', (d) => d.set(['items', 2, 'warnings', 'times'], '2'), ['+    warnings: {times: 2}']],
        ['a list that was not there', (d) => d.insert(['boards'], 0, { code: 'red', label: '红榜', colour: 'red', days: '30' }), ['+boards:', '+  - {code: red, label: 红榜, colour: red, days: 30}']],
        ['a row in the middle looks like the one above', (d) => d.insert(['items'], 2, { code: 'A09', category: '村建设', label: '植树', points: '3' }), ['+  - {code: A09, category: 村建设, label: 植树, points: 3}']],
        ['a row at the top', (d) => d.insert(['items'], 0, { code: 'A00', label: '开会' }), ['+  - code: A00', '+    label: 开会']],
        ['a row goes with its own comment, the heading stays', (d) => d.remove(['items', 0]), ['-  # 义务劳动按小时', '-  - code: A01', '-    category: 村建设', '-    label: 义务劳动 # 会上提出', '-    points: 2', '-    cap: {times: 4, per: month}']],
        ['a second cap makes the list', (d) => d.insert(['items', 0, 'cap'], 1, { points: '20', per: 'year' }), ['-    cap: {times: 4, per: month}', '+    cap: [{times: 4, per: month}, {points: 20, per: year}]']],
        ['inside of a single cap', (d) => d.set(['items', 0, 'cap', 0, 'times'], '5'), ['-    cap: {times: 4, per: month}', '+    cap: {times: 5, per: month}']],
        ['a level more', (d) => d.set(['items', 2, 'levels', '县'], '20'), ['-    levels: {村: 5, 镇: 10}', '+    levels: {村: 5, 镇: 10, 县: 20}']],
        ['a level renamed', (d) => d.renameKey(['items', 2, 'levels', '村'], '行政村'), ['-    levels: {村: 5, 镇: 10}', '+    levels: {行政村: 5, 镇: 10}']],
        ['a copy has a code of its own', (d) => d.duplicate(['items'], 2), ['+  - code: A04', '+    category: build', '+    label: 荣誉', '+    levels: {村: 5, 镇: 10}']],
        ['several rows at once', (d) => d.insert(['items'], 3, { code: 'B1', label: '甲' }, { code: 'B2', label: '乙' }), ['+  - code: B1', '+    label: 甲', '+  - code: B2', '+    label: 乙']],
        ['lines of text', (d) => d.set(['items', 0, 'note'], '第一\n第二'), ['+    note: |-', '+      第一', '+      第二']],
        ['lines of text inside braces stay on one', (d) => d.set(['items', 1, 'note'], '第一\n第二'), ['-  - {code: A02, category: 村建设, label: 扫路, for: [家庭], points: 1} # 每次', '+  - {code: A02, category: 村建设, label: 扫路, for: [家庭], points: 1, note: "第一\\n第二"} # 每次']],
        ['what would read as nothing is quoted', (d) => d.set(['items', 0, 'label'], 'null'), ['-    label: 义务劳动 # 会上提出', '+    label: "null" # 会上提出']],
        ['a category\'s name changes where it is named', (d) => d.rename(['categories'], 0, 'label', '建设'),
            ['-  - {code: build, label: 村建设}', '+  - {code: build, label: 建设}', '-    category: 村建设', '+    category: 建设',
                '-  - {code: A02, category: 村建设, label: 扫路, for: [家庭], points: 1} # 每次', '+  - {code: A02, category: 建设, label: 扫路, for: [家庭], points: 1} # 每次']],
        ['a category\'s code too', (d) => d.rename(['categories'], 0, 'code', 'b'), ['-  - {code: build, label: 村建设}', '+  - {code: b, label: 村建设}', '-    category: build', '+    category: b']],
        ['also in a list of names', (d) => d.rename(['classes'], 0, 'label', '农户'),
            ['-  - {code: household, label: 家庭, kind: household}   # 户', '+  - {code: household, label: 农户, kind: household}   # 户',
                '-  - {code: A02, category: 村建设, label: 扫路, for: [家庭], points: 1} # 每次', '+  - {code: A02, category: 村建设, label: 扫路, for: [农户], points: 1} # 每次']],
    ];
    const bag = (lines) => [...lines].sort();
    /** Lines gone and come, whatever their place. */
    function bagDiff(before, after) {
        const count = new Map();
        for (const l of before.split('\n')) count.set(l, (count.get(l) ?? 0) - 1);
        for (const l of after.split('\n')) count.set(l, (count.get(l) ?? 0) + 1);
        return [...count].flatMap(([l, n]) => (n < 0 ? Array(-n).fill(`-${l}`) : Array(n).fill(`+${l}`)));
    }
    for (const [name, act, wanted] of cases)
        test(name, () => {
            const d = open(small);
            act(d);
            assert.equal(d.broken, null, d.text);
            assert.deepEqual(bag(bagDiff(small, d.text)), bag(wanted), d.text);
            d.undo();
            assert.equal(d.text, small, 'one undo');
            d.redo();
            assert.deepEqual(bag(bagDiff(small, d.text)), bag(wanted));
        });
    test('rows move with their comments, headings stay', () => {
        const d = open(small);
        d.move(['items'], 0, 2);
        assert.deepEqual(d.get(['items']).map((i) => i.code), ['A02', 'A03', 'A01']);
        assert.match(d.text, /# ---- 一、建设 ----\n  - \{code: A02/);
        assert.match(d.text, /# 义务劳动按小时\n  - code: A01/);
        d.move(['items'], 2, 0);
        assert.equal(d.text, small);
        const f = open('bands:\n  - code: b\n    label: b\n    bands: [{from: 1, points: 1}, {from: 2, points: 2}, {from: 3, points: 3}]\n');
        f.move(['bands', 0, 'bands'], 2, 0);
        assert.match(f.text, /bands: \[\{from: 3, points: 3\}, \{from: 1, points: 1\}, \{from: 2, points: 2\}\]/);
    });
});

describe('both ways', () => {
    test('text that cannot be read keeps the last form and says where', () => {
        const d = open(small);
        d.setText(small.replace('title: "甲村细则"', 'title: "甲村细则'));
        assert.equal(d.broken.line, 3 <= d.broken.line ? d.broken.line : 3);
        assert.equal(d.get(['title']), '甲村细则');
        d.set(['title'], '不写进去');
        assert.match(d.text, /title: "甲村细则\n/);
        d.setText(small.replace('甲村', '丙村'));
        assert.equal(d.broken, null);
        assert.equal(d.get(['title']), '丙村细则');
    });
    test('Chinese and English keys and words are one; new keys follow the file', () => {
        const d = open('方案: a\n标题: 甲\n公示: {天数: 3}\n项目:\n  - {代号: A1, 名称: 出工, 分值: 2, 上限: {次数: 1, 每: 月}, 证据: 必须}\n');
        assert.deepEqual(d.get(['items', 0]), { code: 'A1', label: '出工', points: '2', cap: [{ times: '1', per: 'month' }], evidence: 'required' });
        d.set(['items', 0, 'cap', 0, 'per'], 'year');
        d.set(['items', 0, 'count'], 'down');
        d.set(['exchange', 'deducts'], 'no');
        assert.match(d.text, /上限: \{次数: 1, 每: 年\}/);
        assert.match(d.text, /计数: 舍去/);
        assert.match(d.text, /兑换:\n  扣减: 否\n/);
    });
    test('from nothing', () => {
        const d = open('');
        d.set(['scheme'], 'a');
        d.set(['title'], '甲村');
        d.set(['publicity', 'days'], '3');
        d.insert(['classes'], 0, { code: 'household', label: '家庭', kind: 'household' });
        d.insert(['items'], 0, { code: 'A01', label: '出工', points: '2' });
        d.set(['items', 0, 'cap', 0, 'times'], '4');
        assert.equal(d.text, '方案: a\n标题: 甲村\n积分对象:\n  - {代号: household, 名称: 家庭, 种类: 户}\n公示: {天数: 3}\n项目:\n  - 代号: A01\n    名称: 出工\n    分值: 2\n    上限: {次数: 4}\n');
        for (const k of Object.keys(d.value)) d.remove([k]);
        assert.equal(d.text.trim(), '');
    });
    test('typing in one field is one step back', () => {
        const d = open(small);
        for (const t of ['乙', '乙村', '乙村规']) d.set(['title'], t);
        d.set(['items', 0, 'points'], '3');
        d.undo();
        assert.equal(d.get(['title']), '乙村规');
        d.undo();
        assert.equal(d.text, small);
        assert.equal(d.canUndo, false);
        assert.equal(d.dirty, false);
    });
    test('hundreds of rows are edited, moved and removed at random and stay a readable list', () => {
        const d = open(small);
        d.insert(['items'], 3, ...Array.from({ length: 300 }, (_, i) => ({ code: `Z${i}`, category: 'build', label: `第${i}件: 事`, points: String(i % 9) })));
        let seed = 7;
        const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
        const mirror = structuredClone(d.get(['items']));
        for (let n = 0; n < 120; n++) {
            const i = random(mirror.length), j = random(mirror.length);
            if (n % 4 === 0) { d.move(['items'], i, j); mirror.splice(j, 0, ...mirror.splice(i, 1)); }
            if (n % 4 === 1) { d.remove(['items', i]); mirror.splice(i, 1); }
            if (n % 4 === 2) { d.set(['items', i, 'note'], `说明, ${n} #`); mirror[i].note = `说明, ${n} #`; }
            if (n % 4 === 3) { const row = { code: `N${n}`, label: `新${n}` }; d.insert(['items'], j, row); mirror.splice(j, 0, row); }
            assert.equal(d.broken, null, d.text);
        }
        assert.deepEqual(d.get(['items']), mirror);
        assert.ok(places(d.value, 'items/note').every((p) => valueAt(d.value, p)));
    });
});

/* What forms can do anywhere, at random, against the same done to plain values: nothing but the place named changes, and the text stays readable. */
describe('any change anywhere', () => {
    const parts = (v, path = [], shape = language) => {
        const out = [];
        if (Array.isArray(v)) v.forEach((x, i) => typeof x === 'object' && out.push({ path: [...path, i], row: true }, ...parts(x, [...path, i], shape)));
        else
            for (const [k, x] of Object.entries(v)) {
                const key = shape.byName.get(k);
                if (!key) continue;
                out.push({ path: [...path, k], key, list: key.kind === 'list' });
                if (key.sub && typeof x === 'object') out.push(...parts(x, [...path, k], key.sub));
            }
        return out;
    };
    const at = (v, path) => path.reduce((x, p) => x?.[p], v);
    for (const [file, text] of presets)
        test(file, () => {
            const d = open(text);
            let mirror = structuredClone(d.value), seed = [...file].reduce((n, c) => n * 31 + c.charCodeAt(0), 7) % 2147483648;
            const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
            const awkward = ['甲', 'a: b', '# 不是注释', '一, 二', '{', '"引"', "it's", '- 甲', '  前后 '.trim(), 'null', '2..5', '多\n行', '是', '@x', '%y', '[z]', 'x #y', ':', '?', '|'];
            for (let n = 0; n < 80; n++) {
                const all = parts(mirror), p = all[random(all.length)];
                const holder = at(mirror, p.path.slice(0, -1)), last = p.path.at(-1);
                if (p.row) {
                    const what = random(4), list = p.path.slice(0, -1);
                    if (what === 0 && holder.length > 1) { d.remove(p.path); holder.splice(last, 1); }
                    else if (what === 1) { const to = random(holder.length); d.move(list, last, to); holder.splice(to, 0, ...holder.splice(last, 1)); }
                    else if (what === 2) { d.insert(list, last, structuredClone(holder[last])); holder.splice(last, 0, structuredClone(holder[last])); }
                    else { d.duplicate(list, last); const copy = structuredClone(holder[last]); if (typeof copy.code === 'string') copy.code = d.get([...list, last + 1, 'code']); holder.splice(last + 1, 0, copy); }
                } else if (p.key.kind === 'text') {
                    const v = awkward[random(awkward.length)];
                    d.set(p.path, v);
                    holder[last] = v;
                } else if (!p.key.required && Object.keys(holder).length > 1 && random(3) === 0) {
                    d.remove(p.path);
                    delete holder[last];
                } else if (p.key.kind === 'names') {
                    const v = [awkward[random(awkward.length)], '乙'].slice(0, 1 + random(2)).map((x) => x.replace('\n', ''));
                    d.set(p.path, v);
                    holder[last] = v;
                } else if (p.key.kind === 'levels') {
                    const name = awkward[random(awkward.length)].replace('\n', '');
                    d.set([...p.path, name], '7');
                    holder[last][name] = '7';
                }
                assert.equal(d.broken, null, `${n} ${p.path.join('/')}\n${d.broken?.message}\n${d.text}`);
                assert.deepEqual(d.value, mirror, `${n} ${p.path.join('/')}`);
            }
            const comments = (t) => t.split('\n').filter((l) => /^#/.test(l));
            assert.deepEqual(comments(d.text), comments(text), 'comments at the left edge stay');
            while (d.canUndo) d.undo();
            assert.equal(d.text, text);
        });
});
