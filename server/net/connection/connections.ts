/**
 * All connections that are open: counted, looked after, and told when the server stops.
 */
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../room/clock.ts'
import type { Connection, Ending } from '../../room/connection.ts'

/** How often, in ms, each connection is looked after; or so often in the time of a stall. */
const BEAT_MS = 10_000
const BEATS_PER_STALL = 3
/** So many have left, and they were so many times those who stay: a crowd is gone. */
const CROWD = 1000
const CROWD_TIMES = 4
/** Fewer who come and go between two beats are no crowd on the move. */
const STILL = 100

export type EdgesOptions = {
  log: FastifyBaseLogger
  clock: Clock
  /** Connections beyond which newcomers are told that the room is full. */
  max: number
  /** A reader that takes nothing for so long, in ms, is closed, and may resume. */
  stalledMs: number
  /** A connection that speaks JSON and has not said hello for so long, in ms, is closed. */
  helloMs: number
  /** Most of a large crowd has left. */
  onCrowdGone: () => void
}

type Open = Pick<Connection, 'via' | 'dialect' | 'seq' | 'close'> & { beat(now: number): void }

export class Edges {
  readonly log: FastifyBaseLogger
  readonly #clock: Clock
  readonly stalledMs: number
  readonly helloMs: number
  readonly #max: number
  readonly #open = new Set<Open>()
  readonly #onCrowdGone: () => void
  #count = 0
  /** Most that were open at a beat since the last crowd left. */
  #peak = 0
  /** How many were open at the last beat. */
  #before = 0
  #cancelBeat: (() => void) | undefined
  #onEmpty: (() => void) | undefined

  constructor({ log, clock, max, stalledMs, helloMs, onCrowdGone }: EdgesOptions) {
    this.log = log
    this.stalledMs = stalledMs
    this.helloMs = helloMs
    this.#clock = clock
    this.#max = max
    this.#onCrowdGone = onCrowdGone
    this.#beatLater()
  }

  get open(): Iterable<Open> {
    return this.#open
  }

  /** Why a newcomer cannot be let in now; undefined when they can. */
  get refusal(): 'shutdown' | 'room_full' | undefined {
    if (this.#onEmpty !== undefined) return 'shutdown'
    return this.#open.size >= this.#max ? 'room_full' : undefined
  }

  /** Answers the connection's number, which counts 1, 2, 3 … since the start. */
  add(edge: Open): number {
    this.#open.add(edge)
    this.#count += 1
    return this.#count
  }

  delete(edge: Open): void {
    this.#open.delete(edge)
    if (this.#open.size === 0) this.#onEmpty?.()
  }

  /** Lets nobody in any more; answers when the last connection has gone. */
  closeAll(ending: Ending): Promise<void> {
    this.#cancelBeat?.()
    return new Promise((resolve) => {
      this.#onEmpty = resolve
      for (const edge of [...this.#open]) edge.close(ending)
      if (this.#open.size === 0) resolve()
    })
  }

  #beatLater(): void {
    this.#cancelBeat = this.#clock.after(
      Math.min(BEAT_MS, this.stalledMs / BEATS_PER_STALL),
      () => {
        const now = this.#clock.monotonic()
        for (const edge of this.#open) edge.beat(now)
        this.#lookForCrowd()
        this.#beatLater()
      },
    )
  }

  /** Only once the going has ended: until then they still hold on to what they have. */
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
