/** One log in memory. It outlives its release: its events are the data. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RoomEvent } from '../../../shared/protocol.ts'
import { withoutQuoteOf } from '../../../shared/quote.ts'
import { reacted } from '../../../shared/reactions.ts'
import { redacted } from '../../../shared/redaction.ts'
import type { CommitListener, Committed, Draft, Filter, LogKey, RoomLog } from '../../room/log.ts'
import { passOn } from '../committed.ts'
import { Finding } from '../finding.ts'
import type { Reacting, Redaction } from '../redactions.ts'
import type { SearchQueue } from '../searches.ts'

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
    const event = this.#asStored({ seq: this.#head + 1, ...draft })
    this.#head += 1
    this.#events.push(event)
    if (key !== undefined) this.#byId.set(key, event)
    return { event, repeated: false }
  }

  /** Without a quote of a text that is gone. */
  #asStored(event: RoomEvent): RoomEvent {
    const { reply } = event
    const answered = reply === undefined ? undefined : this.#events[reply - this.first()]
    return answered?.redacted === undefined ? event : withoutQuoteOf(event, answered.seq)
  }

  /** Takes the text of an event away, if there is such an event, and the quotes of it. */
  redact({ seq, by }: Redaction): void {
    for (let at = Math.max(0, seq - this.first()); at < this.#events.length; at += 1) {
      const event = this.#events[at] as RoomEvent
      const without = event.seq === seq ? redacted(event, by) : withoutQuoteOf(event, seq)
      if (without === event) continue
      this.#events[at] = without
      const key = keyOf(event)
      if (key !== undefined) this.#byId.set(key, without)
    }
  }

  /** Gives an event a reaction, or takes it back, if there is such an event. */
  react({ act, from }: Reacting): void {
    const at = act.seq - this.first()
    const event = this.#events[at]
    if (event === undefined) return
    const after = reacted(event, act, from)
    this.#events[at] = after
    const key = keyOf(event)
    if (key !== undefined) this.#byId.set(key, after)
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

  search(query: string, limit: number, filter: Filter = {}): Promise<RoomEvent[]> {
    return this.#searches.run(() => this.#search(new Finding(query, filter), limit))
  }

  release(): void {
    this.#listener = () => {}
    this.#onRelease(this)
  }

  #slice(from: number, to: number): RoomEvent[] {
    const first = this.first()
    return this.#events.slice(Math.max(0, from - first), Math.max(0, to - first))
  }

  async #search(finding: Finding, limit: number): Promise<RoomEvent[]> {
    const found: RoomEvent[] = []
    // Trimming replaces the array, so this one only grows.
    const events = this.#events
    const end = Math.min(this.#head, finding.last) - this.first()
    for (let at = end; at >= 0 && found.length < limit && !finding.isOver; at -= 1) {
      const event = events[at] as RoomEvent
      if (event.seq < finding.first) break
      if (finding.fits(event)) found.push(event)
      if (at % SEARCH_SLICE === 0) await nextTurn()
    }
    return found.reverse()
  }
}

function keyOf({ from, id }: Draft): string | undefined {
  return id === undefined ? undefined : `${from.id} ${id}`
}
