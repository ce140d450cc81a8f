import { defineConfig } from 'vite'

/**
 * The server as two files, the process and the thread of its log. What it depends on goes
 * into them: it is some hundred modules, which Node takes longer to find than to run.
 * Apart stay what has a binary of its own, and what starts threads by its own path.
 */
export default defineConfig({
  root: import.meta.dirname,
  ssr: { noExternal: true, external: ['libsql', 'pino'] },
  build: {
    ssr: true,
    target: 'node20',
    outDir: '../dist/server',
    // While it watches, a server runs from these files.
    emptyOutDir: !process.argv.includes('--watch'),
    sourcemap: true,
    rolldownOptions: {
      input: { main: 'main.ts', worker: 'log/sqlite/worker.ts' },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    },
  },
})
