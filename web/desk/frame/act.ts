/* One act of a form: busy while it runs, the server's findings at their fields, its words above the button, and one
 * Idempotency-Key that is kept over retries and renewed when the matter is settled.
 *
 *   const { busy, failure, errors, key, act } = useAct({ done: () => list.reload(), stale: () => one.reload() });
 *   const save = () => act(async () => { await post(path, { key: key.key, body }); editing.value = false; }); */
import { reactive, ref } from 'vue';
import { ActionKey } from '@/api/id';
import { asProblem } from '@/api/problem';
import { t } from '@/i18n';

interface After {
    done?: () => unknown; // it worked: show it
    stale?: () => unknown; // somebody changed it meanwhile: show what it is now; what was typed stays
}
export function useAct(after: After = {}) {
    const busy = ref(false);
    const failure = ref('');
    const errors = reactive<Record<string, string>>({});
    const key = new ActionKey();
    function clear(): void {
        failure.value = '';
        Object.keys(errors).forEach((k) => delete errors[k]);
    }
    async function act(run: () => unknown): Promise<void> {
        busy.value = true;
        clear();
        try {
            await run();
            key.renew();
            await after.done?.();
        } catch (e) {
            const p = asProblem(e);
            p.errors.forEach((x) => (errors[x.field] = x.detail));
            failure.value = p.offline ? t('common.offline_title') : p.message;
            if (!p.passing) key.renew();
            if (p.type === 'stale') await after.stale?.();
        } finally {
            busy.value = false;
        }
    }
    return { busy, failure, errors, key, act, clear };
}
