/** A thread that starts with the first call, so that the start of the server does not wait for it. */
import type { Thread } from './thread.ts'
import type { Method } from './worker.ts'

export class LateThread {
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
