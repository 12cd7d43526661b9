/* One build per entry (phone at /, desk at /desk/, screen at /screen/) into one folder, so that no entry
 * carries another's parts and the phone's offline list holds the phone's files only.
 * tools/build.mjs runs them in this order; ENTRY=phone npm run dev serves one while developing. */
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { VantResolver } from '@vant/auto-import-resolver';
import Components from 'unplugin-vue-components/vite';
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers';
import ElementPlus from 'unplugin-element-plus/vite';
import { defineConfig, type PluginOption } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

export const entries = ['phone', 'desk', 'screen'] as const;
export type Entry = (typeof entries)[number];

const here = fileURLToPath(new URL('.', import.meta.url));
const html: Record<Entry, string> = { phone: 'index.html', desk: 'desk/index.html', screen: 'screen/index.html' };

/* Vant's icon sheet carries a 40 kB font and fetches another from a foreign host; we draw our own few icons. */
const noIconFont: PluginOption = {
    name: 'no-icon-font',
    enforce: 'pre',
    load: (id: string) => (id.endsWith('/vant/es/icon/index.css') ? '.van-icon{display:none}' : null),
};

function plugins(entry: Entry): PluginOption[] {
    if (entry === 'desk')
        return [
            Components({ dts: false, dirs: [], resolvers: [ElementPlusResolver({ importStyle: 'css' })] }),
            ElementPlus({}),
        ];
    if (entry === 'screen') return [];
    return [
        noIconFont,
        Components({ dts: false, dirs: [], resolvers: [VantResolver()] }),
        VitePWA({
            registerType: 'autoUpdate',
            injectRegister: null, // shared/pwa/register.ts: no inline script under our CSP
            manifest: {
                name: '善治 · 乡村积分',
                short_name: '善治',
                lang: 'zh-CN',
                start_url: '/',
                display: 'standalone',
                background_color: '#faf7f0',
                theme_color: '#1d6b45',
                icons: [
                    { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
                ],
            },
            workbox: {
                globPatterns: ['index.html', 'assets/*.{js,css}', '*.svg'],
                navigateFallback: '/index.html',
                navigateFallbackDenylist: [/^\/(api|desk|screen|docs)\//, /^\/(healthz|readyz|metrics)$/],
                cleanupOutdatedCaches: true,
                sourcemap: false,
            },
        }),
    ];
}

export default defineConfig(({ mode }) => {
    const entry = (entries.find((e) => e === (process.env['ENTRY'] ?? mode)) ?? 'phone') satisfies Entry;
    return {
        root: here,
        base: '/',
        publicDir: entry === 'phone' ? 'public' : false,
        resolve: { alias: { '@': `${here}shared` } },
        plugins: [vue(), ...plugins(entry)],
        define: { __VUE_OPTIONS_API__: true, __VUE_I18N_LEGACY_API__: false, __VUE_I18N_FULL_INSTALL__: false,
                  __VUE_PROD_DEVTOOLS__: false, __INTLIFY_PROD_DEVTOOLS__: false },
        build: {
            outDir: '../build/web',
            emptyOutDir: entry === 'phone',
            target: 'chrome80', // the WebView of the phones villages have
            cssTarget: 'chrome80',
            assetsInlineLimit: 0,
            modulePreload: { polyfill: false },
            chunkSizeWarningLimit: 900,
            rollupOptions: {
                input: html[entry],
                output: {
                    entryFileNames: `assets/${entry}-[hash].js`,
                    chunkFileNames: `assets/${entry}-[name]-[hash].js`,
                    assetFileNames: `assets/${entry}-[name]-[hash][extname]`,
                },
            },
        },
        server: { fs: { allow: ['..'] }, proxy: { '/api': process.env['SHANZHI_URL'] ?? 'http://127.0.0.1:8600' } },
    };
});
