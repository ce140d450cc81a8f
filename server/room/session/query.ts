/**
 * Queries: requests that change nothing, and their replies.
 */
import type { Outgoing, Request } from '../../../shared/dialect/dialect.ts'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Found, History } from '../../../shared/replies.ts'
import type { Channel } from '../channel.ts'
import { latestFitting } from '../fitting.ts'
import { rangeOf } from '../moment.ts'
import type { Room } from '../room.ts'
import { shownBefore } from '../shown.ts'

/** Events in a reply to a request without a limit. */
const DEFAULT_EVENTS = 50
/** Most members listed in the reply to /who; its count includes the others. */
const WHO_MEMBERS = 1000

function leftOut(found: RoomEvent[], sent: RoomEvent[]): { leftOut?: number } {
  return sent.length < found.length ? { leftOut: found.length - sent.length } : {}
}

type LogQuery = Extract<Request, { type: 'history' | 'search' }>
export type Query = LogQuery | Extract<Request, { type: 'who' | 'help' | 'show_topic' }>

/** Who asks. */
type Asking = { name: string; isHost: boolean }

/** Rejects if the log cannot be read. */
export async function replyTo(
  query: Query,
  room: Room,
  { name, isHost }: Asking,
): Promise<Outgoing> {
  const { members, about } = room
  switch (query.type) {
    case 'history':
    case 'search':
      return room.labelled(await replyFrom(query, room, name))
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

/** `name`: of the person who asks. Rejects if the log cannot be read. */
export async function replyFrom(
  query: LogQuery,
  { log, feed }: Channel,
  name: string,
): Promise<History | Found> {
  const { limit = DEFAULT_EVENTS } = query
  if (query.type === 'history') {
    const before = Math.min(query.before ?? Infinity, feed.seq + 1)
    const found = await shownBefore(log, before, limit)
    const events = feed.current(latestFitting(found))
    const more = (events[0]?.seq ?? 0) > log.first()
    return { type: 'history', events, more, ...leftOut(found, events) }
  }
  const { query: words, from, mentions, since, until } = query
  const committed = await log.search(words, limit, {
    from,
    mentions: mentions ? name : undefined,
    ...(await rangeOf(log, since, until)),
  })
  // Events that are committed but not broadcast yet are not to be seen early.
  const found = feed.current(committed.filter((event) => event.seq <= feed.seq))
  const events = latestFitting(found)
  const filters = {
    ...(from !== undefined && { from }),
    ...(mentions !== undefined && { mentions }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  }
  return { type: 'found', query: words, ...filters, events, ...leftOut(found, events) }
}
