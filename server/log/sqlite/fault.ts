/**
 * Errors of the disk and of the database, in words for the operator of the server.
 */
import { UnusableFile } from './schema.ts'

/** Returns the end of a sentence that begins with the folder. */
export function faultOf(error: unknown): string {
  if (error instanceof UnusableFile) return error.message
  const { code = '', message } = error as NodeJS.ErrnoException
  if (
    /^(EACCES|ENOENT|EPERM|EROFS|SQLITE_READONLY|SQLITE_CANTOPEN)/.test(code) ||
    /: 14"/.test(message)
  ) {
    return 'cannot be written'
  }
  if (/^(SQLITE_NOTADB|SQLITE_CORRUPT)/.test(code))
    return 'has a damaged room.db; the file was not changed'
  if (/^(ENOSPC|SQLITE_FULL)/.test(code)) return 'is on a disk that is full'
  if (/^(SQLITE_BUSY|SQLITE_LOCKED)/.test(code)) return 'is locked by another program'
  if (/^(ENOTDIR|EEXIST)/.test(code)) return 'is not a folder'
  return `cannot be used: ${message}`
}
