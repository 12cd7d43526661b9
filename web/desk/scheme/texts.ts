/* The editor's words come with the editor: the desk's other pages do not carry them. */
import { watch } from 'vue';
import { i18n, language } from '@/i18n';
import zh from './locales/zh.json';

i18n.global.mergeLocaleMessage('zh', { editor: zh });
let english = false;
watch(language, async (l) => {
    if (l !== 'en' || english) return;
    english = true;
    i18n.global.mergeLocaleMessage('en', { editor: (await import('./locales/en.json')).default });
}, { immediate: true });
