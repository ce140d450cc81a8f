/**
 * The size of the first load: the script and the style that the page needs before it can be
 * used, gzipped. A build above the budget fails.
 */
import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** Bytes, gzipped. */
const BUDGET = { script: 25 * 1024, style: 6 * 1024 }

export const firstLoad: Plugin = {
  name: 'first-load',
  apply: 'build',
  writeBundle: {
    order: 'post',
    handler(_options, bundle) {
      const html = bundle['index.html']
      const page = html?.type === 'asset' ? String(html.source) : ''
      const weight = { script: 0, style: 0 }
      for (const [, name = ''] of page.matchAll(/(?:src|href)="\.?\/(assets\/[^"]+)"/g)) {
        const part = bundle[name]
        const source = part?.type === 'chunk' ? part.code : (part?.source ?? '')
        weight[name.endsWith('.css') ? 'style' : 'script'] += gzipSync(source).length
      }
      const parts = Object.entries(weight).map(([kind, bytes]) => {
        const budget = BUDGET[kind as keyof typeof BUDGET]
        return { over: bytes > budget, text: `${kind} ${kb(bytes)} of ${kb(budget)}` }
      })
      const line = `First load, gzipped: ${parts.map(({ text }) => text).join(', ')}`
      if (parts.some(({ over }) => over)) this.error(line)
      // `npm start` builds silently: its output is that of the server.
      if (process.env.npm_config_loglevel !== 'silent') console.log(line)
    },
  },
}

function kb(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`
}
