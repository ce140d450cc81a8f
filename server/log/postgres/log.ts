/**
 * One log of the PostgreSQL store. Its events come from the answers to this server's appends, and
 * from the tail; whatever comes first is passed on.
 *
 * MUST pass events on in the order of their seqs, each once and without a gap.
 */
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { CommitListener, Filter, LogKey, RoomLog } from '../../room/log.ts'
import type { Queries } from './queries.ts'

export type PostgresLogOptions = {
  key: LogKey
  name: string
  queries: Queries
  /** Reads what is new in the log, and passes it on. */
  catchUp: (log: PostgresLog) => Promise<void>
  onRelease: () => void
}

export class PostgresLog implements RoomLog {
  readonly key: LogKey
  /** How the room is shown; stored with the first event. */
  readonly name: string
  topic = ''
  readonly #queries: Queries
  readonly #catchUp: PostgresLogOptions['catchUp']
  readonly #onRelease: () => void
  #first = 1
  #head = 0
  /** The head when it was opened. */
  #opened = 0
  #listener: CommitListener = () => {}

  constructor({ key, name, queries, catchUp, onRelease }: PostgresLogOptions) {
    this.key = key
    this.name = name
    this.#queries = queries
    this.#catchUp = catchUp
    this.#onRelease = onRelease
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

  async reach(seq: number): Promise<void> {
    if (seq > this.#head) await this.#catchUp(this)
  }

  read(seq: number, limit: number): Promise<RoomEvent[]> {
    return this.#queries.read(this.key, seq, limit)
  }

  before(seq: number, limit: number): Promise<RoomEvent[]> {
    return this.#queries.before(this.key, seq, limit)
  }

  search(query: string, limit: number, filter: Filter = {}): Promise<RoomEvent[]> {
    return this.#queries.search(this.key, query, limit, filter)
  }

  release(): void {
    this.#listener = () => {}
    this.#onRelease()
  }

  /** To call with what the database has, before it has a listener. */
  open(first: number, head: number, topic: string): void {
    this.trim(first)
    this.topic = topic
    this.#head = head
    this.#opened = head
  }

  /** Whether its listener receives the event with this seq, or has received it. */
  passes(seq: number): boolean {
    return seq > this.#opened
  }

  /** To call when events below `first` were deleted; calls may overtake each other. */
  trim(first: number): void {
    this.#first = Math.max(this.#first, first)
  }

  /**
   * Takes committed events, oldest first, without a gap between them. Returns the new ones, which are
   * to be passed on in the same turn; undefined if events before them are missing.
   */
  extend(events: readonly RoomEvent[]): RoomEvent[] | undefined {
    const added = events.filter(({ seq }) => seq > this.#head)
    const [next] = added
    if (next === undefined) return []
    if (next.seq !== this.#head + 1) return undefined
    this.#head = (added.at(-1) as RoomEvent).seq
    return added
  }

  passOn(added: RoomEvent[]): void {
    if (added.length > 0) this.#listener(added)
  }
}
