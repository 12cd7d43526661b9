/* The grids of the village the desk works on, read once per village: people see and choose names, never codes. */
import { reactive, watch } from 'vue';
import { type Answer, get } from '@/api/client';
import { may } from '@/session';
import { village } from '../frame/village';

export type Grid = Answer<'/villages/{village}/grids'>['rows'][number];
const state = reactive<{ village: string; rows: Grid[] }>({ village: '', rows: [] });

export async function allGrids(of: string): Promise<Grid[]> {
    const rows: Grid[] = [];
    let after: string | null | undefined;
    do {
        const page = await get('/villages/{village}/grids', { path: { village: of }, query: { limit: 200, ...(after ? { after } : {}) } });
        rows.push(...page.rows);
        after = page.next;
    } while (after);
    return rows.sort((a, b) => (a.code ?? '').localeCompare(b.code ?? ''));
}
export async function readGrids(): Promise<void> {
    const of = village.value;
    if (!of || !may('region.read')) return;
    const rows = await allGrids(of).catch(() => null);
    if (rows && of === village.value) Object.assign(state, { village: of, rows });
}
export function useGrids() {
    watch(village, (v) => v && v !== state.village && void readGrids(), { immediate: true });
    return state;
}
/* The name of a grid; its code when the name is not known (yet). */
export const gridName = (code: string | null | undefined) => (code ? state.rows.find((g) => g.code === code)?.name ?? code : '');
