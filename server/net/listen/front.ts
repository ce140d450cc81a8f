/**
 * Before the servers of the ports: takes each connection that they accept, finds out what it
 * speaks, and passes it on to the server of that protocol.
 *
 * MUST bound how many connections wait here, and MUST leave none when it is closed.
 */
import type { Socket } from 'node:net'
import type { Clock } from '../../room/clock.ts'
import type { QuotaLimits } from '../quota.ts'
import { Quota } from '../quota.ts'
import type { Unread } from '../raw/socket.ts'
import { Opening, type Port } from './opening.ts'
import type { Secure } from './secure.ts'

export type FrontOptions = {
  clock: Clock
  /** undefined: the server has no certificate. */
  secure: Secure | undefined
  /** Of the connections that wait. Above it, a client that is silent is not waited for. */
  waiting: QuotaLimits
}

export class Front {
  readonly #options: FrontOptions
  readonly #waiting: Quota
  /** Each with the function that gives its place back; a place is of one network. */
  readonly #openings = new Map<Opening, () => void>()
  #isClosed = false

  constructor(options: FrontOptions) {
    this.#options = options
    this.#waiting = new Quota(options.waiting)
  }

  /** Takes over a connection that was just accepted, and named if a proxy is before it. */
  receive(socket: Socket, port: Port): void {
    if (this.#isClosed) {
      socket.destroy()
      return
    }
    const { clock, secure } = this.#options
    const giveBack = this.#waiting.take(socket.remoteAddress)
    const opening = new Opening(socket, port, clock, secure, (done) => {
      this.#openings.get(done)?.()
      this.#openings.delete(done)
    })
    this.#openings.set(opening, giveBack ?? (() => {}))
    if (giveBack === undefined) opening.hurry()
  }

  /** Gives back the connections that wait, for the next server, except for those that speak TLS. */
  release(): Unread[] {
    return [...this.#openings.keys()].flatMap((opening) => opening.release() ?? [])
  }

  /** Destroys the connections that wait, and all that come later. */
  close(): void {
    this.#isClosed = true
    for (const opening of this.#openings.keys()) opening.destroy()
  }
}
