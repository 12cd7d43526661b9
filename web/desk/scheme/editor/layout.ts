/* How people meet the keys: the outline in the words of a village, which keys of a list are columns, which are asked for at
 * once and which are added when needed. A key of the language that is not named here still has its place: in
 * "further rules", as a column or as something to add. */
import { type Key, type Path, type Shape } from '../model/language';
import { type Value, valueAt, withoutNumbers } from '../model/references';

export interface OutlineSection { name: string; keys: string[] }
export const sections: OutlineSection[] = [
    { name: 'basic', keys: ['title', 'place', 'scheme', 'source', 'covenant', 'choice', 'publicity', 'false_claims'] },
    { name: 'who', keys: ['classes', 'balances'] },
    { name: 'items', keys: ['categories', 'items', 'groups', 'cap'] },
    { name: 'rounds', keys: ['rounds', 'sheets', 'bands', 'streaks'] },
    { name: 'annual', keys: ['assessments', 'household'] },
    { name: 'ranks', keys: ['rankings', 'titles'] },
    { name: 'boards', keys: ['boards'] },
    { name: 'money', keys: ['exchange', 'budget', 'payments', 'dividend'] },
    { name: 'adopted', keys: ['adopted', 'steps'] },
    { name: 'template', keys: ['extends', 'template'] },
];
export function allSections(root: Shape): OutlineSection[] {
    const named = new Set(sections.flatMap((s) => s.keys));
    const rest = root.keys.map((k) => k.name).filter((n) => !named.has(n));
    return rest.length ? [...sections, { name: 'more', keys: rest }] : sections;
}
export const sectionOf = (path: Path): string => sections.find((s) => s.keys.includes(String(path[0])))?.name ?? (path.length ? 'more' : 'basic');

/* Columns of a list, in order; with "?": when some row has it. */
const columns: Record<string, string[]> = {
    classes: ['label', 'kind', 'tag?', 'code'],
    balances: ['label', 'spend', 'valid', 'months', 'code'],
    categories: ['label', 'cap', 'yuan', 'code'],
    items: ['code', 'label', 'for', 'points', 'per', 'cap', 'evidence'],
    groups: ['label', 'per', 'keep', 'code'],
    cap: ['times', 'points', 'per'],
    streaks: ['label', 'round', 'in_a_row', 'points', 'board', 'help?'],
    'sheets/sections/lines': ['label', 'max', 'per_fault?', 'veto?', 'note'],
    'bands/bands': ['from', 'above', 'to', 'below', 'points', 'amount?', 'label?', 'colour?', 'board?'],
    'items/steps': ['from', 'above', 'to', 'below', 'points', 'amount?'],
    'assessments/parts': ['label', 'base', 'every', 'combine', 'floor', 'ceiling'],
    rankings: ['label', 'by', 'per', 'within', 'order', 'at_least'],
    'titles/ladder': ['label', 'share', 'places', 'from?', 'carries', 'colour?', 'board?'],
    boards: ['label', 'colour', 'days', 'masked', 'appeal', 'mentor'],
    steps: ['step', 'role', 'days', 'objection'],
    'rounds/steps': ['step', 'role', 'days', 'objection'],
    'payments/pays': ['label', 'code'],
};
const SIMPLE = new Set(['code', 'text', 'int', 'bool', 'date', 'points', 'bound', 'range', 'word', 'words', 'names']);
export const columnsOf = (path: Path, shape: Shape, rows: Value[] = []): Key[] => {
    const wanted = columns[withoutNumbers(path)];
    if (wanted) return wanted.filter((n) => !n.endsWith('?') || rows.some((r) => valueAt(r, [n.slice(0, -1)]) !== undefined))
        .map((n) => shape.byName.get(n.replace('?', ''))).filter((k): k is Key => !!k);
    const simple = shape.keys.filter((k) => SIMPLE.has(k.kind) && !['source', 'choice', 'note'].includes(k.name));
    return inOrder(simple).slice(0, 7);
};
/* Lists whose rows hold lists themselves are shown one under the other, not as a table. */
export const isCards = (shape: Shape) => shape.keys.some((k) => k.kind === 'list' && !k.one) && !shape.byName.has('points');

/* Optional keys that a form shows without being asked. */
const usual: Record<string, string[]> = {
    '': ['place', 'source', 'covenant', 'extends'],
    publicity: ['workdays'],
    false_claims: ['bars'],
    adopted: ['date', 'for', 'against', 'abstain'],
    items: ['for', 'points', 'per', 'cap', 'evidence', 'claim', 'note'],
    rounds: ['window', 'sheet', 'bands', 'assessors', 'steps'],
    'rounds/assessors': ['at_least', 'cross', 'combine'],
    sheets: ['max'],
    'sheets/sections': ['max'],
    bands: ['lowest', 'highest', 'else'],
    'bands/else': ['points'],
    streaks: ['points', 'board'],
    household: ['average', 'per', 'accumulate'],
    titles: ['round', 'ties', 'floor'],
    boards: ['masked', 'appeal', 'mentor'],
    exchange: ['deducts', 'minimum', 'limits', 'services'],
    budget: ['at_ceiling', 'sources'],
    payments: ['settle', 'pays'],
    dividend: ['consent'],
    assessments: ['floor', 'ceiling'],
};
export const isUsual = (path: Path, key: Key) => key.required || (usual[withoutNumbers(path)] ?? []).includes(key.name);
/* Names first; codes, where it comes from and why last: people fill in what they know. */
const rank = (k: Key) => (['label', 'step', 'service', 'title'].includes(k.name) ? 0 : k.kind === 'code' ? 2 : k.name === 'note' ? 3 : ['source', 'choice'].includes(k.name) ? 4 : 1);
export const inOrder = (keys: Key[]) => [...keys].sort((a, b) => rank(a) - rank(b));
/* Points of an item stand in one of these places. */
export const WAYS = ['points', 'levels', 'steps', 'loses'];

/* A new row: what most schemes have, and a code made up until somebody gives it one. */
const fresh: Record<string, Record<string, string>> = {
    classes: { kind: 'household' },
    balances: {},
    items: { points: '1' },
    groups: { per: 'year' },
    cap: { times: '1', per: 'month' },
    rounds: { every: 'month' },
    streaks: { in_a_row: '3' },
    assessments: { per: 'year' },
    rankings: { by: 'points' },
    boards: { colour: 'red', days: '30' },
    payments: { per: 'month' },
    limits: { per: 'month' },
};
const stems: Record<string, string> = {
    classes: 'class', categories: 'kind', items: 'A', groups: 'group', rounds: 'round', sheets: 'sheet', sections: 'part', lines: 'line', bands: 'bands', streaks: 'streak', assessments: 'year',
    parts: 'part', rankings: 'rank', titles: 'title', ladder: 'rung', boards: 'board', payments: 'pay', pays: 'pay', balances: 'points',
};
export function freshRow(path: Path, shape: Shape): Record<string, string> {
    const list = String(path[path.length - 1]);
    const row: Record<string, string> = { ...(fresh[list] ?? {}) };
    for (const k of Object.keys(row)) if (!shape.byName.has(k)) delete row[k];
    return row;
}
/* The code of a row that has none yet: like the ones before it. */
export function stemOf(path: Path): string {
    const list = String(path[path.length - 1]);
    return list === 'items' ? 'A01' : `${stems[list] ?? list}1`;
}
