/**
 * The SQLite file: what is in it, and how an older one becomes a newer one.
 *
 * MUST NOT write to a file that is not a log of ours, or is of a newer version.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type Database from 'libsql'
import { transaction } from './transaction.ts'

/** "ONER", so that a log is told from any other SQLite file (PRAGMA application_id). */
const APPLICATION_ID = 0x4f4e4552

/** Each makes the schema one version newer; a file's version (PRAGMA user_version) counts them. */
const migrations: readonly ((database: Database.Database) => void)[] = [
  (database) => {
    database.exec(`
      CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE events (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,     -- ms since the Unix epoch
        kind TEXT NOT NULL,
        person TEXT NOT NULL,
        name TEXT NOT NULL,      -- as it was when this was said
        via TEXT NOT NULL,
        text TEXT NOT NULL,
        id TEXT                  -- the sender's own
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
    // Events up to this seq are in the words.
    put.run('indexed', '0')
  },
]

/** A file that cannot be used; the message is the end of a sentence that begins with its path. */
export class UnusableFile extends Error {}

/** Looks without writing; answers whether it is a log of ours already. */
export function inspect(database: Database.Database): boolean {
  const applicationId = number(database, 'application_id')
  const version = number(database, 'user_version')
  if (applicationId !== APPLICATION_ID) {
    const [{ count = 0 } = {}] = database
      .prepare('SELECT count(*) AS count FROM sqlite_master')
      .all() as { count: number }[]
    if (applicationId !== 0 || version !== 0 || count > 0) {
      throw new UnusableFile('has a room.db that is no log of Oneroom; it was left as it is')
    }
    return false
  }
  if (version > migrations.length) {
    throw new UnusableFile(
      `has a log of a newer version of Oneroom (its schema is ${version}, this one knows ${migrations.length}); it was left as it is`,
    )
  }
  return true
}

/** Brings the file to the newest version, in one transaction for each step. */
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
