/* The desk: what cadres work with on a PC. Sections show only what the role may do; addresses (with their
 * filters) can be shared and are checked by the server again. */
import '@/tokens.css';
import './frame/element.css';
import { start } from '@/start';
import { installTexts } from '@/i18n';
import App from './App.vue';
import { router } from './frame/router';

installTexts(import.meta.glob('./locales/zh/*.json', { eager: true, import: 'default' }),
             import.meta.glob('./locales/en/*.json', { import: 'default' }));
void start(App, router);
