import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: import.meta.dirname,
  cacheDir: '../node_modules/.vite/test',
  test: {
    include: ['**/*.test.ts'],
    globalSetup: 'support/setup.ts',
    // Most of them wait for programs and for time to pass, more than for a core.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // A machine that does much at once is slow, not wrong.
    expect: { poll: { timeout: 8000 } },
  },
})
