/* Which village the phone last looked at without sign-in, and which one the signed-in person works in. */
import { computed, ref } from 'vue';
import { me } from '@/session';

const KEY = 'shanzhi.village';
export const isVillage = (code: string | null | undefined) => /^\d{9}(?!000)\d{3}$/.test(code ?? '');
export const lastVillage = () => {
    const v = localStorage.getItem(KEY) ?? '';
    return isVillage(v) ? v : '';
};
export const rememberVillage = (v: string) => localStorage.setItem(KEY, v);
/* What a township or county account is answerable for ("" for everybody else), and the place in it the person picked: a
 * village, or a township whose villages are not known yet. */
export const wide = computed(() => me.value?.grants.map((g) => g.region ?? '').find((r) => /^(?!0{12})\d{9}000$/.test(r)) ?? '');
const PICKED = 'shanzhi.phone.village';
const picked = ref(localStorage.getItem(PICKED) ?? '');
export const chosen = computed(() => (wide.value && picked.value.startsWith(wide.value.replace(/(000)+$/, '')) ? picked.value : ''));
export function choose(code: string): void {
    picked.value = code;
    localStorage.setItem(PICKED, code);
}
/* A villager's own; a worker's by their role, else the office's. */
export const myVillage = computed(() => {
    const m = me.value;
    if (!m) return '';
    if (chosen.value) return isVillage(chosen.value) ? chosen.value : '';
    return [m.village, ...m.grants.map((g) => g.region), m.unit].find(isVillage) ?? '';
});
