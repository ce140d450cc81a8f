/**
 * Upkeep of all logs: indexes new events for the search, and deletes events above the limits,
 * which apply to each log separately.
 *
 * MUST keep the latest event of each log, from which numbering continues. MUST delete no event
 * before it is indexed: the index would keep its words.
 */
import type Database from 'libsql'
import type { LogKey } from '../../room/log.ts'
import { TrustedTime } from '../time.ts'
import { type Extents, extentOf, type Stored } from './extents.ts'
import type { ExtentRow, Statements } from './statements.ts'
import { transaction } from './transaction.ts'

const DAY_MS = 86_400_000
/** Time between two passes through all logs, in ms, for events that have become too old. */
const ROUND_MS = 3_600_000
/** Logs in one step of a pass. */
const ROUND_LOGS = 32
/** Most logs that wait before a pass pauses: bounds the memory. */
const MAX_WAITING = 1000
/** What a log costs in a step besides its events, in events. */
const LOG_COST = 4

export type Limits = {
  /** How many of the latest events are kept; 0: all. */
  retain: number
  /** How many days events are kept; 0: for ever. Nothing is deleted by age in the first hour. */
  retainDays: number
}
/** What a step does to a log: `indexed` and `first` are the values after it. */
type Job = { extent: Stored; indexed: number; first: number }

export class Upkeep {
  readonly #database: Database.Database
  readonly #statements: Statements
  readonly #limits: Limits
  readonly #extents: Extents
  readonly #time = new TrustedTime()
  /** Monotonic time, in ms, at which the latest pass began. */
  #roundBegan = -Infinity
  /** Number of the last log that the pass has seen; undefined: it is complete. */
  #seen: number | undefined
  /** Of open logs, by key; since the last call of `takeFirsts`. */
  #firsts = new Map<LogKey, number>()

  constructor(
    database: Database.Database,
    statements: Statements,
    limits: Limits,
    extents: Extents,
  ) {
    this.#database = database
    this.#statements = statements
    this.#limits = limits
    this.#extents = extents
  }

  /**
   * Indexes at most `events` events, and deletes at most as many; returns whether there is more
   * to do. `wall` and `monotonic`: both clocks, in ms.
   */
  step(events: number, wall: number, monotonic: number): boolean {
    const now = this.#time.read(wall, monotonic)
    this.#look(events, now, monotonic)
    this.#run(this.#plan(events, now))
    return this.#extents.waiting.size > 0 || this.#seen !== undefined
  }

  /** seq of the oldest event of each open log in which it has changed since the last call. */
  takeFirsts(): [LogKey, number][] {
    const firsts = [...this.#firsts]
    this.#firsts.clear()
    return firsts
  }

  /**
   * Looks at some logs, open or not. The first pass finds what a crash has left to do and logs
   * above a limit that is lower than before; the others find events that have become too old.
   */
  #look(events: number, now: number | undefined, monotonic: number): void {
    const isFirst = this.#roundBegan === -Infinity
    if (isFirst || (this.#limits.retainDays > 0 && monotonic - this.#roundBegan >= ROUND_MS)) {
      this.#roundBegan = monotonic
      this.#seen = -1
    }
    if (this.#seen === undefined || this.#extents.waiting.size >= MAX_WAITING) return
    const rows = this.#statements.logsAfter.all(this.#seen, ROUND_LOGS) as ExtentRow[]
    for (const row of rows) {
      const stored = extentOf(row)
      const extent = (this.#extents.get(stored.key) as Stored | undefined) ?? stored
      if (hasChanges(this.#jobFor(extent, events, now))) this.#extents.wait(extent)
    }
    this.#seen = rows.length < ROUND_LOGS ? undefined : rows.at(-1)?.[0]
  }

  /** Jobs with at most `events` events, in the order of the logs: the index grows best in it. */
  #plan(events: number, now: number | undefined): Job[] {
    const jobs: Job[] = []
    let left = events
    for (const extent of this.#extents.waiting) {
      if (left <= 0) break
      const job = this.#jobFor(extent, left, now)
      jobs.push(job)
      left -= LOG_COST + Math.max(job.indexed - extent.indexed, job.first - extent.first)
    }
    return jobs.sort((one, other) => one.extent.number - other.extent.number)
  }

  #jobFor(extent: Stored, events: number, now: number | undefined): Job {
    const { head, first } = extent
    const indexed = Math.min(head, extent.indexed + events)
    const { retain } = this.#limits
    const byCount = retain === 0 ? 0 : head - retain
    const to = Math.min(
      Math.max(byCount, this.#lastTooOld(extent, events, now)),
      head - 1,
      indexed,
      first + events - 1,
    )
    return { extent, indexed, first: Math.max(first, to + 1) }
  }

  /** seq of the last event that is too old, among the first `events`; 0 when there is none. */
  #lastTooOld({ number, first }: Stored, events: number, now: number | undefined): number {
    const { retainDays } = this.#limits
    if (retainDays === 0 || now === undefined) return 0
    const oldest = now - retainDays * DAY_MS
    const [seq] = this.#statements.lastTooOld.get(
      number,
      first,
      first + events - 1,
      oldest,
      now,
    ) as [number | null]
    return seq ?? 0
  }

  #run(jobs: readonly Job[]): void {
    const changes = jobs.filter(hasChanges)
    if (changes.length > 0) {
      transaction(this.#database, 'write', () => {
        for (const job of changes) this.#index(job)
        for (const job of changes) this.#trim(job)
      })
    }
    for (const job of jobs) this.#finish(job)
  }

  #index({ extent: { number, indexed: before }, indexed }: Job): void {
    if (indexed === before) return
    this.#statements.index.run(number, before + 1, indexed)
    this.#statements.setIndexed.run(number, indexed)
  }

  #trim({ extent: { number, first: before }, first }: Job): void {
    if (first === before) return
    this.#statements.unindex.run(number, before, first - 1)
    this.#statements.drop.run(number, before, first - 1)
  }

  #finish(job: Job): void {
    const { extent, indexed, first } = job
    const isDone = !hasChanges(job)
    if (extent.isOpen && first > extent.first) this.#firsts.set(extent.key, first)
    this.#extents.advance(extent, indexed, first)
    // A log with changes may have more, which the next step sees.
    if (isDone) this.#extents.rest(extent)
    else this.#extents.wait(extent)
  }
}

function hasChanges({ extent, indexed, first }: Job): boolean {
  return indexed > extent.indexed || first > extent.first
}
