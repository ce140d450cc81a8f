import { availableParallelism } from 'node:os'
import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { HANGING_MS } from './support/waiting.ts'

/** Tests that measure their whole process: its memory, its timers or its sockets. */
const MEASURING = [
  'faults/{churn,crowd,noise,stuck}.test.ts',
  'server/net/websocket.test.ts',
  'server/net/websocket-input.test.ts',
  'server/net/raw/{lines,negotiation}.test.ts',
]

export default defineConfig(({ mode }) => {
  // For the tests' processes. The projects, which come later, have no mode of their own.
  process.env.TEST_MODE ??= mode
  return config
})

const config: ViteUserConfig = {
  root: import.meta.dirname,
  cacheDir: '../node_modules/.vite/test',
  test: {
    globalSetup: 'support/setup.ts',
    // Most tests wait for other processes or for timers, so at least four files run side by side.
    maxWorkers: Math.max(4, availableParallelism()),
    // Limits for what hangs, not measurements: a test that passes does not depend on them.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: HANGING_MS } },
    // Files share a process, since most would spend more time on imports than on tests.
    isolate: false,
    // Vitest starts the projects in the order of their names: the long files run first.
    projects: [
      {
        extends: true,
        test: { name: 'apart', include: MEASURING, isolate: true },
      },
      {
        extends: true,
        test: {
          name: 'ends',
          include: ['!(server|shared|web)/**/*.test.ts'],
          exclude: MEASURING,
        },
      },
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['{server,shared,web}/**/*.test.ts', '*.test.ts'],
          exclude: MEASURING,
        },
      },
    ],
  },
}
