/* One act on one claim: sent at once, or queued when there is no network; pressing again has one effect. */
import { ref } from 'vue';
import { post } from '@/api/client';
import { ActionKey } from '@/api/id';
import { Problem, asProblem, offlineProblem } from '@/api/problem';
import { t } from '@/i18n';
import type { Photo } from '@/store/db';
import { drop, enqueue, photosItem, queue, sendQueue } from '@/store/queue';
import type { Claim } from './claims';

export type Act = 'submit' | 'check' | 'return' | 'publish' | 'approve' | 'reject' | 'record' | 'withdraw' | 'false';

export function useActs(claim: () => Claim | null, done: () => Promise<void>) {
    const busy = ref(false);
    const problem = ref('');
    const queued = ref(false);
    const action = new ActionKey();
    /* Photos go first: after the check the claim takes none. True when they arrived or there are none; while they wait,
     * the act waits behind them. */
    async function sendFirst(c: Claim, photos: Photo[]): Promise<boolean> {
        if (!photos.length) return true;
        const key = photos[0]!.key;
        await enqueue(photosItem(c.village, c.id, photos, `${c.name} ${c.item_label} · ${t('claim.photo_count', { n: photos.length })}`));
        await sendQueue();
        const left = queue.items.find((i) => i.key === key);
        if (left?.refused) {
            await drop(key);
            throw new Problem('photo', 400, left.refused);
        }
        return !left;
    }
    async function run(act: Act, more: Record<string, unknown>, photos: Photo[] = []): Promise<void> {
        const c = claim();
        if (!c || busy.value) return;
        busy.value = true;
        problem.value = '';
        const path = `/villages/{village}/claims/{claim}/${act}` as '/villages/{village}/claims/{claim}/check';
        const params = { village: c.village, claim: c.id };
        const body = { version: c.version, ...more };
        try {
            if (!(await sendFirst(c, photos))) throw offlineProblem();
            await post(path, { path: params, body: body as never, key: action.key });
            action.renew();
            await done();
        } catch (e) {
            const p = asProblem(e);
            if (p.offline) {
                await enqueue({ key: action.key, path, params, body, label: `${t(`claim.do_${act}`)} · ${c.name} ${c.item_label}`, form: null });
                action.renew();
                queued.value = true;
            } else {
                problem.value = [p.message || t('common.page_error'), ...p.errors.map((x) => x.detail)].join(' ');
                if (!p.passing) action.renew();
                if (p.type === 'stale' || p.type === 'state') await done();
            }
        } finally {
            busy.value = false;
        }
    }
    return { run, busy, problem, queued };
}
