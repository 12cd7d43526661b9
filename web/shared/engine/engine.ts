/* The scheme engine in the page: the program's own C code, so what a form shows while somebody types is what the server
 * will say. Texts are YAML as they would be saved; positions in findings are places in that text.
 *
 *   const e = await engine();
 *   const { ok, findings, rules } = e.check(text);
 *
 * A call takes milliseconds and never fails: what is wrong with a text is in its findings. */
import { type Document, isDocument } from 'yaml';
import type { components } from '@/api/schema';
import { EngineModule, type Extra, type Feed, type Question } from './module';
import { feedPlain, feedYaml, type Plain } from './yaml';

type Answers = components['schemas'];
export type Checked = Answers['checked'];
export type Finding = Checked['findings'][number];
export type Noticed = Answers['noticed'];
export type Choices = Answers['choices_told'];
export type Compared = Answers['compared'];
/* How a number came about. */
export interface Why { op: string; zh: string; en: string; points: string; from?: Why[] }
type WithTree<T> = Omit<T, 'tree'> & { tree: Why | null };
type Subject_ = Answers['explained']['subjects'][number];
export type Subject = Omit<Subject_, 'numbers' | 'rounds'> & { numbers: WithTree<Subject_['numbers'][number]>[]; rounds: WithTree<Subject_['rounds'][number]>[] };
export type Explained = Omit<Answers['explained'], 'subjects'> & { subjects: Subject[] };
export type Awarded = WithTree<Answers['awarded']>;

/* A text, or a Document of npm yaml, which writes itself as one. */
export type Source = string | Document;
/* Facts are a text too, or plain values as a form has them. */
export type Facts = Source | { readonly [key: string]: Plain };
/* As facts write it: one thing done, on a day. Amounts as people write them ("2.5"). */
export interface Deed {
    item: string;
    on: string;
    class?: string;
    claim?: string;
    chosen?: string | number;
    quantity?: string | number;
    level?: string;
    difficulty?: string;
    reverse?: boolean;
    what?: string;
}
export interface DeedAsked { class?: string; tags?: string[]; deed: Deed; earlier?: Deed[] }
export type Language = 'zh' | 'en';

export class Engine {
    constructor(private module: EngineModule) {}
    private ask<T>(question: Question, sources: Facts[], ...extra: Extra[]): T {
        return JSON.parse(this.json(question, sources, ...extra)) as T;
    }
    /* The answer as the server would send it, byte for byte. */
    json(question: Question, sources: Facts[], ...extra: Extra[]): string {
        const feed = (f: Feed) => sources.forEach((s, i) => {
            if (typeof s === 'string') feedYaml(f, i, s);
            else if (isDocument(s)) feedYaml(f, i, String(s));
            else feedPlain(f, i, s as Plain);
        });
        return this.module.ask(question, feed, ...extra);
    }
    /* template: of the township, for a scheme that extends it. */
    check(scheme: Source, template?: Source): Checked { return this.ask('check', template === undefined ? [scheme] : [scheme, template]); }
    /* The notice for the wall. */
    notice(scheme: Source, language: Language = 'zh'): Noticed { return this.ask('notice', [scheme], language === 'en' ? 1 : 0); }
    /* What was chosen where the source is silent. */
    choices(scheme: Source): Choices { return this.ask('choices', [scheme]); }
    diff(before: Source, after: Source): Compared { return this.ask('diff', [before, after]); }
    /* Facts over a period ("2026", "2026-03"); of one subject or of all. */
    explain(scheme: Source, facts: Facts, period: string, subject?: number): Explained {
        return this.ask('explain', [scheme, facts], period, subject === undefined ? '' : String(subject));
    }
    /* What would this earn? */
    award(scheme: Source, asked: DeedAsked): Awarded { return this.ask('award', [scheme, asked as unknown as { [key: string]: Plain }]); }
    /* The JSON Schema of schemes, or of facts. */
    schema(of: 'scheme' | 'facts' = 'scheme'): Record<string, unknown> { return this.ask('schema', [], of === 'facts' ? 1 : 0); }
}

export const openEngine = (compiled: WebAssembly.Module) => new Engine(new EngineModule(compiled));
