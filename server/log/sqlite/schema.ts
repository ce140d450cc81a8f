/**
 * The version of the SQLite file's schema, and whose file it is.
 *
 * MUST NOT write to a file that is not a log of Oneroom, or that a newer version wrote.
 */
import type Database from 'libsql'

/** "ONER": marks a log among all other SQLite files (PRAGMA application_id). */
export const APPLICATION_ID = 0x4f4e4552
/** The version that this program writes (PRAGMA user_version). `migrations.ts` says what each has. */
export const VERSION = 6

/** A file that cannot be used; its message ends a sentence that begins with the folder. */
export class UnusableFile extends Error {}

/** Reads only. Returns the version of the log in the file; 0: it is empty. Throws an UnusableFile. */
export function inspect(database: Database.Database): number {
  const applicationId = number(database, 'application_id')
  const version = number(database, 'user_version')
  if (applicationId !== APPLICATION_ID) {
    const [{ count = 0 } = {}] = database
      .prepare('SELECT count(*) AS count FROM sqlite_master')
      .all() as { count: number }[]
    if (applicationId !== 0 || version !== 0 || count > 0) {
      throw new UnusableFile('has a room.db that is not a log of Oneroom; the file was not changed')
    }
    return 0
  }
  if (version > VERSION) {
    throw new UnusableFile(
      `has a log of a newer version of Oneroom (schema ${version}; this version knows ${VERSION}); the file was not changed`,
    )
  }
  return version
}

function number(database: Database.Database, pragma: string): number {
  return (database.prepare(`PRAGMA ${pragma}`).raw().get() as [number])[0]
}
