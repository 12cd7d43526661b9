/* Which rules are one's own: the classes the server picks for the person and the household. */
import { computed } from 'vue';
import { me } from '@/session';
import { useAnswer } from '@/store/load';

export function useMine(village: () => string) {
    const answer = useAnswer(() => (me.value?.village ? (['/me/classes', {}] as const) : null));
    const classes = computed(() => {
        const c = answer.data;
        return c && c.village === village() ? [c.resident, c.household].filter((x): x is string => Boolean(x)) : [];
    });
    return { answer, classes };
}
