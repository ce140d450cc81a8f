/**
 * The schema of the SQLite file, and its migrations.
 *
 * MUST NOT write to a file that is not a log of Oneroom, or that a newer version wrote.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type Database from 'libsql'
import { transaction } from './transaction.ts'

/** "ONER": marks a log among all other SQLite files (PRAGMA application_id). */
const APPLICATION_ID = 0x4f4e4552

/** Each brings the schema to the next version. PRAGMA user_version counts those that were run. */
const migrations: readonly ((database: Database.Database) => void)[] = [
  (database) => {
    database.exec(`
      CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE events (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,     -- ms since the Unix epoch
        kind TEXT NOT NULL,
        person TEXT NOT NULL,
        name TEXT NOT NULL,      -- at the time of the event
        via TEXT NOT NULL,
        text TEXT NOT NULL,
        id TEXT                  -- chosen by the sender
      );
      CREATE UNIQUE INDEX said_once ON events (person, id) WHERE id IS NOT NULL;
      CREATE VIRTUAL TABLE words USING fts5(
        text, content = 'events', content_rowid = 'seq',
        tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
      );
      CREATE TABLE seats (
        person TEXT PRIMARY KEY, name TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL
      ) WITHOUT ROWID;
      CREATE INDEX seats_by_age ON seats (at);
    `)
    const put = database.prepare('INSERT INTO meta VALUES (?, ?)')
    put.run('epoch', randomUUID())
    put.run('secret', randomBytes(32).toString('base64'))
    // seq of the last event whose text is in `words`.
    put.run('indexed', '0')
  },
]

/** A file that cannot be used; its message ends a sentence that begins with the folder. */
export class UnusableFile extends Error {}

/** Reads only. Returns whether the file is a log; false: it is empty. Throws an UnusableFile. */
export function inspect(database: Database.Database): boolean {
  const applicationId = number(database, 'application_id')
  const version = number(database, 'user_version')
  if (applicationId !== APPLICATION_ID) {
    const [{ count = 0 } = {}] = database
      .prepare('SELECT count(*) AS count FROM sqlite_master')
      .all() as { count: number }[]
    if (applicationId !== 0 || version !== 0 || count > 0) {
      throw new UnusableFile('has a room.db that is not a log of Oneroom; the file was not changed')
    }
    return false
  }
  if (version > migrations.length) {
    throw new UnusableFile(
      `has a log of a newer version of Oneroom (schema ${version}; this version knows ${migrations.length}); the file was not changed`,
    )
  }
  return true
}

/** Runs the missing migrations, each in a transaction. */
export function migrate(database: Database.Database): void {
  for (let version = number(database, 'user_version'); version < migrations.length; version += 1) {
    transaction(database, 'write', () => {
      migrations[version]?.(database)
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
      database.exec(`PRAGMA user_version = ${version + 1}`)
    })
  }
}

function number(database: Database.Database, pragma: string): number {
  return (database.prepare(`PRAGMA ${pragma}`).raw().get() as [number])[0]
}
