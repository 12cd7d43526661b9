/* Things to send that keep until the line is back. The queue is shown to the person; sending an item again
 * carries the same Idempotency-Key, so an answer lost on the way does no harm. A claim's photos follow it as an
 * item of their own, which exists as soon as the claim's number is known. */
import { reactive, watch } from 'vue';
import { line, post, postPicture, type PathsWith } from '../api/client';
import { asProblem } from '../api/problem';
import { session } from '../session';
import { type Photo, type Waiting, all, put, remove } from './db';

export const queue = reactive<{ items: Waiting[]; sending: boolean }>({ items: [], sending: false });
const listeners: (() => void)[] = [];
/* Called after something was sent, so that lists can load again. */
export const onSent = (f: () => void) => listeners.push(f);

export async function loadQueue(): Promise<void> {
    queue.items = session.me ? await all<Waiting>('waiting', Number(session.me.account)) : [];
}
let latest = 0; // two things put in within one millisecond keep their order
export async function enqueue(item: Omit<Waiting, 'account' | 'at' | 'refused'>): Promise<void> {
    latest = Math.max(latest + 1, Date.now());
    await put('waiting', { ...item, account: Number(session.me?.account ?? 0), at: latest, refused: '' } satisfies Waiting);
    await loadQueue();
}
const PHOTOS = '/villages/{village}/claims/{claim}/photos';
export const photosItem = (village: string, claim: number, photos: Photo[], label: string) =>
    ({ key: photos[0]!.key, path: PHOTOS, params: { village, claim }, body: null, photos, label, form: null });
export async function drop(key: string): Promise<void> {
    await remove('waiting', key);
    await loadQueue();
}

/* No fetch() of a data: address: the CSP lets pages connect to their own server only. */
function pictureOf(p: Photo): Blob {
    const bytes = Uint8Array.from(atob(p.jpeg.slice(p.jpeg.indexOf(',') + 1)), (c) => c.charCodeAt(0));
    return new Blob([bytes], { type: 'image/jpeg' });
}
async function sendPhotos(item: Waiting): Promise<void> {
    let left = item.photos ?? [];
    while (left.length) {
        await postPicture(PHOTOS, item.params, pictureOf(left[0]!), left[0]!.key);
        left = left.slice(1);
        item.photos = left;
        if (left.length) await put('waiting', item);
    }
}
async function sendItem(item: Waiting): Promise<Waiting | null> {
    if (item.path === PHOTOS) {
        await sendPhotos(item);
        return null;
    }
    const answer = (await post(item.path as PathsWith<'post'>, { path: item.params, body: item.body, key: item.key } as never)) as { id?: number } | undefined;
    if (!item.photos?.length || !answer?.id) return null;
    // kept before the claim leaves the queue: closing the page in between loses nothing
    const photos: Waiting = { ...item, ...photosItem(String(item.params['village']), answer.id, item.photos, item.label) };
    await put('waiting', photos);
    return photos;
}

let running: Promise<void> | null = null;
/* Sends what waits; called while it sends, it looks again afterwards. */
export async function sendQueue(): Promise<void> {
    while (running) await running;
    if (!session.me) return;
    running = sendAll().finally(() => (running = null));
    await running;
}
async function sendAll(): Promise<void> {
    queue.sending = true;
    let sent = false;
    try {
        const items = await all<Waiting>('waiting', Number(session.me!.account));
        for (let item = items.shift(); item; item = items.shift()) {
            if (item.refused) continue;
            try {
                const then = await sendItem(item);
                await remove('waiting', item.key);
                if (then) items.unshift(then);
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
