/* Which village the phone last looked at without sign-in, and which one the signed-in person works in. */
import { computed } from 'vue';
import { me } from '@/session';

const KEY = 'shanzhi.village';
export const isVillage = (code: string | null | undefined) => /^\d{9}(?!000)\d{3}$/.test(code ?? '');
export const lastVillage = () => {
    const v = localStorage.getItem(KEY) ?? '';
    return isVillage(v) ? v : '';
};
export const rememberVillage = (v: string) => localStorage.setItem(KEY, v);
/* A villager's own; a worker's by their role, else the office's. */
export const myVillage = computed(() => {
    const m = me.value;
    if (!m) return '';
    return [m.village, ...m.grants.map((g) => g.region), m.unit].find(isVillage) ?? '';
});
