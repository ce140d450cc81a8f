/**
 * How the page is built and served while it is worked on. Nothing is inlined:
 * the server's content security policy lets a page run files only.
 */
import { defineConfig } from 'vite'

/** Where `oneroom serve` listens by default; the proxy keeps the page's Origin. */
const GATEWAY = 'http://127.0.0.1:3000'

export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  server: {
    proxy: {
      '/ws': { target: GATEWAY, ws: true },
      '/api': { target: GATEWAY },
      '/healthz': { target: GATEWAY },
    },
  },
})
