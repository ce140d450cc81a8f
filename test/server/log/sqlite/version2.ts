/** A data folder as the versions of Oneroom without registered names have left it (schema 2). */
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { EPOCH, SECRET } from './version1.ts'

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
  CREATE VIRTUAL TABLE words USING fts5(
    text, content = 'events', content_rowid = 'seq',
    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
  );
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
  CREATE UNIQUE INDEX said_once ON events (seq >> 40, person, id) WHERE id IS NOT NULL;
  CREATE TABLE seats (
    person TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,               -- foldName of name
    room TEXT NOT NULL,                 -- key of a log
    positions TEXT NOT NULL,            -- JSON: seq by key of a log
    ignored TEXT NOT NULL,              -- JSON: array of { id, name }
    at INTEGER NOT NULL                 -- ms since the Unix epoch, or more: later seats have more
  ) WITHOUT ROWID;
  CREATE INDEX seats_by_age ON seats (at);
  CREATE INDEX seats_by_name ON seats (folded, at);
  PRAGMA application_id = 0x4f4e4552;
  PRAGMA user_version = 2;`

/** Two rooms with one event each, which are not in the index, and the seat of their sender. */
export function version2(folder: string): void {
  closeSync(openSync(join(folder, 'room.lock'), 'a'))
  const database = new Database(join(folder, 'room.db'))
  database.exec('PRAGMA journal_mode = WAL')
  database.exec(SCHEMA)
  const put = database.prepare('INSERT INTO meta VALUES (?, ?)')
  put.run('epoch', EPOCH)
  put.run('secret', SECRET.toString('base64'))
  database.exec(`
    INSERT INTO logs (number, key, name, topic) VALUES
      (0, 'lobby', 'lobby', ''), (1, 'room physics', 'Physics', 'Exercise 4');
    INSERT INTO events VALUES
      (1, 1700000000001, 'message', 'a', 'alice', 'web', 'hello, lobby', 'u1'),
      ((1 << 40) + 1, 1700000000002, 'message', 'a', 'alice', 'web', 'hello, physics', 'u1');
    INSERT INTO seats VALUES ('a', 'Älice', 'älice', 'room physics', '{"room physics":1}',
      '[{"id":"b","name":"bob"}]', 1700000000003)`)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}
