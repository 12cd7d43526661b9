import { watch } from 'vue';
import { installTexts } from '@/i18n';
import { registerOffline } from '@/pwa/register';
import { session } from '@/session';
import { start } from '@/start';
import { getKept } from '@/store/load';
import { watchQueue } from '@/store/queue';
import App from './App.vue';
import { fetchPages, router } from './router';
import { myVillage } from './parts/village';
import './theme.css';

const AFTER_FIRST_MS = 1_500; // the first page's own data go first

installTexts(import.meta.glob('../shared/locales/zh/{nav,access,claim,notice,ledger,people,scheme}.json', { eager: true, import: 'default' }),
             import.meta.glob('../shared/locales/en/{nav,access,claim,notice,ledger,people,scheme}.json', { import: 'default' }));
void start(App, router).then(() => {
    watchQueue();
    setTimeout(() => void fetchPages(), AFTER_FIRST_MS);
    // what the form and the passbook need without network
    watch(() => [session.me?.account, myVillage.value, session.fresh] as const, ([account, village, fresh]) => {
        if (!account || !village || !fresh) return;
        setTimeout(() => {
            void getKept('/public/villages/{village}/scheme', { path: { village } }).catch(() => {});
            if (session.me?.resident) void getKept('/me/passbook', { query: { limit: 30 } }).catch(() => {});
            if (session.me?.household) void getKept('/me/household', {}).catch(() => {});
        }, AFTER_FIRST_MS);
    }, { immediate: true });
});
registerOffline();
