/**
 * A worker thread of the store, as the main thread sees it: each call returns a promise.
 *
 * MUST settle every promise, also when the thread ends by itself.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Call, Method, Opened, Reply, ThreadData, Trimmed } from './worker.ts'

type Waiting = {
  /** `performance.now()` of the call, in ms. */
  since: number
  resolve: (result: unknown) => void
  reject: (error: Error) => void
}

export class Thread {
  /** Receives what the writer sends by itself. */
  onTrimmed: (trimmed: Trimmed) => void = () => {}
  readonly #worker: Worker
  readonly #onLost: (error: Error) => void
  /** Calls without a reply, by number. */
  readonly #waiting = new Map<number, Waiting>()
  #calls = 0
  /** Why no more calls are accepted: the thread is closed or has ended by itself. */
  #ended: Error | undefined

  private constructor(worker: Worker, onLost: (error: Error) => void) {
    this.#worker = worker
    this.#onLost = onLost
    worker.on('message', (message: Reply | Trimmed) => this.#workerOnMessage(message))
    worker.on('error', (error) => this.#lose(error))
    worker.on('exit', () => this.#lose(new Error('a thread of the log has ended')))
  }

  /** `opened` is a fault when the thread could not start. `onLost`: called once, if it ends by itself. */
  static async start(
    file: URL,
    data: ThreadData,
    onLost: (error: Error) => void,
  ): Promise<{ thread: Thread; opened: Opened }> {
    const worker = new Worker(file, { workerData: data })
    const opened = await new Promise<Opened>((resolve) => {
      worker.once('message', resolve)
      worker.once('error', (error) => resolve({ fault: `cannot be used: ${error.message}` }))
      worker.once('exit', () => resolve({ fault: 'cannot be used: its thread has ended' }))
    })
    if ('fault' in opened) await worker.terminate()
    return { thread: new Thread(worker, onLost), opened }
  }

  /** How long, in ms, the oldest call without a reply has waited; 0 when there is none. */
  get waitedMs(): number {
    // Replies arrive in the order of the calls, so the first entry is the oldest.
    for (const { since } of this.#waiting.values()) return performance.now() - since
    return 0
  }

  /** Rejects with a sentence about the log, without its full stop. */
  call(method: Method, ...args: unknown[]): Promise<unknown> {
    // libsql aborts the process when a closed database is used.
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    this.#calls += 1
    const number = this.#calls
    this.#worker.postMessage({ number, method, args } satisfies Call)
    const since = performance.now()
    return new Promise((resolve, reject) => this.#waiting.set(number, { since, resolve, reject }))
  }

  /** Resolves after all earlier calls are done and the thread has ended. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return
    this.#ended = new Error('the log is closed')
    const exit = once(this.#worker, 'exit')
    this.#worker.postMessage({ number: 0, method: 'close', args: [] } satisfies Call)
    await exit
  }

  #workerOnMessage(message: Reply | Trimmed): void {
    if ('firsts' in message) {
      this.onTrimmed(message)
      return
    }
    const { number, result, error } = message
    const waiting = this.#waiting.get(number)
    this.#waiting.delete(number)
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(new Error(`the log ${error}`))
  }

  #lose(error: Error): void {
    const isUnexpected = this.#ended === undefined
    this.#ended ??= error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
    if (isUnexpected) this.#onLost(error)
  }
}
