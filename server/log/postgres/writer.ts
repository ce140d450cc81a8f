/**
 * The writes of the store. A statement whose answer is lost is asked again: each has the same effect
 * when it is repeated, and `append` knows its turn.
 *
 * MUST settle every write in a bounded time, also while the database is away.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { foldName } from '../../../shared/fold.ts'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Rule } from '../../room/hosts/rules.ts'
import type { Committed, Seat } from '../../room/log.ts'
import { type Answer, changesOf, groupsOf, outcomesOf, type Part } from './batch.ts'
import { faultOf, isAway, isFinal } from './fault.ts'
import type { Link } from './link.ts'
import type { PostgresLog } from './log.ts'
import { COLUMNS, eventOf, type Row } from './rows.ts'
import { catchUp } from './tail.ts'

/** How long, in ms, a write is tried while the database is away: until then, senders wait. */
export const PATIENCE_MS = 5000
/** The same when the latest write has failed. */
const SHORT_PATIENCE_MS = 1000
/** Pause before a write is tried again, in ms. */
const RETRY_MS = 50
/** A write waits so long, in ms, before the store counts as stalled. */
const STALLED_MS = 2000

type WriterOptions = {
  link: Link
  /** Identifies this server in the table of writers. */
  id: string
  /** Receives a fault after which the store cannot be used. */
  onLost: (error: Error) => void
}

export class Writer {
  readonly #options: WriterOptions
  /** The number of the latest append. */
  #turn = 0
  #hasFailed = false
  #isProbing = false
  /** When each write under way began, in ms of the monotonic clock; the oldest first. */
  readonly #waiting = new Set<{ since: number }>()

  constructor(options: WriterOptions) {
    this.#options = options
  }

  get isStalled(): boolean {
    for (const { since } of this.#waiting) return performance.now() - since > STALLED_MS
    return false
  }

  /** Whether the latest write has failed. Tries the database again, so that it recovers by itself. */
  get hasFailed(): boolean {
    if (this.#hasFailed) void this.#probe()
    return this.#hasFailed
  }

  /**
   * When it rejects because the database is away, the drafts may have been committed. They appear in
   * the log then, and a sender who repeats an id gets that event.
   */
  async append(parts: readonly Part[], count: number): Promise<Committed[]> {
    this.#turn += 1
    const groups = JSON.stringify(groupsOf(parts))
    const changes = JSON.stringify(changesOf(parts))
    const { id, link } = this.#options
    const turn = this.#turn
    const answers = await this.#persist(async (ms) => {
      const [row] = await link.query<{ answer: Answer[] }>(
        `SELECT append($1::uuid, $2::bigint, $3, $4::text::jsonb, $5::text::jsonb) AS answer`,
        [id, turn, link.timeline ?? '', groups, changes],
        ms,
      )
      return (row as { answer: Answer[] }).answer
    })
    const outcomes = new Array<Committed>(count)
    const added: RoomEvent[][] = []
    for (const [at, part] of parts.entries()) {
      const answer = answers[at] as Answer
      const earlier = await this.#earlier(part, answer)
      added.push(outcomesOf(part, answer, earlier, outcomes))
    }
    await this.#reach(parts, answers)
    const passing = parts.map(({ log }, at) => ({ log, events: log.extend(added[at] ?? []) }))
    for (const { log, events } of passing) log.passOn(events as RoomEvent[])
    return outcomes
  }

  async keepSeats(seats: readonly Seat[]): Promise<void> {
    // A person once, the latest, and in the order in which they were stored.
    const latest = new Map<string, Seat>()
    for (const seat of seats) {
      latest.delete(seat.person)
      latest.set(seat.person, seat)
    }
    const rows = [...latest.values()].map((seat) => [
      seat.person,
      seat.name,
      foldName(seat.name),
      seat.room,
      JSON.stringify(seat.positions),
      JSON.stringify(seat.ignored),
    ])
    if (rows.length > 0) await this.write(KEEP_SEATS, [JSON.stringify(rows)])
  }

  async register(person: string, name: string | undefined): Promise<void> {
    if (name === undefined) {
      await this.write('DELETE FROM registrations WHERE person = $1', [person])
      return
    }
    await this.write(
      `INSERT INTO registrations (person, name) VALUES ($1, $2)
       ON CONFLICT (person) DO UPDATE SET name = excluded.name`,
      [person, name],
    )
  }

  async keepRule({ key, value }: Rule): Promise<void> {
    const content = value === null ? null : JSON.stringify(value)
    await this.write('SELECT keep_rule($1, $2)', [key, content])
  }

  /** Runs a statement that may be repeated. */
  write<T extends object>(text: string, args: (string | number | null)[]): Promise<T[]> {
    return this.#persist((ms) => this.#options.link.query<T>(text, args, ms))
  }

  close(): Promise<void> {
    return this.#options.link.close()
  }

  /** The events that the drafts of a part repeat, by seq. */
  async #earlier({ log }: Part, [, , repeats]: Answer): Promise<Map<number, RoomEvent>> {
    if (repeats === null) return new Map()
    const rows = await this.write<Row>(EARLIER, [
      log.key,
      JSON.stringify(repeats.map(([, seq]) => seq)),
    ])
    return new Map(rows.map((row) => [row.seq, eventOf(row)]))
  }

  /** Passes on what other servers have appended before these drafts. */
  async #reach(parts: readonly Part[], answers: readonly Answer[]): Promise<void> {
    const isBehind = ({ log }: Part, at: number) => log.head() < (answers[at] as Answer)[0]
    for (;;) {
      const behind = parts.filter(isBehind).map(({ log }) => log)
      if (behind.length === 0) return
      await this.catchUp(behind)
    }
  }

  /** Passes on what is new in these logs. */
  async catchUp(logs: readonly PostgresLog[]): Promise<void> {
    const step = (ms: number): Promise<boolean> => catchUp(this.#options.link, logs, ms)
    while (await this.#persist(step)) {}
  }

  /** Tries again while the database is away. Rejects with a sentence about the log, without full stop. */
  async #persist<T>(run: (ms: number) => Promise<T>): Promise<T> {
    const patience = this.#hasFailed ? SHORT_PATIENCE_MS : PATIENCE_MS
    const entry = { since: performance.now() }
    this.#waiting.add(entry)
    try {
      for (;;) {
        try {
          // Half of the time, so that a connection without an answer is tried again.
          const result = await run(patience / 2)
          this.#hasFailed = false
          return result
        } catch (error) {
          const isLate = performance.now() - entry.since + RETRY_MS >= patience
          if (isLate || !isAway(error)) throw error
          await pause(RETRY_MS)
        }
      }
    } catch (error) {
      this.#hasFailed = true
      if (isFinal(error)) this.#options.onLost(error)
      throw new Error(`the log ${faultOf(error)}`)
    } finally {
      this.#waiting.delete(entry)
    }
  }

  /** A load balancer sends nothing to a failing server, so no append would show that it recovered. */
  async #probe(): Promise<void> {
    if (this.#isProbing) return
    this.#isProbing = true
    try {
      await this.write("UPDATE meta SET value = value WHERE key = 'epoch'", [])
    } catch {
      // The next health check tries again.
    } finally {
      this.#isProbing = false
    }
  }
}

/** $1: key of a log. $2: a JSON array of seqs. */
const EARLIER = `SELECT ${COLUMNS} FROM jsonb_array_elements_text($2::text::jsonb) AS asked (number)
  JOIN events ON log = (SELECT number FROM logs WHERE key = $1) AND seq = asked.number::bigint`

/** $1: a JSON array of arrays. The rows are locked in the order of the people. */
const KEEP_SEATS = `WITH numbered AS MATERIALIZED (
    SELECT seat, nextval('seat_order') AS at FROM (SELECT s.seat
      FROM jsonb_array_elements($1::text::jsonb) WITH ORDINALITY AS s (seat, place)
      ORDER BY s.place) given
  )
  INSERT INTO seats (person, name, folded, room, positions, ignored, at)
    SELECT seat->>0, seat->>1, seat->>2, seat->>3, seat->>4, seat->>5, at FROM numbered
    ORDER BY seat->>0
  ON CONFLICT (person) DO UPDATE SET name = excluded.name, folded = excluded.folded,
    room = excluded.room, positions = excluded.positions, ignored = excluded.ignored,
    at = excluded.at`
