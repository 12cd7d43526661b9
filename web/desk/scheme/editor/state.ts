/* What every part of the editor shares: the document with its reactive view, what the checker found and where, where the person
 * is. Provided by EditorPage; further tabs (try it, simulate, adopt) take it the same way.
 *
 *   const ed = useEditor();
 *   ed.value.value.items, ed.set(path, v), ed.findingsAt(path), ed.go(path) */
import { type InjectionKey, type Ref, computed, inject, nextTick, onScopeDispose, ref, shallowRef, watch } from 'vue';
import { asProblem } from '@/api/problem';
import { type Checked, type Engine } from '../engine';
import { type SchemeDocument } from '../model/document';
import { type Path, formPath, pathText } from '../model/language';
import { type Value, valueAt } from '../model/references';
import { sectionOf } from './layout';

export interface Finding { line: number; column: number; warning: boolean; path: (string | number)[]; rest: string; zh: string; en: string }
const TYPING_MS = 250; // a field is taken over when its typist rests
const CHECK_MS = 120;
const SAID_MS = 10_000;

export function createEditor(doc: SchemeDocument, engine: Engine, readonly: Ref<boolean>) {
    const value = shallowRef<{ [key: string]: Value }>(doc.value);
    const text = ref(doc.text);
    const broken = shallowRef(doc.broken);
    const dirty = ref(false), canUndo = ref(false), canRedo = ref(false);
    function take(): void {
        value.value = doc.value;
        text.value = doc.text;
        broken.value = doc.broken;
        dirty.value = doc.dirty;
        canUndo.value = doc.canUndo;
        canRedo.value = doc.canRedo;
    }
    onScopeDispose(doc.onChange(take));
    take();
    const locked = computed(() => readonly.value || broken.value !== null);

    /* ---- typing ---- */
    let pending: { at: string; run: () => void; timer: ReturnType<typeof setTimeout> } | null = null;
    function flush(): void {
        const p = pending;
        pending = null;
        if (!p) return;
        clearTimeout(p.timer);
        p.run();
    }
    /* The page is left: what stands in a field counts, though its typist is still in it. */
    function settle(): void {
        const at = document.activeElement;
        if (at?.matches('.control')) at.dispatchEvent(new Event('change'));
        flush();
    }
    function soon(at: string, run: () => void): void {
        if (pending && pending.at !== at) flush();
        if (pending) clearTimeout(pending.timer);
        pending = { at, run, timer: setTimeout(flush, TYPING_MS) };
    }
    onScopeDispose(flush);
    const settled = <A extends unknown[]>(act: (...a: A) => void) => (...a: A) => {
        flush();
        if (!locked.value) act(...a);
    };

    /* ---- the checker ---- */
    const findings = shallowRef<Finding[]>([]);
    const checking = ref(true);
    const unchecked = ref(''); // why nobody could check: no network
    const ok = ref(false);
    let round = 0, waiting: ReturnType<typeof setTimeout> | undefined;
    async function check(): Promise<void> {
        const mine = ++round;
        checking.value = true;
        try {
            const c = await engine.check(text.value);
            if (mine !== round) return;
            if (doc.value['extends'] === undefined || !c.ok) return show(c);
            const whole = await engine.checkWithTemplate(text.value).catch((e: unknown) => {
                if (mine === round) show(c); // what the page can say by itself
                throw e;
            });
            if (mine === round) show(whole);
        } catch (e) {
            if (mine !== round) return;
            unchecked.value = asProblem(e).offline ? 'offline' : asProblem(e).message || 'error';
        } finally {
            if (mine === round) checking.value = false;
        }
    }
    function show(c: Checked): void {
        findings.value = (c.findings ?? []).map((f) => ({ ...formPath(doc.language, f.path ?? ''), line: f.line ?? 1, column: f.column ?? 1, warning: !!f.warning, zh: f.zh ?? '', en: f.en ?? '' }));
        ok.value = !!c.ok;
        unchecked.value = '';
    }
    watch(text, () => {
        clearTimeout(waiting);
        checking.value = true;
        waiting = setTimeout(() => void check(), CHECK_MS);
    });
    onScopeDispose(() => clearTimeout(waiting));
    void check();
    const errors = computed(() => findings.value.filter((f) => !f.warning).length);
    const warnings = computed(() => findings.value.filter((f) => f.warning).length);
    /* By the exact place; what stands below a place, for rows and sections. */
    const byPath = computed(() => {
        const at = new Map<string, Finding[]>();
        for (const f of findings.value) {
            const k = pathText(f.path);
            at.set(k, [...(at.get(k) ?? []), f]);
        }
        return at;
    });
    const findingsAt = (path: Path) => byPath.value.get(pathText(path)) ?? [];
    const findingsBelow = (path: Path) => {
        const own = pathText(path);
        return findings.value.filter((f) => pathText(f.path) === own || pathText(f.path).startsWith(`${own}/`));
    };

    /* ---- what just happened, with a way back ---- */
    const said = ref('');
    let saying: ReturnType<typeof setTimeout> | undefined;
    function say(what: string): void {
        clearTimeout(saying);
        said.value = what;
        saying = setTimeout(() => (said.value = ''), SAID_MS);
    }
    onScopeDispose(() => clearTimeout(saying));

    /* ---- where the person is ---- */
    const section = ref('basic');
    const view = ref('forms'); // forms, text, or a row of tabs.ts
    const target = shallowRef<Path | null>(null); // a table opens the row it lies in
    const textAt = ref(0); // line the YAML view is to show
    async function go(path: Path): Promise<void> {
        flush();
        view.value = 'forms';
        section.value = sectionOf(path);
        target.value = [...path];
        await nextTick();
        await nextTick();
        for (let n = path.length; n > 0; n--) {
            const there = document.getElementById(fieldId(path.slice(0, n)));
            if (!there) continue;
            there.scrollIntoView({ block: 'center' });
            const input = there.matches('input, select, textarea, button, [tabindex]') ? there : there.querySelector<HTMLElement>('input, select, textarea, button');
            input?.focus();
            break;
        }
    }
    function goText(line: number): void {
        flush();
        view.value = 'text';
        textAt.value = line;
    }
    /* The line of what the forms show, and back: the section a line lies in. */
    function lineHere(): number {
        const at = target.value && sectionOf(target.value) === section.value ? target.value : null;
        for (let n = at?.length ?? 0; at && n > 0; n--) if (doc.line(at.slice(0, n))) return doc.line(at.slice(0, n));
        const lines = Object.keys(doc.value).filter((k) => sectionOf([k]) === section.value).map((k) => doc.line([k]));
        return lines.length ? Math.min(...lines) : 1;
    }
    function sectionAt(line: number): void {
        const before = Object.keys(doc.value).map((k) => ({ k, line: doc.line([k]) })).filter((x) => x.line <= line).sort((a, b) => b.line - a.line)[0];
        if (before) section.value = sectionOf([before.k]);
    }
    return {
        doc, language: doc.language, value, text, broken, dirty, canUndo, canRedo, locked, readonly,
        get: (path: Path) => valueAt(value.value, path),
        soon, flush, settle,
        set: settled((path: Path, v: Value) => doc.set(path, v)),
        remove: settled((path: Path) => doc.remove(path)),
        insert: settled((list: Path, at: number, ...rows: Value[]) => doc.insert(list, at, ...rows)),
        move: settled((list: Path, from: number, to: number) => doc.move(list, from, to)),
        duplicate: settled((list: Path, i: number) => doc.duplicate(list, i)),
        rename: settled((list: Path, i: number, field: 'code' | 'label', to: string) => doc.rename(list, i, field, to)),
        renameKey: settled((path: Path, name: string) => doc.renameKey(path, name)),
        undo: () => { flush(); if (!readonly.value) doc.undo(); },
        redo: () => { flush(); if (!readonly.value) doc.redo(); },
        setText: (t: string) => { if (!readonly.value) doc.setText(t); },
        findings, findingsAt, findingsBelow, errors, warnings, ok, checking, unchecked, recheck: check,
        section, view, target, textAt, go, goText, said, say, lineHere, sectionAt,
    };
}
export type Editor = ReturnType<typeof createEditor>;
export const editorKey: InjectionKey<Editor> = Symbol('editor');
export const useEditor = (): Editor => inject(editorKey)!;
/* An element's id by the path of what it edits. */
export const fieldId = (path: Path) => `f-${path.map((p) => encodeURIComponent(String(p)).replace(/%/g, '_')).join('-')}`;
