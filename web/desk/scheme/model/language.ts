/* The table of keys as the pages see it, read from the JSON Schema of the language (`shanzhi scheme schema`; its x- words are
 * explained in src/scheme/scheme_schema.c). Forms are loops over it, so a new construct of the language needs no page code. */
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
export interface Shape { zh: string; en: string; keys: Key[]; byName: Map<string, Key> } // what one is called; keys by either name

interface Node { [k: string]: unknown }
const node = (v: unknown): Node => (v && typeof v === 'object' ? (v as Node) : {});
const text = (v: unknown): string => (typeof v === 'string' ? v : '');

const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);

export function readLanguage(schema: unknown): Shape {
    const root = node(schema);
    const known = new Map<string, Shape>();
    const at = (ref: string): Node => ref.slice(2).split('/').reduce((n, k) => node(n[k]), root);
    /* What stands below a map or a list, by its name under $defs. */
    function below(n: Node): Shape | null {
        const ref = [n, node(n['items']), ...list(n['oneOf']).map(node)].map((x) => text(x['$ref'])).find((r) => r !== '');
        return ref ? shapeOf(ref) : null;
    }
    function bounds(n: Node): { min: number; max: number } {
        const own = list(n['oneOf']).map(node).find((x) => x['type'] === 'array') ?? n;
        const of = (...names: string[]) => Number(names.map((k) => own[k]).find((v) => v !== undefined) ?? 0);
        return { min: of('minItems', 'minLength', 'minimum'), max: of('maxItems', 'maxLength', 'maximum') };
    }
    function shapeOf(ref: string): Shape {
        const before = known.get(ref);
        if (before) return before;
        const n = at(ref);
        const shape: Shape = { zh: text(n['title']), en: text(n['description']), keys: [], byName: new Map() };
        known.set(ref, shape);
        for (const [name, raw] of Object.entries(node(n['properties']))) {
            const p = node(raw);
            const same = shape.byName.get(text(p['x-same-as']));
            if (same) {
                same.zh = name;
                shape.byName.set(name, same);
                continue;
            }
            const key: Key = {
                name, zh: '', kind: text(p['x-kind']) as Kind, required: p['x-required'] === true, one: p['x-one'] === true, ...bounds(p), sub: below(p),
                words: list(p['x-words']).map((w) => ({ name: text(node(w)['name']), zh: text(node(w)['zh']) })),
                fallback: text(p['default']), example: text(list(p['examples'])[0]), hint: { zh: text(p['x-zh']), en: text(p['description']) },
            };
            shape.keys.push(key);
            shape.byName.set(name, key);
        }
        return shape;
    }
    return shapeOf(text(root['$ref']));
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
/* One of a list: 一段, 评分项. */
export const oneOf = (k: Key, language: string) => (language === 'en' ? k.sub?.en.replace(/^an? /, '') : k.sub?.zh) || keyLabel(k, language);
export const keyHint = (k: Key, language: string) => (language === 'en' ? k.hint.en : k.hint.zh);
/* The hint where it says more than the name does. */
export const meaning = (k: Key, language: string) => (keyHint(k, language) === keyLabel(k, language) ? '' : keyHint(k, language));
export const wordLabel = (w: Word, language: string) => (language === 'en' || !w.zh ? w.name.replace(/_/g, ' ') : w.zh);
export const wordOf = (k: Key, written: string): Word | undefined => k.words.find((w) => w.name === written || w.zh === written);
const YES = new Set(['yes', 'true', '是']);
export const isYes = (written: unknown) => YES.has(String(written));
