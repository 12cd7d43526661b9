/* The table of keys as the pages see it, read from the JSON Schema of the language (`shanzhi scheme schema`). Forms are loops
 * over it, so a new construct of the language needs no page code. Every key stands there twice, under its English
 * name and then under its Chinese one; here it is one Key. */
export type Kind =
    | 'code' | 'text' | 'int' | 'bool' | 'date' | 'points' | 'bound' | 'range' // one value
    | 'word' | 'words' | 'names' // one of a list, some of a list, one or more names
    | 'map' | 'list' | 'levels'; // a form, a table, names with points
export interface Word { name: string; zh: string }
export interface Key {
    name: string; // English; what paths are made of
    zh: string;
    kind: Kind;
    required: boolean;
    one: boolean; // a list that may stand as a single mapping
    min: number;
    max: number;
    words: Word[];
    sub: Shape | null;
    fallback: string; // what holds when it is absent; "": nothing
    example: string;
    hint: { zh: string; en: string };
}
export interface Shape { keys: Key[]; byName: Map<string, Key> } // by either name

interface Node { [k: string]: unknown }
const node = (v: unknown): Node => (v && typeof v === 'object' ? (v as Node) : {});
const text = (v: unknown): string => (typeof v === 'string' ? v : '');
const ascii = (s: string) => /^[\x20-\x7e]*$/.test(s);

/* "month", "月", "day", "日" → pairs; a word without a Chinese name stands alone. */
function words(list: unknown): Word[] {
    const out: Word[] = [];
    for (const w of Array.isArray(list) ? list.map(String) : [])
        if (ascii(w) || !out.length) out.push({ name: w, zh: '' });
        else out[out.length - 1]!.zh = w;
    return out;
}

export function readLanguage(schema: unknown): Shape {
    const root = node(schema);
    const known = new Map<unknown, Shape>();
    const follow = (v: unknown): Node => {
        const n = node(v), ref = text(n['$ref']);
        if (!ref.startsWith('#/')) return n;
        return { ...ref.slice(2).split('/').reduce((at, k) => node(at[k]), root), ...n, $ref: ref };
    };
    function kindOf(n: Node): Pick<Key, 'kind' | 'one' | 'words' | 'sub' | 'min' | 'max'> {
        const none = { one: false, words: [], sub: null, min: 0, max: 0 };
        const either = Array.isArray(n['oneOf']) ? n['oneOf'].map(follow) : [];
        const list = either.find((x) => x['type'] === 'array');
        if (list) {
            const alone = either.find((x) => x['type'] !== 'array') ?? {};
            if (alone['properties']) return { ...none, ...kindOf(list), one: true };
            const choice = words(alone['enum']);
            return choice.length ? { ...none, kind: 'words', words: choice } : { ...none, kind: 'names' };
        }
        if (Array.isArray(n['enum'])) return n['enum'].includes(true) ? { ...none, kind: 'bool' } : { ...none, kind: 'word', words: words(n['enum']) };
        if (n['type'] === 'array') return { ...none, kind: 'list', sub: shapeOf(n['items']), min: Number(n['minItems'] ?? 0), max: Number(n['maxItems'] ?? 1000) };
        if (n['type'] === 'object') return n['properties'] ? { ...none, kind: 'map', sub: shapeOf(n) } : { ...none, kind: 'levels', max: 20 };
        if (n['type'] === 'integer') return { ...none, kind: 'int', min: Number(n['minimum'] ?? 0), max: Number(n['maximum'] ?? 100000) };
        if (n['format'] === 'date') return { ...none, kind: 'date' };
        const pattern = text(n['pattern']);
        if (pattern.includes('[.][.]')) return { ...none, kind: 'range' };
        if (pattern.includes('[0-9]{2}-')) return { ...none, kind: 'bound' };
        if (Array.isArray(n['type'])) return { ...none, kind: 'points' };
        if (pattern) return { ...none, kind: 'code', max: 32 };
        return { ...none, kind: 'text', min: Number(n['minLength'] ?? 0), max: Number(n['maxLength'] ?? 1000) };
    }
    function shapeOf(v: unknown): Shape {
        const n = follow(v);
        const mark = n['$ref'] || v;
        const before = known.get(mark);
        if (before) return before;
        const shape: Shape = { keys: [], byName: new Map() };
        known.set(mark, shape);
        const needed = new Set((Array.isArray(n['allOf']) ? n['allOf'] : []).flatMap((a) => (node(a)['anyOf'] as unknown[] ?? [])).flatMap((r) => (node(r)['required'] as string[] ?? [])));
        for (const [name, raw] of Object.entries(node(n['properties']))) {
            const p = follow(raw);
            const last = shape.keys[shape.keys.length - 1];
            if (!ascii(name) && last && !last.zh) {
                last.zh = name;
                last.hint.zh = text(p['description']);
                shape.byName.set(name, last);
                continue;
            }
            const examples = Array.isArray(p['examples']) ? p['examples'] : [];
            const key: Key = { name, zh: '', ...kindOf(p), required: needed.has(name), fallback: String(p['default'] ?? ''), example: String(examples[0] ?? ''), hint: { zh: '', en: text(p['description']) } };
            shape.keys.push(key);
            shape.byName.set(name, key);
        }
        return shape;
    }
    return shapeOf(root);
}

/* "items", 3, "cap", 0 → the shape of what stands there; null where the language has nothing. */
export type Path = readonly (string | number)[];
export function shapeAt(root: Shape, path: Path): Shape | null {
    let shape: Shape | null = root;
    for (const p of path) if (typeof p === 'string') shape = shape?.byName.get(p)?.sub ?? null;
    return shape;
}
export function keyAt(root: Shape, path: Path): Key | null {
    let shape: Shape | null = root, key: Key | null = null;
    for (const p of path) {
        if (typeof p !== 'string') continue;
        key = shape?.byName.get(p) ?? null;
        shape = key?.sub ?? null;
    }
    return key;
}
/* A checker's path ("项目/3/cap/times", as the file writes it) → the form's (items, 3, cap, 0, times). What is unknown to the language ends it. */
export function formPath(root: Shape, written: string): { path: (string | number)[]; rest: string } {
    const parts = written.split('/').filter((s) => s !== '');
    const path: (string | number)[] = [];
    let shape: Shape | null = root, key: Key | null = null;
    for (let i = 0; i < parts.length; i++) {
        const part = parts[i]!;
        if (key?.kind === 'list' && typeof path[path.length - 1] === 'string') {
            if (/^\d+$/.test(part)) { path.push(Number(part)); continue; }
            if (key.one) path.push(0);
        } else if (key && key.kind !== 'map' && key.kind !== 'list') {
            path.push(/^\d+$/.test(part) ? Number(part) : part); // inside of levels, words or names
            continue;
        }
        const next: Key | undefined = shape?.byName.get(part);
        if (!next) return { path, rest: parts.slice(i).join('/') };
        key = next;
        shape = next.sub;
        path.push(next.name);
    }
    return { path, rest: '' };
}
export const pathText = (path: Path) => path.join('/');

/* How a key and a word are called in the page's language. */
export const keyLabel = (k: Key, language: string) => (language === 'en' || !k.zh ? k.name.replace(/_/g, ' ') : k.zh);
export const keyHint = (k: Key, language: string) => (language === 'en' ? k.hint.en : k.hint.zh);
/* The hint where it says more than the name does. */
export const meaning = (k: Key, language: string) => (keyHint(k, language) === keyLabel(k, language) ? '' : keyHint(k, language));
export const wordLabel = (w: Word, language: string) => (language === 'en' || !w.zh ? w.name.replace(/_/g, ' ') : w.zh);
export const wordOf = (k: Key, written: string): Word | undefined => k.words.find((w) => w.name === written || w.zh === written);
const YES = new Set(['yes', 'true', '是']);
export const isYes = (written: unknown) => YES.has(String(written));
