/**
 * Queries: requests that change nothing, and their replies.
 */
import type { Outgoing, Request } from '../../shared/dialect/dialect.ts'
import type { RoomEvent } from '../../shared/protocol.ts'
import type { Room } from './room.ts'

/** Events in a reply to a request without a limit. */
const DEFAULT_EVENTS = 50
/** Most members listed in the reply to /who; its count includes the others. */
const WHO_MEMBERS = 1000
/** UTF-16 units of text in one reply: bounds the memory for a client that does not read. */
const REPLY_SIZE = 65_536

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

function leftOut(found: RoomEvent[], sent: RoomEvent[]): { leftOut?: number } {
  return sent.length < found.length ? { leftOut: found.length - sent.length } : {}
}

export type Query = Extract<Request, { type: 'history' | 'search' | 'who' | 'help' }>

/** Rejects if the log cannot be read. */
export async function replyTo(query: Query, room: Room): Promise<Outgoing> {
  const { log, feed, roster } = room
  switch (query.type) {
    case 'history': {
      const { before = Infinity, limit = DEFAULT_EVENTS } = query
      const found = await log.before(Math.min(before, feed.seq + 1), limit)
      const events = latestFitting(found)
      const more = (events[0]?.seq ?? 0) > log.first()
      return { type: 'history', events, more, ...leftOut(found, events) }
    }
    case 'search': {
      const committed = await log.search(query.query, query.limit ?? DEFAULT_EVENTS)
      // Events that are committed but not broadcast yet are not to be seen early.
      const found = committed.filter(({ seq }) => seq <= feed.seq)
      const events = latestFitting(found)
      return { type: 'found', query: query.query, events, ...leftOut(found, events) }
    }
    case 'who':
      return { type: 'who', members: roster.list(WHO_MEMBERS), memberCount: roster.size }
    case 'help':
      return query
  }
}
