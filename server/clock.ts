/** The clock of the machine. */
import type { Clock } from './room/clock.ts'

export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms).unref()
    return () => clearTimeout(timer)
  },
  turn: setImmediate,
}
