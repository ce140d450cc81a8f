import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { HANGING_MS } from './support/waiting.ts'

export default defineConfig({
  root: import.meta.dirname,
  cacheDir: '../node_modules/.vite/test',
  test: {
    include: ['**/*.test.ts'],
    globalSetup: 'support/setup.ts',
    // Most tests wait for other processes, so at least two files run side by side.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Limits for what hangs, not measurements: a test that passes does not depend on them.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: HANGING_MS } },
  },
})
