/**
 * All connections: numbers them, checks the open ones every few seconds, and closes them when
 * the server stops. A connection that is gone stays here until its messages are in the log.
 */
import type { FastifyBaseLogger } from 'fastify'
import type { Dialect } from '../../../shared/dialect/dialect.ts'
import type { ErrorCode } from '../../../shared/errors.ts'
import type { Clock } from '../../room/clock.ts'
import type { Ending, Reader } from '../../room/reader.ts'
import { MAX_REFUSING } from '../capacity.ts'
import { Quota } from '../quota.ts'

/** Time between two checks of a connection, in ms; less if a stall is shorter. */
const BEAT_MS = 10_000
const BEATS_PER_STALL = 3
/** A crowd has left if at least this many connections closed, and this many times those open. */
const CROWD = 1000
const CROWD_TIMES = 4
/** Shortest time, in ms, between two log lines about rejected connections. */
const REJECTED_LOG_MS = 10_000
/** Connections that are gone and have messages left. Above it, the oldest are given up. */
const MAX_GONE = 1000
/** Change in the number of connections between two beats up to which the leaving has ended. */
const STILL = 100

export type ConnectionsOptions = {
  log: FastifyBaseLogger
  clock: Clock
  /** Open connections at which new ones are rejected with `room_full`. */
  max: number
  /** A reader that takes nothing for this time, in ms, is closed. It may resume. */
  stalledMs: number
  /** A connection without a successful hello for this time, in ms, is closed. */
  helloMs: number
  /** Called when most connections of a large crowd have closed. */
  onCrowdGone: () => void
}

export type Open = Pick<Reader, 'via' | 'close' | 'source'> & {
  readonly dialect: Dialect
  /** How many events its client has not received yet. */
  readonly lag: number
  /** Checks the connection. `now`: monotonic time, in ms. */
  beat(now: number): void
  /** Drops the messages that are left of a connection that is gone. */
  giveUp(): void
  /** See `Connection`. */
  readonly canHandOver?: boolean
  hold?(): Promise<void>
  handOver?(): void
}

export class Connections {
  readonly log: FastifyBaseLogger
  readonly stalledMs: number
  readonly helloMs: number
  /** Rejected connections whose clients have time to read the reason; others are closed at once. */
  readonly rejecting = new Quota({ total: MAX_REFUSING, ofNetwork: MAX_REFUSING })
  /** Set while the wire view looks at new connections. Called before one has received anything.
   * `isNew`: whether no other server had it. */
  onAdded: ((connection: Open, isNew: boolean) => void) | undefined
  readonly #clock: Clock
  readonly #max: number
  readonly #open = new Set<Open>()
  readonly #gone = new Set<Open>()
  readonly #onCrowdGone: () => void
  /** Connections since the start. */
  #count = 0
  /** Rejected since the latest log line about it. */
  #rejected = 0
  #rejectedLogAt = -Infinity
  /** Largest number at a beat since the last crowd left. */
  #peak = 0
  /** Number at the last beat. */
  #before = 0
  #cancelBeat: (() => void) | undefined
  /** Those that close because the server stops, until their messages are settled; undefined before. */
  #closing: Set<Open> | undefined
  #onClosed: (() => void) | undefined

  constructor({ log, clock, max, stalledMs, helloMs, onCrowdGone }: ConnectionsOptions) {
    this.log = log
    this.stalledMs = stalledMs
    this.helloMs = helloMs
    this.#clock = clock
    this.#max = max
    this.#onCrowdGone = onCrowdGone
    this.#beatLater()
  }

  get open(): ReadonlySet<Open> {
    return this.#open
  }

  /** Code with which a new connection is rejected; undefined if it is accepted. */
  get refusal(): 'shutdown' | 'room_full' | undefined {
    if (this.#closing !== undefined) return 'shutdown'
    return this.#open.size >= this.#max ? 'room_full' : undefined
  }

  /** Logs rejected connections, a few lines for many of them. */
  noteRejected(network: string, code: ErrorCode): void {
    this.#rejected += 1
    const now = this.#clock.monotonic()
    if (now - this.#rejectedLogAt < REJECTED_LOG_MS) return
    this.log.warn({ network, code, count: this.#rejected }, 'rejected connections')
    this.#rejected = 0
    this.#rejectedLogAt = now
  }

  /** Returns the connection's number: 1, 2, 3 … since the start. */
  add(connection: Open): number {
    this.#open.add(connection)
    connection.source.open += 1
    this.#count += 1
    return this.#count
  }

  /** The transport of the connection has closed. */
  gone(connection: Open): void {
    if (this.#open.delete(connection)) connection.source.open -= 1
    this.#gone.add(connection)
    const [oldest] = this.#gone
    if (this.#gone.size > MAX_GONE) oldest?.giveUp()
  }

  /** All messages of the connection are settled. */
  delete(connection: Open): void {
    this.#gone.delete(connection)
    if (this.#closing?.delete(connection) && this.#closing.size === 0) this.#onClosed?.()
  }

  /** Rejects new connections. Resolves when the last one is gone and its messages are settled. */
  closeAll(ending: Ending): Promise<void> {
    return this.#close([...this.#gone, ...this.#open], ending)
  }

  #close(connections: readonly Open[], ending: Ending): Promise<void> {
    this.#cancelBeat?.()
    this.#closing = new Set(connections)
    return new Promise((resolve) => {
      this.#onClosed = resolve
      for (const connection of connections) connection.close(ending)
      if (this.#closing?.size === 0) resolve()
    })
  }

  /**
   * Gives the clients of raw connections to the next server, and closes all others. `settle`: called
   * between the two; resolves when what was received is on its way to the readers.
   */
  async handOver(settle: () => Promise<void>): Promise<void> {
    const open = [...this.#open]
    await Promise.all(open.filter((one) => one.canHandOver).map((one) => one.hold?.()))
    const leaving = [...this.#open].filter((one) => !one.canHandOver)
    await this.#close([...this.#gone, ...leaving], 'restart')
    await settle()
    for (const connection of [...this.#open]) connection.handOver?.()
    // Those that were lost meanwhile.
    await this.closeAll('restart')
  }

  /** The next server has the client of the connection. */
  handedOver(connection: Open): void {
    if (this.#open.delete(connection)) connection.source.open -= 1
  }

  #beatLater(): void {
    const ms = Math.min(BEAT_MS, this.stalledMs / BEATS_PER_STALL)
    // After a suspension of the process, the timers run first: in the same turn, every reader
    // would count as stalled before the event loop has seen what it has taken meanwhile.
    this.#cancelBeat = this.#clock.after(ms, () => this.#clock.turn(() => this.#beat()))
  }

  #beat(): void {
    if (this.#closing !== undefined) return
    const now = this.#clock.monotonic()
    for (const connection of this.#open) connection.beat(now)
    this.#lookForCrowd()
    this.#beatLater()
  }

  /** Waits until the leaving has ended, since closing connections still hold their memory. */
  #lookForCrowd(): void {
    const { size } = this.#open
    const still = Math.abs(size - this.#before) < STILL
    this.#before = size
    this.#peak = Math.max(this.#peak, size)
    if (!still || this.#peak - size < CROWD || size * CROWD_TIMES > this.#peak) return
    this.#peak = size
    this.#onCrowdGone()
  }
}
