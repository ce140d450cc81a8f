/**
 * The prepared statements of the writer. A log is given as its number, and an event as the number
 * of its log and its seq in it.
 */
import type Database from 'libsql'
import { COLUMNS, INSERT, inLogSql, keySql, seqSql } from './rows.ts'

export type Statements = ReturnType<typeof prepare>

/** Where a log begins and ends; null if it has no events. */
const EXTENT = `number, key, name, indexed,
  (SELECT ${seqSql('min(seq)')} FROM events WHERE ${inLogSql('number')}),
  (SELECT ${seqSql('max(seq)')} FROM events WHERE ${inLogSql('number')})`
export type ExtentRow = [
  number: number,
  key: string,
  name: string,
  indexed: number,
  first: number | null,
  head: number | null,
]

/** At most ?2 logs whose number is above ?1, as ExtentRows. */
export const LOGS_AFTER = `SELECT ${EXTENT} FROM logs WHERE number > ?1 ORDER BY number LIMIT ?2`

export function prepare(database: Database.Database) {
  const raw = (sql: string) => database.prepare(sql).raw()
  /** The events of log ?1 from seq ?2 to ?3. */
  const between = `seq BETWEEN ${keySql('?1', '?2')} AND ${keySql('?1', '?3')}`
  return {
    meta: raw('SELECT key, value FROM meta'),
    rooms: raw("SELECT key, name, topic FROM logs WHERE key GLOB 'room *' ORDER BY key"),
    topic: raw('SELECT topic FROM logs WHERE number = ?'),
    log: raw(`SELECT ${EXTENT} FROM logs WHERE key = ?`),
    logsAfter: raw(LOGS_AFTER),
    nextNumber: raw('SELECT max(number) + 1 FROM logs'),
    addLog: database.prepare(
      'INSERT INTO logs (number, key, name, first_person, second_person) VALUES (?, ?, ?, ?, ?)',
    ),
    setName: database.prepare('UPDATE logs SET name = ?2 WHERE number = ?1'),
    setTopic: database.prepare('UPDATE logs SET topic = ?2 WHERE number = ?1'),
    insert: database.prepare(INSERT),
    // ?2: a JSON array of [person, id]. CROSS JOIN keeps this order, which uses the index.
    withIds: raw(
      `SELECT ${COLUMNS} FROM json_each(?2) AS pairs CROSS JOIN events
       ON events.seq >> 40 = ?1 AND events.person = pairs.value ->> 0
         AND events.id = pairs.value ->> 1 AND events.id IS NOT NULL`,
    ),
    index: database.prepare(
      `INSERT INTO words (rowid, text) SELECT seq, text FROM events WHERE ${between}`,
    ),
    setIndexed: database.prepare('UPDATE logs SET indexed = ?2 WHERE number = ?1'),
    // The last event from before the time ?4, among seq ?2 to ?3 and only up to the first event
    // that is young enough. Events with a time after ?5, which is now, do not count as young: the
    // clock was wrong.
    lastTooOld: raw(
      `SELECT ${seqSql('max(seq)')} FROM events WHERE at < ?4 AND
         seq BETWEEN ${keySql('?1', '?2')} AND coalesce(
           (SELECT seq - 1 FROM events WHERE ${between} AND at BETWEEN ?4 AND ?5 ORDER BY seq LIMIT 1),
           ${keySql('?1', '?3')})`,
    ),
    unindex: database.prepare(
      `INSERT INTO words (words, rowid, text) SELECT 'delete', seq, text FROM events WHERE ${between}`,
    ),
    // Otherwise the words of a text would stay in the index until its parts are merged.
    deleteSecurely: database.prepare(
      // Numbers arrive as REAL, which FTS5 does not take here.
      "INSERT INTO words (words, rank) VALUES ('secure-delete', CAST(? AS INTEGER))",
    ),
    redact: database.prepare(
      `UPDATE events SET text = '', redacted = ?3, reactions = NULL WHERE seq = ${keySql('?1', '?2')}`,
    ),
    given: raw(
      `SELECT reactions FROM events WHERE seq = ${keySql('?1', '?2')} AND redacted IS NULL`,
    ),
    react: database.prepare(`UPDATE events SET reactions = ?3 WHERE seq = ${keySql('?1', '?2')}`),
    unquote: database.prepare(
      `UPDATE events SET quote = NULL WHERE seq >> 40 = ?1 AND reply = ?2 AND reply IS NOT NULL`,
    ),
    drop: database.prepare(`DELETE FROM events WHERE ${between}`),
    keepSeat: database.prepare('INSERT OR REPLACE INTO seats VALUES (?, ?, ?, ?, ?, ?, ?)'),
    latestSeat: raw('SELECT max(at) FROM seats'),
    countSeats: raw('SELECT count(*) FROM seats'),
    dropSeats: database.prepare(
      `DELETE FROM seats WHERE person IN (SELECT person FROM seats
         WHERE person NOT IN (SELECT person FROM registrations) ORDER BY at LIMIT ?)`,
    ),
    registered: raw('SELECT person, name FROM registrations'),
    register: database.prepare('INSERT OR REPLACE INTO registrations VALUES (?, ?)'),
    unregister: database.prepare('DELETE FROM registrations WHERE person = ?'),
    rules: raw('SELECT key, value FROM rules'),
    keepRule: database.prepare('INSERT OR REPLACE INTO rules VALUES (?, ?)'),
    endRule: database.prepare('DELETE FROM rules WHERE key = ?'),
    probe: database.prepare("UPDATE meta SET value = value WHERE key = 'epoch'"),
  }
}
