import { defineConfig } from 'vite'

/**
 * The server as two files, the process and the thread of its log. Dependencies are bundled:
 * Node takes longer to find their hundred modules than to run them. Two stay outside: libsql
 * loads a binary, and pino starts threads by path.
 */
export default defineConfig({
  root: import.meta.dirname,
  ssr: { noExternal: true, external: ['libsql', 'pino'] },
  build: {
    ssr: true,
    target: 'node20',
    outDir: '../dist/server',
    // With --watch, a running server uses these files.
    emptyOutDir: !process.argv.includes('--watch'),
    sourcemap: true,
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      input: { main: 'main.ts', worker: 'log/sqlite/worker.ts' },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    },
  },
})
