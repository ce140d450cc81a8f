/**
 * The build of the page and its development server. Nothing is inlined, because the
 * server's content security policy forbids inline scripts and styles.
 */
import { gemoji } from 'gemoji'
import { defineConfig, type Plugin } from 'vite'
import { firstLoad } from './weight.ts'

/** The default address of `oneroom serve`; the proxy keeps the page's Origin. */
const GATEWAY = 'http://127.0.0.1:3000'

/** Only the emoji and names of gemoji's table: a fifth of its bytes. */
const emoji: Plugin = {
  name: 'emoji',
  resolveId: (id) => (id === 'virtual:emoji' ? id : null),
  load(id) {
    if (id !== 'virtual:emoji') return null
    const lines = gemoji.map(({ emoji, names }) => [emoji, ...names].join(' '))
    return `export default ${JSON.stringify(lines.join('\n'))}`
  },
}

/**
 * Removes Vite's helper for `import()`, which preloads styles and chunks: no chunk has a
 * style of its own, and the helper is larger than most chunks.
 */
const plainImport: Plugin = {
  name: 'plain-import',
  enforce: 'pre',
  apply: 'build',
  load: (id) =>
    id.endsWith('vite/preload-helper.js') ? 'export const __vitePreload = (load) => load()' : null,
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      for (const part of Object.values(bundle)) {
        if (part.type !== 'chunk') continue
        // The helper, with what Vite passes to it if the page's addresses are relative.
        part.code = part.code
          .replaceAll(/[\w$]+\(\(\)=>(import\(`[^`]+`\)),\[\],import\.meta\.url\)/g, '$1')
          .replaceAll(',[],import.meta.url)', ')')
      }
    },
  },
}

type Modules = {
  getModuleInfo(id: string): { importers: readonly string[]; isEntry: boolean } | null
}

/** `page` for a module that the entry imports, directly or not, other than by `import()`. */
function firstLoadName(id: string, modules: Modules, seen = new Set<string>()): string | null {
  if (seen.has(id)) return null
  seen.add(id)
  const info = modules.getModuleInfo(id)
  if (!info) return null
  if (info.isEntry) return 'page'
  return info.importers.some((from) => firstLoadName(from, modules, seen)) ? 'page' : null
}

export default defineConfig({
  root: import.meta.dirname,
  // Relative addresses: a proxy may serve the page under a path.
  base: './',
  plugins: [emoji, plainImport, firstLoad],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    modulePreload: false,
    target: 'es2022',
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      output: {
        // The first load has the name of every chunk, and gzip cannot shorten a hash.
        chunkFileNames: 'assets/[name]-[hash:7].js',
        // One file compresses best and takes one round trip.
        codeSplitting: { groups: [{ name: firstLoadName, debugName: 'first load' }] },
      },
    },
  },
  server: {
    proxy: {
      '/ws': { target: GATEWAY, ws: true },
      '/api': { target: GATEWAY },
      '/healthz': { target: GATEWAY },
    },
  },
})
