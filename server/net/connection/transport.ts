/** What carries a connection, as its edge sees it: a raw socket, a WebSocket, a relay, a terminal. */
import type { Writable } from 'node:stream'
import type { Decoded } from '../../../shared/dialect/dialect.ts'
import type { Encoded } from '../../room/feed.ts'

export interface Transport {
  /** The next unit that has arrived, or undefined when there is none. */
  next(): Decoded | undefined
  /** Everything that had arrived has been given to the session. */
  onEmpty?(): void
  /** Stops and starts reading. */
  setReading(reading: boolean): void
  /**
   * Whether all of it is taken at once; if not, `done` is called when it is, or never
   * where the transport closes before.
   */
  write(batch: readonly Encoded[], done: () => void): boolean
  /** Closes politely. */
  end(closeCode: number, reason: string): void
  /** Closes at once. */
  destroy(): void
  /** Whether its reader is to get its own units too. */
  echoes?(): boolean
  /** How wide the reader's terminal is, if it says so. */
  readonly columns?: number
  /** Sends only as much as the reader is known to read, where it can. */
  takeTurns?(on: boolean): boolean
  /** Whether a write waits for its reader to ask for it, and so is not taken. */
  isHeld?(): boolean
  /** Called every few seconds with the time in ms. */
  onBeat?(now: number): void
}

const NOTHING = Buffer.alloc(0)

/**
 * Whether the kernel took all that was written to the stream; if not, `done` is called when
 * it has. A callback with each write instead would cost as much as the write.
 */
export function isTaken(stream: Writable, done: () => void): boolean {
  if (stream.writableLength === 0) return true
  stream.write(NOTHING, (error) => {
    if (error == null) done()
  })
  return false
}
