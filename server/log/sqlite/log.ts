/**
 * The durable log, as the room sees it: an SQLite file with a thread that writes and
 * a thread that reads. An event is committed when the disk has it.
 *
 * MUST answer every call, also when a thread is lost. MUST NOT hold up its caller's
 * event loop with the disk.
 */
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Committed, Draft, LogHealth, RoomLog, Seat } from '../../room/log.ts'
import { type Ready, Thread } from './thread.ts'
import type { Appended, WriterOptions } from './writer.ts'

/** A log that could not be opened; the message is one sentence. */
export class LogUnusable extends Error {}

/** How long, in ms, the disk may take for a write before the log counts as stalled. */
const STALLED_MS = 5000

export type SqliteOptions = WriterOptions & {
  /** Replaces STALLED_MS. */
  stalledMs?: number
}

/**
 * `onLost`: a thread has ended by itself; every call rejects from then on. `worker`: the
 * built thread; a test that runs from the sources names it.
 */
export async function sqliteLog(
  { stalledMs = STALLED_MS, ...options }: SqliteOptions,
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
    if ('fault' in opened)
      throw new LogUnusable(`The data folder ${options.folder} ${opened.fault}.`)
    return { thread, opened }
  }
  const { thread, opened } = await start('writer')
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
  #reader: Promise<Thread> | undefined
  #appendFailed = false
  #head: number

  constructor(writer: Thread, { epoch, secret, head, first }: Ready, parts: Parts) {
    this.epoch = epoch
    this.secret = secret
    this.#head = head
    this.#writer = writer
    this.#parts = parts
    writer.first = first
  }

  head(): number {
    return this.#head
  }

  first(): number {
    return this.#writer.first
  }

  async append(drafts: readonly Draft[]): Promise<Committed[]> {
    const { outcomes } = await this.#appendText(JSON.stringify(drafts))
    return outcomes.map((outcome, at) => {
      if (typeof outcome !== 'number') return { event: outcome, repeated: true }
      this.#head = outcome
      return { event: { seq: outcome, ...(drafts[at] as Draft) }, repeated: false }
    })
  }

  /** As text: to clone so many objects takes several times as long. */
  async #appendText(text: string): Promise<Appended> {
    try {
      const appended = (await this.#writer.ask('append', text)) as Appended
      this.#appendFailed = false
      return appended
    } catch (error) {
      this.#appendFailed = true
      throw error
    }
  }

  async read(seq: number, limit: number): Promise<RoomEvent[]> {
    return (await this.#ask('read', seq, limit)) as RoomEvent[]
  }

  async before(seq: number, limit: number): Promise<RoomEvent[]> {
    return (await this.#ask('before', seq, limit)) as RoomEvent[]
  }

  async search(query: string, limit: number): Promise<RoomEvent[]> {
    return (await this.#ask('search', query, limit)) as RoomEvent[]
  }

  async keepSeats(seats: readonly Seat[]): Promise<void> {
    await this.#writer.ask('keepSeats', seats)
  }

  async seatOf(person: string): Promise<Seat | undefined> {
    return (await this.#ask('seatOf', person)) as Seat | undefined
  }

  /** The reader begins when something is read, so that a start need not wait for it. */
  async #ask(call: 'read' | 'before' | 'search' | 'seatOf', ...args: unknown[]): Promise<unknown> {
    this.#reader ??= this.#parts.startReader().catch((error) => {
      // The next one who asks tries again: the disk may have recovered.
      this.#reader = undefined
      throw error
    })
    return (await this.#reader).ask(call, ...args)
  }

  health(): LogHealth {
    if (this.#parts.isLost()) return 'lost'
    if (this.#writer.waitedMs > this.#parts.stalledMs) return 'stalled'
    return this.#appendFailed ? 'failing' : 'ok'
  }

  /** The reader first: the last to close the file writes the WAL back into it. */
  async close(): Promise<void> {
    const reader = await this.#reader?.catch(() => undefined)
    await reader?.close()
    await this.#writer.close()
  }
}
