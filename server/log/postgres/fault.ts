/**
 * Errors of the connection and of the database, in words for the operator of the server.
 *
 * MUST NOT repeat statements or their parameters, which have messages in them.
 */
import postgres from 'postgres'

/** A database that cannot be used; its message ends a sentence that begins with the database. */
export class UnusableDatabase extends Error {}

/** A connection that did not answer in time. */
export class NoAnswer extends Error {
  constructor() {
    super('it did not answer in time')
  }
}

/**
 * The database has another history than the one that was opened: it was restored, or a standby has
 * become the primary. Events may be missing that were passed on already.
 */
export class OtherHistory extends Error {}

/** Events were deleted before this server has read them, so its readers would have a gap. */
export class MissedEvents extends Error {}

/** SQLSTATE of `append` for a timeline that is not the caller's. */
export const OTHER_TIMELINE = 'OR001'

/**
 * SQLSTATE classes and codes after which the same statement may succeed a little later: connection
 * (08), serialization and deadlock (40), too many connections (53300), read-only (25006: the host
 * was a primary until now), and shutdown or start (57P).
 */
const PASSING = /^(08|40|53300|25006|57P)/

/** Whether the store cannot go on with this database. */
export function isFinal(error: unknown): error is Error {
  return [UnusableDatabase, OtherHistory, MissedEvents].some((one) => error instanceof one)
}

/** Whether the database is away, so that it may be worth while to ask again. */
export function isAway(error: unknown): boolean {
  if (isFinal(error)) return false
  return !(error instanceof postgres.PostgresError) || PASSING.test(error.code)
}

/** Returns the end of a sentence that begins with the database. */
export function faultOf(error: unknown): string {
  if (isFinal(error)) return error.message
  const { code = '', message } = error as NodeJS.ErrnoException
  if (!(error instanceof postgres.PostgresError)) {
    return `cannot be reached: ${message || code || 'the connection failed'}`
  }
  if (/startup parameter/.test(message)) {
    return 'is behind a pooler such as pgbouncer: connect to PostgreSQL itself'
  }
  if (/^28/.test(code)) return 'does not accept this user and password'
  if (code === '3D000') return 'does not exist'
  if (code === '42501') return `does not allow this user what the server needs: ${message}`
  if (/^(53100|58030)/.test(code)) return `is on a disk that is full or failing: ${message}`
  return `cannot be used: ${message}`
}
