import type { Answer } from '@/api/client';
import { formatRange } from '@/format';
import { language, t } from '@/i18n';

export type Scheme = Answer<'/public/villages/{village}/scheme'>;
export type Item = Scheme['items'][number];

/* 3分, 2–5分, 每小时1分 */
export function itemWorth(i: Item): string {
    const range = formatRange(i.points_min, i.points_max, language.value);
    return i.unit ? t('scheme.per', { unit: i.unit, points: range }) : range;
}
