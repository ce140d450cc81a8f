/** `npm run test:long` sets Vitest's mode; tests that depend on it then do more. */
export const long = process.env.MODE === 'long'

/** How often a test kills the server. */
export const rounds = long ? 20 : 3
