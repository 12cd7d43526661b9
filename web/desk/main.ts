import { createRouter, createWebHashHistory } from 'vue-router';
import { start } from '@/start';
import App from './App.vue';

const router = createRouter({ history: createWebHashHistory('/desk/'), routes: [{ path: '/:rest(.*)*', component: App }] });
void start(App, router);
