/**
 * The data folder: its files, its lock and its permissions.
 *
 * MUST keep other users of the machine from reading the log: it has the key for the tokens of all
 * members. MUST NOT change files of other programs.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import Database from 'libsql'
import { inspect, UnusableFile } from './schema.ts'

/** How long a statement waits for another program to release the file, in ms. */
export const BUSY_MS = 2000

/** All files of the log; SQLite adds `-wal`, `-shm` and `-journal`. */
const FILE = /^room\.(db|lock)(-wal|-shm|-journal)?$/
const PRIVATE_FOLDER = 0o700
const PRIVATE_FILE = 0o600
/** Permissions of the group and of all other users. */
const OTHERS = 0o077

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

/**
 * Removes the permissions of other users. Returns the end of a sentence that begins with the
 * folder, if there is something to report; never throws. A folder that has other files as well
 * keeps its permissions.
 */
export function makePrivate(folder: string): string | undefined {
  try {
    const names = readdirSync(folder)
    const files = names.filter((name) => FILE.test(name))
    const paths = files.map((name) => join(folder, name))
    if (files.length === names.length) paths.push(folder)
    let changed = false
    for (const path of paths) {
      const { mode } = statSync(path)
      if ((mode & OTHERS) === 0) continue
      chmodSync(path, mode & ~OTHERS)
      changed = true
    }
    return changed
      ? 'could be opened by other users of this machine; now only its owner can open it'
      : undefined
  } catch (error) {
    return `may be open to other users of this machine, which could not be changed: ${(error as Error).message}`
  }
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
      'is in use by another server: stop that server, or choose another folder with --data',
    )
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
