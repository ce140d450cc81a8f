/** One log of the SQLite store, as the main thread sees it. */
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { CommitListener, Committed, Draft, Filter, LogKey, RoomLog } from '../../room/log.ts'
import { passOn } from '../committed.ts'
import type { LateThread } from './late.ts'
import type { Appended, Ends } from './writer.ts'

/** What a log needs of its store. */
type Parts = {
  reader: LateThread
  search: (key: LogKey, query: string, limit: number, filter: Filter) => Promise<unknown>
  release: () => void
}

export class SqliteLog implements RoomLog {
  readonly key: LogKey
  readonly #parts: Parts
  #first = 1
  #head = 0
  #listener: CommitListener = () => {}

  constructor(key: LogKey, parts: Parts) {
    this.key = key
    this.#parts = parts
  }

  head(): number {
    return this.#head
  }

  first(): number {
    return this.#first
  }

  onCommitted(listener: CommitListener): void {
    this.#listener = listener
  }

  async read(seq: number, limit: number): Promise<RoomEvent[]> {
    return (await this.#parts.reader.call('read', this.key, seq, limit)) as RoomEvent[]
  }

  async before(seq: number, limit: number): Promise<RoomEvent[]> {
    return (await this.#parts.reader.call('before', this.key, seq, limit)) as RoomEvent[]
  }

  async search(query: string, limit: number, filter: Filter = {}): Promise<RoomEvent[]> {
    return (await this.#parts.search(this.key, query, limit, filter)) as RoomEvent[]
  }

  release(): void {
    this.#parts.release()
  }

  /** To call when the writer has opened it. */
  open({ first, head }: Ends): void {
    this.trim(first)
    this.#head = head
  }

  /** To call when events below `first` were deleted; messages about it may overtake each other. */
  trim(first: number): void {
    this.#first = Math.max(this.#first, first)
  }

  /** To call when drafts were appended; the events are not passed on yet. */
  extend(drafts: readonly Draft[], { head, outcomes }: Appended): Committed[] {
    this.#head = head
    const before = head - drafts.length
    return drafts.map((draft, at) => {
      const outcome = outcomes?.[at] ?? before + 1 + at
      return typeof outcome === 'number'
        ? { event: { seq: outcome, ...draft }, repeated: false }
        : { event: outcome, repeated: true }
    })
  }

  passOn(committed: readonly Committed[]): void {
    passOn(committed, this.#listener)
  }
}
