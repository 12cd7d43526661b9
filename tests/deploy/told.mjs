// Prints /metrics of a server that has answered, refused and been backed up, of the engine that SHANZHI_TEST_PG names.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropPlaces } from '../api/place.mjs';
import { serve } from '../api/harness.mjs';

const server = await serve();
const get = async (path) => (await fetch(`http://127.0.0.1:${server.port}${path}`)).text();
const dir = mkdtempSync(join(tmpdir(), 'told-'));
server.command(['backup', join(dir, 'one')]);
for (const path of ['/api/v1/openapi.json', '/api/v1/villages/441621102205/board', '/readyz', '/nowhere']) await get(path);
// The checks have a thread of their own; this waits for a round that has seen the backup.
let text = await get('/metrics');
for (const until = performance.now() + 60_000; !/^shanzhi_backup_age_seconds /m.test(text) && performance.now() < until; text = await get('/metrics')) await get('/readyz');
await server.stop();
rmSync(dir, { recursive: true });
dropPlaces();
process.stdout.write(text, () => process.exit(0));
