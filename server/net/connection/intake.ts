/**
 * The intake: what a connection sends → its session, no faster than flood control
 * and the log allow. It loses nothing: a connection that is too fast is left unread.
 *
 * MUST give units to the session one at a time and in order.
 */
import type { Decoded } from '../../../shared/dialect/dialect.ts'
import type { Clock } from '../../room/clock.ts'
import type { Session } from '../../room/session.ts'
import type { Flood } from './flood.ts'
import type { Outbox } from './outbox.ts'
import type { Transport } from './transport.ts'

export type IntakeOptions = { clock: Clock; flood: Flood }

export class Intake {
  readonly #transport: Transport
  readonly #session: Session
  readonly #outbox: Outbox
  readonly #options: IntakeOptions
  #waiting = false
  /** The session is busy with what it was given last, until this is fulfilled. */
  #held: Promise<void> | void = undefined
  #stopped = false
  #cancel: (() => void) | undefined

  constructor(transport: Transport, session: Session, outbox: Outbox, options: IntakeOptions) {
    this.#transport = transport
    this.#session = session
    this.#outbox = outbox
    this.#options = options
  }

  /** Whether the connection is left unread for now, and so cannot show that it lives. */
  get waiting(): boolean {
    return this.#waiting
  }

  /** Nothing more is taken in, so that what still comes need not be kept. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** Reads on; to be called when something has arrived. */
  pump(): void {
    const { clock, flood } = this.#options
    if (this.#waiting || this.#stopped) return
    for (;;) {
      const decoded = this.#transport.next()
      if (decoded === undefined) break
      const held = this.#session.receive(decoded)
      this.#held = held
      const ms = flood.take(clock.monotonic())
      if (this.#stopped) return
      if (held === undefined && ms === 0 && this.#outbox.hasRoom() === undefined) continue
      this.#waiting = true
      this.#transport.setReading(false)
      void this.#wait(held, ms)
      return
    }
    this.#transport.setReading(true)
    this.#transport.onEmpty?.()
  }

  /** Nothing more is read, and no timer is left. */
  stop(): void {
    this.#stopped = true
    this.#cancel?.()
  }

  /** Gives to the session all that was read, which nothing slows down any more, and stops. */
  async drain(): Promise<void> {
    this.stop()
    await this.#held
    for (;;) {
      const decoded = this.#transport.next()
      if (decoded === undefined) return
      // Who does not read what they asked for gets no more of it, and is heard all the same.
      if (this.#outbox.isFull && !isSay(decoded)) continue
      await this.#session.receive(decoded)
    }
  }

  async #wait(held: Promise<void> | void, ms: number): Promise<void> {
    await held
    await this.#outbox.hasRoom()
    if (this.#stopped) return
    if (ms > 0) {
      await new Promise<void>((resolve) => {
        this.#cancel = this.#options.clock.after(ms, resolve)
      })
      this.#cancel = undefined
    }
    this.#waiting = false
    this.pump()
  }
}

function isSay(decoded: Decoded): boolean {
  return decoded.type === 'request' && decoded.request.type === 'say'
}
