/* A page's data: from the server, or — without network — as it last was, with the time it is from.
 *
 *   const book = useAnswer(() => ['/me/passbook', {}] as const);
 *   <PageState :of="book"> … book.data … </PageState>
 *
 * `data` stays while it loads again, so that nothing jumps. */
import { onScopeDispose, reactive, watch } from 'vue';
import { type Answer, type Options, type PathsWith, get, line } from '../api/client';
import { type Problem, asProblem } from '../api/problem';
import { session } from '../session';
import { type Kept, load, put } from './db';

export interface Loaded<T> {
    data: T | null;
    problem: Problem | null;
    loading: boolean;
    from: number | null; // when the shown copy was kept; null: it is the server's
    reload: () => Promise<void>;
}
export const PUBLIC_ACCOUNT = 0; // what needs no sign-in is kept for everybody

export async function getKept<P extends PathsWith<'get'>>(path: P, o: Options<P, 'get'>): Promise<{ answer: Answer<P>; from: number | null }> {
    const account = (path as string).startsWith('/public/') ? PUBLIC_ACCOUNT : Number(session.me?.account ?? 0);
    const key = `${account} ${path as string} ${JSON.stringify([o.path ?? null, o.query ?? null])}`;
    try {
        const answer = await get(path, o);
        void put('kept', { key, account, at: Date.now(), answer } satisfies Kept);
        return { answer, from: null };
    } catch (e) {
        const kept = asProblem(e).passing ? await load<Kept>('kept', key) : undefined;
        if (!kept) throw e;
        return { answer: kept.answer as Answer<P>, from: kept.at };
    }
}

/* `what` may be reactive; null means "not yet known". */
export function useAnswer<P extends PathsWith<'get'>>(what: () => readonly [P, Options<P, 'get'>] | null): Loaded<Answer<P>> {
    let round = 0;
    const state = reactive({ data: null, problem: null, loading: true, from: null, reload }) as Loaded<Answer<P>>;
    async function reload(): Promise<void> {
        const want = what();
        if (!want) return;
        const mine = ++round;
        state.loading = true;
        try {
            const { answer, from } = await getKept(...want);
            if (mine !== round) return;
            Object.assign(state, { data: answer, from, problem: null });
        } catch (e) {
            if (mine !== round) return;
            Object.assign(state, { problem: asProblem(e), data: null });
        } finally {
            if (mine === round) state.loading = false;
        }
    }
    watch(() => JSON.stringify(what()), () => {
        state.data = null;
        void reload();
    }, { immediate: true });
    onScopeDispose(watch(() => line.online, (on) => on && (state.from !== null || state.problem?.offline) && void reload()));
    return state;
}
