/**
 * The wire view: what a connection has read and written, as a ladder of rungs, and what the server
 * tells a client that looks at it.
 */

import type { Diagnosis } from './diagnoses.ts'

/** Bytes of one read or write that a rung has; the rest is counted in `size`. */
export const RUNG_BYTES = 4096
/** In the place of each byte that nobody may see. */
export const MASK = 0x2a

/** A range of bytes: from `0` (inclusive) to `1` (exclusive). */
export type Range = [number, number]

/** What ended a message: its line end, its frame or datagram, a pause, or the end of the connection. */
export type MessageEnd =
  | 'LF'
  | 'CR LF'
  | 'CR'
  | 'CR NUL'
  | 'NUL'
  | 'frame'
  | 'datagram'
  | 'pause'
  | 'end'

/** `n`: 1, 2, 3 … in its ladder. `at`: ms since 1970, with a fraction. */
export type Rung = { n: number; at: number } & (
  | {
      /** `read`: the server has read these bytes with one call; `write`: it has written them. */
      type: 'read' | 'write'
      /** Bytes in all. */
      size: number
      /** The first RUNG_BYTES of them, in base64. The payload of a WebSocket frame is unmasked. */
      bytes: string
      /** Parts of `bytes` that are masked: codes, tokens, direct messages. */
      hidden?: Range[]
      /** Telnet commands or WebSocket frames in it, each in words. */
      parts?: string[]
      /** How many messages begin in a write. */
      messages?: number
      /** Whether its last bytes wait for the end of their message. */
      waits?: true
      /** Whether it ends inside a character. */
      cut?: true
    }
  | {
      /** What the server has made of reads. */
      type: 'message'
      text: string
      /** The reads that it consists of. */
      from: number[]
      end: MessageEnd
    }
  | {
      type: 'event'
      what: 'client ended' | 'server ended' | 'reset' | 'closed' | 'fault' | 'diagnosis'
      text: string
      /** Of a diagnosis. */
      code?: Diagnosis
    }
)

export type Bytes = Extract<Rung, { type: 'read' | 'write' }>

/**
 * What a host can do to the wire of a connection, for at most LAB_MS. `delay`: by up to a second, in both
 * directions; `bytes`: one byte at a time; `join`: what comes within a moment becomes one; `slow`: some
 * hundred bytes a second; `stop`: the server does not read; `half`: the server has ended its side, so that
 * what it writes waits, and the connection ends with the fault; `drop` (UDP only): every second datagram, in
 * both directions.
 */
export const LAB_FAULTS = ['delay', 'bytes', 'join', 'slow', 'stop', 'half', 'drop'] as const
export type LabFault = (typeof LAB_FAULTS)[number]
export const LAB_MS = 60_000

type Fault = LabFault | 'reset'
const OF_UDP: readonly Fault[] = ['delay', 'drop']
const OF_TCP: readonly Fault[] = [...LAB_FAULTS.filter((fault) => fault !== 'drop'), 'reset']

/** What a host can do to a connection. `via`: as of a member. */
export function faultsOf(via: string): readonly Fault[] {
  return via === 'udp' ? OF_UDP : OF_TCP
}

/**
 * The body of `POST /api/wire`. `of`: a number, or all raw connections. `all`: those in the room of the number.
 */
export type LabOrder = { of: number | 'raw'; fault: LabFault | 'reset' | null; all?: boolean }

/** A connection whose wire can be looked at. `via`: as of a member; `state`: whether it is open. */
export type Station = {
  number: number
  /** Undefined before the client has a name. */
  name?: string
  via: string
  remote: string
  local: string
  state: 'open' | 'closed'
  /** What a host does to it now. */
  fault?: LabFault
  /** Whether the client that looks comes over this connection. */
  isOwn?: true
}

/**
 * One side of a connection in the kernel. `recvQ`: bytes that were received and not read; `sendQ`: bytes
 * that the other side has not confirmed. `cwnd`: segments. `acked`, `received`: bytes since the beginning.
 */
type Side = {
  state: string
  recvQ: number
  sendQ: number
  rttMs?: number
  cwnd?: number
  retransmits: number
  acked?: number
  received?: number
}
/** `client`: if it is on the machine of the server. */
export type Kernel = { server: Side; client?: Side }

/** Lines of JSON that `GET /api/wire` sends. `rungs`: new ones, and those that have changed. */
export type WireMessage =
  | { type: 'stations'; stations: Station[]; isHost: boolean }
  | { type: 'rungs'; of: number; rungs: Rung[] }
  | { type: 'kernel'; of: number; kernel: Kernel }

const ESCAPES: Record<number, string> = {
  9: '\\t',
  10: '\\n',
  13: '\\r',
  27: '\\e',
  0: '\\0',
}
const decoder = new TextDecoder('utf-8', { fatal: true })

/** A run of characters, or an escape in the place of one byte. */
export type Token = { text: string; isEscape: boolean }

/** The bytes as characters where they are valid UTF-8, and as escapes everywhere else. */
export function tokensOf(bytes: Uint8Array): Token[] {
  const tokens: Token[] = []
  const add = (text: string, isEscape: boolean): void => {
    const last = tokens.at(-1)
    if (isEscape || last === undefined || last.isEscape) tokens.push({ text, isEscape })
    else last.text += text
  }
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] as number
    const length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0
    const character = length > 1 ? characterOf(bytes.subarray(at, at + length)) : undefined
    if (character !== undefined) add(character, false)
    else if (byte >= 0x20 && byte < 0x7f) add(String.fromCharCode(byte), false)
    else add(ESCAPES[byte] ?? `\\x${byte.toString(16).padStart(2, '0')}`, true)
    at += character === undefined ? 1 : length
  }
  return tokens
}

/** The bytes as a literal of a string. */
export function escaped(bytes: Uint8Array): string {
  return tokensOf(bytes)
    .map(({ text, isEscape }) => (isEscape ? text : text.replaceAll('\\', '\\\\')))
    .join('')
}

/** The text of a message, which may have control characters, as a literal of a string. */
export function escapedText(text: string): string {
  return escaped(new TextEncoder().encode(text))
}

function characterOf(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes)
    // Invisible and direction-changing characters are shown as their bytes.
    return /[\p{C}\p{Z}]/u.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

export function bytesOf({ bytes }: Pick<Bytes, 'bytes'>): Uint8Array {
  return Uint8Array.from(atob(bytes), (one: string) => one.charCodeAt(0))
}

/** The beginning of the bytes, at least `most` of them if there are as many. */
export function beginningOf({ bytes }: Bytes, most: number): Uint8Array {
  // 4 characters of base64 are 3 bytes.
  return bytesOf({ bytes: bytes.slice(0, 4 * Math.ceil(most / 3)) })
}

/** `+0.4 ms`, `+12 ms`, `+3.2 s`. */
export function gapText(ms: number): string {
  if (ms < 10) return `+${ms.toFixed(1)} ms`
  if (ms < 1000) return `+${Math.round(ms)} ms`
  return `+${(ms / 1000).toFixed(1)} s`
}

/** `12:21:15.123`, UTC. */
export function timeText(at: number): string {
  return new Date(at).toISOString().slice(11, 23)
}

/** The most bytes of a character in UTF-8. */
export const CHARACTER_BYTES = 4
const ARROWS = { read: '->', write: '<-' } as const

/** A rung as one line of at most `columns` characters, for a terminal. `before`: the one before it. */
export function rungLine(rung: Rung, before: Rung | undefined, columns = 120): string {
  const gap = before === undefined ? '' : gapText(rung.at - before.at)
  const head = `${timeText(rung.at)} ${gap.padStart(9)} `
  return cutTo(head + rungText(rung, columns), columns)
}

/** Only what is shown of long bytes and texts is escaped. */
function rungText(rung: Rung, columns: number): string {
  switch (rung.type) {
    case 'read':
    case 'write': {
      const { type, size, parts = [], waits } = rung
      const shown = `"${escaped(beginningOf(rung, CHARACTER_BYTES * columns))}"`
      const what = parts.length > 0 ? ` [${parts.join(', ')}]` : ''
      return `${ARROWS[type]} ${size} B${waits ? ' (waits)' : ''}${what} ${shown}`
    }
    case 'message': {
      const of = rung.from.length > 1 ? ` of ${rung.from.length} reads` : ''
      return `   message${of}, ended by ${rung.end}: ${escapedText(rung.text.slice(0, columns))}`
    }
    case 'event':
      return `   ${rung.what === 'diagnosis' ? '! ' : ''}${rung.text}`
  }
}

function cutTo(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`
}
