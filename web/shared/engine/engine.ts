/* The scheme engine in the page: the program's own C code, so what a form shows while somebody types is what the server
 * will say. Texts are YAML as they would be saved; positions in findings are places in that text.
 *
 *   const e = await engine();
 *   const { ok, findings, rules } = e.check(text);
 *
 * A call takes milliseconds and never fails: what is wrong with a text is in its findings. */
import type { components } from '@/api/schema';
import { EngineModule, type Feed, type Question } from './module';
import { feedYaml } from './yaml';

type Answers = components['schemas'];
export type Checked = Answers['checked'];
export type Finding = Checked['findings'][number];
export type Noticed = Answers['noticed'];
/* A text, or anything that writes itself as one (a Document of npm yaml). */
export type Source = string | { toString(): string };

export class Engine {
    constructor(private module: EngineModule) {}
    private ask<T>(question: Question, ...sources: Source[]): T {
        return JSON.parse(this.json(question, ...sources)) as T;
    }
    /* The answer as the server would send it, byte for byte. */
    json(question: Question, ...sources: Source[]): string {
        return this.module.ask(question, (f: Feed) => sources.forEach((s, i) => feedYaml(f, i, String(s))));
    }
    check(scheme: Source): Checked { return this.ask('check', scheme); }
    notice(scheme: Source): Noticed { return this.ask('notice', scheme); }
    /* The JSON Schema of the language. */
    schema(): Record<string, unknown> { return this.ask('schema'); }
}

export const openEngine = (compiled: WebAssembly.Module) => new Engine(new EngineModule(compiled));
