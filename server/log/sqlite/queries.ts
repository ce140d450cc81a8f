/**
 * The reading half of the SQLite store, with a database connection of its own, so that no search
 * and no page of history delays an append.
 *
 * MUST NOT write.
 */
import type Database from 'libsql'
import type { RoomEvent } from '../../../shared/protocol.ts'
import { isPrefix } from '../../../shared/words.ts'
import type { Filter, LogKey, Seat } from '../../room/log.ts'
import { Finding } from '../finding.ts'
import { COLUMNS, eventOf, inLogSql, keySeq, keySql, READ, type Row, seqSql } from './rows.ts'
import { SEAT_COLUMNS, type SeatRow, seatOf } from './seats.ts'
import { transaction } from './transaction.ts'

/** A search reads the events that it looks at one by one in pages of this many. */
const SCAN_EVENTS = 500
/**
 * A search reads all events of a log that has no more indexed events than this, which takes
 * 10 ms: an incomplete word costs a pass through the index of all logs, which can take 100 ms.
 */
export const SMALL_EVENTS = 2000

export class Queries {
  readonly #statements: ReturnType<typeof prepare>
  readonly #database: Database.Database

  constructor(database: Database.Database) {
    database.exec('PRAGMA query_only = ON')
    this.#database = database
    this.#statements = prepare(database)
  }

  read(key: LogKey, seq: number, limit: number): RoomEvent[] {
    const [number] = this.#log(key)
    return (this.#statements.read.all(number, keySeq(seq), limit) as Row[]).map(eventOf)
  }

  before(key: LogKey, seq: number, limit: number): RoomEvent[] {
    const [number] = this.#log(key)
    return this.#before(number, seq, limit).reverse()
  }

  /** In one transaction: an event that is indexed during the search would be found twice. */
  search(key: LogKey, query: string, limit: number, filter: Filter = {}): RoomEvent[] {
    const finding = new Finding(query, filter)
    return transaction(this.#database, 'read', () => this.#search(key, finding, limit))
  }

  seatOf(person: string): Seat | undefined {
    const row = this.#statements.seatOf.get(person) as SeatRow | undefined
    return row && seatOf(row)
  }

  seatNamed(foldedName: string): Seat | undefined {
    const row = this.#statements.seatNamed.get(foldedName) as SeatRow | undefined
    return row && seatOf(row)
  }

  ruleOf(key: string): unknown {
    const row = this.#statements.ruleOf.get(key) as [string] | undefined
    return row && JSON.parse(row[0])
  }

  directLogsOf(person: string, limit: number): { key: LogKey; head: number }[] {
    const rows = this.#statements.directLogsOf.all(person, limit) as [LogKey, number][]
    return rows.map(([key, head]) => ({ key, head }))
  }

  close(): void {
    this.#database.close()
  }

  #search(key: LogKey, finding: Finding, limit: number): RoomEvent[] {
    if (finding.isOver) return []
    const [number, indexed, first] = this.#log(key)
    const isScanned = finding.words.length === 0 || indexed - first < SMALL_EVENTS
    const found = this.#scan(number, finding, isScanned ? 0 : indexed, limit)
    if (!isScanned) this.#match(number, finding, found, limit)
    return found.reverse()
  }

  /** The latest matches whose seq is above `above`, latest first. */
  #scan(number: number, finding: Finding, above: number, limit: number): RoomEvent[] {
    const found: RoomEvent[] = []
    const least = Math.max(above + 1, finding.first)
    for (let seq = finding.last + 1; ; ) {
      const page = this.#before(number, seq, SCAN_EVENTS)
      for (const event of page) {
        if (event.seq < least || found.length === limit || finding.isOver) return found
        if (finding.fits(event)) found.push(event)
        seq = event.seq
      }
      if (page.length < SCAN_EVENTS) return found
    }
  }

  /** Adds the latest matches of the index, latest first. */
  #match(number: number, finding: Finding, found: RoomEvent[], limit: number): void {
    const { words, first, isPlain } = finding
    // Each word is quoted, so that none is an operator of FTS5.
    const match =
      words.map((word) => `"${word}"`).join(' ') + (isPrefix(words.at(-1) ?? '') ? '*' : '')
    for (let last = finding.last; found.length < limit && !finding.isOver; ) {
      const most = isPlain ? limit : SCAN_EVENTS
      const range = [keySeq(first), keySeq(last)]
      const rows = this.#statements.search.all(number, match, most, ...range) as Row[]
      const events = rows.map(eventOf)
      found.push(...events.filter((event) => finding.passes(event)).slice(0, limit - found.length))
      if (rows.length < most) return
      last = (events.at(-1)?.seq ?? 0) - 1
    }
  }

  /** Latest first. */
  #before(number: number, seq: number, limit: number): RoomEvent[] {
    return (this.#statements.before.all(number, keySeq(seq), limit) as Row[]).map(eventOf)
  }

  /** A log without events has no number: -1 finds nothing. */
  #log(key: LogKey): [number: number, indexed: number, first: number] {
    const row = this.#statements.log.get(key) as [number, number, number | null] | undefined
    return row === undefined ? [-1, 0, 1] : [row[0], row[1], row[2] ?? 1]
  }
}

function prepare(database: Database.Database) {
  const raw = (sql: string) => database.prepare(sql).raw()
  return {
    log: raw(
      `SELECT number, indexed, (SELECT ${seqSql('min(seq)')} FROM events
       WHERE ${inLogSql('number')}) FROM logs WHERE key = ?`,
    ),
    read: raw(READ),
    before: raw(
      `SELECT ${COLUMNS} FROM events WHERE seq >= ${keySql('?1', '0')}
       AND seq < ${keySql('?1', '?2')} ORDER BY seq DESC LIMIT ?3`,
    ),
    // FTS5 reads only this range of its index.
    search: raw(
      `SELECT ${COLUMNS} FROM events WHERE seq IN (SELECT rowid FROM words WHERE words MATCH ?2
       AND rowid BETWEEN ${keySql('?1', '?4')} AND ${keySql('?1', '?5')}
       ORDER BY rowid DESC LIMIT ?3) ORDER BY seq DESC`,
    ),
    seatOf: raw(`SELECT ${SEAT_COLUMNS} FROM seats WHERE person = ?`),
    seatNamed: raw(`SELECT ${SEAT_COLUMNS} FROM seats WHERE folded = ? ORDER BY at DESC LIMIT 1`),
    ruleOf: raw('SELECT value FROM rules WHERE key = ?'),
    directLogsOf: raw(
      `SELECT logs.key, ${seqSql('events.seq')} FROM logs JOIN events ON events.seq =
         (SELECT max(seq) FROM events WHERE ${inLogSql('logs.number')})
       WHERE logs.first_person = ?1 OR logs.second_person = ?1
       ORDER BY events.at DESC LIMIT ?2`,
    ),
  }
}
