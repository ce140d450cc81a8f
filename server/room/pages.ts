/**
 * Pages of the log for readers that are behind the feed. Readers that need the same events
 * share one read of the log and one encoding, as they share segments of the feed.
 *
 * MUST stay within its limit of pages, however many readers are behind.
 */
import type { Clock } from './clock.ts'
import { Segment } from './feed.ts'
import type { RoomLog } from './log.ts'

/** Events in a page. Pages begin at multiples of this, so that readers meet in the same pages. */
const PAGE_EVENTS = 64
/** Most pages kept; above it, the least recently used are dropped. */
const MAX_PAGES = 32
/** Time after the last read, in ms, after which all pages are dropped. */
const KEEP_MS = 5000

export class Pages {
  readonly #log: RoomLog
  readonly #clock: Clock
  readonly #pages = new Map<string, Promise<Segment | undefined>>()
  #cancelDrop: (() => void) | undefined

  constructor(log: RoomLog, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  /**
   * The events after `seq`, up to the end of their page and to `until`, at most `limit` of
   * them. Undefined if the event after `seq` cannot be read.
   */
  after(seq: number, until: number, limit = PAGE_EVENTS): Promise<Segment | undefined> {
    const pageEnd = (Math.floor(seq / PAGE_EVENTS) + 1) * PAGE_EVENTS
    const last = Math.min(until, pageEnd, seq + limit)
    const key = `${seq} ${last}`
    const page = this.#pages.get(key) ?? this.#read(seq, last)
    this.#pages.delete(key)
    this.#pages.set(key, page)
    // A failed read is tried again by the next reader.
    page.then((segment) => {
      if (segment === undefined && this.#pages.get(key) === page) this.#pages.delete(key)
    })
    if (this.#pages.size > MAX_PAGES) this.#pages.delete(this.#pages.keys().next().value as string)
    this.#cancelDrop?.()
    this.#cancelDrop = this.#clock.after(KEEP_MS, () => this.close())
    return page
  }

  /** Drops all pages and the timer. */
  close(): void {
    this.#cancelDrop?.()
    this.#cancelDrop = undefined
    this.#pages.clear()
  }

  async #read(seq: number, last: number): Promise<Segment | undefined> {
    const events = await this.#log.read(seq + 1, last - seq).catch(() => [])
    if (events[0]?.seq !== seq + 1) return undefined
    return new Segment({ type: 'events', events }, events.at(-1)?.seq ?? seq, () => {})
  }
}
