/* Chinese is in the bundle, English is fetched when somebody asks for it. Texts live in
 * locales/<language>/<slice>.json and are addressed as slice.key. */
import { computed } from 'vue';
import { createI18n } from 'vue-i18n';
import { setLanguage } from './api/client';
import type { Language } from './format';

interface Texts { [key: string]: string | Texts }
const bySlice = (files: Record<string, unknown>): Texts =>
    Object.fromEntries(Object.entries(files).map(([f, t]) => [f.replace(/^.*\/|\.json$/g, ''), t])) as Texts;

export const i18n = createI18n<false>({ legacy: false, locale: 'zh', fallbackLocale: 'zh', messages: { zh: {}, en: {} } });

/* Each entry hands in its own files, so that the phone does not carry the desk's words:
 *   installTexts(import.meta.glob('./locales/zh/*.json', { eager: true, import: 'default' }), () => …en…) */
let english: (() => Promise<Texts>) | null = null;
export function installTexts(zh: Record<string, unknown>, en: Record<string, () => Promise<unknown>>): void {
    i18n.global.mergeLocaleMessage('zh', bySlice(zh));
    const before = english;
    english = async () => {
        const own = await Promise.all(Object.entries(en).map(async ([f, load]) => [f, await load()] as const));
        return { ...(before ? await before() : {}), ...bySlice(Object.fromEntries(own)) };
    };
}

/* Words of a part that comes later: its pages bring them along.
 *   lateTexts('editor', zh, () => import('./locales/en.json').then((m) => m.default)); */
export function lateTexts(slice: string, zh: unknown, en: () => Promise<unknown>): void {
    installTexts({ [slice]: zh }, { [slice]: en });
    if (language.value === 'en')
        void switchLanguage('en').then(() => (i18n.global.fallbackLocale.value = ['zh'])); // what stands already is said again
}

const KEY = 'shanzhi.language';
export const language = computed<Language>(() => (i18n.global.locale.value === 'en' ? 'en' : 'zh'));
export async function switchLanguage(to: Language): Promise<void> {
    let told: typeof english = null;
    while (to === 'en' && english && told !== english) { // a part may bring its words while the others are fetched
        told = english;
        i18n.global.mergeLocaleMessage('en', await told());
    }
    i18n.global.locale.value = to;
    localStorage.setItem(KEY, to);
    document.documentElement.lang = to === 'en' ? 'en' : 'zh-CN';
    setLanguage(to === 'en' ? 'en' : 'zh-CN');
}
/* Before the first page is shown. */
export async function restoreLanguage(): Promise<void> {
    if (localStorage.getItem(KEY) === 'en') await switchLanguage('en').catch(() => {});
}
export const t = i18n.global.t;
