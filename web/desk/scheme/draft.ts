/* A draft on its way to the server: saved by itself when its author rests, kept on this computer until the server has it, and
 * when somebody else saved in between, brought together or shown. */
import { type InjectionKey, type Ref, computed, inject, onScopeDispose, ref, shallowRef, watch } from 'vue';
import { type Answer, get, line, sendText } from '@/api/client';
import { asProblem } from '@/api/problem';
import { session } from '@/session';
import { type Draft as Kept, load, put, remove } from '@/store/db';
import { type SchemeDocument } from './model/document';
import { type Hunk, changes, merged } from './model/merge';

export type Draft = Answer<'/villages/{village}/drafts/{draft}'>;
export type SaveState = 'saved' | 'waiting' | 'saving' | 'offline' | 'conflict' | 'failed';
const REST_MS = 1200;
const KEEP_MS = 150;
interface Copy { text: string; base: string; version: number }

export const copyKey = (village: string, draft: number) => `scheme ${village} ${draft}`;
const copyOf = async (village: string, draft: number) => (await load<Kept>('draft', copyKey(village, draft)))?.value as Copy | undefined;

export function useDraft(village: string, draft: Draft, doc: SchemeDocument) {
    const id = Number(draft.id);
    let base = doc.text; // what the server has, as we know it
    let version = Number(draft.version);
    const state = ref<SaveState>('saved');
    const failure = ref('');
    const savedAt = ref<string | null>(draft.changed_at ?? null);
    const restored = ref(false);
    const joined = ref(''); // whose changes came in
    const conflict = shallowRef<{ who: string; theirs: string; hunks: Hunk[]; version: number } | null>(null);
    const path = { village, draft: id };
    let resting: ReturnType<typeof setTimeout> | undefined, keeping: ReturnType<typeof setTimeout> | undefined;
    let running: Promise<void> | null = null;

    async function keep(): Promise<void> {
        clearTimeout(keeping);
        if (doc.text === base) return remove('draft', copyKey(village, id));
        await put('draft', { key: copyKey(village, id), account: Number(session.me?.account ?? 0), at: Date.now(), value: { text: doc.text, base, version } satisfies Copy } satisfies Kept);
    }
    /* Typing that never reached the server: the tab was closed without network. */
    async function resume(): Promise<void> {
        const copy = await copyOf(village, id);
        if (!copy || copy.text === doc.text) return;
        if (copy.version === version || copy.base === base) {
            doc.setText(copy.text, 'resumed');
            restored.value = true;
        } else {
            const theirs = base, both = merged(copy.text, copy.base, theirs);
            doc.setText(both ?? copy.text, 'resumed');
            restored.value = true;
            if (both === null) meet(copy.base, theirs, version, draft.changed_by_name ?? '');
        }
    }
    function meet(from: string, theirs: string, theirVersion: number, who: string): void {
        conflict.value = { who, theirs, hunks: changes(from, theirs), version: theirVersion };
        state.value = 'conflict';
    }
    async function stale(): Promise<void> {
        const now = await get('/villages/{village}/drafts/{draft}', { path });
        const theirs = now.text ?? '';
        const both = merged(doc.text, base, theirs);
        if (both === null) return meet(base, theirs, Number(now.version), now.changed_by_name ?? '');
        base = theirs;
        version = Number(now.version);
        if (both !== doc.text) doc.setText(both, 'joined');
        joined.value = now.changed_by_name ?? '';
        state.value = doc.text === base ? 'saved' : 'waiting';
    }
    async function send(): Promise<void> {
        clearTimeout(resting);
        if (conflict.value || doc.text === base) return;
        const text = doc.text;
        state.value = 'saving';
        failure.value = '';
        try {
            const saved = (await sendText('put', '/villages/{village}/drafts/{draft}', path, text, { version })) as Draft;
            version = Number(saved.version);
            base = text;
            savedAt.value = saved.changed_at ?? null;
            doc.markSaved(text);
            state.value = doc.text === base ? 'saved' : 'waiting';
            await keep();
        } catch (e) {
            const p = asProblem(e);
            await keep();
            if (p.type === 'stale') await stale().catch(() => (state.value = 'offline'));
            else if (p.passing || p.type === 'sign-in') state.value = 'offline';
            else {
                state.value = 'failed';
                failure.value = p.errors[0]?.detail || p.message;
            }
        }
        if (state.value === 'waiting') soon();
    }
    /* One at a time; what came meanwhile goes next. */
    async function save(): Promise<void> {
        clearTimeout(resting);
        while (running) await running;
        running = send().finally(() => (running = null));
        return running;
    }
    function soon(): void {
        clearTimeout(resting);
        resting = setTimeout(() => void save(), REST_MS);
    }
    onScopeDispose(doc.onChange(() => {
        if (doc.text === base && !conflict.value) {
            if (state.value !== 'saving') state.value = 'saved';
            void keep();
            return;
        }
        if (state.value !== 'conflict' && state.value !== 'saving') state.value = line.online ? 'waiting' : 'offline';
        clearTimeout(keeping);
        keeping = setTimeout(() => void keep(), KEEP_MS);
        if (line.online) soon();
    }));
    watch(() => [line.online, session.me?.account] as const, ([on, who]) => on && who !== undefined && doc.text !== base && void save());
    onScopeDispose(() => {
        clearTimeout(resting);
        void keep();
    });
    const settle = (how: 'mine' | 'theirs') => {
        const c = conflict.value;
        if (!c) return;
        base = c.theirs;
        version = c.version;
        conflict.value = null;
        if (how === 'theirs') doc.setText(c.theirs, 'theirs'); // undo brings mine back
        state.value = doc.text === base ? 'saved' : 'waiting';
        void save();
    };
    return { id, place: village, state, failure, savedAt, restored, joined, conflict, resume, save, keep, settle, version: () => version, unsaved: computed(() => state.value !== 'saved') };
}
export type DraftSaver = ReturnType<typeof useDraft>;
/* The draft that is open, for the editor's further tabs; null: a version is read. */
export const saverKey: InjectionKey<Ref<DraftSaver | null>> = Symbol('saver');
export const useSaver = () => inject(saverKey, null);
