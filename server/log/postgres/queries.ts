/**
 * The reads of the store, on connections of their own, so that no page of history delays an append,
 * and no search delays a page.
 */
import type { RoomEvent } from '../../../shared/protocol.ts'
import { hasWords } from '../../../shared/words.ts'
import type { Filter, LogKey, Seat } from '../../room/log.ts'
import { Finding } from '../finding.ts'
import { SearchQueue } from '../searches.ts'
import type { Link } from './link.ts'
import { COLUMNS, eventOf, type Row } from './rows.ts'
import { blockOf, blocksText, queryText } from './search.ts'

/** How long an answer may take, in ms. */
const READ_MS = 10_000
/** A search reads the events that it looks at one by one in pages of this many. */
const SCAN_EVENTS = 500
/** A search reads so many of the latest events without the index, which finds frequent words at once. */
export const LATEST_EVENTS = 2000
/**
 * Blocks in one step of a search, which doubles. A step reads all of its matches, so it is bounded:
 * a word can be in every event of it.
 */
const FIRST_BLOCKS = 2
const MOST_BLOCKS = 16

type LogRow = { number: number; first: number; head: number }
type SeatRow = { person: string; name: string; room: string; positions: string; ignored: string }

const SEAT_COLUMNS = 'person, name, room, positions, ignored'
const NUMBER = '(SELECT number FROM logs WHERE key = $1)'

export class Queries {
  readonly #reader: Link
  readonly #searcher: Link
  readonly #searches = new SearchQueue()

  constructor(reader: Link, searcher: Link) {
    this.#reader = reader
    this.#searcher = searcher
  }

  async read(key: LogKey, seq: number, limit: number): Promise<RoomEvent[]> {
    const rows = await this.#read<Row>(
      `SELECT ${COLUMNS} FROM events WHERE log = ${NUMBER} AND seq >= $2 ORDER BY seq LIMIT $3`,
      [key, seq, limit],
    )
    return rows.map(eventOf)
  }

  async before(key: LogKey, seq: number, limit: number): Promise<RoomEvent[]> {
    const rows = await this.#read<Row>(
      `SELECT ${COLUMNS} FROM events WHERE log = ${NUMBER} AND seq < $2 ORDER BY seq DESC LIMIT $3`,
      [key, seq, limit],
    )
    return rows.map(eventOf).reverse()
  }

  /** Rejects when too many searches are waiting. */
  search(key: LogKey, query: string, limit: number, filter: Filter): Promise<RoomEvent[]> {
    return this.#searches.run(() => this.#search(key, new Finding(query, filter), limit))
  }

  async seatOf(person: string): Promise<Seat | undefined> {
    const [row] = await this.#read<SeatRow>(`SELECT ${SEAT_COLUMNS} FROM seats WHERE person = $1`, [
      person,
    ])
    return row && seatOf(row)
  }

  async seatNamed(foldedName: string): Promise<Seat | undefined> {
    const [row] = await this.#read<SeatRow>(
      `SELECT ${SEAT_COLUMNS} FROM seats WHERE folded = $1 ORDER BY at DESC LIMIT 1`,
      [foldedName],
    )
    return row && seatOf(row)
  }

  async ruleOf(key: string): Promise<unknown> {
    const [row] = await this.#read<{ value: string }>('SELECT value FROM rules WHERE key = $1', [
      key,
    ])
    return row && JSON.parse(row.value)
  }

  async directLogsOf(person: string, limit: number): Promise<{ key: LogKey; head: number }[]> {
    return this.#read(
      `SELECT own.key, own.head FROM (SELECT * FROM logs WHERE first_person = $1
         UNION ALL SELECT * FROM logs WHERE second_person = $1) own
       JOIN events ON events.log = own.number AND events.seq = own.head
       ORDER BY events.at DESC LIMIT $2`,
      [person, limit],
    )
  }

  async close(): Promise<void> {
    await Promise.all([this.#reader.close(), this.#searcher.close()])
  }

  #read<T extends object>(text: string, args: (string | number)[]): Promise<T[]> {
    return this.#reader.query<T>(text, args, READ_MS)
  }

  /**
   * From the latest event back, so that a frequent word costs no more than its latest matches: first
   * the latest events themselves, then the index in steps of blocks.
   */
  async #search(key: LogKey, finding: Finding, limit: number): Promise<RoomEvent[]> {
    if (finding.isOver || limit <= 0) return []
    const [log] = await this.#searcher.query<LogRow>(
      'SELECT number, first, head FROM logs WHERE key = $1',
      [key],
      READ_MS,
    )
    if (log === undefined) return []
    const { number, head } = log
    const { words } = finding
    const first = Math.max(log.first, finding.first)
    const last = Math.min(head, finding.last)
    const match = queryText(words)
    const found: RoomEvent[] = []
    /** Adds the matches of a step, latest first, whose seq is below `below`. */
    const collect = async (below: number, text: string, args: (string | number)[]) => {
      for (let end = below; found.length < limit && !finding.isOver; ) {
        const most = finding.isPlain ? limit : SCAN_EVENTS
        const rows = await this.#searcher.query<Row>(text, [...args, end, most], READ_MS, {
          prepare: false,
        })
        const matches = rows
          .map(eventOf)
          .filter((event) => hasWords(event.text, words) && finding.passes(event))
        found.push(...matches.slice(0, limit - found.length))
        const lowest = rows.at(-1)
        if (lowest === undefined || rows.length < most || lowest.seq <= first) return
        end = lowest.seq
      }
    }
    if (words.length === 0) {
      await collect(last + 1, SCANNED, [number])
      return found.reverse()
    }
    await collect(last + 1, LATEST, [number, head - LATEST_EVENTS, match])
    const below = Math.min(head - LATEST_EVENTS, last) + 1
    let block = blockOf(below - 1)
    for (let count = FIRST_BLOCKS; block >= blockOf(first); ) {
      if (found.length >= limit || finding.isOver) break
      const from = Math.max(blockOf(first), block - count + 1)
      await collect(below, INDEXED, [`${blocksText(number, from, block)} & ${match}`])
      block = from - 1
      count = Math.min(count * 2, MOST_BLOCKS)
    }
    return found.reverse()
  }
}

/** The events of log $1. */
const SCANNED = `SELECT ${COLUMNS} FROM events WHERE log = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3`

/** The matches among the events of log $1 whose seq is above $2. */
const LATEST = `SELECT ${COLUMNS} FROM
  (SELECT * FROM events WHERE log = $1 AND seq > $2 AND seq < $4 ORDER BY seq DESC OFFSET 0) latest
  WHERE words @@ $3::text::tsquery ORDER BY seq DESC LIMIT $5`

const INDEXED = `SELECT ${COLUMNS} FROM
  (SELECT * FROM events WHERE words @@ $1::text::tsquery OFFSET 0) matches
  WHERE seq < $2 ORDER BY seq DESC LIMIT $3`

function seatOf({ positions, ignored, ...seat }: SeatRow): Seat {
  return { ...seat, positions: JSON.parse(positions), ignored: JSON.parse(ignored) }
}
