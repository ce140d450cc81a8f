/** Timers for the silence of a client. */
import type { Clock } from '../../room/clock.ts'

/**
 * Runs `run` after `ms` milliseconds, unless it is cancelled. Bytes that have reached the
 * kernel by then are read first, however busy the event loop was. Returns the cancel function.
 */
export function afterSilence(clock: Clock, ms: number, run: () => void): () => void {
  let isCancelled = false
  const cancel = clock.after(ms, () =>
    clock.turn(() => {
      if (!isCancelled) run()
    }),
  )
  return () => {
    isCancelled = true
    cancel()
  }
}
