/**
 * All connections that are open: counted, looked after, and told when the server stops.
 */
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../room/clock.ts'
import type { Ending } from '../room/connection.ts'

/** How often each connection is looked after, in ms. */
const BEAT_MS = 10_000

type Open = { beat(now: number): void; close(ending: Ending): void }

export class Edges {
  readonly log: FastifyBaseLogger
  readonly #clock: Clock
  readonly #max: number
  readonly #open = new Set<Open>()
  #count = 0
  #cancelBeat: (() => void) | undefined

  /** `max`: connections beyond which newcomers are told that the room is full. */
  constructor({ log, clock, max }: { log: FastifyBaseLogger; clock: Clock; max: number }) {
    this.log = log
    this.#clock = clock
    this.#max = max
    this.#beatLater()
  }

  get size(): number {
    return this.#open.size
  }

  get full(): boolean {
    return this.#open.size >= this.#max
  }

  /** Answers the connection's number, which counts 1, 2, 3 … since the start. */
  add(edge: Open): number {
    this.#open.add(edge)
    this.#count += 1
    return this.#count
  }

  delete(edge: Open): void {
    this.#open.delete(edge)
  }

  closeAll(ending: Ending): void {
    this.#cancelBeat?.()
    for (const edge of [...this.#open]) edge.close(ending)
  }

  #beatLater(): void {
    this.#cancelBeat = this.#clock.after(BEAT_MS, () => {
      const now = this.#clock.now()
      for (const edge of this.#open) edge.beat(now)
      this.#beatLater()
    })
  }
}
