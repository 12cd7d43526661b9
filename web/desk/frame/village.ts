/* The village the desk works on: the account's own, or one chosen by people of the township and county. It stands in the
 * address (?v=), so that a shared link opens the same village. */
import { computed, ref, watch } from 'vue';
import { person } from './person';
import { router } from './router';

const KEY = 'shanzhi.desk.village';
const chosen = ref<string>(localStorage.getItem(KEY) ?? '');
/* Regions wider than one village in which this account works. */
export const wide = computed(() => (person.value?.grants ?? []).map((g) => String(g.region ?? '')).find((r) => /000$/.test(r) && r !== '000000000000') ?? null);
/* Zeros name everywhere and nowhere; a region that ends in 000 is wider than a village. */
function ownVillage(): string {
    const codes = [person.value?.village, ...(person.value?.grants ?? []).map((g) => g.region)].map((c) => String(c ?? ''));
    return codes.find((c) => /^\d{12}$/.test(c) && !/000$/.test(c)) ?? '';
}
export const village = computed<string>(() => {
    const q = router.currentRoute.value.query['v'];
    if (typeof q === 'string' && /^\d{12}$/.test(q)) return q;
    if (wide.value && /^\d{12}$/.test(chosen.value)) return chosen.value;
    return ownVillage();
});
export function choose(code: string): void {
    chosen.value = code;
    localStorage.setItem(KEY, code);
    void router.replace({ query: { ...router.currentRoute.value.query, v: code } });
}
watch(() => person.value?.account, (now, before) => {
    if (before !== undefined && now !== before) chosen.value = '';
});
