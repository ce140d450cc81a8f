/** A data folder as the versions of Oneroom with one room have left it (schema 1). */
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'

/** Copied from those versions; it MUST NOT change. */
const SCHEMA = `
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
  PRAGMA application_id = 0x4f4e4552;
  PRAGMA user_version = 1;`

export const EPOCH = '5f0c1c3e-3f63-4a5c-9f0e-5f3f7d4b0a11'
export const SECRET = Buffer.alloc(32, 7)

/** The first events, which were trimmed, and the last, which are not in the index. */
const TRIMMED = 3
const UNINDEXED = 2

/**
 * Writes events 4 to `head`: seq, an id if it is even, and a text that its seq is a word of. Each
 * of `seats` people has a seat at the seq of their number.
 */
export function version1(folder: string, head: number, seats: number): void {
  closeSync(openSync(join(folder, 'room.lock'), 'a'))
  const database = new Database(join(folder, 'room.db'))
  database.exec('PRAGMA journal_mode = WAL')
  database.exec(SCHEMA)
  const put = database.prepare('INSERT INTO meta VALUES (?, ?)')
  put.run('epoch', EPOCH)
  put.run('secret', SECRET.toString('base64'))
  put.run('indexed', `${head - UNINDEXED}`)
  database.exec(`
    BEGIN;
    INSERT INTO events SELECT value, 1700000000000 + value, iif(value % 5 = 0, 'action', 'message'),
      'person' || (value % 200), 'Name ' || (value % 200), 'tcp', 'hello number ' || value,
      iif(value % 2 = 0, 'id' || value, NULL) FROM generate_series(${TRIMMED + 1}, ${head});
    INSERT INTO words (rowid, text) SELECT seq, text FROM events WHERE seq <= ${head - UNINDEXED};
    INSERT INTO seats SELECT 'person' || value, 'Näme ' || value, value, 1700000000000 + value
      FROM generate_series(1, ${seats});
    COMMIT;`)
  // Without a WAL, as after an orderly stop: closing leaves it, as long as a statement lives.
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}
