import type { Answer } from '@/api/client';
import { language } from '@/i18n';

export type Rules = Answer<'/public/villages/{village}/scheme'>;
type Category = Rules['categories'][number];
export type Item = Category['items'][number] & { category: string };

export const itemsOf = (r: Rules | null): Item[] =>
    (r?.categories ?? []).flatMap((c) => c.items.map((i) => ({ ...i, category: c.label })));
/* 3分, 2至5分, 每小时1分: the words of the rules themselves. */
export const itemWorth = (i: Item) => (language.value === 'en' ? i.points_text_en : i.points_text);
export const itemCap = (i: Item) => (language.value === 'en' ? i.cap_text_en : i.cap_text) ?? '';
export const isRange = (i: Item | undefined) => Boolean(i && !i.unit && !i.levels?.length && i.min !== i.max);
