import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: import.meta.dirname,
  cacheDir: '../node_modules/.vite/test',
  test: {
    include: ['**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // A machine that does much at once is slow, not wrong.
    expect: { poll: { timeout: 8000 } },
  },
})
