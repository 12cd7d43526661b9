/* The phone's pages stay readable without network: a service worker keeps them. Needs TLS or localhost;
 * elsewhere the pages work as ordinary ones. */
export function registerOffline(): void {
    if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return;
    const workers = navigator.serviceWorker;
    const register = () => workers.register('/sw.js').catch(() => undefined);
    window.addEventListener('load', () => void register());
    /* An installation that lost the line is discarded by the browser: it begins again when the line is back. */
    window.addEventListener('online', () => void workers.getRegistration().then((r) => (r?.active ? r : register())));
}
