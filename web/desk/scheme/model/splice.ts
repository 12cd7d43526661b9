/* Changes to a YAML text that touch nothing but what they say: npm `yaml` reads it and knows where every node stands, and a change
 * replaces just those characters. So comments, order, blank lines and style of all else stay to the byte, which writing
 * the whole document out again would not promise.
 *
 *   const y = read(text);
 *   text = apply(text, setPair(y, map, 'points', 'points', '5', {…})); */
import { Document, type ParsedNode, type Pair, Scalar, type YAMLMap, type YAMLSeq, isMap, isScalar, isSeq, parseDocument } from 'yaml';

export interface Change { from: number; to: number; insert: string }
export type Plain = string | Plain[] | { [key: string]: Plain };
export interface Read { text: string; root: ParsedNode | null; error: { at: number; message: string } | null }
type Map_ = YAMLMap<Scalar, ParsedNode | null>;
type Seq_ = YAMLSeq<ParsedNode>;
type Pair_ = Pair<Scalar, ParsedNode | null>;

/* Windows line ends become plain ones and the text ends with a line end: the only things opening changes. */
export function normal(text: string): string {
    const plain = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
    return plain === '' || plain.endsWith('\n') ? plain : `${plain}\n`;
}
export function read(text: string): Read {
    const doc = parseDocument(text, { schema: 'failsafe', keepSourceTokens: true, uniqueKeys: false, prettyErrors: false });
    const e = doc.errors[0];
    const root = (doc.contents as ParsedNode | null) ?? null;
    const blank = !root || (isScalar(root) && String(root.value ?? '') === '');
    if (!e && !blank && !isMap(root)) return { text, root: null, error: { at: 0, message: 'not a mapping' } };
    return { text, root: blank ? null : root, error: e ? { at: e.pos[0], message: e.message } : null };
}
export const apply = (text: string, c: Change) => text.slice(0, c.from) + c.insert + text.slice(c.to);

const span = (n: unknown) => (n as { range: [number, number, number] }).range;
const startOf = (n: unknown) => span(n)[0];
const lineStart = (t: string, at: number) => t.lastIndexOf('\n', at - 1) + 1;
const lineEnd = (t: string, at: number) => { const i = t.indexOf('\n', at); return i < 0 ? t.length : i; };
const column = (t: string, at: number) => at - lineStart(t, at);
const pad = (n: number) => ' '.repeat(n);
const flow = (n: unknown) => !!(n as { flow?: boolean }).flow;

/* Where the last character of a node stands, without the comment and the line end behind it. */
function endOf(t: string, n: ParsedNode): number {
    if (isScalar(n)) {
        if (n.type !== 'BLOCK_LITERAL' && n.type !== 'BLOCK_FOLDED') return span(n)[1];
        return startOf(n) + t.slice(startOf(n), span(n)[1]).replace(/\s+$/, '').length;
    }
    if (flow(n)) return span(n)[1];
    const items = (n as Map_ | Seq_).items;
    const last = items[items.length - 1];
    if (!last) return span(n)[1];
    return isMap(n) ? endOfPair(t, last as unknown as Pair_) : endOfItem(t, n as Seq_, items.length - 1);
}
const colonOf = (t: string, p: Pair_) => t.indexOf(':', span(p.key)[1]);
function endOfPair(t: string, p: Pair_): number {
    return p.value ? Math.max(endOf(t, p.value), colonOf(t, p) + 1) : colonOf(t, p) + 1;
}
/* "-" of every entry of a block list; comments between them are not entries. */
function dashes(s: Seq_): number[] {
    const token = s.srcToken as unknown as { items: { start: { type: string; offset: number }[] }[] };
    return token.items.flatMap((i) => i.start.filter((x) => x.type === 'seq-item-ind').map((x) => x.offset));
}
const endOfItem = (t: string, s: Seq_, i: number) => Math.max(s.items[i] ? endOf(t, s.items[i]!) : 0, dashes(s)[i]! + 1);

/* ---- reading ---- */
export const textOf = (n: unknown): string => (isScalar(n) ? String(n.value ?? '') : '');
export function pairOf(map: unknown, names: string[]): Pair_ | null {
    if (!isMap(map)) return null;
    return (map as unknown as Map_).items.find((p) => names.includes(textOf(p.key))) ?? null;
}
export const sliceOf = (t: string, n: ParsedNode) => t.slice(startOf(n), endOf(t, n));

/* ---- writing values ---- */
/* A text as YAML needs it at this place: bare where it can be, quoted where it must. Numbers and yes/no stay bare, the language
 * knows by itself what is what. */
export function scalar(value: string, inFlow: boolean): string {
    if (value === '') return '""';
    if (value.includes('\n')) return JSON.stringify(value); // on one line
    const doc = new Document(inFlow ? [value] : { k: value }, { schema: 'failsafe' });
    if (inFlow) (doc.contents as unknown as { flow: boolean }).flow = true;
    const made = doc.toString({ lineWidth: 0, flowCollectionPadding: false, blockQuote: false }).trim();
    const bare = inFlow ? made.slice(1, -1).trim() : made.slice(2).trim();
    return /^(~|null)$/i.test(bare) ? `"${bare}"` : bare;
}
export function flowText(v: Plain): string {
    if (typeof v === 'string') return scalar(v, true);
    if (Array.isArray(v)) return `[${v.map(flowText).join(', ')}]`;
    return `{${Object.entries(v).map(([k, x]) => `${scalar(k, true)}: ${flowText(x)}`).join(', ')}}`;
}
export type Style = (v: Plain) => 'flow' | 'block';
/* A mapping's pairs from `indent` on; the first line without it. */
function blockPairs(v: { [key: string]: Plain }, indent: number, style: Style): string {
    return Object.entries(v).map(([k, x]) => `${scalar(k, false)}:${afterColon(x, indent, style)}`).join(`\n${pad(indent)}`);
}
function itemText(v: Plain, indent: number, style: Style): string {
    if (typeof v === 'string') return scalar(v, false);
    if (Array.isArray(v) || style(v) === 'flow' || !Object.keys(v).length) return flowText(v);
    return blockPairs(v, indent + 2, style);
}
function afterColon(v: Plain, indent: number, style: Style): string {
    if (typeof v === 'string') {
        if (!v.includes('\n')) return ` ${scalar(v, false)}`;
        return ` |-\n${v.replace(/\s+$/, '').split('\n').map((l) => (l ? pad(indent + 2) + l : '')).join('\n')}`;
    }
    const records = Array.isArray(v) && v.length > 0 && v.every((x) => typeof x === 'object' && !Array.isArray(x));
    if (records && style(v) === 'block') return `\n${(v as Plain[]).map((x) => `${pad(indent + 2)}- ${itemText(x, indent + 2, style)}`).join('\n')}`;
    if (Array.isArray(v) || style(v) === 'flow' || !Object.keys(v).length) return ` ${flowText(v)}`;
    return `\n${pad(indent + 2)}${blockPairs(v, indent + 2, style)}`;
}

/* ---- pairs of a mapping ---- */
export function setRoot(key: string, v: Plain, style: Style, text: string): Change {
    return { from: text.length, to: text.length, insert: `${key}:${afterColon(v, 0, style)}\n` };
}
export function setPair(t: string, map_: unknown, pair: Pair_, v: Plain, style: Style): Change {
    const map = map_ as Map_;
    const colon = colonOf(t, pair) + 1;
    const end = endOfPair(t, pair);
    if (flow(map)) return { from: colon, to: end, insert: ` ${flowText(v)}` };
    const old = pair.value;
    if (old && isScalar(old) && typeof v === 'string' && !v.includes('\n') && startOf(old) < end && old.type !== 'BLOCK_LITERAL' && old.type !== 'BLOCK_FOLDED') {
        /* keeps "…" and '…' as they were written */
        const q = old.type === 'QUOTE_DOUBLE' ? '"' : old.type === 'QUOTE_SINGLE' ? "'" : '';
        const kept = q && !/["'\\\n]/.test(v) ? q + v + q : scalar(v, false);
        return { from: startOf(old), to: end, insert: kept };
    }
    /* a comment between the colon and a value on the next line stays behind the colon */
    const note = old ? /#[^\n]*/.exec(t.slice(colon, Math.max(colon, Math.min(startOf(old), end))))?.[0] : undefined;
    const made = afterColon(v, column(t, startOf(pair.key)), style);
    const cut = made.indexOf('\n');
    return { from: colon, to: end, insert: !note ? made : cut < 0 ? `${made} ${note}` : `${made.slice(0, cut)} ${note}${made.slice(cut)}` };
}
/* A new pair behind pair number `at` - 1; 0: in front of all. */
export function addPair(t: string, map_: unknown, at: number, key: string, v: Plain, style: Style): Change {
    const map = map_ as Map_;
    if (flow(map)) {
        const made = `${scalar(key, true)}: ${flowText(v)}`;
        if (!map.items.length) return { from: span(map)[0], to: span(map)[1], insert: `{${made}}` };
        if (at === 0) return put(startOf(map.items[0]!.key), `${made}, `);
        return put(endOfPair(t, map.items[at - 1]!), `, ${made}`);
    }
    const indent = column(t, startOf(map.items[0]!.key));
    const made = `${scalar(key, false)}:${afterColon(v, indent, style)}`;
    if (at === 0) return put(startOf(map.items[0]!.key), `${made}\n${pad(indent)}`);
    const airy = indent === 0 && map.items.length > 1 && /\n[ \t]*\n/.test(t.slice(endOfPair(t, map.items[map.items.length - 2]!), startOf(map.items[map.items.length - 1]!.key)));
    return put(lineEnd(t, endOfPair(t, map.items[at - 1]!)), `${airy && made.includes('\n') ? '\n' : ''}\n${pad(indent)}${made}`);
}
const put = (at: number, insert: string): Change => ({ from: at, to: at, insert });

/* Comment lines that stand directly above and belong to what follows; a heading ("# ---- 一、…") or a blank line ends them. */
function withComments(t: string, at: number): number {
    const indent = column(t, at);
    let from = lineStart(t, at);
    while (from > 0) {
        const above = lineStart(t, from - 1);
        const line = t.slice(above, from - 1);
        if (!/^\s*#/.test(line) || /^\s*#\s*[-=─—*#]{2,}/.test(line) || line.search(/\S/) !== indent) break;
        from = above;
    }
    return from;
}
export function dropPair(t: string, map_: unknown, pair: Pair_): Change {
    const map = map_ as Map_;
    const i = map.items.indexOf(pair), from = startOf(pair.key);
    if (flow(map)) {
        if (i + 1 < map.items.length) return { from, to: startOf(map.items[i + 1]!.key), insert: '' };
        return { from: i ? endOfPair(t, map.items[i - 1]!) : from, to: endOfPair(t, pair), insert: '' };
    }
    const end = lineEnd(t, endOfPair(t, pair));
    if (/\S/.test(t.slice(lineStart(t, from), from))) // "- code: …": the next key takes its place behind the dash
        return { from, to: i + 1 < map.items.length ? startOf(map.items[i + 1]!.key) : endOfPair(t, pair), insert: '' };
    const start = column(t, from) === 0 && i === 0 ? lineStart(t, from) : withComments(t, from);
    let to = Math.min(end + 1, t.length);
    if (t.slice(0, start).endsWith('\n\n') && t[to] === '\n') to++; // one blank line goes with it
    return { from: start, to, insert: '' };
}
export const renamePair = (pair: Pair_, inFlow: boolean, name: string): Change => ({ from: span(pair.key)[0], to: span(pair.key)[1], insert: scalar(name, inFlow) });

/* ---- entries of a list ---- */
export function addItem(t: string, seq_: unknown, at: number, v: Plain, style: Style): Change {
    const seq = seq_ as Seq_;
    const n = seq.items.length;
    if (flow(seq)) {
        if (!n) return { from: span(seq)[0], to: span(seq)[1], insert: `[${flowText(v)}]` };
        if (at >= n) return put(endOf(t, seq.items[n - 1]!), `, ${flowText(v)}`);
        return put(startOf(seq.items[at]!), `${flowText(v)}, `);
    }
    const dash = dashes(seq), indent = column(t, dash[0]!);
    const like = seq.items[Math.min(Math.max(at - 1, 0), n - 1)];
    const made = `- ${itemText(v, indent, like && !isScalar(like) ? (x) => (x === v ? (flow(like) ? 'flow' : 'block') : style(x)) : style)}`;
    if (at === 0) return put(dash[0]!, `${made}\n${pad(indent)}`);
    return put(lineEnd(t, endOfItem(t, seq, Math.min(at, n) - 1)), `\n${pad(indent)}${made}`);
}
/* The same entry once more behind itself, as it is written. */
export function copyItem(t: string, seq_: unknown, i: number): Change {
    const seq = seq_ as Seq_;
    const item = seq.items[i]!, written = sliceOf(t, item);
    if (flow(seq)) return put(endOf(t, item), `, ${written}`);
    return put(lineEnd(t, endOfItem(t, seq, i)), `\n${pad(column(t, dashes(seq)[i]!))}- ${written}`);
}
/* From its own comments to the end of its last line. */
function chunk(t: string, seq: Seq_, i: number): { from: number; to: number } {
    const dash = dashes(seq)[i]!;
    return { from: i === 0 && !/^\s*$/.test(t.slice(lineStart(t, dash), dash)) ? dash : withComments(t, dash), to: Math.min(lineEnd(t, endOfItem(t, seq, i)) + 1, t.length) };
}
export function dropItem(t: string, seq_: unknown, i: number): Change {
    const seq = seq_ as Seq_;
    if (!flow(seq)) return { ...chunk(t, seq, i), insert: '' };
    if (i + 1 < seq.items.length) return { from: startOf(seq.items[i]!), to: startOf(seq.items[i + 1]!), insert: '' };
    return { from: i ? endOf(t, seq.items[i - 1]!) : startOf(seq.items[i]!), to: endOf(t, seq.items[i]!), insert: '' };
}
export function moveItem(t: string, seq_: unknown, from: number, to: number): Change {
    const seq = seq_ as Seq_;
    const low = Math.min(from, to), high = Math.max(from, to);
    const parts: { from: number; to: number }[] = [];
    for (let i = low; i <= high; i++) parts.push(flow(seq) ? { from: startOf(seq.items[i]!), to: endOf(t, seq.items[i]!) } : chunk(t, seq, i));
    const between = parts.slice(1).map((p, i) => t.slice(parts[i]!.to, p.from)); // commas, headings and blank lines stay where they are
    const own = parts.map((p) => t.slice(p.from, p.to));
    const [moved] = own.splice(from - low, 1);
    own.splice(to - low, 0, moved!);
    return { from: parts[0]!.from, to: parts[parts.length - 1]!.to, insert: own.map((o, i) => o + (between[i] ?? '')).join('') };
}
/* {times: 1, per: day} → [{times: 1, per: day}]: a single mapping becomes the list it stands for. */
export function listOfOne(t: string, pair: Pair_): Change {
    const v = pair.value!;
    if (flow(v) || isScalar(v)) return { from: startOf(v), to: endOf(t, v), insert: `[${sliceOf(t, v)}]` };
    const from = lineStart(t, startOf(v)), end = endOf(t, v);
    const lines = t.slice(from, end).split('\n');
    const indent = lines[0]!.search(/\S/);
    return { from, to: end, insert: lines.map((l, i) => (i ? (l ? `  ${l}` : l) : `${pad(indent)}- ${l.trimStart()}`)).join('\n') };
}
export { isMap, isScalar, isSeq, flow };
export type { ParsedNode, Pair_ };
