/** Events of a log that are shown by themselves: those that are no reactions. */
import type { RoomEvent } from '../../shared/protocol.ts'
import { isReaction } from '../../shared/reactions.ts'
import type { RoomLog } from './log.ts'

/** Events in the first read of the log and in the largest; each reads twice as many as the one before. */
const READ_EVENTS = 50
const LARGEST_READ = 1000
/** So a room with some ten thousand reactions in a row still shows the messages before them. */
const MOST_READS = 20

/** The latest `limit` events below `seq` that are no reactions, oldest first. Rejects if the log cannot be read. */
export async function shownBefore(
  log: Pick<RoomLog, 'before'>,
  seq: number,
  limit: number,
): Promise<RoomEvent[]> {
  const found: RoomEvent[] = []
  let end = seq
  for (let reads = 0; reads < MOST_READS && found.length < limit; reads += 1) {
    const count = Math.max(limit, Math.min(READ_EVENTS * 2 ** reads, LARGEST_READ))
    const page = await log.before(end, count)
    const shown = page.filter((event) => !isReaction(event))
    found.unshift(...shown.slice(-(limit - found.length)))
    if (page.length < count) break
    end = (page[0] as RoomEvent).seq
  }
  return found
}
