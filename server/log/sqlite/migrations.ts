/**
 * The schema of the SQLite file: how each version is made of the one before.
 *
 * A migration MUST NOT be changed once it was released: files of its version exist.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type Database from 'libsql'
import { foldName } from '../../../shared/fold.ts'
import { APPLICATION_ID, inspect, VERSION } from './schema.ts'
import { transaction } from './transaction.ts'

type Migration = (database: Database.Database) => void

/** Each brings the schema to the next version. */
const migrations = [
  createLog,
  addLogs,
  addRegistrations,
  addActs,
  addAnswers,
  addReactions,
] as const satisfies {
  length: typeof VERSION
}

/** Runs the missing migrations, each in a transaction. Throws an UnusableFile. */
export function migrate(database: Database.Database): void {
  const all: readonly Migration[] = migrations
  for (let version = inspect(database); version < VERSION; version += 1) {
    transaction(database, 'write', () => {
      all[version]?.(database)
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
      database.exec(`PRAGMA user_version = ${version + 1}`)
    })
  }
}

/** Version 1: one log. */
function createLog(database: Database.Database): void {
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
}

/**
 * Version 2: many logs. `rows.ts` says what `events.seq` is from now on. The log of version 1
 * becomes the lobby, whose number is 0, so that all its rows stay as they are.
 */
function addLogs(database: Database.Database): void {
  database.exec(`
    CREATE TABLE logs (
      number INTEGER PRIMARY KEY CHECK (number BETWEEN 0 AND 8388607), -- 63 bits - 40 bits of seq
      key TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,                 -- as the room is shown
      topic TEXT NOT NULL DEFAULT '',
      indexed INTEGER NOT NULL DEFAULT 0, -- seq of the last event whose text is in words
      first_person TEXT,                  -- of a direct log
      second_person TEXT
    );
    CREATE INDEX logs_by_first_person ON logs (first_person) WHERE first_person IS NOT NULL;
    CREATE INDEX logs_by_second_person ON logs (second_person) WHERE second_person IS NOT NULL;
    INSERT INTO logs (number, key, name, indexed)
      SELECT 0, 'lobby', 'lobby', value FROM meta WHERE key = 'indexed';
    DELETE FROM meta WHERE key = 'indexed';

    DROP INDEX said_once;
    CREATE UNIQUE INDEX said_once ON events (seq >> 40, person, id) WHERE id IS NOT NULL;

    ALTER TABLE seats RENAME TO old_seats;
    CREATE TABLE seats (
      person TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      folded TEXT NOT NULL,               -- foldName of name
      room TEXT NOT NULL,                 -- key of a log
      positions TEXT NOT NULL,            -- JSON: seq by key of a log
      ignored TEXT NOT NULL,              -- JSON: array of { id, name }
      at INTEGER NOT NULL                 -- ms since the Unix epoch, or more: later seats have more
    ) WITHOUT ROWID;
  `)
  const seats = database.prepare('SELECT person, name, seq, at FROM old_seats').raw().all()
  const folded = (seats as [string, string, number, number][]).map(([person, name, seq, at]) => [
    person,
    name,
    foldName(name),
    seq,
    at,
  ])
  database
    .prepare(
      `INSERT INTO seats SELECT value ->> 0, value ->> 1, value ->> 2, 'lobby',
         json_object('lobby', value ->> 3), '[]', value ->> 4 FROM json_each(?)`,
    )
    .run(JSON.stringify(folded))
  database.exec(`
    DROP TABLE old_seats;
    CREATE INDEX seats_by_age ON seats (at);
    CREATE INDEX seats_by_name ON seats (folded, at);
  `)
}

/** Version 3: names that people have registered. */
function addRegistrations(database: Database.Database): void {
  database.exec(`
    CREATE TABLE registrations (person TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
  `)
}

/** Version 4: the acts of hosts, and the rules that they have made. */
function addActs(database: Database.Database): void {
  database.exec(`
    CREATE TABLE rules (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID; -- value: JSON
    ALTER TABLE events ADD COLUMN act TEXT;                                       -- JSON
    ALTER TABLE events ADD COLUMN redacted TEXT; -- name of the host who has taken the text away
  `)
}

/** Version 5: events that answer another one. */
function addAnswers(database: Database.Database): void {
  database.exec(`
    ALTER TABLE events ADD COLUMN reply INTEGER; -- seq of the event that it answers, in the same log
    ALTER TABLE events ADD COLUMN quote TEXT;    -- JSON: the beginning of that event
    CREATE INDEX answers ON events (seq >> 40, reply) WHERE reply IS NOT NULL;
  `)
}

/** Version 6: reactions to an event. */
function addReactions(database: Database.Database): void {
  database.exec('ALTER TABLE events ADD COLUMN reactions TEXT') // JSON: an array of [sign, id, name]
}
