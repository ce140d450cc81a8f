/** One log in memory. It outlives its release: its events are the data. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { CommitListener, Committed, Draft, LogKey, RoomLog } from '../../room/log.ts'
import { passOn } from '../committed.ts'
import { type Redaction, redacted } from '../redactions.ts'
import type { SearchQueue } from '../searches.ts'
import { hasWords, queryWords } from '../words.ts'

/** Events that a search reads before it yields to the event loop. */
const SEARCH_SLICE = 200

export type MemoryLogOptions = {
  key: LogKey
  /** Of all logs. */
  searches: SearchQueue
  onRelease: (log: MemoryLog) => void
}

export class MemoryLog implements RoomLog {
  readonly key: LogKey
  readonly #searches: SearchQueue
  readonly #onRelease: (log: MemoryLog) => void
  /** Events with an id, by person and id. */
  readonly #byId = new Map<string, RoomEvent>()
  #events: RoomEvent[] = []
  #head = 0
  #listener: CommitListener = () => {}

  constructor({ key, searches, onRelease }: MemoryLogOptions) {
    this.key = key
    this.#searches = searches
    this.#onRelease = onRelease
  }

  /** How many events it has. */
  get size(): number {
    return this.#events.length
  }

  get latest(): RoomEvent | undefined {
    return this.#events.at(-1)
  }

  head(): number {
    return this.#head
  }

  first(): number {
    return this.#head - this.#events.length + 1
  }

  onCommitted(listener: CommitListener): void {
    this.#listener = listener
  }

  commit(draft: Draft): Committed {
    const key = keyOf(draft)
    const earlier = key === undefined ? undefined : this.#byId.get(key)
    if (earlier !== undefined) return { event: earlier, repeated: true }
    this.#head += 1
    const event: RoomEvent = { seq: this.#head, ...draft }
    this.#events.push(event)
    if (key !== undefined) this.#byId.set(key, event)
    return { event, repeated: false }
  }

  /** Takes the text of an event away, if there is such an event. */
  redact({ seq, by }: Redaction): void {
    const at = seq - this.first()
    const event = this.#events[at]
    if (event === undefined) return
    const without = redacted(event, by)
    this.#events[at] = without
    const key = keyOf(event)
    if (key !== undefined) this.#byId.set(key, without)
  }

  passOn(committed: readonly Committed[]): void {
    passOn(committed, this.#listener)
  }

  /** Deletes all but the latest `most` events. */
  trim(most: number): void {
    const excess = Math.max(0, this.#events.length - most)
    for (const event of this.#events.slice(0, excess)) {
      const key = keyOf(event)
      if (key !== undefined) this.#byId.delete(key)
    }
    this.#events = this.#events.slice(excess)
  }

  async read(seq: number, limit: number): Promise<RoomEvent[]> {
    return this.#slice(seq, Math.max(seq, this.first()) + limit)
  }

  async before(seq: number, limit: number): Promise<RoomEvent[]> {
    return this.#slice(Math.min(seq, this.#head + 1) - limit, seq)
  }

  search(query: string, limit: number): Promise<RoomEvent[]> {
    return this.#searches.run(() => this.#search(queryWords(query), limit))
  }

  release(): void {
    this.#listener = () => {}
    this.#onRelease(this)
  }

  #slice(from: number, to: number): RoomEvent[] {
    const first = this.first()
    return this.#events.slice(Math.max(0, from - first), Math.max(0, to - first))
  }

  async #search(words: readonly string[], limit: number): Promise<RoomEvent[]> {
    const found: RoomEvent[] = []
    if (words.length === 0) return found
    // Trimming replaces the array, so this one only grows.
    const events = this.#events
    for (let at = events.length - 1; at >= 0 && found.length < limit; at -= 1) {
      const event = events[at] as RoomEvent
      if (hasWords(event.text, words)) found.push(event)
      if (at % SEARCH_SLICE === 0) await nextTurn()
    }
    return found.reverse()
  }
}

function keyOf({ from, id }: Draft): string | undefined {
  return id === undefined ? undefined : `${from.id} ${id}`
}
