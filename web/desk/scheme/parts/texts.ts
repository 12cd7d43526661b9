/* The words of the pages around the editor come with those pages: the desk's other pages do not carry them. */
import { watch } from 'vue';
import { i18n, language } from '@/i18n';
import zh from './locales/zh.json';

i18n.global.mergeLocaleMessage('zh', { flows: zh });
let english = false;
watch(language, async (l) => {
    if (l !== 'en' || english) return;
    english = true;
    i18n.global.mergeLocaleMessage('en', { flows: (await import('./locales/en.json')).default });
}, { immediate: true });
