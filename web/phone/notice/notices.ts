/* A village's board, page after page. */
import { computed, ref } from 'vue';
import { type Answer, get } from '@/api/client';
import { useAnswer } from '@/store/load';

export type PublicNotice = Answer<'/public/villages/{village}/notices'>['rows'][number];
export function useNotices(village: () => string, open: boolean) {
    const notices = useAnswer(() => (village() ? (['/public/villages/{village}/notices', { path: { village: village() }, query: { open, limit: 20 } }] as const) : null));
    const extra = ref<PublicNotice[]>([]);
    const next = ref<string | null | undefined>(undefined);
    const rows = computed(() => [...(notices.data?.rows ?? []), ...extra.value]);
    const cursor = computed(() => (next.value === undefined ? notices.data?.next : next.value));
    async function load() {
        const page = await get('/public/villages/{village}/notices', { path: { village: village() }, query: { open, limit: 20, after: cursor.value! } });
        extra.value.push(...page.rows);
        next.value = page.next ?? null;
    }
    const more = computed(() => (cursor.value ? load : null));
    return { notices, rows, more };
}
