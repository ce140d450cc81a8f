/**
 * Database transactions, which are never nested.
 *
 * MUST work again after a failed ROLLBACK: the next transaction rolls back what was left open.
 */
import type Database from 'libsql'

/**
 * `read`: all statements of `work` see the same state of the database. `write`: the disk has all
 * changes of `work` when this returns. Throws the error of `work` or of the database; then
 * nothing is changed.
 */
export function transaction<T>(
  database: Database.Database,
  kind: 'read' | 'write',
  work: () => T,
): T {
  if (database.inTransaction) database.exec('ROLLBACK')
  database.exec(kind === 'read' ? 'BEGIN' : 'BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    rollBack(database)
    throw error
  }
}

/** Never throws. */
export function rollBack(database: Database.Database): void {
  // After some faults SQLite has rolled back by itself.
  if (!database.inTransaction) return
  try {
    database.exec('ROLLBACK')
  } catch {
    // The caller needs the first error, and the next transaction tries again.
  }
}
