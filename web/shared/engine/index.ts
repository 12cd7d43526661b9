/* The page's one engine, fetched when it is first asked for: no page carries it that does not need it. */
import url from '../../../build/web-engine/engine.wasm?url';
import { type Engine, openEngine } from './engine';

export type * from './engine';

let opening: Promise<Engine> | undefined;
async function open(): Promise<Engine> {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    return openEngine(await WebAssembly.compile(await response.arrayBuffer()));
}
export function engine(): Promise<Engine> {
    opening ??= open().catch((e: unknown) => {
        opening = undefined; // a bad line: the next call tries again
        throw e;
    });
    return opening;
}
