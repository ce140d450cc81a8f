import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: import.meta.dirname,
  cacheDir: '../node_modules/.vite/test',
  test: {
    include: ['**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
