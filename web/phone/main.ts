import { installTexts } from '@/i18n';
import { registerOffline } from '@/pwa/register';
import { start } from '@/start';
import { watchQueue } from '@/store/queue';
import App from './App.vue';
import { router } from './router';
import './theme.css';

installTexts(import.meta.glob('../shared/locales/zh/{nav,access,claim,notice,ledger,people,scheme}.json', { eager: true, import: 'default' }),
             import.meta.glob('../shared/locales/en/{nav,access,claim,notice,ledger,people,scheme}.json', { import: 'default' }));
void start(App, router).then(watchQueue);
registerOffline();
