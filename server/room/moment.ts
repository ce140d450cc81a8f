/** Times in a log. */
import type { RoomLog } from './log.ts'

type Dated = Pick<RoomLog, 'first' | 'head' | 'read'>

/**
 * The seq of the first event at or after `at`, in ms since 1970; head + 1 if there is none. It reads
 * the logarithm of the log's length in events. Around a time at which the clock of the server was set
 * back, the result is near only. Rejects if the log cannot be read.
 */
export async function seqAt(log: Dated, at: number): Promise<number> {
  let [low, high] = [log.first(), log.head() + 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [event] = await log.read(middle, 1)
    // The events were deleted up to the one that was read.
    if (event === undefined || Date.parse(event.at) < at) low = middle + 1
    else high = middle
  }
  return low
}

/** The events from one time on and before another, as seqs of a filter; both are ISO 8601. */
export async function rangeOf(
  log: Dated,
  since: string | undefined,
  until: string | undefined,
): Promise<{ first?: number; last?: number }> {
  return {
    ...(since !== undefined && { first: await seqAt(log, Date.parse(since)) }),
    ...(until !== undefined && { last: (await seqAt(log, Date.parse(until))) - 1 }),
  }
}
