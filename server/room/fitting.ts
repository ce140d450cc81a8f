/** How many events fit into one reply. */
import type { RoomEvent } from '../../shared/protocol.ts'

/** UTF-16 units of text in one reply: bounds the memory for a client that does not read. */
export const REPLY_SIZE = 65_536

/** The latest of `events` that fit into one reply; at least one. */
export function latestFitting(events: RoomEvent[]): RoomEvent[] {
  let size = 0
  let from = events.length
  while (from > 0) {
    size += events[from - 1]?.text.length ?? 0
    if (size > REPLY_SIZE && from < events.length) break
    from -= 1
  }
  return events.slice(from)
}
