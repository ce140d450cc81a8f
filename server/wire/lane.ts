/**
 * One direction of a wire to which a host does something: chunks come in, and go on later, in other pieces.
 *
 * MUST lose no byte and change no order.
 */
import type { LabFault } from '../../shared/wire.ts'
import type { Clock } from '../room/clock.ts'

/** Bytes at once, and the pause before them, in ms. */
const PACES: Partial<Record<LabFault, { bytes: number; ms: number }>> = {
  bytes: { bytes: 1, ms: 2 },
  slow: { bytes: 64, ms: 250 },
}
/** Delay of each chunk, in ms, and how much more it may be. */
const DELAY_MS = 300
const JITTER_MS = 700
/** Time, in ms, for which chunks are gathered into one. */
const JOIN_MS = 1500
/** Bytes that wait, above which no more are taken. */
const MOST_WAITING = 65_536

/** How long a chunk is delayed, in ms. */
export function delayMs(): number {
  return DELAY_MS + Math.random() * JITTER_MS
}

/** `done`: called when the chunk was passed on as a whole. */
type Job = { bytes: Buffer; done: Done }
type Done = (error?: Error | null) => void

export class Lane {
  readonly #clock: Clock
  readonly #pass: (bytes: Buffer, passed: Done) => void
  #fault: LabFault | undefined
  #jobs: Job[] = []
  #waiting = 0
  /** `passing`: the other side has not taken the last piece. */
  #state: 'idle' | 'waiting' | 'passing' = 'idle'
  #cancel: (() => void) | undefined

  /** `pass`: gives bytes to the other side, and calls back when it has taken them. */
  constructor(clock: Clock, pass: (bytes: Buffer, passed: Done) => void) {
    this.#clock = clock
    this.#pass = pass
  }

  get isFull(): boolean {
    return this.#waiting > MOST_WAITING
  }

  set fault(fault: LabFault | undefined) {
    this.#fault = fault
    this.#cancel?.()
    if (this.#state === 'waiting') this.#state = 'idle'
    this.#next()
  }

  put(bytes: Buffer, done: Done): void {
    this.#jobs.push({ bytes, done })
    this.#waiting += bytes.length
    this.#next()
  }

  /** Passes nothing on any more. */
  drop(): void {
    this.#cancel?.()
    this.#jobs = []
  }

  /** Passes on all that waits, at once. */
  flush(): void {
    this.#fault = undefined
    this.#cancel?.()
    this.#passAll()
  }

  #next(): void {
    const fault = this.#fault
    if (this.#state !== 'idle' || this.#jobs.length === 0) return
    if (fault === undefined || this.#jobs[0]?.bytes.length === 0) {
      this.#passSome(Infinity)
      return
    }
    this.#state = 'waiting'
    const pace = PACES[fault]
    if (pace !== undefined) this.#after(pace.ms, () => this.#passSome(pace.bytes))
    else if (fault === 'delay') {
      this.#after(delayMs(), () => this.#passSome(Infinity))
    } else if (fault === 'join') this.#after(JOIN_MS, () => this.#passAll())
  }

  #after(ms: number, run: () => void): void {
    this.#cancel = this.#clock.after(ms, run)
  }

  #passSome(most: number): void {
    const [job] = this.#jobs
    if (job === undefined) return
    const piece = job.bytes.subarray(0, most)
    job.bytes = job.bytes.subarray(piece.length)
    const isWhole = job.bytes.length === 0
    if (isWhole) this.#jobs.shift()
    this.#give(piece, isWhole ? [job] : [])
  }

  #passAll(): void {
    const jobs = this.#jobs
    this.#jobs = []
    if (jobs.length > 0) this.#give(Buffer.concat(jobs.map(({ bytes }) => bytes)), jobs)
  }

  #give(bytes: Buffer, jobs: readonly Job[]): void {
    this.#state = 'passing'
    this.#waiting -= bytes.length
    const passed: Done = (error) => {
      this.#state = 'idle'
      for (const { done } of jobs) done(error)
      this.#next()
    }
    if (bytes.length === 0) passed()
    else this.#pass(bytes, passed)
  }
}
