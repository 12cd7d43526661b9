/* The phone's pages stay readable without network: a service worker keeps them. Needs TLS or localhost;
 * elsewhere the pages work as ordinary ones. */
export function registerOffline(): void {
    if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return;
    window.addEventListener('load', () => void navigator.serviceWorker.register('/sw.js').catch(() => {}));
}
