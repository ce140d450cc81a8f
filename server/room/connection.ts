/**
 * What the room sees of a connection: a dialect and a cursor. `Edge` in `server/net/`
 * is one, whatever carries it.
 */
import type { Dialect, Outgoing } from '../../shared/dialect/dialect.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import type { Via } from '../../shared/protocol.ts'

/**
 * Where a reader is. First the log from `seq` (exclusive) to `until` (inclusive),
 * then the feed from `position`; equal seq and until mean the log has nothing for it.
 */
export type Cursor = { seq: number; until: number; position: number }

/** Why a connection ends: a row of the error table, or `bye`, which is no fault. */
export type Ending = 'bye' | ErrorCode

export interface Connection {
  readonly via: Via
  readonly dialect: Dialect
  /** Width of its reader's terminal; Infinity where it is not known. */
  readonly columns: number
  /** seq of the last event that its transport has taken; undefined before it follows. */
  readonly seq: number | undefined
  /** An answer to this connection alone; it keeps its place among what everybody is told. */
  deliver(message: Outgoing): void
  /** From now on it is told everything in this dialect. */
  speak(dialect: Dialect): void
  /** Whether it can be sent something only for each thing it sends; from now on it is, or not. */
  takeTurns(on: boolean): boolean
  /** From now on it reads the feed. */
  follow(cursor: Cursor): void
  /** The feed has grown. */
  wake(): void
  /** Says goodbye in its dialect, after all that was delivered, and ends. */
  close(ending: Ending): void
}
