/* Who is signed in, and what they may do. Kept on the device without its CSRF token, so that the pages
 * know the person while there is no network; the server decides again on every request. */
import { computed, reactive } from 'vue';
import { type Answer, type Body, del, get, line, onSignedOut, post, setCsrf } from './api/client';
import { asProblem } from './api/problem';
import { forgetPerson } from './store/db';

export type Me = Answer<'/session'>;
const KEY = 'shanzhi.me';

const state = reactive<{ me: Me | null; ready: boolean; fresh: boolean; expired: boolean }>({ me: null, ready: false, fresh: false, expired: false });
export const session = {
    get me() { return state.me; },
    get ready() { return state.ready; },
    /* The server confirmed it since the page was opened. */
    get fresh() { return state.fresh; },
    /* It ended by itself (idle, ended elsewhere) while the page was open; false again after signing in. */
    get expired() { return state.expired; },
};
export const me = computed(() => state.me);
/* Permission by name, as GET /session lists them: may('claim.check'). Any of several is enough. */
export const may = (...names: string[]) => names.some((n) => state.me?.permissions?.includes(n) ?? false);
/* Works for the village, not only for themselves. */
export const isStaff = computed(() => may('claim.check', 'claim.publish', 'claim.approve', 'claim.record', 'claim.proxy', 'people.read'));
export const signedIn = computed(() => state.me !== null);

function keep(m: Me | null): void {
    state.me = m;
    setCsrf(m?.csrf ?? '');
    if (m) localStorage.setItem(KEY, JSON.stringify({ ...m, csrf: '' }));
    else localStorage.removeItem(KEY);
}

/* At start and when the line comes back. Without network the remembered person stays. */
export async function loadSession(): Promise<void> {
    if (!state.ready) {
        try {
            state.me = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Me | null;
        } catch {
            state.me = null;
        }
    }
    try {
        keep(await get('/session'));
        state.fresh = true;
    } catch (e) {
        const p = asProblem(e);
        if (p.status === 401) {
            keep(null);
            state.fresh = true;
        }
    } finally {
        state.ready = true;
    }
}

export async function signIn(body: Body<'/session'>): Promise<Me> {
    const m = (await post('/session', { body })) as Me;
    keep(m);
    state.fresh = true;
    state.ready = true;
    state.expired = false;
    return m;
}

/* Forgets what this person had on the device, whether or not the server could be told. */
export async function signOut(everywhere = false): Promise<void> {
    const who = state.me?.account;
    await (everywhere ? del('/sessions') : del('/session'));
    keep(null);
    if (who !== undefined) await forgetPerson(who);
}

onSignedOut(() => {
    if (!state.ready || !state.me) return;
    state.expired = true;
    keep(null);
});
if (typeof window !== 'undefined')
    window.addEventListener('online', () => {
        if (!state.fresh || line.online) void loadSession();
    });
