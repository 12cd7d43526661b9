/* A text of YAML, read by npm yaml, to the engine node by node. What npm yaml and libfyaml (which reads on the server)
 * see differently is evened out here, so that both give the same tree with the same positions:
 * lines from 1, columns in characters from 1. */
import { type Document, type ErrorCode, type YAMLParseError, isAlias, isCollection, isMap, isPair, isScalar, parseAllDocuments } from 'yaml';
import type { Feed } from './module';

/* Offset → line and column. Offsets mostly grow, so it goes on from the last one. */
class Places {
    private at = 0;
    private line = 1;
    private column = 1;
    constructor(private text: string) {}
    of(offset: number): [number, number] {
        if (offset < this.at) { // back to the line's beginning, or to the text's
            const from = this.text.lastIndexOf('\n', this.at - 1) + 1;
            if (offset < from) this.line = 1;
            this.at = offset < from ? 0 : from;
            this.column = 1;
        }
        while (this.at < offset) {
            const c = this.text.codePointAt(this.at)!;
            this.at += c > 0xffff ? 2 : 1;
            if (c === 0x0a) {
                this.line++;
                this.column = 1;
            } else if (c !== 0xfeff || this.at > 1) {
                this.column++; // a byte order mark is no character
            }
        }
        return [this.line, this.column];
    }
}

interface Decorated { anchor?: string; tag?: string; range?: [number, number, number] | null }

/* What people get wrong most, in Chinese; the rest in npm yaml's words. */
const chinese: Partial<Record<ErrorCode, string>> = {
    TAB_AS_INDENT: '缩进用了制表符（Tab），请改用空格',
    BAD_INDENT: '缩进不对，同一级的行要对齐',
    BLOCK_AS_IMPLICIT_KEY: '一行里有两个冒号，后面的内容请加引号',
    MULTILINE_IMPLICIT_KEY: '缩进不对，或冒号后面缺空格',
    MISSING_CHAR: '引号、括号或冒号没有写完',
    BAD_SCALAR_START: '内容不能以这个符号开头，请加引号',
    BAD_DQ_ESCAPE: '引号里的反斜杠写法不对',
    UNEXPECTED_TOKEN: '这里多了内容或符号，也可能是缩进不对',
    KEY_OVER_1024_CHARS: '冒号前面的字太多',
    BAD_DIRECTIVE: '以 % 开头的行不能用',
};

const nothing = (d: Document.Parsed) => !d.contents || (isScalar(d.contents) && d.contents.value === '' && d.contents.type === 'PLAIN');

class Walk {
    private places: Places;
    constructor(private text: string, private f: Feed) {
        this.places = new Places(text);
    }
    /* &name and !tag stand before their node. */
    private decoration(n: Decorated): void {
        const from = n.range?.[0] ?? 0;
        if (n.anchor) this.f.anchor(...this.places.of(this.text.lastIndexOf(`&${n.anchor}`, from)));
        if (!n.tag) return;
        let at = this.text.lastIndexOf('!', from);
        while (at > 0 && this.text[at - 1] === '!') at--;
        this.f.tag(...this.places.of(at));
    }
    value(n: unknown, otherwise: number): void {
        if (!this.f.more()) return;
        const at = (n as Decorated | null)?.range?.[0] ?? otherwise;
        const [line, column] = this.places.of(at);
        if (isAlias(n)) {
            this.f.alias(line, column);
        } else if (isCollection(n)) {
            if (isMap(n)) this.f.map(line, column);
            else this.f.list(line, column);
            this.decoration(n as Decorated);
            for (const item of n.items) {
                if (isPair(item)) {
                    this.value(item.key, at);
                    this.value(item.value, (item.key as Decorated | null)?.range?.[1] ?? at);
                } else {
                    this.value(item, at);
                }
            }
            this.f.end();
        } else if (isScalar(n)) {
            const text = typeof n.value === 'string' ? n.value : n.source ?? '';
            const quoted = n.type !== undefined && n.type !== 'PLAIN';
            if (n.type === 'QUOTE_SINGLE' && this.text.slice(at + 1, n.range![1] - 1).includes("''''")) // the server's reader cannot bear them
                return this.f.syntax('单引号里不能连着写几个单引号，请改用双引号', 'several quotes in a row within single quotes: use double quotes', line, column);
            if (n.type?.startsWith('BLOCK') || (!text && !quoted)) this.f.scalar(text, quoted, 0, 0); // begins nowhere
            else this.f.scalar(text, quoted, line, column);
            this.decoration(n as Decorated);
        } else {
            this.f.scalar('', false, 0, 0);
        }
    }
    /* A second document: only where it begins is told. */
    another(d: Document.Parsed): void {
        const at = (d.contents as Decorated | null)?.range?.[0] ?? d.errors[0]?.pos[0] ?? 0;
        if (nothing(d)) this.f.scalar('', false, 0, 0);
        else this.f.scalar('', true, ...this.places.of(at));
    }
    /* One per line: the others are its echoes. */
    errors(list: readonly YAMLParseError[]): void {
        let last = 0;
        for (const e of [...list].sort((a, b) => a.pos[0] - b.pos[0])) {
            const [line, column] = this.places.of(e.pos[0]);
            if (line !== last) this.f.syntax(chinese[e.code] ?? `请检查缩进、冒号后的空格和引号（${e.message}）`, e.message, line, column);
            last = line;
        }
    }
}

const lone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\0/;

/* Reading takes most of the time of an answer, and a page asks several things about the same text. */
const KEPT = 3;
const read = new Map<string, Document.Parsed[]>();
function documents(text: string): Document.Parsed[] {
    const all = read.get(text) ?? parseAllDocuments(text, { schema: 'failsafe', uniqueKeys: false, prettyErrors: false, logLevel: 'silent', strict: true });
    const docs = 'empty' in all ? [] : all;
    read.delete(text); // to the end: the oldest goes first
    read.set(text, docs);
    if (read.size > KEPT) read.delete(read.keys().next().value!);
    return docs;
}

export function feedYaml(f: Feed, which: number, written: string): void {
    const bytes = new TextEncoder().encode(written).length;
    if (!f.doc(which, bytes)) return;
    if (lone.test(written)) return f.not_utf8();
    const text = written.replace(/\r(?!\n)/g, '\n'); // an old line end, which npm yaml does not know
    let docs: Document.Parsed[];
    try {
        docs = documents(text);
    } catch (e) {
        if (e instanceof RangeError) return f.too_deep(); // npm yaml nests calls, the engine stops far earlier
        throw e;
    }
    const walk = new Walk(text, f);
    const [first, second] = docs.filter((d) => !nothing(d) || d.directives.docStart || d.errors.length); // "..." alone is none
    if (!first) return;
    if (first.errors.some((e) => e.code === 'RESOURCE_EXHAUSTION')) return f.too_deep();
    if (first.errors.length) return walk.errors(first.errors);
    if (first.contents) walk.value(first.contents, 0);
    if (second) walk.another(second);
}

/* Facts that a form has made: plain values, no text. They have no places, so a finding says its path. */
export type Plain = string | number | boolean | null | undefined | readonly Plain[] | { readonly [key: string]: Plain };
export function feedPlain(f: Feed, which: number, value: Plain): void {
    f.doc(which, 0);
    plain(f, value);
}
function plain(f: Feed, value: Plain): void {
    if (!f.more()) return;
    if (value === null || value === undefined) return f.scalar('', false, 1, 1);
    if (typeof value !== 'object') return f.scalar(String(value), typeof value === 'string', 1, 1);
    if (Array.isArray(value)) {
        f.list(1, 1);
        for (const v of value as readonly Plain[]) plain(f, v);
    } else {
        f.map(1, 1);
        for (const [k, v] of Object.entries(value)) {
            if (v === undefined) continue; // as JSON leaves it out
            f.scalar(k, true, 1, 1);
            plain(f, v);
        }
    }
    f.end();
}
