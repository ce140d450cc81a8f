/**
 * What every dialect is: a pure codec between the room's messages and the units
 * that travel, a line of text each. How units are framed on a transport (an LF
 * after each, a WebSocket frame each) is the transport's business.
 */
import type { CommandName } from '../commands.ts'
import type { Fault } from '../errors.ts'
import type { ClientMessage, ServerMessage } from '../protocol.ts'
import type { LineStyle } from './style.ts'

/** What a connection may ask of its session; all but the first only in the line dialect. */
export type Request =
  | ClientMessage
  | { type: 'resume'; code: string }
  | { type: 'who' }
  | { type: 'help'; about?: CommandName }
  /** To be read in another style from now on, and what is answered then. */
  | { type: 'style'; change: Partial<LineStyle>; answer: string }
  /** To be sent something only for each thing it sends, or at any time again. */
  | { type: 'turn'; on: boolean }

/** One unit, read. `nothing`: an empty line. `id`: of the `say` that is at fault, if it had one. */
export type Decoded =
  | { type: 'request'; request: Request }
  | { type: 'fault'; fault: Fault; id?: string }
  | { type: 'nothing' }

/** Lines that only the line dialect has: answers to its commands, the goodbye. */
export type Told = { type: 'told'; lines: string[] }
export type Outgoing = ServerMessage | Told

/** One line or frame. `own`: the person it tells of, who in some dialects is not told of it. */
export type Unit = { text: string; own?: string }

export type Dialect = {
  readonly name: 'line' | 'json'
  /** Whether a person is left out of the units that are their own. */
  readonly skipsOwn: boolean
  decode(unit: string): Decoded
  encode(message: Outgoing): Unit[]
  /** The same dialect in another style; itself, where it has only one. One object for each style. */
  styled(change: Partial<LineStyle>): Dialect
}
