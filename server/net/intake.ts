/**
 * The intake: what a connection sends → its session, no faster than flood control
 * and the log allow. It loses nothing: a connection that is too fast is left unread.
 *
 * MUST give units to the session one at a time and in order.
 */
import type { Decoded } from '../../shared/dialect/dialect.ts'
import type { Clock } from '../room/clock.ts'
import type { Flood } from '../room/flood.ts'
import type { Session } from '../room/session.ts'

export type IntakeOptions = {
  clock: Clock
  flood: Flood
  session: Session
  /** The next unit that has arrived, or undefined when there is none. */
  next: () => Decoded | undefined
  /** Stops and starts the transport's reading. */
  setReading: (reading: boolean) => void
  /** Undefined while there is room for the answers; else a promise of it. */
  hasRoom: () => Promise<void> | undefined
  /** Everything that had arrived has been given to the session. */
  onEmpty: () => void
}

export class Intake {
  readonly #options: IntakeOptions
  #waiting = false
  #stopped = false
  #cancel: (() => void) | undefined

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /** Whether the connection is left unread for now, and so cannot show that it lives. */
  get waiting(): boolean {
    return this.#waiting
  }

  /** Reads on; to be called when something has arrived. */
  pump(): void {
    const { clock, flood, session, next, hasRoom, setReading, onEmpty } = this.#options
    if (this.#waiting || this.#stopped) return
    for (;;) {
      const decoded = next()
      if (decoded === undefined) break
      const held = session.receive(decoded)
      const ms = flood.take(clock.monotonic())
      if (this.#stopped) return
      if (held === undefined && ms === 0 && hasRoom() === undefined) continue
      this.#waiting = true
      setReading(false)
      void this.#wait(held, ms)
      return
    }
    setReading(true)
    onEmpty()
  }

  /** Nothing more is read, and no timer is left. */
  stop(): void {
    this.#stopped = true
    this.#cancel?.()
  }

  async #wait(held: Promise<void> | void, ms: number): Promise<void> {
    await held
    await this.#options.hasRoom()
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
