/**
 * The durable log: an SQLite file, with one thread that writes, one that reads, and one that
 * searches. An event is committed when the disk has it.
 *
 * MUST settle every call, also when a thread is lost. MUST NOT block the event loop of its caller
 * while the disk works.
 */
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { CommitListener, Committed, Draft, LogHealth, RoomLog, Seat } from '../../room/log.ts'
import { passOn } from '../committed.ts'
import { SearchQueue } from '../searches.ts'
import { rowOf } from './rows.ts'
import { type Ready, Thread } from './thread.ts'
import type { Method } from './worker.ts'
import type { Appended, WriterOptions } from './writer.ts'

/** A log that could not be opened; the message is one sentence. */
export class LogUnusable extends Error {}

/** How long, in ms, a write may take before the log counts as stalled. */
const STALLED_MS = 5000

export type SqliteOptions = WriterOptions & {
  /** Replaces STALLED_MS. */
  stalledMs?: number
  /** Receives one sentence for the operator, before the log is open. */
  onWarning?: (sentence: string) => void
}

/**
 * Rejects with a LogUnusable. `onLost`: called when a thread has ended by itself; all calls that
 * need it reject from then on. `worker`: the built worker.ts, for a test that runs from source.
 */
export async function sqliteLog(
  { stalledMs = STALLED_MS, onWarning, ...options }: SqliteOptions,
  onLost: (error: Error) => void,
  worker = new URL('./worker.js', import.meta.url),
): Promise<RoomLog> {
  let isLost = false
  const threadOnLost = (error: Error): void => {
    isLost = true
    onLost(error)
  }
  const start = async (role: 'writer' | 'reader') => {
    const { thread, opened } = await Thread.start(worker, { role, options }, threadOnLost)
    if ('fault' in opened) {
      throw new LogUnusable(`The data folder ${options.folder} ${opened.fault}.`)
    }
    return { thread, opened }
  }
  const { thread, opened } = await start('writer')
  if (opened.warning !== undefined) {
    onWarning?.(`The data folder ${options.folder} ${opened.warning}.`)
  }
  const startReader = async () => (await start('reader')).thread
  return new SqliteLog(thread, opened, { startReader, stalledMs, isLost: () => isLost })
}

type Parts = {
  startReader: () => Promise<Thread>
  stalledMs: number
  /** Whether a thread has ended by itself. */
  isLost: () => boolean
}

class SqliteLog implements RoomLog {
  readonly epoch: string
  readonly secret: Uint8Array
  readonly #writer: Thread
  readonly #parts: Parts
  /** Reads pages and seats. */
  readonly #reader: LateThread
  /** A thread of its own, so that no page waits for a search. */
  readonly #searcher: LateThread
  readonly #searches = new SearchQueue()
  /** Whether the latest write failed: an append, or a probe after it. */
  #hasFailed = false
  #isProbing = false
  #head: number
  #onCommitted: CommitListener = () => {}

  constructor(writer: Thread, { epoch, secret, head, first }: Ready, parts: Parts) {
    this.epoch = epoch
    this.secret = secret
    this.#head = head
    this.#writer = writer
    this.#parts = parts
    this.#reader = new LateThread(parts.startReader)
    this.#searcher = new LateThread(parts.startReader)
    writer.first = first
  }

  head(): number {
    return this.#head
  }

  first(): number {
    return this.#writer.first
  }

  onCommitted(listener: CommitListener): void {
    this.#onCommitted = listener
  }

  async append(drafts: readonly Draft[]): Promise<Committed[]> {
    const { head, outcomes } = await this.#appendText(JSON.stringify(drafts.map(rowOf)))
    this.#head = head
    const before = head - drafts.length
    const committed = drafts.map((draft, at) => {
      const outcome = outcomes?.[at] ?? before + 1 + at
      return typeof outcome === 'number'
        ? { event: { seq: outcome, ...draft }, repeated: false }
        : { event: outcome, repeated: true }
    })
    passOn(committed, this.#onCommitted)
    return committed
  }

  /** Text, because cloning so many objects takes several times as long; SQLite parses it. */
  async #appendText(text: string): Promise<Appended> {
    try {
      const appended = (await this.#writer.call('append', text)) as Appended
      this.#hasFailed = false
      return appended
    } catch (error) {
      this.#hasFailed = true
      throw error
    }
  }

  async read(seq: number, limit: number): Promise<RoomEvent[]> {
    return (await this.#reader.call('read', seq, limit)) as RoomEvent[]
  }

  async before(seq: number, limit: number): Promise<RoomEvent[]> {
    return (await this.#reader.call('before', seq, limit)) as RoomEvent[]
  }

  search(query: string, limit: number): Promise<RoomEvent[]> {
    return this.#searches.run(
      async () => (await this.#searcher.call('search', query, limit)) as RoomEvent[],
    )
  }

  async keepSeats(seats: readonly Seat[]): Promise<void> {
    await this.#writer.call('keepSeats', seats)
  }

  async seatOf(person: string): Promise<Seat | undefined> {
    return (await this.#reader.call('seatOf', person)) as Seat | undefined
  }

  health(): LogHealth {
    if (this.#parts.isLost()) return 'lost'
    if (this.#writer.waitedMs > this.#parts.stalledMs) return 'stalled'
    if (this.#hasFailed) void this.#probe()
    return this.#hasFailed ? 'failing' : 'ok'
  }

  /** A load balancer sends nothing to a failing server, so no append would show that it recovered. */
  async #probe(): Promise<void> {
    if (this.#isProbing) return
    this.#isProbing = true
    try {
      await this.#writer.call('probe')
      this.#hasFailed = false
    } catch {
      // The next health check tries again.
    } finally {
      this.#isProbing = false
    }
  }

  /** The writer last: the last connection to close writes the WAL back into the file. */
  async close(): Promise<void> {
    await Promise.all([this.#reader.close(), this.#searcher.close()])
    await this.#writer.close()
  }
}

/** A thread that starts with the first call, so that the start of the server does not wait for it. */
class LateThread {
  readonly #start: () => Promise<Thread>
  #thread: Promise<Thread> | undefined

  constructor(start: () => Promise<Thread>) {
    this.#start = start
  }

  async call(method: Method, ...args: unknown[]): Promise<unknown> {
    this.#thread ??= this.#start().catch((error) => {
      // The next call tries again: the disk may have recovered.
      this.#thread = undefined
      throw error
    })
    return (await this.#thread).call(method, ...args)
  }

  async close(): Promise<void> {
    // Later calls must not start the thread.
    this.#thread ??= Promise.reject(new Error('the log is closed'))
    const thread = await this.#thread.catch(() => undefined)
    await thread?.close()
  }
}
