/**
 * A log in memory, which a restart loses. It promises only the order of events, and that an id of
 * a person is committed once.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RoomEvent } from '../../shared/protocol.ts'
import type { CommitListener, Committed, Draft, RoomLog, Seat } from '../room/log.ts'
import { passOn } from './committed.ts'
import { SearchQueue } from './searches.ts'
import { hasWords, queryWords } from './words.ts'

const MAX_SEATS = 10_000
/** Most events in memory, also if the options allow more. */
const MAX_EVENTS = 100_000

/** Events that a search reads before it yields to the event loop. */
const SEARCH_SLICE = 200

/** `retain`: how many of the latest events are kept; 0: MAX_EVENTS. */
export function memoryLog(retain = 0): RoomLog {
  const most = Math.min(retain || MAX_EVENTS, MAX_EVENTS)
  const epoch = randomUUID()
  const secret = randomBytes(32)
  /** Events with an id, by person and id. */
  const byId = new Map<string, RoomEvent>()
  const seats = new Map<string, Seat>()
  const searches = new SearchQueue()
  let events: RoomEvent[] = []
  let head = 0
  let onCommitted: CommitListener = () => {}

  function commit(draft: Draft): Committed {
    const key = keyOf(draft)
    const earlier = key === undefined ? undefined : byId.get(key)
    if (earlier !== undefined) return { event: earlier, repeated: true }
    head += 1
    const event: RoomEvent = { seq: head, ...draft }
    events.push(event)
    if (key !== undefined) byId.set(key, event)
    return { event, repeated: false }
  }

  /** Deletes the oldest events in large steps, so that the cost for each event is constant. */
  function trim(): void {
    if (events.length < most * 1.25) return
    const excess = events.length - most
    for (const event of events.slice(0, excess)) {
      const key = keyOf(event)
      if (key !== undefined) byId.delete(key)
    }
    events = events.slice(excess)
  }

  function slice(from: number, to: number): RoomEvent[] {
    const offset = head - events.length + 1
    return events.slice(Math.max(0, from - offset), Math.max(0, to - offset))
  }

  async function search(words: readonly string[], limit: number): Promise<RoomEvent[]> {
    const found: RoomEvent[] = []
    if (words.length === 0) return found
    const all = events
    for (let at = all.length - 1; at >= 0 && found.length < limit; at -= 1) {
      const event = all[at] as RoomEvent
      if (hasWords(event.text, words)) found.push(event)
      if (at % SEARCH_SLICE === 0) await nextTurn()
    }
    return found.reverse()
  }

  return {
    epoch,
    secret,
    head: () => head,
    first: () => head - events.length + 1,
    onCommitted(listener) {
      onCommitted = listener
    },
    async append(drafts) {
      const committed = drafts.map(commit)
      trim()
      passOn(committed, onCommitted)
      return committed
    },
    read: async (seq, limit) => slice(seq, Math.max(seq, head - events.length + 1) + limit),
    before: async (seq, limit) => slice(Math.min(seq, head + 1) - limit, seq),
    search: (query, limit) => searches.run(() => search(queryWords(query), limit)),
    async keepSeats(kept) {
      for (const seat of kept) {
        seats.delete(seat.person)
        seats.set(seat.person, seat)
      }
      for (const [person] of seats) {
        if (seats.size <= MAX_SEATS) break
        seats.delete(person)
      }
    },
    seatOf: async (person) => seats.get(person),
    health: () => 'ok',
    close: async () => {},
  }
}

function keyOf({ from, id }: Draft): string | undefined {
  return id === undefined ? undefined : `${from.id} ${id}`
}
