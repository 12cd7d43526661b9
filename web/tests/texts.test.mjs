import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const locales = fileURLToPath(new URL('../shared/locales', import.meta.url));
const keys = (o, at = '') => Object.entries(o).flatMap(([k, v]) => (typeof v === 'object' ? keys(v, `${at}${k}.`) : [`${at}${k}`]));
const holes = (text) => [...String(text).matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
const at = (o, key) => key.split('.').reduce((x, k) => x?.[k], o);

test('both languages say the same things', () => {
    const zh = readdirSync(join(locales, 'zh')), en = readdirSync(join(locales, 'en'));
    assert.deepEqual(zh, en);
    for (const file of zh) {
        const [a, b] = ['zh', 'en'].map((l) => JSON.parse(readFileSync(join(locales, l, file), 'utf8')));
        assert.deepEqual(keys(a).sort(), keys(b).sort(), file);
        for (const k of keys(a)) {
            assert.deepEqual(holes(at(a, k)), holes(at(b, k)), `${file} ${k}`);
            assert.ok(at(a, k) && at(b, k), `${file} ${k} is empty`);
        }
    }
});

test('villagers read no English and no codes', () => {
    for (const file of readdirSync(join(locales, 'zh'))) {
        const texts = JSON.parse(readFileSync(join(locales, 'zh', file), 'utf8'));
        for (const k of keys(texts)) {
            const bare = at(texts, k).replace(/\{\w+\}/g, '').replace(/English|CSV|XLSX|PDF|Excel|API|Enter|Ctrl|Esc|Alt|Shift|YAML|JSON|IP|TOTP|CPU|HTTP/g, '');
            assert.doesNotMatch(bare, /[A-Za-z]{2,}/, `${file} ${k}: ${at(texts, k)}`);
        }
    }
});
