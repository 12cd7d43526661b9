/* The desk's words: both languages say the same things, nothing is English or a code in Chinese, and every write and every
 * permission the server knows has its name (操作日志, 程序令牌). */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = (p) => fileURLToPath(new URL(p, import.meta.url));
const locales = here('../desk/locales');
const read = (l, file) => JSON.parse(readFileSync(join(locales, l, file), 'utf8'));
const keys = (o, at = '') => Object.entries(o).flatMap(([k, v]) => (typeof v === 'object' ? keys(v, `${at}${k}.`) : [`${at}${k}`]));
const at = (o, key) => key.split('.').reduce((x, k) => x?.[k], o);
const holes = (text) => [...String(text).matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
const files = readdirSync(join(locales, 'zh'));

test('both languages of the desk say the same things', () => {
    assert.deepEqual(files, readdirSync(join(locales, 'en')));
    for (const file of files) {
        const [zh, en] = [read('zh', file), read('en', file)];
        assert.deepEqual(keys(zh).sort(), keys(en).sort(), file);
        for (const k of keys(zh)) {
            assert.ok(at(zh, k) && at(en, k), `${file} ${k} is empty`);
            assert.deepEqual(holes(at(zh, k)), holes(at(en, k)), `${file} ${k}`);
        }
    }
});

test('the editor of schemes says the same in both languages, and in Chinese no software', () => {
    const [zh, en] = ['zh', 'en'].map((l) => JSON.parse(readFileSync(here(`../desk/scheme/locales/${l}.json`), 'utf8')));
    assert.deepEqual(keys(zh).sort(), keys(en).sort());
    for (const k of keys(zh)) {
        assert.ok(at(zh, k) && at(en, k), `${k} is empty`);
        assert.deepEqual(holes(at(zh, k)), holes(at(en, k)), k);
        assert.doesNotMatch(at(zh, k).replace(/\{\w+\}/g, '').replace(/Excel|Ctrl|Alt|Esc|Tab|\.yaml/g, ''), /[A-Za-z]{2,}/, k);
    }
});

test('the desk speaks Chinese, not software', () => {
    for (const file of files)
        for (const k of keys(read('zh', file))) {
            const text = at(read('zh', file), k);
            const bare = text.replace(/\{\w+\}/g, '').replace(/CSV|Excel|QQ|Ctrl|\.(yaml|csv|xlsx)/g, '');
            assert.doesNotMatch(bare, /[A-Za-z]{2,}/, `${file} ${k}: ${text}`);
        }
});

test('every write of the API document has a name in the operation log', { skip: !existsSync(here('../../build/openapi.json')) }, () => {
    const { paths } = JSON.parse(readFileSync(here('../../build/openapi.json'), 'utf8'));
    const names = read('zh', 'actions.json');
    for (const [path, routes] of Object.entries(paths))
        for (const method of Object.keys(routes).filter((m) => ['post', 'put', 'patch', 'delete'].includes(m))) {
            const key = `${method.toUpperCase()} ${path.replace('/api/v1', '')}`.replace(/[^A-Za-z]+/g, '_').replace(/_$/, '');
            assert.ok(names[key], key);
        }
});

test('every permission has a name', () => {
    const known = [...readFileSync(here('../../src/http/perm.def'), 'utf8').matchAll(/^PERM\(\w+,\s*"([^"]+)"/gm)].map((m) => m[1].replace('.', '_'));
    assert.deepEqual(Object.keys(read('zh', 'perms.json')).sort(), known.sort());
});
