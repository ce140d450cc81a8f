/** `npm run test:long` runs the same tests for longer: Vitest's mode says so. */
export const long = process.env.MODE === 'long'

/** How often a test kills, cuts or fills something. */
export const rounds = long ? 20 : 3
