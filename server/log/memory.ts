/**
 * The log that keeps nothing over a restart: an array. It promises only order and
 * that the same (person, id) is committed once.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RoomEvent } from '../../shared/protocol.ts'
import type { Committed, Draft, RoomLog, Seat } from '../room/log.ts'
import { SearchQueue } from './searches.ts'
import { hasWords, queryWords } from './words.ts'

const MAX_SEATS = 10_000
/** What is kept in memory is bounded, whatever is asked for. */
const MAX_EVENTS = 100_000

/** Events looked through by a search before others have their turn. */
const SEARCH_SLICE = 200

/** `most`: how many of the latest events are kept, 0 for as many as memory may hold. */
export function memoryLog(most = 0): RoomLog {
  const retain = Math.min(most || MAX_EVENTS, MAX_EVENTS)
  const epoch = randomUUID()
  const secret = randomBytes(32)
  const said = new Map<string, RoomEvent>()
  const seats = new Map<string, Seat>()
  const searches = new SearchQueue()
  let events: RoomEvent[] = []
  let head = 0

  function commit(draft: Draft): Committed {
    const key = keyOf(draft)
    const earlier = key === undefined ? undefined : said.get(key)
    if (earlier !== undefined) return { event: earlier, repeated: true }
    head += 1
    const event: RoomEvent = { seq: head, ...draft }
    events.push(event)
    if (key !== undefined) said.set(key, event)
    return { event, repeated: false }
  }

  /** Drops the oldest in large steps, so that the cost for each event stays constant. */
  function trim(): void {
    if (events.length < retain * 1.25) return
    const gone = events.length - retain
    for (const event of events.slice(0, gone)) {
      const key = keyOf(event)
      if (key !== undefined) said.delete(key)
    }
    events = events.slice(gone)
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
    async append(drafts) {
      const committed = drafts.map(commit)
      trim()
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
