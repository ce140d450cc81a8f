/** A clock that only the test moves. */
import type { Clock } from '../../server/room/clock.ts'

export type ManualClock = Clock & {
  /** Timers that have not run yet. */
  readonly timers: number
  /** Moves the time by `ms` milliseconds and runs the timers that are due, in order. */
  advance(ms: number): void
}

export function manualClock(): ManualClock {
  let now = 0
  const waiting = new Set<{ at: number; run: () => void }>()
  return {
    now: () => now,
    monotonic: () => now,
    turn: setImmediate,
    after(ms, run) {
      const timer = { at: now + ms, run }
      waiting.add(timer)
      return () => waiting.delete(timer)
    },
    get timers() {
      return waiting.size
    },
    advance(ms) {
      now += ms
      const due = [...waiting].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)
      for (const timer of due) if (waiting.delete(timer)) timer.run()
    },
  }
}
