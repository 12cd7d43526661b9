/* Which values of the language name something that stands elsewhere in the scheme: selects offer them by their label, and
 * renaming one renames what names it. `by`: "label" where the language takes the label as well as the code. */
import { type Path } from './language';

export interface Reference {
    at: string; // path without the numbers
    to: string[]; // lists of what may be named
    by: 'code' | 'label';
    fixed?: string[]; // words that are always there
    keys?: boolean; // the names on the left of "levels" are the references
}
const NUMBERS = ['points', 'total', 'average', 'lifetime'];
export const references: Reference[] = [
    { at: 'items/category', to: ['categories'], by: 'label' },
    { at: 'items/for', to: ['classes'], by: 'label' },
    { at: 'items/one_of', to: ['groups'], by: 'code' },
    { at: 'items/loses', to: ['payments/pays'], by: 'code', keys: true },
    { at: 'items/steps/board', to: ['boards'], by: 'code' },
    { at: 'bands/bands/board', to: ['boards'], by: 'code' },
    { at: 'bands/else/board', to: ['boards'], by: 'code' },
    { at: 'sheets/sections/lines/of', to: ['sheets/sections/lines'], by: 'code' },
    { at: 'rounds/for', to: ['classes'], by: 'label' },
    { at: 'rounds/sheet', to: ['sheets'], by: 'code' },
    { at: 'rounds/bands', to: ['bands'], by: 'code' },
    { at: 'streaks/round', to: ['rounds'], by: 'code' },
    { at: 'streaks/board', to: ['boards'], by: 'code' },
    { at: 'assessments/for', to: ['classes'], by: 'label' },
    { at: 'assessments/parts/category', to: ['categories'], by: 'label' },
    { at: 'rankings/for', to: ['classes'], by: 'label' },
    { at: 'rankings/by', to: ['rounds', 'assessments', 'payments'], by: 'code', fixed: NUMBERS },
    { at: 'rankings/tie_break', to: ['rounds', 'assessments', 'payments'], by: 'code', fixed: NUMBERS },
    { at: 'titles/ranking', to: ['rankings'], by: 'code' },
    { at: 'titles/ladder/board', to: ['boards'], by: 'code' },
    { at: 'payments/for', to: ['classes'], by: 'label' },
    { at: 'payments/categories', to: ['categories'], by: 'label' },
];
export const withoutNumbers = (path: Path) => path.filter((p) => typeof p === 'string').join('/');
export const referenceAt = (path: Path): Reference | null => references.find((r) => r.at === withoutNumbers(path)) ?? null;
export const referencesTo = (list: string) => references.filter((r) => r.to.includes(list));

export type Value = string | Value[] | { [key: string]: Value } | undefined;
/* Every place of a path pattern in a value: "bands/bands/board" → [["bands",0,"bands",2,"board"], …]. */
export function places(value: Value, pattern: string): (string | number)[][] {
    let at: { path: (string | number)[]; value: Value }[] = [{ path: [], value }];
    for (const name of pattern.split('/')) {
        const next: typeof at = [];
        for (const { path, value: v } of at) {
            const rows = Array.isArray(v) ? v.map((x, i) => ({ path: [...path, i] as (string | number)[], value: x })) : [{ path, value: v }];
            for (const r of rows)
                if (r.value && typeof r.value === 'object' && !Array.isArray(r.value) && r.value[name] !== undefined) next.push({ path: [...r.path, name], value: r.value[name] });
        }
        at = next;
    }
    return at.map((x) => x.path);
}
export function valueAt(value: Value, path: Path): Value {
    let v: Value = value;
    for (const p of path) v = v && typeof v === 'object' ? (v as Record<string | number, Value>)[p] : undefined;
    return v;
}
export interface Named { code: string; label: string }
/* What stands in a list, with its label. */
export function named(value: Value, list: string): Named[] {
    return places(value, list).flatMap((p) => {
        const rows = valueAt(value, p);
        return Array.isArray(rows) ? rows : [];
    }).flatMap((r) => {
        const row = r && typeof r === 'object' && !Array.isArray(r) ? r : {};
        const code = String(row['code'] ?? ''), label = String(row['label'] ?? row['step'] ?? '');
        return code || label ? [{ code, label: label || code }] : [];
    });
}
