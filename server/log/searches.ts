/**
 * The queue of searches, which take much longer than anything else that is read.
 *
 * MUST run one search at a time, so that however many are requested, pages of history are
 * read at the same speed.
 */

/** Searches that may wait, the running one included; more are rejected. */
export const MAX_SEARCHES = 128

export class SearchQueue {
  #count = 0
  #latest: Promise<unknown> = Promise.resolve()

  /** Rejects when the queue is full or when the search rejects. */
  run<T>(search: () => Promise<T>): Promise<T> {
    if (this.#count >= MAX_SEARCHES) {
      return Promise.reject(new Error('too many searches are waiting'))
    }
    this.#count += 1
    const result = this.#latest.then(search).finally(() => {
      this.#count -= 1
    })
    this.#latest = result.catch(() => {})
    return result
  }
}
