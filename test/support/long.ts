/** `npm run test:long` sets Vitest's mode, which the configuration passes on; some tests then do more. */
export const long = process.env.TEST_MODE === 'long'

/** How often a test kills the server. */
export const rounds = long ? 20 : 3
