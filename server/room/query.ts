/**
 * Queries: what can be asked of the room without changing it.
 */
import { helpAbout, helpLines } from '../../shared/commands.ts'
import type { Outgoing, Request } from '../../shared/dialect/dialect.ts'
import { names } from '../../shared/dialect/line.ts'
import type { RoomEvent } from '../../shared/protocol.ts'
import { wrap } from '../../shared/wrap.ts'
import type { Room } from './room.ts'

/** Events in an answer, where the question names no number. */
const DEFAULT_EVENTS = 50
/** So much of who is here is told in one line of a terminal. */
const WHO_NAMES = 1000
const WHO_BYTES = 16_384

/** UTF-16 units of text in one answer: a reader who does not read must not cost more. */
const ANSWER_SIZE = 65_536

/** As many of the latest events as one answer may have; at least one. */
export function latest(events: RoomEvent[]): RoomEvent[] {
  let size = 0
  let from = events.length
  while (from > 0) {
    size += events[from - 1]?.text.length ?? 0
    if (size > ANSWER_SIZE && from < events.length) break
    from -= 1
  }
  return events.slice(from)
}

function leftOut(asked: RoomEvent[], given: RoomEvent[]): { leftOut?: number } {
  return given.length < asked.length ? { leftOut: asked.length - given.length } : {}
}

export type Query = Extract<Request, { type: 'history' | 'search' | 'who' | 'help' }>

/** `columns`: width of the asker's terminal. Rejects when the log cannot be read. */
export async function answerTo(
  query: Query,
  { log, feed, roster }: Room,
  columns: number,
): Promise<Outgoing> {
  switch (query.type) {
    case 'history': {
      const { before = Infinity, limit = DEFAULT_EVENTS } = query
      const asked = await log.before(Math.min(before, feed.seq + 1), limit)
      const events = latest(asked)
      const more = (events[0]?.seq ?? 0) > log.first()
      return { type: 'history', events, more, ...leftOut(asked, events) }
    }
    case 'search': {
      const found = await log.search(query.query, query.limit ?? DEFAULT_EVENTS)
      // What is committed and not yet told is not to be read early.
      const asked = found.filter(({ seq }) => seq <= feed.seq)
      const events = latest(asked)
      return { type: 'found', query: query.query, events, ...leftOut(asked, events) }
    }
    case 'who': {
      const list = names(roster.list(WHO_NAMES), roster.size, WHO_BYTES)
      const parts = `${roster.size} here: ${list}`.split(' ')
      return { type: 'told', lines: wrap(parts, columns) }
    }
    case 'help':
      return {
        type: 'told',
        lines: query.about ? helpAbout(query.about, columns) : helpLines(columns),
      }
  }
}
