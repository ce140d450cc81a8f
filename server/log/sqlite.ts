/**
 * The durable log, as the room sees it: a worker thread with an SQLite file. An event
 * is committed when the disk has it.
 *
 * MUST answer every call, also when the thread is lost. MUST NOT hold up its caller's
 * event loop with the disk.
 */
import { Worker } from 'node:worker_threads'
import type { RoomEvent } from '../../shared/protocol.ts'
import type { Committed, Draft, RoomLog } from '../room/log.ts'
import type { Appended, StoreOptions } from './store.ts'
import type { Answered, Asked, Call, Opened } from './worker.ts'

/** A log that could not be opened; the message is one sentence. */
export class LogUnusable extends Error {}

/** `worker`: the built thread; a test that runs from the sources names it. */
export async function sqliteLog(
  options: StoreOptions,
  worker = new URL('./worker.js', import.meta.url),
): Promise<RoomLog> {
  const thread = new Worker(worker, { workerData: options })
  const opened = await new Promise<Opened>((resolve) => {
    thread.once('message', resolve)
    thread.once('error', (error) => resolve({ fault: `cannot be used: ${error.message}` }))
  })
  if ('fault' in opened) {
    await thread.terminate()
    throw new LogUnusable(`The log in ${options.folder} ${opened.fault}.`)
  }
  return new SqliteLog(thread, opened)
}

type Waiting = { resolve: (result: unknown) => void; reject: (error: Error) => void }

class SqliteLog implements RoomLog {
  readonly epoch: string
  readonly secret: Uint8Array
  readonly #thread: Worker
  readonly #waiting = new Map<number, Waiting>()
  #asked = 0
  #head: number
  #first: number
  #lost: Error | undefined

  constructor(thread: Worker, { epoch, secret, head, first }: Exclude<Opened, { fault: string }>) {
    this.epoch = epoch
    this.secret = secret
    this.#head = head
    this.#first = first
    this.#thread = thread
    thread.on('message', (answered: Answered) => this.#threadOnMessage(answered))
    thread.on('error', (error) => this.#lose(error))
    thread.on('exit', () => this.#lose(new Error('the thread of the log has ended')))
  }

  head(): number {
    return this.#head
  }

  first(): number {
    return this.#first
  }

  async append(drafts: readonly Draft[]): Promise<Committed[]> {
    const { outcomes } = (await this.#ask('append', drafts)) as Appended
    return outcomes.map((outcome, at) => {
      if (typeof outcome !== 'number') return { event: outcome, repeated: true }
      this.#head = outcome
      return { event: { seq: outcome, ...(drafts[at] as Draft) }, repeated: false }
    })
  }

  read(seq: number, limit: number): Promise<RoomEvent[]> {
    return this.#ask('read', seq, limit) as Promise<RoomEvent[]>
  }

  before(seq: number, limit: number): Promise<RoomEvent[]> {
    return this.#ask('before', seq, limit) as Promise<RoomEvent[]>
  }

  search(query: string, limit: number): Promise<RoomEvent[]> {
    return this.#ask('search', query, limit) as Promise<RoomEvent[]>
  }

  async keepSeats(seats: Parameters<RoomLog['keepSeats']>[0]): Promise<void> {
    await this.#ask('keepSeats', seats)
  }

  seatOf(person: string): ReturnType<RoomLog['seatOf']> {
    return this.#ask('seatOf', person) as ReturnType<RoomLog['seatOf']>
  }

  async close(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#thread.once('exit', () => resolve()))
    if (this.#lost !== undefined) return
    this.#thread.postMessage({ number: 0, call: 'close', args: [] } satisfies Asked)
    await ended
  }

  #ask(call: Call, ...args: unknown[]): Promise<unknown> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost)
    this.#asked += 1
    const number = this.#asked
    this.#thread.postMessage({ number, call, args } satisfies Asked)
    return new Promise((resolve, reject) => this.#waiting.set(number, { resolve, reject }))
  }

  #threadOnMessage({ number, result, error, first }: Answered): void {
    const waiting = this.#waiting.get(number)
    this.#waiting.delete(number)
    this.#first = first
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(new Error(`the log ${error}`))
  }

  #lose(error: Error): void {
    this.#lost = error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
