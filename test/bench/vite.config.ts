import { defineConfig } from 'vite'

/** The programs that run in other processes than the server: the load, and the hand-written peer. */
export default defineConfig({
  root: import.meta.dirname,
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'node20',
    outDir: '../../dist/bench',
    emptyOutDir: true,
    rolldownOptions: {
      input: {
        load: 'load/main.ts',
        attacker: 'load/attacker.ts',
        senders: 'load/senders.ts',
        handwritten: 'peers/handwritten.ts',
      },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    },
  },
})
