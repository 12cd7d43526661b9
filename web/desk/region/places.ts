/* Names of divisions by their 12-digit code, asked for once each. */
import { reactive } from 'vue';
import { get } from '@/api/client';
import { t } from '@/i18n';

const names = reactive<Record<string, string>>({});
export const EVERYWHERE = '000000000000';
export function placeName(code: string | null | undefined): string {
    if (!code) return '';
    if (code === EVERYWHERE) return t('access.everywhere');
    if (names[code] === undefined) {
        names[code] = '';
        void get('/public/regions', { query: { q: code, limit: 1 } }).then((p) => (names[code] = p.rows.find((r) => r.code === code)?.name ?? code), () => delete names[code]);
    }
    return names[code] || code;
}
export async function findPlaces(q: string): Promise<{ code: string; name: string }[]> {
    const { rows } = await get('/public/regions', { query: { q: q.trim(), limit: 30 } });
    for (const r of rows) names[r.code] = r.name;
    return rows.map((r) => ({ code: r.code, name: r.name }));
}
