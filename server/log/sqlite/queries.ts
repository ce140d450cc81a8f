/**
 * The reading half of the SQLite store, with a database connection of its own, so that no search
 * and no page of history delays an append.
 *
 * MUST NOT write.
 */
import type Database from 'libsql'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { LogKey, Seat } from '../../room/log.ts'
import { hasWords, isPrefix, queryWords } from '../words.ts'
import { COLUMNS, eventOf, inLogSql, keySeq, keySql, READ, type Row, seqSql } from './rows.ts'
import { SEAT_COLUMNS, type SeatRow, seatOf } from './seats.ts'
import { transaction } from './transaction.ts'

/** A search reads the events that are not indexed yet in pages of this many. */
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
  search(key: LogKey, query: string, limit: number): RoomEvent[] {
    return transaction(this.#database, 'read', () => this.#search(key, query, limit))
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

  #search(key: LogKey, query: string, limit: number): RoomEvent[] {
    const words = queryWords(query)
    const last = words.at(-1)
    if (last === undefined) return []
    const [number, indexed, first] = this.#log(key)
    const isSmall = indexed - first < SMALL_EVENTS
    const found = this.#scan(number, words, isSmall ? 0 : indexed, limit)
    if (!isSmall && found.length < limit) {
      // Each word is quoted, so that none is an operator of FTS5.
      const match = words.map((word) => `"${word}"`).join(' ') + (isPrefix(last) ? '*' : '')
      const rows = this.#statements.search.all(number, match, limit - found.length) as Row[]
      found.push(...rows.map(eventOf))
    }
    return found.reverse()
  }

  /** The latest matches whose seq is above `above`, latest first. */
  #scan(number: number, words: readonly string[], above: number, limit: number): RoomEvent[] {
    const found: RoomEvent[] = []
    for (let seq = Number.MAX_SAFE_INTEGER; ; ) {
      const page = this.#before(number, seq, SCAN_EVENTS)
      for (const event of page) {
        if (event.seq <= above || found.length === limit) return found
        if (hasWords(event.text, words)) found.push(event)
        seq = event.seq
      }
      if (page.length < SCAN_EVENTS) return found
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
       AND ${inLogSql('?1', 'rowid')} ORDER BY rowid DESC LIMIT ?3) ORDER BY seq DESC`,
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
