/**
 * Queries: requests that change nothing, and their replies.
 */
import type { Outgoing, Request } from '../../../shared/dialect/dialect.ts'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Found, History } from '../../../shared/replies.ts'
import type { Channel } from '../channel.ts'
import { latestFitting } from '../fitting.ts'
import type { Room } from '../room.ts'

/** Events in a reply to a request without a limit. */
const DEFAULT_EVENTS = 50
/** Most members listed in the reply to /who; its count includes the others. */
const WHO_MEMBERS = 1000

function leftOut(found: RoomEvent[], sent: RoomEvent[]): { leftOut?: number } {
  return sent.length < found.length ? { leftOut: found.length - sent.length } : {}
}

type LogQuery = Extract<Request, { type: 'history' | 'search' }>
export type Query = LogQuery | Extract<Request, { type: 'who' | 'help' | 'show_topic' }>

/** Rejects if the log cannot be read. */
export async function replyTo(query: Query, room: Room, isHost: boolean): Promise<Outgoing> {
  const { members, about } = room
  switch (query.type) {
    case 'history':
    case 'search':
      return room.labelled(await replyFrom(query, room))
    case 'who': {
      const { size } = members
      return room.labelled({ type: 'who', members: members.list(WHO_MEMBERS), memberCount: size })
    }
    case 'show_topic':
      return { type: 'topic_is', topic: about.topic, changed: false }
    case 'help':
      return { ...query, isHost }
  }
}

/** Rejects if the log cannot be read. */
export async function replyFrom(query: LogQuery, { log, feed }: Channel): Promise<History | Found> {
  const { limit = DEFAULT_EVENTS } = query
  if (query.type === 'history') {
    const found = await log.before(Math.min(query.before ?? Infinity, feed.seq + 1), limit)
    const events = feed.current(latestFitting(found))
    const more = (events[0]?.seq ?? 0) > log.first()
    return { type: 'history', events, more, ...leftOut(found, events) }
  }
  const committed = await log.search(query.query, limit)
  // Events that are committed but not broadcast yet are not to be seen early.
  const found = feed.current(committed.filter(({ seq }) => seq <= feed.seq))
  const events = latestFitting(found)
  return { type: 'found', query: query.query, events, ...leftOut(found, events) }
}
