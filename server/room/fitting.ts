/** How many events fit into one reply. */
import type { RoomEvent } from '../../shared/protocol.ts'

/** UTF-16 units of text, and of reactions, in one reply: bounds the memory for a client that does not read. */
export const REPLY_SIZE = 65_536

/** UTF-16 units of a reaction in a reply: its name, its id, and their fields. */
const REACTION_SIZE = 64

/** UTF-16 units of an event, as REPLY_SIZE counts them. */
export function sizeOf({ text, quote, reactions = [] }: RoomEvent): number {
  const given = reactions.reduce((sum, { people }) => sum + people.length, 0)
  return text.length + (quote?.text.length ?? 0) + given * REACTION_SIZE
}

/** The latest of `events` that fit into one reply; at least one. */
export function latestFitting(events: RoomEvent[]): RoomEvent[] {
  let size = 0
  let from = events.length
  while (from > 0) {
    size += sizeOf(events[from - 1] as RoomEvent)
    if (size > REPLY_SIZE && from < events.length) break
    from -= 1
  }
  return events.slice(from)
}
