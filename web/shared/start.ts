/* What all entries do before they show anything. */
import { type Component, createApp } from 'vue';
import type { Router } from 'vue-router';
import './tokens.css';
import { watchElder } from './elder';
import { i18n, installTexts, restoreLanguage } from './i18n';
import { loadSession } from './session';

installTexts(import.meta.glob('./locales/zh/common.json', { eager: true, import: 'default' }),
             import.meta.glob('./locales/en/common.json', { import: 'default' }));

export async function start(root: Component, router: Router): Promise<void> {
    watchElder();
    await Promise.all([restoreLanguage(), Promise.race([loadSession(), new Promise((done) => setTimeout(done, 1500))])]);
    createApp(root).use(i18n).use(router).mount('#app');
}
