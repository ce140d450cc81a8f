import { defineConfig } from 'vitest/config'

/** Measurements, one file at a time: they judge nothing, they print. */
export default defineConfig({
  root: import.meta.dirname,
  cacheDir: '../../node_modules/.vite/bench',
  test: {
    include: ['**/*.bench.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: [['default', { summary: false }]],
  },
})
