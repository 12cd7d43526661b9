import { createRouter, createWebHashHistory } from 'vue-router';
import { installTexts } from '@/i18n';
import { start } from '@/start';
import App from './App.vue';
import Choose from './Choose.vue';
import Hall from './Hall.vue';
import './screen.css';

installTexts(import.meta.glob('../shared/locales/zh/{screen,notice}.json', { eager: true, import: 'default' }),
             import.meta.glob('../shared/locales/en/{screen,notice}.json', { import: 'default' }));
const router = createRouter({
    history: createWebHashHistory('/screen/'),
    routes: [
        { path: '/', component: Choose },
        { path: '/:village(\\d{12})', component: Hall, props: true },
        { path: '/:rest(.*)*', redirect: '/' },
    ],
});
void start(App, router);
