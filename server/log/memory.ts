/**
 * The log that keeps nothing over a restart: an array. It promises only order and
 * that the same (person, id) is committed once.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type { RoomEvent } from '../../shared/protocol.ts'
import type { Committed, Draft, RoomLog } from '../room/log.ts'

/** `retain`: how many of the latest events are kept; older ones are trimmed. */
export function memoryLog(retain = 100_000): RoomLog {
  const epoch = randomUUID()
  const secret = randomBytes(32)
  const said = new Map<string, RoomEvent>()
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
    close: async () => {},
  }
}

function keyOf({ from, id }: Draft): string | undefined {
  return id === undefined ? undefined : `${from.id} ${id}`
}
