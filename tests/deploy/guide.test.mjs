// What can be said of the guides in a second. They are run by deploy.test.mjs, which takes minutes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { blocks, guides } from './guide.mjs';

const [english, chinese] = guides.map((file) => blocks(file));
// Comments at the end of a line may be in the reader's language.
const commands = (b) => b.text.replace(/(^|\s)#.*$/gm, '').replace(/[ \t]+$/gm, '');

test('every block of the guides says whether it is run, and each root has its blocks', () => {
    for (const b of [...english, ...chinese])
        assert.ok(b.run || b.words.includes('by-hand'), `${b.file}:${b.line}: neither run=… nor by-hand`);
    const names = english.filter((b) => b.run).map((b) => b.run);
    assert.deepEqual(names, [...new Set(names)], 'a name is there twice');
    for (const root of ['sqlite', 'postgresql']) assert.ok(names.some((n) => n.startsWith(`${root}/`)), root);
});

test('the Chinese guide has the same commands as the English one', () => {
    assert.deepEqual(chinese.map((b) => [b.run, commands(b)]), english.map((b) => [b.run, commands(b)]));
});

test('blocks are valid shell', () => {
    for (const b of english) {
        const r = spawnSync('bash', ['-n'], { input: b.text, encoding: 'utf8' });
        assert.equal(r.status, 0, `${b.file}:${b.line}: ${r.stderr}`);
    }
});

test('every command that works on an installation names the configuration', () => {
    const words = new Set(['init', 'serve', 'migrate', 'backup', 'restore', 'move', 'region', 'account', 'ledger', 'claim', 'people']);
    const missed = [];
    for (const b of [...english, ...chinese])
        for (const line of b.text.replace(/\\\n/g, ' ').split('\n'))
            for (const m of line.matchAll(/(?:^|\s)shanzhi ([a-z]+)([^|;&]*)/g))
                if (words.has(m[1]) && !m[2].includes('--config /etc/shanzhi/shanzhi.conf')) missed.push(`${b.file}:${b.line}: ${line}`);
    assert.deepEqual(missed, []);
});

test('files that the package and the guides name are there', () => {
    for (const f of ['packaging/shanzhi.conf', 'packaging/shanzhi.8', 'packaging/shanzhi.sysusers', 'packaging/Containerfile', 'packaging/holidays.example'])
        assert.ok(existsSync(f), f);
    for (const file of guides)
        for (const m of readFileSync(file, 'utf8').matchAll(/`((?:packaging|docs|schemes)\/[\w./-]+)`/g)) assert.ok(existsSync(m[1]), `${file}: ${m[1]}`);
});
