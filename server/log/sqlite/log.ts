/**
 * The durable log, as the room sees it: an SQLite file with a thread that writes and
 * a thread that reads. An event is committed when the disk has it.
 *
 * MUST answer every call, also when a thread is lost. MUST NOT hold up its caller's
 * event loop with the disk.
 */
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Committed, Draft, RoomLog, Seat } from '../../room/log.ts'
import { type Ready, Thread } from './thread.ts'
import type { Appended, StoreOptions } from './writer.ts'

/** A log that could not be opened; the message is one sentence. */
export class LogUnusable extends Error {}

/**
 * `onLost`: a thread has ended by itself; every call rejects from then on. `worker`: the
 * built thread; a test that runs from the sources names it.
 */
export async function sqliteLog(
  options: StoreOptions,
  onLost: (error: Error) => void,
  worker = new URL('./worker.js', import.meta.url),
): Promise<RoomLog> {
  const start = async (role: 'writer' | 'reader') => {
    const { thread, opened } = await Thread.start(worker, { role, options }, onLost)
    if ('fault' in opened)
      throw new LogUnusable(`The data folder ${options.folder} ${opened.fault}.`)
    return { thread, opened }
  }
  const { thread, opened } = await start('writer')
  return new SqliteLog(thread, opened, async () => (await start('reader')).thread)
}

class SqliteLog implements RoomLog {
  readonly epoch: string
  readonly secret: Uint8Array
  readonly #writer: Thread
  readonly #startReader: () => Promise<Thread>
  #reader: Promise<Thread> | undefined
  #head: number

  constructor(
    writer: Thread,
    { epoch, secret, head, first }: Ready,
    startReader: () => Promise<Thread>,
  ) {
    this.epoch = epoch
    this.secret = secret
    this.#head = head
    this.#writer = writer
    this.#startReader = startReader
    writer.first = first
  }

  head(): number {
    return this.#head
  }

  first(): number {
    return this.#writer.first
  }

  async append(drafts: readonly Draft[]): Promise<Committed[]> {
    // As text: to clone so many objects takes several times as long.
    const { outcomes } = (await this.#writer.ask('append', JSON.stringify(drafts))) as Appended
    return outcomes.map((outcome, at) => {
      if (typeof outcome !== 'number') return { event: outcome, repeated: true }
      this.#head = outcome
      return { event: { seq: outcome, ...(drafts[at] as Draft) }, repeated: false }
    })
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
    this.#reader ??= this.#startReader().catch((error) => {
      // The next one who asks tries again: the disk may have recovered.
      this.#reader = undefined
      throw error
    })
    return (await this.#reader).ask(call, ...args)
  }

  /** The reader first: the last to close the file writes the WAL back into it. */
  async close(): Promise<void> {
    const reader = await this.#reader?.catch(() => undefined)
    await reader?.close()
    await this.#writer.close()
  }
}
