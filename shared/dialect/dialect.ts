/**
 * A dialect: how a connection speaks. It opens a codec for each connection, which is pure:
 * no sockets, timers or clock. A unit is one line of text or one WebSocket message; the
 * transport frames it (RFC 6455 frames, LF, CRLF).
 */
import type { CommandName } from '../commands.ts'
import type { Fault } from '../errors.ts'
import type { Person, Quote } from '../protocol.ts'
import type { ServerMessage } from '../replies.ts'
import type { ClientMessage } from '../requests.ts'
import type { BlockState } from './block.ts'
import type { LineStyle } from './style.ts'

/** Goes to a room, and leaves the one before. `history`: how many of its latest events to show. */
export type Move = { type: 'move'; room: string; history: number }

/** A request to the session. The last nine exist in the line dialect only. */
export type Request =
  | ClientMessage
  | Move
  | { type: 'reply'; text: string }
  | { type: 'resume'; code: string }
  | { type: 'show_code' }
  | { type: 'who' }
  | { type: 'show_topic' }
  | { type: 'show_approval' }
  | { type: 'wire'; name?: string }
  | { type: 'help'; about?: CommandName }

/** A request to the connection itself: how it writes to its reader. */
export type Setting =
  | { type: 'style'; change: Partial<LineStyle> }
  /** Lockstep mode: at most 1024 bytes for each message received. */
  | { type: 'lockstep'; on: boolean }
  /** The lines that follow are one message, up to a line with only a dot. */
  | { type: 'paste' }

/** One decoded unit. `nothing`: an empty line. `id`: of the `say` that has the fault. */
export type Decoded =
  | { type: 'request'; request: Request }
  | { type: 'setting'; setting: Setting }
  | { type: 'fault'; fault: Fault; id?: string }
  | { type: 'nothing' }

/** Replies that only the line dialect encodes; JSON clients see the same facts in other messages. */
export type Reply =
  | { type: 'who'; members: readonly Person[]; memberCount: number; room?: string }
  /** The person receives a direct message when they return. */
  | { type: 'away'; name: string }
  | { type: 'topic_is'; topic: string; changed: boolean }
  /** The code of this person for /resume. */
  | { type: 'code_is'; code: string }
  | { type: 'approval_is'; on: boolean }
  /** What the reader's own message, which is left out, has answered. */
  | { type: 'answered'; quote: Quote }
  /** What connections have read and written, as it is shown. */
  | { type: 'wire'; lines: readonly string[] }
  /** What this host did, whose own event is left out. `hint`: what else there is to know or to do. */
  | { type: 'acted'; text: string; hint?: string }
  /** `isHost`: whether the commands of hosts are listed, too. */
  | { type: 'help'; about?: CommandName; isHost: boolean }
  | { type: 'you_are'; name: string; changed: boolean }
  /** After /resume. `trimmed` and `skipped` count the events that cannot be shown. */
  | {
      type: 'resumed'
      name: string
      was: string
      trimmed: number
      skipped: number
      missed: boolean
      room?: string
    }
  /** `applied`: false if the transport does not support the setting. */
  | { type: 'setting'; setting: Setting; applied: boolean }
  /** The server turned lockstep mode off: more was waiting than the mode can hold. */
  | { type: 'lockstep_over' }
  | { type: 'goodbye'; name: string | undefined }
export type Outgoing = ServerMessage | Reply

/**
 * One line or one WebSocket message. `own`: the id of the person whose event or change it is. `secret`:
 * the wire view hides what is secret of it.
 */
export type Unit = { text: string; own?: string; secret?: true }

/** Encodes what all readers receive. Readers with the same Encoding object share the result. */
export type Encoding = {
  /** Whether a reader's own units are left out for that reader. */
  readonly skipsOwn: boolean
  /** Whether encoded segments are always kept, because many readers share the encoding. */
  readonly isCommon: boolean
  encode(message: Outgoing): Unit[]
}

/** The codec of one connection. */
export type Codec = {
  decode(unit: string): Decoded
  /** The client sends nothing more: what it has left unfinished. */
  end?(): Decoded
  /** Whether the units that come are parts of one message, which has room for more. */
  readonly gathers?: boolean
  /** The unfinished message; undefined if there is none. */
  readonly block?: BlockState | undefined
  /** Goes on with an unfinished message. */
  goOn?(block: BlockState): void
  /** Encodes a message to this connection alone. */
  encode(message: Outgoing): Unit[]
  /** The encoding of broadcasts; a change of style replaces it. */
  readonly broadcast: Encoding
  /** Undefined in dialects without styles. */
  readonly style?: LineStyle | undefined
  /** Changes the style from now on. No effect in dialects without styles. */
  restyle(change: Partial<LineStyle>): void
}

export type Dialect = {
  readonly name: 'line' | 'json' | 'relay' | 'sse'
  /**
   * Whether clients reconnect by themselves with their token. If so, the place of a lost
   * client is held for a while; if not, the client has left.
   */
  readonly reconnects: boolean
  /** Whether the server remembers the last event sent to each person, for /resume. */
  readonly remembersSeat: boolean
  /** Longest unit a client may send, in UTF-8 bytes. */
  readonly unitBytes: number
  /** `columns`: returns the width of the reader's terminal; Infinity if it is unknown. */
  open(columns?: () => number): Codec
}
