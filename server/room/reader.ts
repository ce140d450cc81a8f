/**
 * A reader: a connection with a cursor in each channel that it follows. `Connection` in
 * `server/net/connection/` implements it for every transport.
 */
import type { Outgoing } from '../../shared/dialect/dialect.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import type { Via } from '../../shared/protocol.ts'
import type { Channel } from './channel.ts'
import type { Conversation, Named } from './conversation.ts'
import type { Network } from './doors/networks.ts'
import type { LogKey } from './log.ts'

/**
 * A place in the events of a channel: first the log from `seq` (exclusive) to `until`
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
  /** Whether its client sends typed lines: it can be asked for what its hello lacks. */
  readonly isTyped: boolean
  /** Whether its client may wait for an answer to each line, and does not receive its own lines. */
  readonly awaitsAnswer: boolean
  /** Whether its client reads no more. What it sent before is still processed. */
  readonly isGone: boolean
  /** The address of the page, as its client can reach it; undefined if it is not known. */
  readonly page?: string | undefined
  /** The network of its client, for limits. */
  readonly source: Network
  /** seq of the last event of the channel that its transport has taken; undefined before follow(). */
  seqIn(channel: Channel): number | undefined
  /** seq of the last event that its transport has taken, for each channel that it follows. */
  readonly positions: Readonly<Record<LogKey, number>>
  /**
   * Sends a reply to this reader alone, in order with the broadcasts of `channel`; without it, of
   * the first channel that the reader follows.
   */
  deliver(message: Outgoing, channel?: Channel): void
  /** Starts reading a channel at the cursor. Replies delivered before are written first. */
  follow(channel: Channel, cursor: Cursor): void
  /**
   * Resolves when everything that the feed of the channel holds now is on its way to the client, as
   * far as the client reads; undefined if there is nothing to wait for.
   */
  written(channel: Channel): Promise<void> | undefined
  /** Reads the channel no more. */
  unfollow(channel: Channel): void
  /** Reads no channel any more. */
  stopFollowing(): void
  /**
   * A conversation of its person is about to receive events, and is to be followed. `sender`: the
   * other person, if they sent any of these events.
   */
  invite(conversation: Conversation, sender: Named | undefined): void
  /** The feed of a channel has grown. */
  wake(): void
  /** Events that this reader needs cannot be read: it must end. */
  lost(): void
  /**
   * Says goodbye after everything that was delivered, and ends. `message`: more specific than that of
   * the error table.
   */
  close(ending: Ending, message?: string): void
}
