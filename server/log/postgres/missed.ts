/**
 * Direct messages that no notification has told of, because the connection that listens was replaced.
 * The tail finds what is new in the logs that are open; a direct log is opened when it has news.
 *
 * MUST tell of the first event that was missed before it tells of later ones in the same log.
 */
import type { LogKey } from '../../room/log.ts'
import type { NodesListener } from '../../room/nodes/nodes.ts'
import type { Link } from './link.ts'

/** How long an answer may take, in ms. */
const ANSWER_MS = 5000
/** Logs in one answer, and that are held back. */
const MOST_LOGS = 1000
/** Latest events of a log that are read to find the first that was missed. */
const MOST_EVENTS = 1000

/** A direct log that is not open, and the seq before its new events. */
export type Unopened = { key: LogKey; after: number }

/** The id of a transaction: all before it had ended when it was asked for. */
export const MARK = 'pg_snapshot_xmin(pg_current_snapshot())::xid::text'

/**
 * The direct logs of people with events of transactions since a mark. $1: a JSON array of the people's
 * ids. $2: the mark. $3: the keys come after it.
 */
const MISSED = `SELECT l.key, e.first - 1 AS after
  FROM (SELECT number, key, head, logs.xmin AS changed FROM jsonb_array_elements_text($1::text::jsonb) AS here (id)
      JOIN logs ON first_person = here.id
    UNION SELECT number, key, head, logs.xmin FROM jsonb_array_elements_text($1::text::jsonb) AS here (id)
      JOIN logs ON second_person = here.id) l
  CROSS JOIN LATERAL (SELECT min(seq) AS first FROM
    (SELECT seq, xmin FROM events WHERE log = l.number AND seq > l.head - ${MOST_EVENTS} OFFSET 0) latest
    WHERE age(latest.xmin) <= age($2::text::xid)) e
  WHERE age(l.changed) <= age($2::text::xid) AND l.key > $3 AND e.first IS NOT NULL
  ORDER BY l.key LIMIT ${MOST_LOGS}`

export class Missed {
  /** Marks of the second to last look, and of the latest. */
  #mark: string | undefined
  #nextMark: string | undefined
  /** Whether notifications may have been lost since the mark. */
  #areMissed = false
  /** What notifications have told meanwhile. */
  #heldBack: Unopened[] = []
  /** Whether that was too much. */
  #hasDropped = false

  /** The connection was replaced. */
  begin(): void {
    this.#areMissed = true
    this.#heldBack = []
    this.#hasDropped = false
  }

  /** `mark`: of now. */
  looked(mark: string | undefined): void {
    // The one before is used: a notification comes a little after its event can be seen.
    this.#mark = this.#nextMark ?? mark
    this.#nextMark = mark
  }

  /** A notification has told of it. Returns whether it is to be told now. */
  heard(log: Unopened): boolean {
    if (!this.#areMissed) return true
    if (this.#heldBack.length < MOST_LOGS) this.#heldBack.push(log)
    else this.#hasDropped = true
    return false
  }

  /** `isOpen`: of a log, in which the tail finds what is new. */
  async read(link: Link, listener: NodesListener, isOpen: (key: LogKey) => boolean): Promise<void> {
    if (!this.#areMissed) return
    const tell = ({ key, after }: Unopened): void => {
      if (!isOpen(key)) listener.directed(key, after)
    }
    const ids = JSON.stringify(listener.everybody().map(({ id }) => id))
    for (let seen = ''; this.#mark !== undefined; ) {
      const rows = await link.query<Unopened>(MISSED, [ids, this.#mark, seen], ANSWER_MS)
      for (const row of rows) tell(row)
      if (rows.length < MOST_LOGS) break
      seen = (rows.at(-1) as Unopened).key
    }
    const heldBack = this.#heldBack
    this.#heldBack = []
    // The next look finds those that were dropped.
    this.#areMissed = this.#hasDropped
    this.#hasDropped = false
    for (const log of heldBack) tell(log)
  }
}
