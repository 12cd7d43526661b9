/* Things to send that keep until the line is back. The queue is shown to the person; sending an item again
 * carries the same Idempotency-Key, so an answer lost on the way does no harm. */
import { reactive, watch } from 'vue';
import { line, post, type PathsWith } from '../api/client';
import { asProblem } from '../api/problem';
import { session } from '../session';
import { type Waiting, all, put, remove } from './db';

export const queue = reactive<{ items: Waiting[]; sending: boolean }>({ items: [], sending: false });
const listeners: (() => void)[] = [];
/* Called after something was sent, so that lists can load again. */
export const onSent = (f: () => void) => listeners.push(f);

export async function loadQueue(): Promise<void> {
    queue.items = session.me ? await all<Waiting>('waiting', Number(session.me.account)) : [];
}
export async function enqueue(item: Omit<Waiting, 'account' | 'at' | 'refused'>): Promise<void> {
    await put('waiting', { ...item, account: Number(session.me?.account ?? 0), at: Date.now(), refused: '' } satisfies Waiting);
    await loadQueue();
}
export async function drop(key: string): Promise<void> {
    await remove('waiting', key);
    await loadQueue();
}

export async function sendQueue(): Promise<void> {
    if (queue.sending || !session.me) return;
    queue.sending = true;
    let sent = false;
    try {
        for (const item of await all<Waiting>('waiting', Number(session.me.account))) {
            if (item.refused) continue;
            try {
                await post(item.path as PathsWith<'post'>, { path: item.params, body: item.body, key: item.key } as never);
                await remove('waiting', item.key);
                sent = true;
            } catch (e) {
                const p = asProblem(e);
                if (p.passing || p.status === 401) break; // keep the order; try again later
                await put('waiting', { ...item, refused: [p.message, ...p.errors.map((x) => x.detail)].join(' ') });
            }
        }
    } finally {
        queue.sending = false;
        await loadQueue();
    }
    if (sent) listeners.forEach((f) => f());
}

/* Once, by the entry's main: load, and send whenever there is a line and a session the server confirmed. */
export function watchQueue(): void {
    watch(() => [session.me?.account, session.fresh, line.online] as const, async ([account, fresh, online]) => {
        await loadQueue();
        if (account && fresh && online) await sendQueue();
    }, { immediate: true });
    // a WebView does not always say "online": look again now and then while something waits
    setInterval(() => {
        if (queue.items.some((i) => !i.refused)) void sendQueue();
    }, 30_000);
}
