import type { Answer } from '@/api/client';
import { formatPoints, formatRange } from '@/format';
import { language } from '@/i18n';

export type Rules = Answer<'/public/villages/{village}/scheme'>;
type Category = Rules['categories'][number];
export type Item = Category['items'][number] & { category: string };

export const itemsOf = (r: Rules | null): Item[] =>
    (r?.categories ?? []).flatMap((c) => c.items.map((i) => ({ ...i, category: c.label })));
/* The words of the rules themselves: 每小时2分; 2分至10分，由初审人评定. */
export const itemWords = (i: Item) => (language.value === 'en' ? i.points_text_en : i.points_text);
/* The same short enough to stand beside the item. */
export function itemShort(i: Item): string {
    const words = itemWords(i);
    if (words.length <= 8 || i.unit || i.deduction) return words;
    const all = i.levels?.length ? i.levels.flatMap((l) => [l.min, l.max]) : [i.min, i.max];
    const sorted = [...all].sort((a, b) => Number(a) - Number(b));
    return sorted.length ? formatRange(sorted[0]!, sorted[sorted.length - 1]!, language.value) : formatPoints(i.max, language.value);
}
export const itemCap = (i: Item) => (language.value === 'en' ? i.cap_text_en : i.cap_text) ?? '';
/* What stands below it: the full words when the short ones say less, the cap, the note. */
export const itemMore = (i: Item) => [itemWords(i) === itemShort(i) ? '' : itemWords(i), itemCap(i), i.note ?? ''].filter(Boolean).join(language.value === 'en' ? '. ' : '；');
export const isRange = (i: Item | undefined) => Boolean(i && !i.unit && !i.levels?.length && i.min !== i.max);

/* All words asked for, in any order; without a space every character somewhere (修路 finds “义务修村道路”). */
export function matches(i: Item, q: string): boolean {
    const words = q.trim().split(/\s+/).filter(Boolean);
    const text = `${i.label} ${i.note ?? ''} ${i.category}`;
    return words.every((w) => text.includes(w) || (words.length === 1 && [...w].every((c) => i.label.includes(c))));
}
/* Items without classes are everybody's. */
export const appliesTo = (i: Item, classes: string[]) => !i.classes?.length || i.classes.some((c) => classes.includes(c));
/* By category, in the order of the rules. */
export function byCategory(items: Item[]): [string, Item[]][] {
    const by = new Map<string, Item[]>();
    for (const i of items) by.set(i.category, [...(by.get(i.category) ?? []), i]);
    return [...by];
}
