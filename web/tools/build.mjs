/* npm run build: the three entries into ../build/web, then a .br and a .gz beside every file, which the
 * program embeds and serves as they are. npm run build -- desk builds one entry only. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(web, '../build/web');
const wanted = process.argv.slice(2);
process.chdir(web);
for (const entry of ['phone', 'desk', 'screen']) {
    if (wanted.length && !wanted.includes(entry)) continue;
    process.env.ENTRY = entry;
    await build({ mode: 'production', logLevel: 'warn', configFile: join(web, 'vite.config.ts') });
}

function files(dir) {
    return readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
        e.isDirectory() ? files(join(dir, e.name)) : [join(dir, e.name)]);
}
for (const file of files(out)) {
    if (!/\.(html|js|css|svg|json|webmanifest|txt|wasm)$/.test(file)) continue;
    const plain = readFileSync(file);
    const br = brotliCompressSync(plain, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
    });
    writeFileSync(`${file}.br`, br);
    writeFileSync(`${file}.gz`, gzipSync(plain, { level: 9 }));
    if (statSync(`${file}.br`).size > plain.length + 64) throw new Error(`${file}: grew when compressed`);
}
