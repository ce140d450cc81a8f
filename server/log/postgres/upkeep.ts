/**
 * Upkeep: deletes events above the limits, which apply to each log separately, and seats above theirs.
 * It goes through all logs in small steps. Of several servers, one deletes at a time.
 *
 * MUST keep the latest event of each log (`trim_log` does).
 */
import { TrustedTime } from '../time.ts'
import type { Link } from './link.ts'

const DAY_MS = 86_400_000
/** Pause between two steps with work, and between two rounds, in ms. */
const STEP_MS = 50
const ROUND_MS = 30_000
/** How long an answer may take, in ms. */
const ANSWER_MS = 10_000
/** Logs in one step, and events that are deleted of each. */
const STEP_LOGS = 32
export const STEP_EVENTS = 1000
/** Seats kept besides those of people who have registered a name, and most deleted in one step. */
export const MAX_SEATS = 100_000
const STEP_SEATS = 1000

export type Limits = {
  /** How many of the latest events are kept; 0: all. */
  retain: number
  /** How many days events are kept; 0: for ever. Nothing is deleted by age in the first hour. */
  retainDays: number
}

export class Upkeep {
  readonly #link: Link
  readonly #limits: Limits
  readonly #time = new TrustedTime()
  /** Number of the last log that this round has seen. */
  #seen = -1
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(link: Link, limits: Limits) {
    this.#link = link
    this.#limits = limits
  }

  start(): void {
    this.#schedule(STEP_MS)
  }

  /** A step under way fails when its link is closed. */
  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  /** `wall` and `monotonic`: both clocks, in ms. Returns whether there is more to do in this round. */
  async step(wall: number, monotonic: number): Promise<boolean> {
    const now = this.#time.read(wall, monotonic)
    const { retain, retainDays } = this.#limits
    if (this.#seen === -1 && (await this.#trimSeats())) return true
    if (retain === 0 && retainDays === 0) return false
    const oldest = retainDays === 0 || now === undefined ? null : now - retainDays * DAY_MS
    // One log at a time, each in a transaction of its own: an append waits for one of them at most.
    const logs = await this.#link.query<{ number: number }>(
      'SELECT number FROM logs WHERE number > $1 AND head > first ORDER BY number LIMIT $2',
      [this.#seen, STEP_LOGS],
      ANSWER_MS,
    )
    for (const { number } of logs) {
      const present = oldest === null ? null : Math.round(now ?? 0)
      const [row] = await this.#link.query<{ count: number | null }>(
        'SELECT trim_log($1, $2, $3, $4, $5) AS count',
        [number, retain, oldest === null ? null : Math.round(oldest), present, STEP_EVENTS],
        ANSWER_MS,
      )
      // Another server deletes now.
      if (row?.count === null) break
      if (row?.count === STEP_EVENTS) return true
      this.#seen = number
    }
    if (logs.length === STEP_LOGS && logs.at(-1)?.number === this.#seen) return true
    this.#seen = -1
    return false
  }

  /** Returns whether there may be more to delete. */
  async #trimSeats(): Promise<boolean> {
    const deleted = await this.#link.query(
      `DELETE FROM seats WHERE person IN (SELECT person FROM seats s
         WHERE NOT EXISTS (SELECT 1 FROM registrations r WHERE r.person = s.person) ORDER BY at
         LIMIT least($2, greatest(0, (SELECT count(*) FROM seats) - $1))) RETURNING person`,
      [MAX_SEATS, STEP_SEATS],
      ANSWER_MS,
    )
    return deleted.length === STEP_SEATS
  }

  #schedule(ms: number): void {
    if (this.#isStopped) return
    this.#timer = setTimeout(() => void this.#step(), ms)
  }

  async #step(): Promise<void> {
    let hasMore = false
    try {
      hasMore = await this.step(Date.now(), performance.now())
    } catch {
      // The next round tries again; the appends show a database that is away.
    }
    this.#schedule(hasMore ? STEP_MS : ROUND_MS)
  }
}
