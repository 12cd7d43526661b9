/* Sections of the desk: one row each gives the address, the menu entry and who sees it. */
import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router';
import { session } from '@/session';
import { person } from './person';

export interface Section {
    path: string;
    name: string; // text: frame.section.<name>
    group: string; // text: frame.group.<group>
    needs: string[]; // any of these permissions
    page: RouteRecordRaw['component'];
    inMenu?: boolean;
    wide?: boolean; // needs the whole screen: the menu folds behind its button
    anywhere?: boolean; // does not speak of one village
}
export const sections: Section[] = [
    { path: '/', name: 'work', group: 'daily', needs: ['self'], page: () => import('../claim/WorkPage.vue'), anywhere: true },
    { path: '/claims', name: 'claims', group: 'daily', needs: ['claim.read'], page: () => import('../claim/ClaimsPage.vue') },
    { path: '/claims/new', name: 'claim_new', group: 'daily', needs: ['claim.proxy'], page: () => import('../claim/ClaimNewPage.vue') },
    { path: '/notices', name: 'notices', group: 'daily', needs: ['claim.read', 'notice.write'], page: () => import('../notice/NoticesPage.vue') },
    { path: '/objections', name: 'objections', group: 'daily', needs: ['objection.decide', 'claim.read'], page: () => import('../notice/ObjectionsPage.vue') },
    { path: '/ledger', name: 'ledger', group: 'points', needs: ['ledger.read'], page: () => import('../ledger/LedgerPage.vue') },
    { path: '/board', name: 'board', group: 'points', needs: ['passbook.read', 'ledger.read'], page: () => import('../ledger/BoardPage.vue') },
    { path: '/passbooks/:kind/:subject', name: 'passbook', group: 'points', needs: ['passbook.read', 'ledger.read'], page: () => import('../ledger/PassbookPage.vue'), inMenu: false },
    { path: '/scheme', name: 'scheme', group: 'points', needs: ['claim.read', 'scheme.write'], page: () => import('../scheme/SchemePage.vue') },
    { path: '/scheme/drafts', name: 'drafts', group: 'points', needs: ['scheme.write'], page: () => import('../scheme/DraftsPage.vue') },
    { path: '/scheme/drafts/:draft', name: 'draft', group: 'points', needs: ['scheme.write'], page: () => import('../scheme/DraftPage.vue'), inMenu: false, wide: true },
    { path: '/scheme/versions/:version', name: 'scheme_version', group: 'points', needs: ['claim.read', 'scheme.write'], page: () => import('../scheme/VersionPage.vue'), inMenu: false, wide: true },
    { path: '/scheme/history', name: 'scheme_history', group: 'points', needs: ['claim.read', 'scheme.write'], page: () => import('../scheme/history/HistoryPage.vue'), inMenu: false },
    { path: '/scheme/presets', name: 'scheme_presets', group: 'points', needs: ['scheme.write'], page: () => import('../scheme/presets/PresetsPage.vue'), inMenu: false },
    { path: '/scheme/township', name: 'scheme_township', group: 'points', needs: ['scheme.write'], page: () => import('../scheme/township/TownshipPage.vue'), inMenu: false, anywhere: true },
    { path: '/residents', name: 'residents', group: 'people', needs: ['people.read'], page: () => import('../people/ResidentsPage.vue') },
    { path: '/households', name: 'households', group: 'people', needs: ['people.read'], page: () => import('../people/HouseholdsPage.vue') },
    { path: '/organisations', name: 'organisations', group: 'people', needs: ['people.read'], page: () => import('../people/OrganisationsPage.vue') },
    { path: '/import', name: 'import', group: 'people', needs: ['people.write'], page: () => import('../people/ImportPage.vue') },
    { path: '/grids', name: 'grids', group: 'people', needs: ['people.read'], page: () => import('../region/GridsPage.vue') },
    { path: '/regions', name: 'regions', group: 'system', needs: ['system.read', 'system.write'], page: () => import('../region/RegionsPage.vue'), anywhere: true },
    { path: '/accounts', name: 'accounts', group: 'system', needs: ['account.read'], page: () => import('../access/AccountsPage.vue'), anywhere: true },
    { path: '/audit', name: 'audit', group: 'system', needs: ['audit.read'], page: () => import('../access/AuditPage.vue'), anywhere: true },
    { path: '/me', name: 'me', group: 'system', needs: ['self'], page: () => import('../access/MePage.vue'), anywhere: true },
];
/* "self" is held by everybody who signed in. */
export const allowed = (s: Section) => s.needs.includes('self') ? person.value !== null : s.needs.some((n) => person.value?.permissions?.includes(n));

export const router = createRouter({
    history: createWebHashHistory('/desk/'),
    routes: [
        ...sections.map((s) => ({ path: s.path, name: s.name, component: s.page!, meta: { section: s } })),
        { path: '/sign-in', name: 'sign-in', component: () => import('../access/SignInPage.vue') },
        { path: '/:rest(.*)*', name: 'nowhere', component: () => import('./NowherePage.vue') },
    ],
});
router.beforeEach((to) => {
    if (to.name === 'sign-in') return true;
    if (!session.me && !session.expired) return { name: 'sign-in', query: { back: to.fullPath } };
    const s = to.meta['section'] as Section | undefined;
    if (s && !allowed(s)) return { name: 'nowhere', params: { rest: ['denied'] } };
    return true;
});
