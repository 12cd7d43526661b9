/* A TypeScript module of the pages, for node:test. */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
export async function load(path) {
    const { module } = await runnerImport(path, { root, configFile: false, logLevel: 'error', resolve: { alias: { '@': `${root}shared` } } });
    return module;
}
