/** `npm run test:long` runs the same tests for longer. */
export const long = process.env.ONEROOM_LONG === '1'

/** How often a test kills, cuts or fills something. */
export const rounds = long ? 20 : 3
