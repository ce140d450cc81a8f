/**
 * The data folder: its files and its lock.
 *
 * MUST NOT change files of other programs.
 */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import Database from 'libsql'
import { PRIVATE_FILE, PRIVATE_FOLDER } from './modes.ts'
import { inspect, UnusableFile } from './schema.ts'

/** How long a statement waits for another program to release the file, in ms. */
export const BUSY_MS = 2000

/** Creates the missing folders and files; only their owner can open them. */
export function createFolder(folder: string): void {
  createParents(resolve(folder))
  for (const name of ['room.lock', 'room.db']) {
    // SQLite creates the -wal and -shm files with the permissions of the database.
    closeSync(openSync(join(folder, name), 'a', PRIVATE_FILE))
  }
}

/** One level at a time, because a recursive mkdirSync never returns for a folder in /proc. */
function createParents(path: string): void {
  if (existsSync(path)) return
  createParents(dirname(path))
  mkdirSync(path, { mode: PRIVATE_FOLDER })
}

/** Holds the lock of the folder for as long as it is open: one server for each folder. */
export function lock(folder: string): Database.Database {
  const database = new Database(join(folder, 'room.lock'))
  try {
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database.close()
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error
    throw new UnusableFile(
      'is in use by another server: stop that server, or choose another folder',
    )
  }
}

/** Whether a server uses the folder now. */
export function isInUse(folder: string): boolean {
  try {
    lock(folder).close()
    return false
  } catch (error) {
    if (error instanceof UnusableFile) return true
    throw error
  }
}

/** Opens the database, for the writer or for queries. */
export function open(folder: string): Database.Database {
  const database = new Database(join(folder, 'room.db'))
  try {
    inspect(database)
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    database.exec('PRAGMA journal_mode = WAL')
    database.exec('PRAGMA synchronous = FULL')
    // What is deleted is overwritten: also the pages that the full-text index gives back.
    database.exec('PRAGMA secure_delete = ON')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
