import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'
import components from 'unplugin-vue-components/vite'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vitest/config'
import { appHeads } from './build/app_heads.ts'
import { firstChunks } from './build/first_chunks.ts'
import { keptAssets } from './build/kept_assets.ts'
import { markApps, readViteManifest, type PrecacheEntry } from './build/precache.ts'
import { vantMarks, vantWidgets } from './build/vant_widgets.ts'
import { APP_NAMES } from './src/kernel/app_name.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const dist = here('dist')

// Phones in the villages: Android 10 with a WebView that was updated once, iPhones of 2020.
const OLDEST_BROWSERS = ['chrome87', 'edge88', 'firefox78', 'safari14']

export default defineConfig({
  root: here('apps'),
  publicDir: false,
  cacheDir: here('node_modules/.vite'),
  resolve: { alias: { '@': here('src') } },
  define: { __VUE_OPTIONS_API__: false },
  plugins: [
    vantMarks(),
    vue(),
    components({ dirs: [], dts: false, resolvers: [vantWidgets()] }),
    appHeads(),
    keptAssets(dist),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: '../src/service_worker',
      filename: 'sw.ts',
      outDir: dist,
      manifest: false,
      injectRegister: false,
      injectManifest: {
        globPatterns: ['assets/**/*.{js,css}', 'assets/zxing_reader-*.wasm', '*/index.html'],
        manifestTransforms: [
          (entries) => ({ manifest: markApps(entries as PrecacheEntry[], readViteManifest(dist)), warnings: [] }),
        ],
      },
    }),
  ],
  build: {
    outDir: dist,
    emptyOutDir: false,
    manifest: true,
    target: OLDEST_BROWSERS,
    cssTarget: OLDEST_BROWSERS,
    // The policy of the pages allows no inline data beside pictures, and a file can be kept by the browser.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: Object.fromEntries(APP_NAMES.map((app) => [app, here(`apps/${app}/index.html`)])),
      // Whoever runs the county for the first time is not building it for speed.
      checks: { pluginTimings: false },
      output: { codeSplitting: { groups: firstChunks((below) => here(`apps/${below}`)) } },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000', '/healthz': 'http://127.0.0.1:8000' } },
  test: {
    root: here('.'),
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
    setupFiles: ['fake-indexeddb/auto'],
    restoreMocks: true,
    // One core fewer than there are is one of two, and nothing else runs beside.
    maxWorkers: '100%',
  },
})
