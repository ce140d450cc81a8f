/** A connection as data, for the next server, which goes on with its client. */
import type { Socket } from 'node:net'
import type { BlockState } from '../../../shared/dialect/block.ts'
import type { LineStyle } from '../../../shared/dialect/style.ts'
import type { Via } from '../../../shared/protocol.ts'
import type { LogKey } from '../../room/log.ts'
import type { HandedSession } from '../../room/session/handover.ts'

/**
 * `address`: of the client, for limits. `style`: undefined in dialects without one. `block`: an
 * unfinished message. `positions`: seq of the last event written, by log. `replies`: units that are not written yet.
 */
export type HandedConnection = {
  dialect: 'line' | 'json'
  via: Via
  style: LineStyle | undefined
  block?: BlockState | undefined
  isInLockstep: boolean
  session: HandedSession
  positions: Record<LogKey, number>
  replies: readonly string[]
}

/**
 * A socket with a client on it, and the state of its transport. `takeUnsent`: closes the socket here,
 * once the next server has it, and returns the bytes that were written to it and not sent.
 */
export type HandedSocket<State> = { socket: Socket; state: State; takeUnsent: () => Uint8Array }
