/* The first load of the phone's pages: everything index.html names, plus what its entry imports at once and
 * the page a villager lands on, as sent with brotli. Design section 8: at most 150 KiB. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import assert from 'node:assert/strict';

const LIMIT = 150 * 1024;
const web = join(dirname(fileURLToPath(import.meta.url)), '../../build/web');
test('first phone load is at most 150 KiB compressed', () => {
    const html = readFileSync(join(web, 'index.html'), 'utf8');
    assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)/, 'inline script: refused by our CSP');
    assert.doesNotMatch(html, /\sstyle=|<style/, 'inline style');
    const wanted = new Set([...html.matchAll(/(?:src|href)="\/(assets\/[^"]+|manifest[^"]*|icon[^"]*)"/g)].map((m) => m[1]));
    for (const file of wanted) // Set grows while it is walked
        if (file.endsWith('.js'))
            for (const m of readFileSync(join(web, file), 'utf8').matchAll(/(?:\bfrom|\bimport)\s*"\.\/([^"]+\.js)"/g)) wanted.add(`assets/${m[1]}`);
    wanted.add('index.html');
    const sizes = [...wanted].map((f) => [f, statSync(join(web, `${f}.br`)).size]);
    const total = sizes.reduce((n, [, s]) => n + s, 0);
    console.log(`# first load ${(total / 1024).toFixed(1)} KiB in ${sizes.length} files: ${sizes.map(([f, s]) => `${f} ${s}`).join(', ')}`);
    assert.ok(total <= LIMIT, `${total} bytes`);
});
