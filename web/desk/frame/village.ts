/* The village the desk works on: the account's own, or one chosen by people of the township and county. It stands in the
 * address (?v=), so that a shared link opens the same village. */
import { computed, ref, watch } from 'vue';
import { session } from '@/session';
import { router } from './router';

const KEY = 'shanzhi.desk.village';
const chosen = ref<string>(localStorage.getItem(KEY) ?? '');
/* Regions wider than one village in which this account works. */
export const wide = computed(() => (session.me?.grants ?? []).map((g) => String(g.region ?? '')).find((r) => /000$/.test(r)) ?? null);
export const village = computed<string>(() => {
    const q = router.currentRoute.value.query['v'];
    if (typeof q === 'string' && /^\d{12}$/.test(q)) return q;
    if (wide.value && /^\d{12}$/.test(chosen.value)) return chosen.value;
    return String(session.me?.village ?? (session.me?.grants ?? [])[0]?.region ?? '');
});
export function choose(code: string): void {
    chosen.value = code;
    localStorage.setItem(KEY, code);
    void router.replace({ query: { ...router.currentRoute.value.query, v: code } });
}
watch(() => session.me?.account, (now, before) => {
    if (before !== undefined && now !== before) chosen.value = '';
});
