/**
 * Pages of the logs for readers that are behind the feed. Readers that need the same events
 * share one read of the log and one encoding, as they share segments of the feed.
 *
 * MUST stay within its limit of bytes, however many readers are behind in however many channels.
 */
import type { Channel } from './channel.ts'
import type { Clock } from './clock.ts'
import { Segment } from './feed.ts'

/** A channel, as far as its pages need it. */
type Paged = Pick<Channel, 'log' | 'eventsMessage'>

/** Events in a page. Pages begin at multiples of this, so that readers meet in the same pages. */
const PAGE_EVENTS = 64
/** Estimated bytes of memory of all pages; above it the least recently used are dropped. */
const MAX_BYTES = 8 * 1024 * 1024
/** Time after the last read, in ms, after which all pages are dropped. */
const KEEP_MS = 5000

/** `segment`: resolves to undefined if it cannot be read. `bytes`: 0 until it is read. */
type Page = { segment: Promise<Segment | undefined>; bytes: number }

export class Pages {
  readonly #clock: Clock
  /** By key; the first is the least recently used. */
  readonly #pages = new Map<string, Page>()
  #bytes = 0
  #cancelDrop: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * The events of the channel after `seq`, up to the end of their page and to `until`, at most
   * `limit` of them. Undefined if the event after `seq` cannot be read.
   */
  after(
    channel: Paged,
    seq: number,
    until: number,
    limit = PAGE_EVENTS,
  ): Promise<Segment | undefined> {
    const pageEnd = (Math.floor(seq / PAGE_EVENTS) + 1) * PAGE_EVENTS
    const last = Math.min(until, pageEnd, seq + limit)
    const key = `${seq} ${last} ${channel.log.key}`
    const page = this.#pages.get(key) ?? this.#read(channel, key, seq, last)
    this.#pages.delete(key)
    this.#pages.set(key, page)
    this.#cancelDrop?.()
    this.#cancelDrop = this.#clock.after(KEEP_MS, () => this.close())
    return page.segment
  }

  /** Drops all pages and the timer. */
  close(): void {
    this.#cancelDrop?.()
    this.#cancelDrop = undefined
    this.#pages.clear()
    this.#bytes = 0
  }

  #read(channel: Paged, key: string, seq: number, last: number): Page {
    const read = async (): Promise<Segment | undefined> => {
      const events = await channel.log.read(seq + 1, last - seq).catch(() => [])
      if (events[0]?.seq !== seq + 1) {
        // The next reader tries again.
        this.#drop(key, page)
        return undefined
      }
      const lastSeq = events.at(-1)?.seq ?? seq
      const onGrown = (bytes: number): void => this.#grow(key, page, bytes)
      const segment = new Segment(channel.eventsMessage(events), lastSeq, onGrown)
      onGrown(segment.cost)
      return segment
    }
    const page: Page = { segment: Promise.resolve(undefined), bytes: 0 }
    page.segment = read()
    return page
  }

  #grow(key: string, page: Page, bytes: number): void {
    if (this.#pages.get(key) !== page) return
    page.bytes += bytes
    this.#bytes += bytes
    for (const [oldestKey, oldest] of this.#pages) {
      if (this.#bytes <= MAX_BYTES) return
      this.#drop(oldestKey, oldest)
    }
  }

  #drop(key: string, page: Page): void {
    if (this.#pages.get(key) !== page) return
    this.#pages.delete(key)
    this.#bytes -= page.bytes
  }

  /** Estimated bytes of memory, for tests. */
  get bytes(): number {
    return this.#bytes
  }
}
