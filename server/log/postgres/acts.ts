/**
 * Events that every node learns of, also without the log open: acts of hosts, topics, and the first
 * event of each room.
 *
 * MUST tell of all of them, or fail: a ban would not be known here.
 */
import type { LogKey } from '../../room/log.ts'
import type { NodesListener } from '../../room/nodes/nodes.ts'
import { MissedEvents } from './fault.ts'
import type { Link } from './link.ts'
import type { PostgresLog } from './log.ts'
import { COLUMNS, eventOf, type Row } from './rows.ts'

/** How long an answer may take, in ms. */
const ANSWER_MS = 5000
/** Acts in one answer. */
const MOST_ACTS = 1000

/** `acted`: seq of the event, whose columns are null if it was deleted. `shown`, `subject`: of the room. */
type ActRow = { key: LogKey; shown: string; subject: string; version: number; acted: number } & {
  [K in keyof Row]: Row[K] | null
}

/** Those from version $1 on. */
const ACTS = `SELECT l.key, l.name AS shown, l.topic AS subject, a.version, a.seq AS acted, e.*
  FROM acts a JOIN logs l ON l.number = a.log
  LEFT JOIN LATERAL (SELECT ${COLUMNS} FROM events WHERE log = a.log AND seq = a.seq) e ON true
  WHERE a.version >= $1 ORDER BY a.version LIMIT ${MOST_ACTS}`

export class Acts {
  /** Version of the latest that the listener knows; -1: there was none. */
  #seen: number
  readonly #logOf: (key: LogKey) => PostgresLog | undefined

  /** `logOf`: the log with a key, if it is open. */
  constructor(seen: number, logOf: (key: LogKey) => PostgresLog | undefined) {
    this.#seen = seen
    this.#logOf = logOf
  }

  /** Rejects with a MissedEvents, or as `Link.query` does. */
  async read(link: Link, listener: NodesListener): Promise<void> {
    for (;;) {
      const rows = await link.query<ActRow>(ACTS, [this.#seen], ANSWER_MS)
      // Without the one that is known, later ones may have been forgotten, too.
      const isWhole = this.#seen === -1 || rows[0]?.version === this.#seen
      if (!isWhole) throw new MissedEvents('has forgotten acts that this server has not read')
      for (const { key, shown, subject, version, acted, ...row } of rows) {
        if (version === this.#seen) continue
        const isPassedOn = this.#logOf(key)?.passes(acted) === true
        if (!isPassedOn && row.seq === null && acted > 1) {
          throw new MissedEvents(`has deleted an act in ${key} before this server has read it`)
        }
        this.#seen = version
        if (isPassedOn) continue
        const event = row.seq === null ? undefined : eventOf(row as Row)
        listener.acted(event, key, { name: shown, topic: subject })
      }
      if (rows.length < MOST_ACTS) return
    }
  }
}
