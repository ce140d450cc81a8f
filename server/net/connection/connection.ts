/**
 * An edge: one connection from its first byte to its last, whatever carries it. It
 * joins a session, an outbox and an intake; what carries it is its transport.
 *
 * MUST end exactly once, leaving no timer and no listener, and log why.
 */
import type { Dialect, Outgoing } from '../../../shared/dialect/dialect.ts'
import { errorMessage, errors } from '../../../shared/errors.ts'
import type { Via } from '../../../shared/protocol.ts'
import type { Connection, Cursor, Ending } from '../../room/connection.ts'
import type { Room } from '../../room/room.ts'
import { Session } from '../../room/session.ts'
import type { Edges } from './connections.ts'
import { Flood, type FloodRate } from './flood.ts'
import { Intake } from './intake.ts'
import { Outbox } from './outbox.ts'
import type { Transport } from './transport.ts'

const TURNS_OVER = '* /turn is off now: there was more to read than turns can hold.'
/** How long an ended connection may take to close before it is cut: some clients only end on a reset. */
const LINGER_MS = 2000

/** Where connections come in, the same for all of one kind. */
export type EdgePlace = { room: Room; edges: Edges; flood: FloodRate }

/** `remote`: for the log, `127.0.0.1:51471`. */
export type EdgeStart = { dialect: Dialect; via: Via; remote: string }

export class Edge implements Connection {
  /** How its person came; what is known when they join counts. */
  via: Via
  readonly session: Session
  readonly intake: Intake
  readonly #place: EdgePlace
  readonly #transport: Transport
  readonly #outbox: Outbox
  readonly #number: number
  #ending: Ending | undefined
  #gone = false
  /** When a write was last seen to be held, in ms. */
  #heldAt = -Infinity
  #cancelLinger: (() => void) | undefined
  #cancelHello: (() => void) | undefined

  constructor(place: EdgePlace, transport: Transport, { dialect, via, remote }: EdgeStart) {
    const { room, edges, flood } = place
    this.#place = place
    this.#transport = transport
    this.via = via
    this.session = new Session(room, this)
    this.#outbox = new Outbox(room, transport, dialect, this)
    this.intake = new Intake(transport, this.session, this.#outbox, {
      clock: room.clock,
      flood: new Flood(flood, room.clock.monotonic()),
    })
    this.#number = edges.add(this)
    edges.log.info({ connection: this.#number, remote, via }, 'connected')
  }

  get personId(): string | undefined {
    return this.session.personId
  }

  get echoes(): boolean {
    return this.#transport.echoes?.() ?? false
  }

  /** The reader cannot be given what it missed. */
  lost(): void {
    this.close('catch_up_failed')
  }

  get dialect(): Dialect {
    return this.#outbox.dialect
  }

  speak(dialect: Dialect): void {
    this.#outbox.dialect = dialect
  }

  /** A hello must come soon. */
  expectHello(): void {
    const { room, edges } = this.#place
    this.#cancelHello = room.clock.after(edges.helloMs, () => {
      if (this.session.personId === undefined) this.close('hello_timeout')
    })
  }

  /** Leaves the room, so that a hello can follow. */
  startOver(): void {
    this.session.startOver()
    this.#outbox.follow(undefined)
  }

  takeTurns(on: boolean): boolean {
    const can = this.#transport.takeTurns?.(on) ?? false
    this.#outbox.sparing = can && on
    return can
  }

  get columns(): number {
    return this.#transport.columns ?? Infinity
  }

  get seq(): number | undefined {
    return this.#outbox.seq
  }

  deliver(message: Outgoing): void {
    if (this.#gone) return
    this.#outbox.deliver(message)
    if (!this.#outbox.sparing || !this.#outbox.isFull) return
    // It would be left unread, and could never ask for what is held.
    this.takeTurns(false)
    this.deliver({ type: 'told', lines: [TURNS_OVER] })
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
    void this.#part(ending)
    this.#cancelLinger = this.#place.room.clock.after(LINGER_MS, () => this.#transport.destroy())
  }

  /** Leaves the room, then says goodbye: what the person said last is told before it. */
  async #part(ending: Ending): Promise<void> {
    // It is no fault of the sender's that the server stops.
    if (ending === 'shutdown') await this.intake.drain()
    else this.intake.stop()
    await this.session.leave(this.#mayReturn(ending))
    // What its reader has not asked for yet comes before the goodbye.
    this.#transport.takeTurns?.(false)
    if (ending !== 'bye') {
      this.#place.room.tally.refused(ending)
      this.#outbox.deliver(errorMessage({ code: ending }))
    }
    const code = ending === 'bye' ? 1000 : (errors[ending].close ?? 1011)
    this.#outbox.finish(() => this.#transport.end(code, ending))
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
    this.#place.edges.delete(this)
    const { name } = this.session
    void this.session.leave(this.#mayReturn(this.#ending))
    this.#place.edges.log.info(
      { connection: this.#number, name, reason: this.#ending ?? how },
      'left',
    )
  }

  /** Looks after the connection every few seconds. */
  beat(now: number): void {
    if (this.#transport.isHeld?.()) this.#heldAt = now
    const stalled = Math.min(this.#outbox.stalledFor(now), now - this.#heldAt)
    if (stalled <= this.#place.edges.stalledMs) {
      this.#transport.onBeat?.(now)
      return
    }
    this.#outbox.rewind()
    this.close('too_slow')
  }

  /** A program, a relay among them, comes back by itself; somebody at nc would have to type for it. */
  #mayReturn(ending: Ending | undefined): boolean {
    const returns = this.dialect.name === 'json' || this.via === 'relay'
    return returns && (ending === undefined || ending === 'too_slow')
  }
}
