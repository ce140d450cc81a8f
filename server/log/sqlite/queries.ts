/**
 * The reading half of the SQLite log, with a database connection of its own, so that no search
 * and no page of history delays an append.
 *
 * MUST NOT write.
 */
import type Database from 'libsql'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Seat } from '../../room/log.ts'
import { hasWords, isPrefix, queryWords } from '../words.ts'
import { COLUMNS, eventOf, READ, type Row } from './rows.ts'
import { transaction } from './transaction.ts'

/** A search reads the events that are not indexed yet in pages of this many. */
const SCAN_EVENTS = 500

export class Queries {
  readonly #statements: ReturnType<typeof prepare>
  readonly #database: Database.Database

  constructor(database: Database.Database) {
    database.exec('PRAGMA query_only = ON')
    this.#database = database
    this.#statements = prepare(database)
  }

  read(seq: number, limit: number): RoomEvent[] {
    return (this.#statements.read.all(seq, limit) as Row[]).map(eventOf)
  }

  before(seq: number, limit: number): RoomEvent[] {
    return (this.#statements.before.all(seq, limit) as Row[]).map(eventOf).reverse()
  }

  /** In one transaction: an event that is indexed during the search would be found twice. */
  search(query: string, limit: number): RoomEvent[] {
    return transaction(this.#database, 'read', () => this.#search(query, limit))
  }

  #search(query: string, limit: number): RoomEvent[] {
    const words = queryWords(query)
    const last = words.at(-1)
    if (last === undefined) return []
    const [indexed] = this.#statements.indexed.get() as [string]
    const found = this.#scan(words, Number(indexed), limit)
    if (found.length < limit) {
      // Each word is quoted, so that none is an operator of FTS5.
      const match = words.map((word) => `"${word}"`).join(' ') + (isPrefix(last) ? '*' : '')
      const rows = this.#statements.search.all(match, limit - found.length) as Row[]
      found.push(...rows.map(eventOf))
    }
    return found.reverse()
  }

  seatOf(person: string): Seat | undefined {
    const row = this.#statements.seat.get(person) as [string, string, number] | undefined
    return row === undefined ? undefined : { person: row[0], name: row[1], seq: row[2] }
  }

  close(): void {
    this.#database.close()
  }

  /** The latest matches whose seq is above `indexed`, latest first. */
  #scan(words: readonly string[], indexed: number, limit: number): RoomEvent[] {
    const found: RoomEvent[] = []
    for (let seq = Number.MAX_SAFE_INTEGER; ; ) {
      const page = this.before(seq, SCAN_EVENTS)
      for (const event of page.reverse()) {
        if (event.seq <= indexed || found.length === limit) return found
        if (hasWords(event.text, words)) found.push(event)
        seq = event.seq
      }
      if (page.length < SCAN_EVENTS) return found
    }
  }
}

function prepare(database: Database.Database) {
  const raw = (sql: string) => database.prepare(sql).raw()
  return {
    read: raw(READ),
    before: raw(`SELECT ${COLUMNS} FROM events WHERE seq < ? ORDER BY seq DESC LIMIT ?`),
    search: raw(
      `SELECT ${COLUMNS} FROM events WHERE seq IN (SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?) ORDER BY seq DESC`,
    ),
    indexed: raw("SELECT value FROM meta WHERE key = 'indexed'"),
    seat: raw('SELECT person, name, seq FROM seats WHERE person = ?'),
  }
}
