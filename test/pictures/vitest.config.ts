import { defineConfig } from 'vitest/config'

/** Makes the pictures of the documentation: `npm run pictures`. */
export default defineConfig({
  root: import.meta.dirname,
  cacheDir: '../../node_modules/.vite/pictures',
  test: {
    include: ['**/*.picture.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
})
