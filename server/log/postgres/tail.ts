/**
 * The tail: the events that this server or another one has appended to the open logs. They are read
 * from the table after a notification, and also every second, because a LISTEN can die silently.
 *
 * It has a connection of its own, which lasts as long as this server is a node.
 */
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { LogKey } from '../../room/log.ts'
import type { Absence } from './absence.ts'
import { MissedEvents } from './fault.ts'
import type { Link } from './link.ts'
import type { PostgresLog } from './log.ts'
import { COLUMNS, eventOf, type Row } from './rows.ts'

/** Longest time between two looks at the table, in ms. */
export const POLL_MS = 1000
/** How long an answer may take, in ms. */
const ANSWER_MS = 5000
/** Pause after a fault, in ms. */
const FAULT_MS = 250
/** Events of one log, and of all logs together, in one answer. */
const LOG_EVENTS = 500
const MOST_EVENTS = 2000

type TailRow = { key: LogKey; first: number } & { [K in keyof Row]: Row[K] | null }

/**
 * $1: a JSON array of the logs, with what is known of each. The range of seqs keeps a plan for a small
 * table from reading all that is new each time.
 */
const NEWS = `SELECT o.key, l.first, e.* FROM
    jsonb_to_recordset($1::text::jsonb) AS o (key text, first bigint, head bigint)
  JOIN logs l ON l.key = o.key
  LEFT JOIN LATERAL (SELECT ${COLUMNS} FROM events WHERE log = l.number AND seq > o.head
      AND seq <= greatest(o.head, l.first - 1) + ${LOG_EVENTS}
    ORDER BY seq LIMIT ${LOG_EVENTS}) e ON true
  WHERE l.head > o.head OR l.first > o.first
  ORDER BY o.key, e.seq LIMIT ${MOST_EVENTS}`

/**
 * Reads what is new in these logs and passes it on. Returns whether there may be more. Rejects with
 * a MissedEvents, or as `Link.query` does.
 */
export async function catchUp(
  link: Link,
  logs: readonly PostgresLog[],
  ms: number,
): Promise<boolean> {
  const known = logs.map((log) => ({ key: log.key, first: log.first(), head: log.head() }))
  const rows = await link.query<TailRow>(NEWS, [JSON.stringify(known)], ms)
  const byKey = new Map(logs.map((log) => [log.key, log]))
  const news = new Map<PostgresLog, RoomEvent[]>()
  for (const { key, first, ...row } of rows) {
    const log = byKey.get(key) as PostgresLog
    log.trim(first)
    const events = news.get(log) ?? []
    if (row.seq !== null) events.push(eventOf(row as Row))
    news.set(log, events)
  }
  const passing = [...news].map(([log, events]) => ({ log, added: log.extend(events) }))
  for (const { log, added } of passing) {
    if (added === undefined)
      throw new MissedEvents(`has deleted events of ${log.key} before this server has read them`)
    log.passOn(added)
  }
  return (
    rows.length === MOST_EVENTS || [...news.values()].some(({ length }) => length === LOG_EVENTS)
  )
}

/** The part of the nodes that uses the connection of the tail. */
export type Listening = {
  /** A connection listens that did not before. */
  begun(link: Link): Promise<void>
  /** Called every second, and after a notification that `heard` has wanted. */
  look(link: Link, isPoll: boolean): Promise<void>
  /** Receives a notification about other things than logs. Returns whether to look. */
  heard(text: string): boolean
  /** New events of a log that is not open, after the seq `after`. */
  unopened(key: LogKey, after: number): void
}

export type TailOptions = {
  link: Link
  nodes: Listening
  channel: string
  /** Longest time between two looks at the table, in ms. */
  pollMs: number
  /** Identifies this server in notifications. */
  id: string
  logs: () => Iterable<PostgresLog>
  absence: Absence
  /** Receives each error; the tail goes on. */
  onFault: (error: unknown) => void
}

export class Tail {
  readonly #options: TailOptions
  /** The connection that listens. */
  #listening = 0
  /** Whether the latest look has succeeded. */
  #isWell = true
  #isClosed = false
  /** Logs that may have news; 'all': any. */
  #hints: Set<LogKey> | 'all' = 'all'
  /** When all logs were looked at, in ms of the monotonic clock. */
  #lookedAt = -Infinity
  /** Whether the nodes have news. */
  #hasNews = true
  /** When the first notification came that was not looked into yet; undefined: there is none. */
  #hintedAt: number | undefined
  /** Time, in ms, from the latest notification to its events. */
  delay = 0
  /** Ends the wait for a hint. */
  #wake = (): void => {}
  #running: Promise<void> | undefined

  constructor(options: TailOptions) {
    this.#options = options
  }

  get isWell(): boolean {
    return this.#isWell
  }

  start(): void {
    this.#running = this.#run()
  }

  /** `payload`: of a notification: the id of a server, and the new heads of logs as JSON. */
  hint(payload: string): void {
    const [id, text = ''] = payload.split(/ (.*)/s)
    if (text !== '' && !text.startsWith('{')) {
      if (!this.#options.nodes.heard(text)) return
      this.#hasNews = true
      this.#wake()
      return
    }
    // The answer to the append has the same news. If it is lost, the next look finds them.
    if (id === this.#options.id) return
    this.#hintedAt ??= performance.now()
    const heads = headsOf(text)
    if (heads === undefined) this.#hints = 'all'
    else {
      const open = new Set([...this.#options.logs()].map(({ key }) => key))
      for (const [key, [before]] of heads) {
        if (!open.has(key)) this.#options.nodes.unopened(key, before)
        else if (this.#hints !== 'all') this.#hints.add(key)
      }
    }
    this.#wake()
  }

  /** Looks at what the nodes have. */
  lookSoon(): void {
    this.#hasNews = true
    this.#wake()
  }

  /** The log has events that no notification tells of. */
  expect(key: LogKey): void {
    if (this.#hints !== 'all') this.#hints.add(key)
    this.#wake()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#wake()
    this.#options.absence.close()
    await this.#options.link.close()
    await this.#running
  }

  async #run(): Promise<void> {
    const { absence } = this.#options
    while (!this.#isClosed) {
      absence.begin()
      try {
        await this.#look()
        absence.succeed()
        this.#isWell = true
        await this.#wait(this.#options.pollMs)
      } catch (error) {
        if (this.#isClosed) return absence.close()
        absence.fail(error)
        this.#isWell = false
        this.#hints = 'all'
        this.#options.onFault(error)
        await this.#pause(FAULT_MS)
      }
    }
  }

  async #look(): Promise<void> {
    const { link, channel, logs, nodes, pollMs } = this.#options
    // Also shows whether the connection still is the one that listens.
    if (this.#listening === 0 || this.#listening !== link.connection) {
      await link.query(`LISTEN "${channel}"`, [], ANSWER_MS, { prepare: false })
      await nodes.begun(link)
      this.#listening = link.connection
      this.#hints = 'all'
    }
    if (performance.now() - this.#lookedAt >= pollMs) this.#hints = 'all'
    const hints = this.#hints
    const hintedAt = this.#hintedAt
    this.#hints = new Set()
    this.#hintedAt = undefined
    if (hints === 'all') this.#lookedAt = performance.now()
    if (this.#hasNews || hints === 'all') {
      this.#hasNews = false
      await nodes.look(link, hints === 'all')
    }
    const open = [...logs()]
    const asked = hints === 'all' ? open : open.filter(({ key }) => hints.has(key))
    // Without logs, a look at all of them still shows whether the database is there.
    if (asked.length === 0 && hints !== 'all') return
    const hasMore = await catchUp(link, asked, ANSWER_MS)
    if (hintedAt !== undefined) this.delay = performance.now() - hintedAt
    if (hasMore || this.#listening !== link.connection) this.#hints = 'all'
  }

  /** Until a hint, or the time in which everything is looked at again. */
  async #wait(ms: number): Promise<void> {
    if (this.#hints === 'all' || this.#hints.size > 0 || this.#hasNews) return
    if (await this.#pause(ms)) this.#hints = 'all'
  }

  /** Returns whether the time has passed. */
  #pause(ms: number): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false)
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(true), ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve(false)
      }
    })
  }
}

/** Undefined if the text is not what `append` sends: any program may notify. */
function headsOf(text: string): [LogKey, [before: number, head: number]][] | undefined {
  try {
    const heads = Object.entries(JSON.parse(text))
    return isHeads(heads) ? heads : undefined
  } catch {
    return undefined
  }
}

function isHeads(heads: [string, unknown][]): heads is [LogKey, [number, number]][] {
  return heads.every(
    ([, ends]) => Array.isArray(ends) && ends.length === 2 && ends.every(Number.isInteger),
  )
}
