/* The C engine as a module (src/scheme/scheme_wasm.c): its calls, texts in and out, and a fresh instance after a
 * trap. Nothing else in the pages touches WebAssembly memory. */
interface Exports {
    memory: WebAssembly.Memory;
    last_words(): number;
    reset(): void;
    room(bytes: number): number;
    doc(which: number, bytes: number): number;
    more(): number;
    map(line: number, column: number): void;
    list(line: number, column: number): void;
    scalar(text: number, quoted: number, line: number, column: number): void;
    end(): void;
    alias(line: number, column: number): void;
    anchor(line: number, column: number): void;
    tag(line: number, column: number): void;
    syntax(zh: number, en: number, line: number, column: number): void;
    not_utf8(): void;
    too_deep(): void;
    length(): number;
    check(): number;
    notice(lang: number): number;
    choices(): number;
    diff(): number;
    explain(period: number, subject: number): number;
    award(): number;
    schema(of: number): number;
    too_much(): number;
}
export type Question = 'check' | 'notice' | 'choices' | 'diff' | 'explain' | 'award' | 'schema' | 'too_much';
/* What a question takes besides its documents: numbers as they are, texts. */
export type Extra = number | string;
export type Calls = Pick<Exports, 'doc' | 'more' | 'map' | 'list' | 'end' | 'alias' | 'anchor' | 'tag' | 'not_utf8' | 'too_deep'>;

/* What documents are fed to; `text` calls are the two that carry one. */
export interface Feed extends Calls {
    scalar(text: string, quoted: boolean, line: number, column: number): void;
    syntax(zh: string, en: string, line: number, column: number): void;
}

export class EngineModule {
    private c: Exports;
    private encoder = new TextEncoder();
    private decoder = new TextDecoder();

    constructor(private compiled: WebAssembly.Module) {
        this.c = this.fresh();
    }
    private fresh(): Exports {
        return new WebAssembly.Instance(this.compiled, {}).exports as unknown as Exports;
    }
    /* A closed text in the module's memory; NUL ends it there as it ends C strings. */
    private put(text: string): number {
        const most = text.length * 3;
        const at = this.c.room(most);
        this.encoder.encodeInto(text, new Uint8Array(this.c.memory.buffer, at, most));
        return at;
    }
    private get(at: number, bytes: number): string {
        return this.decoder.decode(new Uint8Array(this.c.memory.buffer, at, bytes));
    }
    private words(): string {
        const all = new Uint8Array(this.c.memory.buffer, this.c.last_words(), 256);
        return this.decoder.decode(all.subarray(0, all.indexOf(0)));
    }

    /* Feeds documents and asks one question; the answer is JSON. What traps is told by the module itself, from a fresh
     * instance: with the limits on documents that is memory running out, and `trapped` holds its last words. */
    trapped = '';
    ask(question: Question, feed: (f: Feed) => void = () => {}, ...extra: Extra[]): string {
        const c = this.c;
        try {
            c.reset();
            feed({
                doc: c.doc, more: c.more, map: c.map, list: c.list, end: c.end, alias: c.alias, anchor: c.anchor, tag: c.tag,
                not_utf8: c.not_utf8, too_deep: c.too_deep,
                scalar: (text, quoted, line, column) => c.scalar(this.put(text), quoted ? 1 : 0, line, column),
                syntax: (zh, en, line, column) => c.syntax(this.put(zh), this.put(en), line, column),
            });
            const call = c[question] as (...with_: number[]) => number;
            const at = call(...extra.map((x) => (typeof x === 'string' ? this.put(x) : x)));
            return this.get(at, c.length());
        } catch (e) {
            if (!(e instanceof WebAssembly.RuntimeError)) throw e;
            this.trapped = this.words() || e.message;
            this.c = this.fresh();
            if (question === 'too_much') throw e;
            return this.ask('too_much');
        }
    }
}
