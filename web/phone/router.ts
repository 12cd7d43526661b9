/* Addresses of the phone's pages. The first pages people see are in the bundle; the rest comes when needed
 * (and is kept for offline use by the service worker). */
import { createRouter, createWebHashHistory } from 'vue-router';
import { noLine } from '@/api/client';
import { t } from '@/i18n';
import { isStaff, me, session } from '@/session';
import Home from './ledger/Home.vue';
import SignIn from './access/SignIn.vue';
import Village from './notice/Village.vue';
import { say } from './parts/flash';
import { lastVillage } from './parts/village';

export const router = createRouter({
    history: createWebHashHistory(),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
        { path: '/', redirect: () => (me.value ? (isStaff.value ? '/todo' : '/home') : lastVillage() ? `/v/${lastVillage()}` : '/v') },
        // without sign-in
        { path: '/sign-in', component: SignIn, meta: { open: true } },
        { path: '/v', component: () => import('./notice/Villages.vue'), meta: { open: true } },
        { path: '/v/:village(\\d{12})', component: Village, props: true, meta: { open: true } },
        { path: '/v/:village(\\d{12})/n/:notice(\\d+)', component: () => import('./notice/Notice.vue'), props: true, meta: { open: true } },
        { path: '/v/:village(\\d{12})/rules', component: () => import('./scheme/RulesPage.vue'), props: true, meta: { open: true } },
        { path: '/v/:village(\\d{12})/earn', component: () => import('./scheme/Earn.vue'), props: true, meta: { open: true } },
        // villager
        { path: '/home', component: Home },
        { path: '/book', component: () => import('./ledger/Book.vue') },
        { path: '/claim', component: () => import('./claim/ClaimNew.vue') },
        { path: '/claims', component: () => import('./claim/ClaimList.vue') },
        { path: '/claims/:village(\\d{12})/:claim(\\d+)', component: () => import('./claim/ClaimOne.vue'), props: true },
        { path: '/queue', component: () => import('./claim/Queue.vue') },
        { path: '/notices', component: () => import('./notice/Notices.vue') },
        { path: '/me', component: () => import('./access/Me.vue') },
        { path: '/me/password', component: () => import('./access/Password.vue') },
        { path: '/me/totp', component: () => import('./access/Totp.vue') },
        { path: '/me/data', component: () => import('./access/MyData.vue') },
        // staff
        { path: '/todo', component: () => import('./claim/Todo.vue') },
        { path: '/objections/:village(\\d{12})', component: () => import('./notice/Objections.vue'), props: true },
        { path: '/people', component: () => import('./people/People.vue') },
        { path: '/people/:village(\\d{12})/:household(\\d+)', component: () => import('./people/Household.vue'), props: true },
        { path: '/book/:village(\\d{12})/:kind/:subject(\\d+)', component: () => import('./ledger/Book.vue'), props: true },
        { path: '/:rest(.*)*', redirect: '/' },
    ],
});

router.beforeEach((to) => {
    if (to.meta['open'] || !to.matched.length) return true;
    if (!me.value) return session.ready ? { path: '/sign-in', query: to.fullPath === '/home' ? {} : { then: to.fullPath } } : true;
    if (me.value.must_change && to.path !== '/me/password') return '/me/password';
    return true;
});

/* The other pages are fetched once the first one stands, so that they open where there is no network even
 * without a service worker (a village server without TLS has none). */
export async function fetchPages(): Promise<void> {
    for (const { components } of router.getRoutes())
        for (const page of Object.values(components ?? {}))
            if (typeof page === 'function') await (page as () => Promise<unknown>)().catch(() => {});
}
/* A page that was never fetched cannot open now: say so instead of doing nothing. */
router.onError(() => {
    noLine();
    say(t('common.page_offline'));
});
