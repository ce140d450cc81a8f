/**
 * A worker thread that is asked and answers: each call a promise.
 *
 * MUST settle every promise, also when the thread ends by itself.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Answered, Asked, Call, Opened, Role } from './worker.ts'

export type Ready = Exclude<Opened, { fault: string }>
type Waiting = {
  /** `performance.now()` of the call, in ms. */
  since: number
  resolve: (result: unknown) => void
  reject: (error: Error) => void
}

export class Thread {
  /** seq of the oldest event, as the writer said last. */
  first = 1
  readonly #worker: Worker
  readonly #onLost: (error: Error) => void
  readonly #waiting = new Map<number, Waiting>()
  #asked = 0
  #closing = false
  #lost: Error | undefined

  private constructor(worker: Worker, onLost: (error: Error) => void) {
    this.#worker = worker
    this.#onLost = onLost
    worker.on('message', (answered: Answered) => this.#workerOnMessage(answered))
    worker.on('error', (error) => this.#lose(error))
    worker.on('exit', () => this.#lose(new Error('a thread of the log has ended')))
  }

  /** Answers the thread, or the fault for which it could not begin. */
  static async start(
    file: URL,
    role: Role,
    onLost: (error: Error) => void,
  ): Promise<{ thread: Thread; opened: Opened }> {
    const worker = new Worker(file, { workerData: role })
    const opened = await new Promise<Opened>((resolve) => {
      worker.once('message', resolve)
      worker.once('error', (error) => resolve({ fault: `cannot be used: ${error.message}` }))
      worker.once('exit', () => resolve({ fault: 'cannot be used: its thread has ended' }))
    })
    if ('fault' in opened) await worker.terminate()
    return { thread: new Thread(worker, onLost), opened }
  }

  /** How long, in ms, the oldest unanswered call has waited; 0 when there is none. */
  get waitedMs(): number {
    // Calls are answered in order, so the first entry is the oldest.
    for (const { since } of this.#waiting.values()) return performance.now() - since
    return 0
  }

  ask(call: Call, ...args: unknown[]): Promise<unknown> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost)
    this.#asked += 1
    const number = this.#asked
    this.#worker.postMessage({ number, call, args } satisfies Asked)
    const since = performance.now()
    return new Promise((resolve, reject) => this.#waiting.set(number, { since, resolve, reject }))
  }

  async close(): Promise<void> {
    if (this.#lost !== undefined) return
    this.#closing = true
    const ended = once(this.#worker, 'exit')
    this.#worker.postMessage({ number: 0, call: 'close', args: [] } satisfies Asked)
    await ended
  }

  #workerOnMessage({ number, result, error, first }: Answered): void {
    const waiting = this.#waiting.get(number)
    this.#waiting.delete(number)
    if (first !== undefined) this.first = first
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(new Error(`the log ${error}`))
  }

  #lose(error: Error): void {
    const first = this.#lost === undefined && !this.#closing
    this.#lost ??= error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
    if (first) this.#onLost(error)
  }
}
