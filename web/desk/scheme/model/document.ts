/* One scheme being edited: the text is the truth, the forms and the YAML view both change it and both see each other's changes.
 * Paths speak English keys and numbers (items, 3, points), whichever language the file writes its keys in.
 *
 *   const d = new SchemeDocument(language, text);
 *   d.set(['items', 3, 'points'], '2..10');
 *   d.value                 // { items: [{ code: 'A01', … }] }: what is written, as text
 *   d.undo();
 *
 * While the text cannot be read (somebody is typing YAML), `broken` says where and `value` stays as it last was. */
import { type Key, type Path, type Shape, isYes, keyAt, shapeAt, wordOf } from './language';
import { type Value, named, places, referencesTo, valueAt } from './references';
import { type Change, type Pair_, type ParsedNode, type Plain, type Read, type Style, addItem, addPair, apply, copyItem, dropItem, dropPair, flow, flowText, isMap, isScalar, isSeq,
    listOfOne, moveItem, normal, pairOf, read, renamePair, setPair, setRoot, sliceOf, textOf } from './splice';

const FLOW_LINE = 100; // a mapping that fits is written on one line
const HISTORY = 300;
const TYPING_MS = 1500; // what is typed into one field in one go is undone in one go
interface Step { text: string; at: string; when: number }
export interface Broken { line: number; column: number; message: string }

const short: Style = (v) => (Array.isArray(v) ? (flowText(v).length <= 60 ? 'flow' : 'block') : flowText(v).length <= FLOW_LINE ? 'flow' : 'block');
/* A record with lists in it, or with many keys, grows: it gets lines of its own. */
const large = (s: Shape | null) => !!s && (s.keys.length > 15 || s.keys.some((k) => k.kind === 'list' && !k.one));

export class SchemeDocument {
    text = '';
    value: { [key: string]: Value } = {};
    broken: Broken | null = null;
    chinese = true; // new keys are written in Chinese
    private saved = '';
    private y: Read = read('');
    private past: Step[] = [];
    private future: Step[] = [];
    private listeners = new Set<() => void>();

    constructor(readonly language: Shape, text = '', options: { chinese?: boolean } = {}) {
        this.open(text, options);
    }
    open(text: string, { chinese }: { chinese?: boolean } = {}): void {
        this.past = [];
        this.future = [];
        this.take(normal(text));
        this.saved = this.text;
        this.chinese = chinese ?? this.writtenInChinese();
        this.tell();
    }
    get dirty(): boolean { return this.text !== this.saved; }
    markSaved(text = this.text): void {
        this.saved = text;
        this.tell();
    }
    onChange(f: () => void): () => void {
        this.listeners.add(f);
        return () => this.listeners.delete(f);
    }
    get(path: Path): Value { return valueAt(this.value, path); }

    /* ---- the whole text ---- */
    setText(text: string, at = 'text'): void { this.commit(normal(text), at); }
    get canUndo() { return this.past.length > 0; }
    get canRedo() { return this.future.length > 0; }
    undo(): void { this.step(this.past, this.future); }
    redo(): void { this.step(this.future, this.past); }

    /* ---- one value ---- */
    /* "", [] and undefined take the key away. */
    set(path: Path, value: Value): void {
        if (this.broken || !path.length) return;
        const key = keyAt(this.language, path);
        const made = this.written(path, value);
        if (made === null) return void (this.node(path).there && this.remove(path));
        const before = this.node(path);
        if (before.there && JSON.stringify(valueAt(this.value, path)) === JSON.stringify(value)) return;
        this.edit(this.place(path, made), key && !['word', 'bool', 'words', 'names'].includes(key.kind) ? path.join('/') : '');
    }
    remove(path: Path): void {
        if (this.broken || !path.length) return;
        const { parent, pair, node, index } = this.node(path);
        const container = path.slice(0, -1);
        if (pair && isMap(parent)) {
            if (parent.items.length > 1) return this.edit(dropPair(this.text, parent, pair));
            if (!container.length) return this.commit(this.text.slice(0, this.text.indexOf(sliceOf(this.text, parent))).replace(/\s*$/, '\n').replace(/^\n$/, ''), '');
            if (typeof container[container.length - 1] === 'string') return this.remove(container);
            return this.edit({ ...this.whole(parent), insert: '{}' });
        }
        if (index === null) return;
        if (isSeq(parent) && parent.items.length > 1) return this.edit(dropItem(this.text, parent, index));
        if (node) this.remove(container);
    }
    /* The name on the left of a level: 村 → 行政村. */
    renameKey(path: Path, name: string): void {
        const { pair, parent } = this.node(path);
        if (this.broken || !pair || !name) return;
        this.edit(renamePair(pair, flow(parent!), name));
    }

    /* ---- rows of a list ---- */
    insert(list: Path, at: number, ...rows: Value[]): void {
        if (this.broken || !rows.length) return;
        const made = rows.map((r, i) => this.written([...list, at + i], r) ?? {});
        const found = this.node(list);
        const key = keyAt(this.language, list);
        if (key?.one && found.pair && isMap(found.node)) this.edit(listOfOne(this.text, found.pair), '', false);
        const seq = this.node(list).node;
        if (!isSeq(seq) || !seq.items.length)
            return this.edit(this.place(list, key?.one && made.length === 1 ? made[0]! : made));
        const style = this.style(list, made);
        const changes = made.map((m) => addItem(this.text, seq, Math.min(at, seq.items.length), m, style));
        this.edit({ from: changes[0]!.from, to: changes[0]!.to, insert: changes.map((c) => c.insert).join('') });
    }
    move(list: Path, from: number, to: number): void {
        const seq = this.node(list).node;
        if (this.broken || !isSeq(seq) || from === to || !seq.items[from] || !seq.items[to]) return;
        this.edit(moveItem(this.text, seq, from, to));
    }
    /* The copy gets a code of its own. */
    duplicate(list: Path, i: number): void {
        if (this.broken) return;
        const found = this.node(list);
        if (found.pair && isMap(found.node)) this.edit(listOfOne(this.text, found.pair), '', false);
        const seq = this.node(list).node;
        if (!isSeq(seq) || !seq.items[i]) return;
        const code = valueAt(this.value, [...list, i, 'code']);
        this.edit(copyItem(this.text, seq, i), '', typeof code !== 'string');
        if (typeof code === 'string') this.edit(this.place([...list, i + 1, 'code'], this.freeCode(list, code)));
    }
    /* A code nobody has in this list: A03 → A04, home → home2. */
    freeCode(list: Path, like: string): string {
        const rows = valueAt(this.value, list);
        const taken = new Set((Array.isArray(rows) ? rows : []).map((r) => String(valueAt(r, ['code']) ?? '')));
        const [, stem = '', digits = ''] = /^(.*?)(\d*)$/.exec(like) ?? [];
        for (let n = digits ? Number(digits) : 2; ; n++) {
            const code = `${stem}${String(n).padStart(digits.length, '0')}`.slice(-32);
            if (!taken.has(code) && (digits || n > 1)) return code;
        }
    }
    /* A row's code or label, and with it everything that names it. */
    rename(list: Path, i: number, field: 'code' | 'label', to: string): void {
        const path = [...list, i, field];
        const from = String(valueAt(this.value, path) ?? '');
        if (this.broken || from === to || !to) return this.set(path, to);
        const others = named(valueAt(this.value, list.slice(0, -1)), String(list[list.length - 1])).filter((n) => n[field] === from).length > 1; // two of them: nobody knows who is meant
        let text = this.text;
        const change = (p: Path, key = false) => {
            const found = this.node(p);
            const c = key ? found.pair && renamePair(found.pair, flow(found.parent!), to) : this.place(p, to);
            if (c) this.take(text = apply(text, c));
        };
        const before = this.text;
        change(path);
        const pattern = list.filter((p) => typeof p === 'string').join('/');
        if (from && !others)
            for (const r of referencesTo(pattern)) {
                if (field === 'label' && r.by !== 'label') continue;
                for (const p of places(this.value, r.at)) {
                    const v = valueAt(this.value, p);
                    if (r.keys && v && typeof v === 'object' && !Array.isArray(v) && from in v) change([...p, from], true);
                    else if (Array.isArray(v)) v.forEach((x, n) => x === from && change(v.length > 1 || isSeq(this.node(p).node) ? [...p, n] : p));
                    else if (v === from) change(p);
                }
            }
        this.take(before);
        this.commit(text, path.join('/'));
    }
    /* Where a path's key or value stands, for the YAML view; -1: it is not written. */
    offset(path: Path): number {
        const { pair, node } = this.node(path);
        const at = (pair ? pair.key : node) as unknown as { range: [number, number, number] } | null;
        return at ? at.range[0] : -1;
    }
    line(path: Path): number {
        const at = this.offset(path);
        return at < 0 ? 0 : this.text.slice(0, at).split('\n').length;
    }

    /* ---- inside ---- */
    private names(path: Path): string[] {
        const last = path[path.length - 1];
        const key = this.inLevels(path) ? null : keyAt(this.language, path);
        return key ? [key.name, key.zh] : [String(last)];
    }
    private inLevels = (path: Path) => path.length > 1 && typeof path[path.length - 2] === 'string' && keyAt(this.language, path.slice(0, -1))?.kind === 'levels';
    private node(path: Path): { there: boolean; node: ParsedNode | null; parent: ParsedNode | null; pair: Pair_ | null; index: number | null } {
        let node: ParsedNode | null = this.y.root, parent: ParsedNode | null = null, pair: Pair_ | null = null, index: number | null = null;
        for (let i = 0; i < path.length; i++) {
            const p = path[i]!;
            if (typeof p === 'number') {
                const one: boolean = isMap(node) && p === 0; // a single mapping stands for the list of one
                if (!one) {
                    parent = node;
                    node = isSeq(node) ? ((node.items[p] as ParsedNode | undefined) ?? null) : null;
                }
                index = p;
                if (!one) pair = null;
            } else {
                parent = node;
                pair = pairOf(node, this.names(path.slice(0, i + 1)));
                node = pair?.value ?? null;
                index = null;
            }
            if (!node && !pair) return { there: false, node: null, parent: i + 1 === path.length ? parent : null, pair: null, index };
        }
        return { there: true, node, parent, pair: typeof path[path.length - 1] === 'number' ? null : pair, index };
    }
    private whole = (n: ParsedNode) => {
        const from = (n as unknown as { range: number[] }).range[0]!;
        return { from, to: from + sliceOf(this.text, n).length };
    };
    private style(path: Path, made: Plain): Style {
        const key = keyAt(this.language, path);
        const own = new Set<Plain>(large(shapeAt(this.language, path)) ? (Array.isArray(made) ? made : [made]) : []);
        if (key?.kind === 'list' && !key.one && Array.isArray(made)) own.add(made); // a row, a line
        return (v) => (typeof v === 'object' && own.has(v) ? 'block' : short(v));
    }
    /* The change that puts a value at a path, making what is missing on the way. */
    private place(path: Path, made: Plain): Change {
        let value = made;
        for (let n = path.length; n > 0; n--) {
            const at = path.slice(0, n), last = path[n - 1]!;
            const found = this.node(at);
            if (found.pair && isMap(found.parent)) return setPair(this.text, found.parent, found.pair, value, this.style(at, value));
            if (found.there && found.node) return { ...this.whole(found.node), insert: flowText(value) };
            const holder = this.node(at.slice(0, -1)).node;
            if (typeof last === 'number' && isSeq(holder) && holder.items.length) return addItem(this.text, holder, holder.items.length, value, this.style(at, value));
            if (typeof last === 'string' && isMap(holder) && holder.items.length) return addPair(this.text, holder, this.order(at, holder), this.keyName(at), value, this.style(at, value));
            if (n === 1) break;
            value = typeof last === 'string' ? { [this.keyName(at)]: value } : keyAt(this.language, at)?.one ? value : [value];
        }
        return setRoot(this.keyName(path.slice(0, 1)), value, this.style(path.slice(0, 1), value), this.text);
    }
    /* A new key goes behind those that the language names before it. */
    private order(path: Path, map: ParsedNode): number {
        const keys = this.inLevels(path) ? null : shapeAt(this.language, path.slice(0, -1))?.keys;
        const pairs = (map as unknown as { items: Pair_[] }).items;
        const mine = keys?.findIndex((k) => k.name === path[path.length - 1]) ?? -1;
        if (mine < 0) return pairs.length;
        let at = 0;
        pairs.forEach((p, i) => {
            const rank = keys!.findIndex((k) => k.name === textOf(p.key) || k.zh === textOf(p.key));
            if (rank < mine) at = i + 1;
        });
        return at;
    }
    private keyName(path: Path): string {
        const last = String(path[path.length - 1]);
        const key = this.inLevels(path) ? null : keyAt(this.language, path);
        return key && this.chinese && key.zh ? key.zh : last;
    }
    /* A form's value as the file writes it; null: nothing. */
    private written(path: Path, value: Value): Plain | null {
        if (value === undefined || value === '') return null;
        const key = this.inLevels(path) ? null : keyAt(this.language, path);
        if (Array.isArray(value)) {
            const all = value.map((v, i) => (typeof v === 'object' ? this.written([...path, i], v) : this.word(key, v))).filter((v): v is Plain => v !== null);
            if (!all.length) return null;
            return all.length === 1 && (key?.kind === 'words' || key?.kind === 'names') ? all[0]! : all;
        }
        if (typeof value === 'object') {
            const out: { [k: string]: Plain } = {};
            const shape = key?.kind === 'levels' ? null : shapeAt(this.language, path);
            const rank = (name: string) => shape?.keys.findIndex((x) => x.name === name) ?? 0; // in the language's order
            for (const [k, v] of Object.entries(value).sort(([a], [b]) => rank(a) - rank(b))) {
                const made = this.written([...path, k], v);
                if (made !== null) out[this.keyName([...path, k])] = made;
            }
            return out;
        }
        return this.word(key, value);
    }
    private word(key: Key | null, value: Value): string {
        const v = String(value ?? '');
        if (key?.kind === 'bool') return isYes(v) ? (this.chinese ? '是' : 'yes') : this.chinese ? '否' : 'no';
        const w = key && wordOf(key, v);
        return w && this.chinese && w.zh ? w.zh : (w?.name ?? v);
    }
    private read(node: ParsedNode | null | undefined, key: Key | null, shape: Shape | null): Value {
        if (!node) return '';
        if (key?.kind === 'list' && shape) {
            if (isSeq(node)) return node.items.map((x) => this.record(x as ParsedNode, shape));
            return isMap(node) && key.one ? [this.record(node, shape)] : [];
        }
        if (key?.kind === 'map' && shape) return this.record(node, shape);
        if (key?.kind === 'levels') return isMap(node) ? Object.fromEntries((node.items as Pair_[]).map((p) => [textOf(p.key), textOf(p.value)])) : {};
        if (key?.kind === 'words' || key?.kind === 'names') {
            const all = isSeq(node) ? node.items.map((x) => this.plain(x as ParsedNode)) : [this.plain(node)];
            return all.filter((x) => x !== '').map((x) => wordOf(key, x)?.name ?? x);
        }
        const v = this.plain(node);
        if (key?.kind === 'word') return wordOf(key, v)?.name ?? v;
        if (key?.kind === 'bool') return ['yes', 'true', '是'].includes(v) ? 'yes' : ['no', 'false', '否'].includes(v) ? 'no' : v;
        return v;
    }
    private plain = (n: ParsedNode) => (isScalar(n) ? textOf(n) : sliceOf(this.y.text, n));
    private record(node: ParsedNode, shape: Shape): { [key: string]: Value } {
        const out: { [key: string]: Value } = {};
        if (!isMap(node)) return out;
        for (const p of node.items as Pair_[]) {
            const key = shape.byName.get(textOf(p.key));
            if (key && !(key.name in out)) out[key.name] = this.read(p.value, key, key.sub);
        }
        return out;
    }
    private take(text: string): void {
        this.text = text;
        const y = read(text);
        if (y.error) {
            const before = text.slice(0, y.error.at).split('\n');
            this.broken = { line: before.length, column: before[before.length - 1]!.length + 1, message: y.error.message };
            return;
        }
        this.broken = null;
        this.y = y;
        this.value = y.root ? this.record(y.root, this.language) : {};
    }
    private edit(c: Change, at = '', last = true): void {
        this.commit(apply(this.text, c), at, last);
    }
    private joined = false; // the next commit belongs to the step before
    private commit(text: string, at: string, last = true): void {
        if (text === this.text) return;
        const before = this.past[this.past.length - 1];
        const goesOn = this.joined || (at !== '' && before?.at === at && Date.now() - before.when < TYPING_MS);
        if (goesOn && before) before.when = Date.now();
        else this.past.push({ text: this.text, at, when: Date.now() });
        if (this.past.length > HISTORY) this.past.shift();
        this.joined = !last;
        this.future = [];
        this.take(text);
        if (last) this.tell();
    }
    private step(from: Step[], to: Step[]): void {
        const s = from.pop();
        if (!s) return;
        to.push({ text: this.text, at: '', when: 0 });
        this.take(s.text);
        this.tell();
    }
    private tell(): void { this.listeners.forEach((f) => f()); }
    private writtenInChinese(): boolean {
        let zh = 0, en = 0;
        const root = this.y.root;
        if (isMap(root)) for (const p of root.items as Pair_[]) {
            const key = this.language.byName.get(textOf(p.key));
            if (key) textOf(p.key) === key.zh ? zh++ : en++;
        }
        return zh === 0 && en === 0 ? true : zh > en;
    }
}
