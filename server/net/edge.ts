/**
 * An edge: one connection from its first byte to its last, whatever carries it. It
 * joins a session, an outbox and an intake; TCP and WebSocket give it a transport.
 *
 * MUST end exactly once, leaving no timer and no listener, and log why.
 */
import type { Writable } from 'node:stream'
import type { Decoded, Dialect, Outgoing } from '../../shared/dialect/dialect.ts'
import { errorMessage, errors } from '../../shared/errors.ts'
import type { Via } from '../../shared/protocol.ts'
import type { Connection, Cursor, Ending } from '../room/connection.ts'
import { Flood, type FloodRate } from '../room/flood.ts'
import type { Room } from '../room/room.ts'
import { Session } from '../room/session.ts'
import type { Edges } from './edges.ts'
import { Intake } from './intake.ts'
import { Outbox, type Sink } from './outbox.ts'

/** How long a connection that speaks JSON may take to say hello, in ms. */
const HELLO_MS = 10_000
/** How long an ended connection may take to close before it is cut: some clients only end on a reset. */
const LINGER_MS = 2000

/** What carries the connection. `end` closes politely, `destroy` at once. */
export type Transport = Sink & {
  setReading(reading: boolean): void
  end(closeCode: number, reason: string): void
  destroy(): void
}

const NOTHING = Buffer.alloc(0)

/**
 * Whether the kernel took all that was written to the stream; if not, `done` is called when
 * it has. A callback with each write instead would cost as much as the write.
 */
export function isTaken(stream: Writable, done: () => void): boolean {
  if (stream.writableLength === 0) return true
  stream.write(NOTHING, (error) => {
    if (error == null) done()
  })
  return false
}

export type EdgeOptions = {
  room: Room
  edges: Edges
  flood: FloodRate
  dialect: Dialect
  via: Via
  /** For the log: `127.0.0.1:51471`. */
  remote: string
  transport: Transport
  next: () => Decoded | undefined
  onEmpty?: () => void
  /** Whether its reader is to get its own units too. */
  echoes?: () => boolean
  /** How wide the reader's terminal is, if it says so. */
  columns?: () => number
  /** Sends only as much as the reader is known to read, where the transport can. */
  takeTurns?: (on: boolean) => boolean
  /** Whether a write waits for its reader to ask for it, and so is not taken. */
  isHeld?: () => boolean
  /** Called every few seconds with the time in ms. */
  onBeat?: (now: number) => void
}

export class Edge implements Connection {
  /** How its person came; what is known when they join counts. */
  via: Via
  readonly session: Session
  readonly intake: Intake
  readonly #options: EdgeOptions
  readonly #outbox: Outbox
  readonly #number: number
  #ending: Ending | undefined
  #gone = false
  /** When a write was last seen to be held, in ms. */
  #heldAt = -Infinity
  #cancelLinger: (() => void) | undefined
  #cancelHello: (() => void) | undefined

  constructor(options: EdgeOptions) {
    const { room, dialect, via, transport, edges } = options
    this.#options = options
    this.via = via
    this.session = new Session(room, this)
    this.#outbox = new Outbox({
      room,
      dialect,
      sink: transport,
      skips: () => (options.echoes?.() ? undefined : this.session.personId),
      onLost: () => this.close('catch_up_failed'),
    })
    this.intake = new Intake({
      clock: room.clock,
      flood: new Flood(options.flood, room.clock.monotonic()),
      session: this.session,
      next: options.next,
      setReading: (reading) => transport.setReading(reading),
      hasRoom: () => this.#outbox.hasRoom(),
      onEmpty: () => options.onEmpty?.(),
    })
    this.#number = edges.add(this)
    edges.log.info({ connection: this.#number, remote: options.remote, via }, 'connected')
  }

  get dialect(): Dialect {
    return this.#outbox.dialect
  }

  speak(dialect: Dialect): void {
    this.#outbox.dialect = dialect
  }

  /** A hello must come soon. */
  expectHello(): void {
    this.#cancelHello = this.#options.room.clock.after(HELLO_MS, () => {
      if (this.session.personId === undefined) this.close('hello_timeout')
    })
  }

  /** Leaves the room, so that a hello can follow. */
  startOver(): void {
    this.session.startOver()
    this.#outbox.follow(undefined)
  }

  takeTurns(on: boolean): boolean {
    const can = this.#options.takeTurns?.(on) ?? false
    this.#outbox.sparing = can && on
    return can
  }

  get columns(): number {
    return this.#options.columns?.() ?? Infinity
  }

  get seq(): number | undefined {
    return this.#outbox.seq
  }

  deliver(message: Outgoing): void {
    if (!this.#gone) this.#outbox.deliver(message)
  }

  follow(cursor: Cursor): void {
    this.#outbox.follow(cursor)
  }

  wake(): void {
    if (!this.#gone) this.#outbox.wake()
  }

  close(ending: Ending): void {
    if (this.#ending !== undefined || this.#gone) return
    this.#ending = ending
    this.intake.stop()
    // What its reader has not asked for yet comes before the goodbye.
    this.#options.takeTurns?.(false)
    void this.#part(ending)
    this.#cancelLinger = this.#options.room.clock.after(LINGER_MS, () =>
      this.#options.transport.destroy(),
    )
  }

  /** Leaves the room, then says goodbye: what the person said last is told before it. */
  async #part(ending: Ending): Promise<void> {
    await this.session.leave(this.#mayReturn(ending))
    if (ending !== 'bye') {
      this.#options.room.tally.refused(ending)
      this.#outbox.deliver(errorMessage({ code: ending }))
    }
    const code = ending === 'bye' ? 1000 : (errors[ending].close ?? 1011)
    this.#outbox.finish(() => this.#options.transport.end(code, ending))
  }

  /** The other side will send no more, and all it sent was read. */
  async ended(): Promise<void> {
    this.intake.stop()
    await this.session.leave(this.#mayReturn(undefined))
    this.close('bye')
  }

  /** The transport has closed. `how`: for the log, where the room did not close it. */
  gone(how: string): void {
    if (this.#gone) return
    this.#gone = true
    this.#cancelLinger?.()
    this.#cancelHello?.()
    this.intake.stop()
    this.#outbox.stop()
    this.#options.edges.delete(this)
    const { name } = this.session
    void this.session.leave(this.#mayReturn(this.#ending))
    this.#options.edges.log.info(
      { connection: this.#number, name, reason: this.#ending ?? how },
      'left',
    )
  }

  /** Looks after the connection every few seconds. */
  beat(now: number): void {
    if (this.#options.isHeld?.()) this.#heldAt = now
    const stalled = Math.min(this.#outbox.stalledFor(now), now - this.#heldAt)
    if (stalled > this.#options.edges.stalledMs) this.close('too_slow')
    else this.#options.onBeat?.(now)
  }

  /** A program, a relay among them, comes back by itself; somebody at nc would have to type for it. */
  #mayReturn(ending: Ending | undefined): boolean {
    const returns = this.dialect.name === 'json' || this.via === 'relay'
    return returns && (ending === undefined || ending === 'too_slow')
  }
}
