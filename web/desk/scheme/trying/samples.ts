/* Made-up households to try a draft on: what the draft lets one say about them, examples to begin with, and the facts the engine
 * takes. Pure; values come from the editor's document (English keys, texts as written). */
import { addDays } from '@/format';
import { isYes } from '../model/language';
import { type Value, valueAt } from '../model/references';

export interface Item { code: string; label: string; category: string; range: boolean; least: string; per: string; levels: string[]; difficulties: string[]; reverse: boolean; deduction: boolean; classes: string[] }
export interface Round { code: string; label: string; every: string; lines: { code: string; label: string; max: string }[]; atLeast: number; role: string; cross: boolean; fromDay: number; whole: string; classes: string[] }
export interface Part { assessment: string; code: string; label: string; base: string }
export interface Rules { classes: { code: string; label: string; kind: string }[]; items: Item[]; rounds: Round[]; parts: Part[]; homes: boolean }
export interface Deed { item: string; on: string; chosen: string; quantity: string; level: string; difficulty: string; reverse: boolean; member: number }
export interface Visit { round: string; on: string; marks: Record<string, string>; total: string }
export interface Mark { assessment: string; part: string; on: string; mark: string }
export interface Sample { id: number; label: string; class: string; members: { id: number; label: string; class: string }[]; deeds: Deed[]; visits: Visit[]; marks: Mark[] }

const rows = (v: Value, list: string): Value[] => {
    const at = valueAt(v, list.split('/'));
    return Array.isArray(at) ? at : at && typeof at === 'object' ? [at] : [];
};
const text = (v: Value, key: string): string => { const x = valueAt(v, [key]); return typeof x === 'string' ? x : ''; };
const names = (v: Value, key: string): string[] => { const x = valueAt(v, [key]); return Array.isArray(x) ? x.map(String) : typeof x === 'string' ? [x] : []; };
const left = (v: Value, key: string): string[] => { const x = valueAt(v, [key]); return x && typeof x === 'object' && !Array.isArray(x) ? Object.keys(x) : []; };

/* What a person can say about somebody under these rules. */
export function rulesOf(value: Value): Rules {
    const classes = rows(value, 'classes').map((c) => ({ code: text(c, 'code'), label: text(c, 'label') || text(c, 'code'), kind: text(c, 'kind') }));
    const codesOf = (list: string[]) => list.map((x) => classes.find((c) => c.code === x || c.label === x)?.code ?? x);
    const categories = new Map(rows(value, 'categories').flatMap((c) => [[text(c, 'code'), text(c, 'label')], [text(c, 'label'), text(c, 'label')]] as [string, string][]));
    const parts = rows(value, 'assessments').flatMap((a) => rows(a, 'parts').map((p) => ({ assessment: text(a, 'code'), label: `${text(a, 'label')} · ${text(p, 'label')}`, row: p })));
    const sheets = new Map(rows(value, 'sheets').map((s) => [text(s, 'code'), s]));
    return {
        classes,
        items: rows(value, 'items').map((i) => ({
            code: text(i, 'code'), label: text(i, 'label'), category: categories.get(text(i, 'category')) ?? text(i, 'category'), range: text(i, 'points').includes('..'), least: text(i, 'points').split('..')[0]!.trim(), per: text(i, 'per'),
            levels: left(i, 'levels'), difficulties: left(i, 'multiplier'), reverse: valueAt(i, ['reverse']) !== undefined, deduction: text(i, 'points').startsWith('-'), classes: codesOf(names(i, 'for')),
        })).filter((i) => i.code),
        rounds: rows(value, 'rounds').map((r) => {
            const sheet = sheets.get(text(r, 'sheet'));
            return {
                code: text(r, 'code'), label: text(r, 'label') || text(r, 'code'), every: text(r, 'every'), classes: codesOf(names(r, 'for')),
                lines: sheet ? rows(sheet, 'sections').flatMap((s) => rows(s, 'lines')).filter((l) => !isYes(text(l, 'veto'))).map((l) => ({ code: text(l, 'code'), label: text(l, 'label') || text(l, 'code'), max: text(l, 'max') })).filter((l) => l.code && l.max) : [],
                atLeast: Math.min(20, Number(valueAt(r, ['assessors', 'at_least']) ?? 1) || 1), role: names(valueAt(r, ['assessors']), 'roles')[0] ?? '',
                cross: isYes(valueAt(r, ['assessors', 'cross'])), fromDay: Number(valueAt(r, ['window', 'from'])) || 0,
                whole: text(parts.find((p) => text(p.row, 'round') === text(r, 'code'))?.row, 'base') || '100',
            };
        }).filter((r) => r.code),
        parts: parts.filter((p) => !text(p.row, 'round') && !text(p.row, 'category')).map((p) => ({ assessment: p.assessment, code: text(p.row, 'code'), label: p.label, base: text(p.row, 'base') })),
        homes: valueAt(value, ['household']) !== undefined,
    };
}
export const applies = (to: { classes: string[] }, class_: string) => !to.classes.length || to.classes.includes(class_);

/* A day of the round's window in the month of a day, not after that day when that can be. */
export function dayOf(r: Pick<Round, 'fromDay'>, today: string): string {
    if (r.fromDay < 1 || r.fromDay > 28) return today;
    const day = `${today.slice(0, 8)}${String(r.fromDay).padStart(2, '0')}`;
    return day <= today ? day : addDays(`${today.slice(0, 8)}01`, -1).slice(0, 8) + day.slice(8);
}
export const newDeed = (i: Item, on: string): Deed => ({ item: i.code, on, chosen: i.range ? i.least : '', quantity: i.per ? '1' : '', level: i.levels[0] ?? '', difficulty: i.difficulties[0] ?? '', reverse: false, member: 0 });
export function newVisit(r: Round, today: string, share = 1): Visit {
    const part = (max: string) => String(Math.round(Number(max) * share));
    return { round: r.code, on: dayOf(r, today), marks: Object.fromEntries(r.lines.map((l) => [l.code, part(l.max)])), total: r.lines.length ? '' : part(r.whole) };
}

/* Three to begin with, so that results stand there at once: one that does much, one that does little, one with a deduction. */
export function examples(rules: Rules, today: string, label: (n: number) => string): Sample[] {
    const home = rules.classes.find((c) => c.kind === 'household') ?? rules.classes[0];
    if (!home) return [];
    const mine = rules.items.filter((i) => applies(i, home.code));
    const good = mine.filter((i) => !i.deduction), bad = mine.filter((i) => i.deduction);
    const deeds = [good.slice(0, 3), good.slice(0, 1), [...good.slice(1, 2), ...bad.slice(0, 1)]];
    return deeds.map((list, n) => ({
        id: n + 1, label: label(n + 1), class: home.code, members: [], deeds: list.map((i) => newDeed(i, today)),
        visits: rules.rounds.filter((r) => applies(r, home.code)).map((r) => newVisit(r, today, [0.95, 0.85, 0.7][n])),
        marks: rules.parts.map((p) => ({ assessment: p.assessment, part: p.code, on: today, mark: p.base })),
    }));
}

/* What the engine takes. A visit is told by as many assessors as the round needs, who all give the same marks. Deeds of members
 * belong to them; deeds of a household without members to it. */
export function factsOf(samples: Sample[], rules: Rules): Record<string, unknown> {
    const deed = (d: Deed) => ({
        item: d.item, on: d.on, ...(d.chosen ? { chosen: d.chosen } : {}), ...(d.quantity ? { quantity: d.quantity } : {}),
        ...(d.level ? { level: d.level } : {}), ...(d.difficulty ? { difficulty: d.difficulty } : {}), ...(d.reverse ? { reverse: 'yes' } : {}),
    });
    const some = <T>(key: string, list: T[]) => (list.length ? { [key]: list } : {});
    return {
        subjects: samples.map((s) => {
            const own = new Set(s.members.map((m) => m.id));
            return {
                id: s.id, label: s.label || String(s.id), class: s.class,
                ...some('deeds', s.deeds.filter((d) => !own.has(d.member)).map(deed)),
                ...some('visits', s.visits.flatMap((v) => {
                    const r = rules.rounds.find((x) => x.code === v.round);
                    const marks = Object.fromEntries(Object.entries(v.marks).filter(([, m]) => m !== ''));
                    const given = Object.keys(marks).length ? { marks } : v.total !== '' ? { total: v.total } : null;
                    if (!r || !given) return [];
                    return Array.from({ length: r.atLeast }, (_, i) => ({ round: v.round, on: v.on, assessor: `p${i + 1}`, ...(r.role ? { role: r.role } : {}), ...(r.cross ? { group: '-' } : {}), ...given }));
                })),
                ...some('results', s.marks.filter((m) => m.mark !== '').map((m) => ({ assessment: m.assessment, part: m.part, on: m.on, mark: m.mark }))),
                ...some('members', s.members.map((m) => ({ id: m.id, label: m.label || String(m.id), class: m.class, ...some('deeds', s.deeds.filter((d) => d.member === m.id).map(deed)) }))),
            };
        }),
    };
}
/* Whose fault a finding in the facts is: "subjects/2/deeds/0/item" → 2. */
export const sampleAt = (path: string): number => Number(/^(?:subjects|对象)\/(\d+)/.exec(path)?.[1] ?? -1);
