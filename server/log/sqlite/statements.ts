/**
 * The prepared statements of the writer.
 */
import type Database from 'libsql'
import { EVENT_COLUMNS, INSERT } from './rows.ts'

export type Statements = ReturnType<typeof prepare>

export function prepare(database: Database.Database) {
  const raw = (sql: string) => database.prepare(sql).raw()
  return {
    meta: raw('SELECT key, value FROM meta'),
    firstAndHead: raw('SELECT (SELECT min(seq) FROM events), (SELECT max(seq) FROM events)'),
    insert: database.prepare(INSERT),
    // ?: a JSON array of [person, id]. CROSS JOIN keeps this order, which uses the index.
    withIds: raw(
      `SELECT ${EVENT_COLUMNS} FROM json_each(?) AS pairs CROSS JOIN events
       ON events.person = pairs.value ->> 0 AND events.id = pairs.value ->> 1 AND events.id IS NOT NULL`,
    ),
    index: database.prepare(
      'INSERT INTO words (rowid, text) SELECT seq, text FROM events WHERE seq > ? AND seq <= ?',
    ),
    setIndexed: database.prepare("UPDATE meta SET value = ? WHERE key = 'indexed'"),
    // The last event from before the time ?3, among seq ?1 to ?2 and only up to the first event
    // that is young enough. Events with a time after ?4, which is now, do not count as young: the
    // clock was wrong.
    lastTooOld: raw(
      `SELECT max(seq) FROM events WHERE seq BETWEEN ?1 AND ?2 AND at < ?3 AND seq < coalesce(
         (SELECT min(seq) FROM events WHERE seq BETWEEN ?1 AND ?2 AND at BETWEEN ?3 AND ?4), ?2 + 1)`,
    ),
    unindex: database.prepare(
      "INSERT INTO words (words, rowid, text) SELECT 'delete', seq, text FROM events WHERE seq <= ?",
    ),
    drop: database.prepare('DELETE FROM events WHERE seq <= ?'),
    keepSeat: database.prepare(
      `INSERT INTO seats (person, name, seq, at) VALUES (?, ?, ?, ?)
       ON CONFLICT (person) DO UPDATE SET name = excluded.name, seq = excluded.seq, at = excluded.at`,
    ),
    countSeats: raw('SELECT count(*) FROM seats'),
    dropSeats: database.prepare(
      'DELETE FROM seats WHERE person IN (SELECT person FROM seats ORDER BY at LIMIT ?)',
    ),
  }
}
