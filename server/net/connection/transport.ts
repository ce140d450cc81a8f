/** The carrier of a connection: a raw socket, a WebSocket, a relay's socket, the console. */
import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import type { Part } from '../../room/encoded.ts'
import type { Datagrams } from './datagrams.ts'
import type { HandedConnection } from './handed.ts'

export interface Transport {
  /** What the kernel reads and writes for it, for the wire view. */
  readonly socket?: Socket
  /** The same of a member by UDP. */
  readonly datagrams?: Datagrams
  /**
   * Writes the parts in order. Returns whether the operating system has taken all of it;
   * if not, calls `done` when it has, or never if the transport closes before.
   */
  write(parts: readonly Part[], done: () => void): boolean
  /** Everything received has been processed: receives more. */
  listen(): void
  /** Receives nothing until `listen` is called. */
  pause(): void
  /** Closes after everything that was written. */
  end(closeCode: number, reason: string): void
  /** Closes at once. */
  destroy(): void
  /** Columns of the reader's terminal, if they are known. */
  readonly columns?: number | undefined
  /** The address of the page, as the client can reach it; undefined if it is not known. */
  readonly page?: string | undefined
  /** Whether the reader receives its own messages, although its dialect leaves them out. */
  readonly echoes?: boolean
  /** Whether the client may wait for an answer to each line that it sends. */
  readonly awaitsAnswer?: boolean
  /** Sets lockstep mode. Transports without the mode do not have this method. */
  lockstep?(on: boolean): void
  /** Whether a write waits for the client's next message (lockstep mode). */
  readonly isHeld?: boolean
  /** Whether the next server can go on with the client, after a restart. */
  readonly canHandOver?: boolean
  /** Gives the client away. Nothing of this transport is used after it. */
  handOver?(connection: HandedConnection): void
  /** Called every few seconds, with the monotonic time in ms. */
  beat?(now: number): void
}

const NOTHING = Buffer.alloc(0)

/**
 * Returns whether the kernel has taken everything that was written to the stream. If not,
 * calls `done` when it has. A callback for each write would cost as much as the write.
 */
export function isTaken(stream: Writable, done: () => void): boolean {
  if (stream.writableLength === 0) return true
  stream.write(NOTHING, (error) => {
    if (error == null) done()
  })
  return false
}
