/**
 * Requests for the log of a conversation. The server answers in order and names no request, so
 * there MUST be one at a time, and replies that came too late MUST be skipped.
 */
import type { ErrorMessage, History } from '../shared/replies.ts'
import type { HistoryRequest } from '../shared/requests.ts'

/** Time limit for one reply. Milliseconds. */
const REPLY_MS = 10_000
/** Errors that are a reply, if they have neither an id nor a room. */
const REPLIES: ReadonlySet<string> = new Set(['person_unknown', 'history_unavailable'])

export class Inquiry {
  readonly #send: (request: HistoryRequest) => boolean
  #last: Promise<History | null> = Promise.resolve(null)
  #finish: ((reply: History | null) => void) | null = null
  /** Requests of this connection whose reply is late. */
  #late = 0

  constructor(send: (request: HistoryRequest) => boolean) {
    this.#send = send
  }

  /** null without a connection, after an error, or without a reply in time. */
  ask(request: HistoryRequest): Promise<History | null> {
    this.#last = this.#last.then(() => this.#ask(request))
    return this.#last
  }

  take(reply: History | ErrorMessage): void {
    if (reply.type === 'error') {
      const { code, id, room } = reply
      if (!REPLIES.has(code) || id !== undefined || room !== undefined) return
    }
    if (this.#late > 0) this.#late--
    else this.#finish?.(reply.type === 'error' ? null : reply)
  }

  /** The connection is lost: no replies come. */
  end(): void {
    this.#late = 0
    this.#finish?.(null)
  }

  #ask(request: HistoryRequest): Promise<History | null> {
    return new Promise((resolve) => {
      if (!this.#send(request)) return resolve(null)
      const timer = setTimeout(() => {
        this.#late++
        this.#finish?.(null)
      }, REPLY_MS)
      this.#finish = (reply) => {
        clearTimeout(timer)
        this.#finish = null
        resolve(reply)
      }
    })
  }
}
