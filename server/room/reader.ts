/**
 * A reader: a connection with a cursor, as the room sees it. `Connection` in
 * `server/net/connection/` implements it for every transport.
 */
import type { Outgoing } from '../../shared/dialect/dialect.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import type { Via } from '../../shared/protocol.ts'

/**
 * A place in the room's events: first the log from `seq` (exclusive) to `until`
 * (inclusive), then the feed from `position`. If seq and until are equal, the reader needs
 * nothing from the log.
 */
export type Cursor = { seq: number; until: number; position: number }

/** Why a connection ends: a code of the error table, or `bye`, which is no fault. */
export type Ending = 'bye' | ErrorCode

export interface Reader {
  readonly via: Via
  /** Whether the server remembers how far this reader has read, for /resume. */
  readonly remembersSeat: boolean
  /** Whether its client reads no more. What it sent before is still processed. */
  readonly isGone: boolean
  /** seq of the last event that its transport has taken; undefined before it follows. */
  readonly seq: number | undefined
  /** Sends a reply to this reader alone, in order with the broadcasts. */
  deliver(message: Outgoing): void
  /** Starts reading the room at the cursor. */
  follow(cursor: Cursor): void
  /** The feed has grown. */
  wake(): void
  /** Events that this reader needs cannot be read: it must end. */
  lost(): void
  /** Says goodbye after everything that was delivered, and ends. */
  close(ending: Ending): void
}
