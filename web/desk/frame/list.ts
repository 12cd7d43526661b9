/* A list that copes with any length: filters live in the address bar, pages go by cursor (back by a stack of
 * cursors), the total is shown when the server counts it.
 *
 *   const list = useList('/villages/{village}/claims', () => ({ village: village.value }), ['q', 'state']);
 *   list.filters.q = '张'; list.rows; list.next(); list.back(); */
import { computed, reactive, ref, shallowRef, watch } from 'vue';
import { type Answer, type Options, type PathsWith, get } from '@/api/client';
import { type Problem, asProblem } from '@/api/problem';
import { router } from './router';

type Row<A> = A extends { rows: (infer R)[] } ? R : never;
export const PAGE_ROWS = 50;

export function useList<P extends PathsWith<'get'>>(path: P, params: () => Record<string, string | number>, names: readonly string[]) {
    const here = router.currentRoute.value.name;
    const read = () => Object.fromEntries(names.map((n) => [n, String(router.currentRoute.value.query[n] ?? '')]));
    const filters = reactive<Record<string, string>>(read());
    const rows = shallowRef<Row<Answer<P>>[]>([]);
    const total = ref<number | null>(null);
    const problem = ref<Problem | null>(null);
    const loading = ref(true);
    const cursors = ref<string[]>([]); // of the pages before this one, first page has none
    const after = ref<string | null>(null);
    let following: string | null = null;
    let round = 0;

    const query = computed(() => Object.fromEntries(names.filter((n) => filters[n]).map((n) => [n, filters[n]!])));

    async function load(): Promise<void> {
        if (Object.values(params()).some((v) => v === '')) return; // no village chosen yet
        const mine = ++round;
        loading.value = true;
        try {
            const answer = (await get(path, {
                path: params(), query: { ...query.value, limit: PAGE_ROWS, ...(after.value ? { after: after.value } : {}) },
            } as unknown as Options<P, 'get'>)) as unknown as { rows: Row<Answer<P>>[]; next: string | null; total: number | null };
            if (mine !== round) return;
            rows.value = answer.rows;
            total.value = answer.total ?? null;
            following = answer.next ?? null;
            problem.value = null;
        } catch (e) {
            if (mine === round) problem.value = asProblem(e);
        } finally {
            if (mine === round) loading.value = false;
        }
    }
    function first(): void {
        cursors.value = [];
        after.value = null;
        void load();
    }
    function next(): void {
        if (!following) return;
        cursors.value.push(after.value ?? '');
        after.value = following;
        void load();
    }
    function back(): void {
        if (!cursors.value.length) return;
        after.value = cursors.value.pop() || null;
        void load();
    }
    let typing: ReturnType<typeof setTimeout> | undefined;
    watch(() => [JSON.stringify(query.value), JSON.stringify(params())] as const, ([q], before) => {
        clearTimeout(typing);
        typing = setTimeout(() => {
            if (router.currentRoute.value.name === here) {
                const keep = Object.fromEntries(Object.entries(router.currentRoute.value.query).filter(([n]) => !names.includes(n)));
                void router.replace({ query: { ...keep, ...query.value } });
            }
            first();
        }, before && q !== before[0] ? 250 : 0);
    }, { immediate: true });
    watch(() => router.currentRoute.value.query, () => {
        if (router.currentRoute.value.name === here) Object.assign(filters, read());
    });
    return reactive({
        filters, query, rows, total, problem, loading, reload: load, first, next, back,
        hasNext: computed(() => !loading.value && following !== null),
        page: computed(() => cursors.value.length + 1),
        filtered: computed(() => Object.keys(query.value).length > 0),
        clear: () => names.forEach((n) => (filters[n] = '')),
    });
}
export type List = ReturnType<typeof useList>;
