/**
 * The line dialect, for people at nc and telnet and for their programs. Every unit is one
 * line. The room has sanitised all text in it, so a terminal receives no control characters
 * except line ends and, if turned on, colours.
 *
 * After the time stamp a line has one of four forms, which no name or text can forge:
 * `NAME: TEXT` is a message, `NAME * TEXT` an action, `NAME -> NAME: TEXT` a direct message (or
 * `NAME -> NAME * TEXT`), `* …` a notice of the server. Names
 * contain none of `: * < >` nor anything that looks like them; in a notice, a name with
 * spaces stands in angle brackets.
 */

import { limits } from '../limits.ts'
import type { PersonName } from '../person.ts'
import type { RoomEvent } from '../protocol.ts'
import type { Joined, Presence, Welcome } from '../replies.ts'
import { cutUtf8, utf8Length } from '../text.ts'
import { inAscii } from './ascii.ts'
import type { Codec, Dialect, Encoding, Outgoing, Unit } from './dialect.ts'
import { nameList, pinnedLine, replyLines } from './replies.ts'
import { dayOf, stampOf } from './stamp.ts'
import { type LineStyle, offsetAt, painted, utcOffset } from './style.ts'
import { decodeLine } from './typed.ts'

/** In rooms with more members, readers receive a summary of joins and leaves. */
export const SUMMARY_ABOVE_MEMBERS = 50

/** UTF-8 bytes of a greeting: one recv(1024) of a client's program takes all of it. */
const GREETING_BYTES = 1024
/** UTF-8 bytes of names in a greeting. */
const NAMES_BYTES = 500

/** One encoding for each style in use. A style has few values, so there are some hundreds at most. */
const encodings = new Map<string, Encoding>()

const PLAIN: LineStyle = { offset: undefined, stamps: true, color: false, ascii: false }

export const lineDialect: Dialect = {
  name: 'line',
  reconnects: false,
  remembersSeat: true,
  unitBytes: limits.textBytes,
  open: (columns) => new LineCodec({}, columns),
}

export class LineCodec implements Codec {
  readonly #columns: () => number
  #style: LineStyle
  #broadcast: Encoding

  /** `columns`: returns the width of the reader's terminal. */
  constructor(style: Partial<LineStyle>, columns: () => number = () => Infinity) {
    this.#style = { ...PLAIN, ...style }
    this.#broadcast = encodingFor(this.#style)
    this.#columns = columns
  }

  decode(line: string) {
    return decodeLine(line)
  }

  encode(message: Outgoing): Unit[] {
    return encodeStyled(message, this.#style, this.#columns())
  }

  get broadcast(): Encoding {
    return this.#broadcast
  }

  /** Before `ascii` is turned on, the caller awaits `loadAscii()`. */
  restyle(change: Partial<LineStyle>): void {
    this.#style = { ...this.#style, ...change }
    this.#broadcast = encodingFor(this.#style)
  }
}

function encodingFor(style: LineStyle): Encoding {
  const key = JSON.stringify([style.offset ?? null, style.stamps, style.color, style.ascii])
  let encoding = encodings.get(key)
  if (encoding === undefined) {
    encoding = {
      skipsOwn: true,
      isCommon: false,
      encode: (message) => encodeStyled(message, style, Infinity),
    }
    encodings.set(key, encoding)
  }
  return encoding
}

function encodeStyled(message: Outgoing, style: LineStyle, columns: number): Unit[] {
  const units = encode(message, style, columns)
  return style.ascii ? units.map((unit) => ({ ...unit, text: inAscii(unit.text) })) : units
}

function encode(message: Outgoing, style: LineStyle, columns: number): Unit[] {
  switch (message.type) {
    case 'welcome':
      return greeting(message, style).map((text) => ({ text }))
    case 'joined':
      return arrival(message, style).map((text) => ({ text }))
    case 'events':
      return message.events.map((event) => ({ text: eventLine(event, style), own: event.from.id }))
    case 'direct':
      return message.events.map((event) => ({
        text: directLine(event, message.people, style),
        own: event.from.id,
      }))
    case 'history':
      return message.events.length === 0
        ? [{ text: '* There are no messages yet.' }]
        : [...leftOutLines(message), ...datedLines(message, style)]
    case 'found':
      return [
        { text: `* ${message.events.length || 'Nothing'} found for ${message.query}` },
        ...leftOutLines(message),
        ...datedLines(message, style),
      ]
    case 'presence':
      return presenceLines(message, style)
    case 'error': {
      const hint = message.suggestion === undefined ? '' : ` Try /name ${message.suggestion}`
      // A stop of the server is not the reader's fault.
      const mark = message.code === 'shutdown' ? '*' : '!'
      return [{ text: `${mark} ${message.message}${hint}` }]
    }
    case 'typing':
    case 'left':
      return []
    default:
      return replyLines(message, columns).map((text) => ({ text }))
  }
}

function leftOutLines({ leftOut }: { leftOut?: number }): Unit[] {
  if (leftOut === undefined) return []
  const messages = leftOut === 1 ? 'message' : 'messages'
  return [{ text: `* ${leftOut} older ${messages} left out: the reply is too long.` }]
}

/** The lines of events, with the date before the first event of each day. */
function datedLines(
  { events, people }: { events: readonly RoomEvent[]; people?: readonly PersonName[] },
  style: LineStyle,
): Unit[] {
  let day = ''
  return events.flatMap((event) => {
    const line = people === undefined ? eventLine(event, style) : directLine(event, people, style)
    const units = [{ text: line }]
    const its = dayOf(event.at, style)
    if (its !== day) units.unshift({ text: dayLine(its) })
    day = its
    return units
  })
}

function dayLine(day: string): string {
  return `* ${day}`
}

function eventLine({ at, kind, from, text, redacted }: RoomEvent, style: LineStyle): string {
  const stamp = style.stamps ? stampOf(at, style) : ''
  if (redacted !== undefined) {
    return `${stamp}* ${inNotice(from.name, style)}: removed by ${inNotice(redacted.by, style)}`
  }
  if (kind === 'notice') return `${stamp}* ${text}`
  if (kind === 'topic') return `${stamp}* ${inNotice(from.name, style)} ${topicChange(text)}`
  if (kind === 'act') return `${stamp}* ${inNotice(from.name, style)} ${text}`
  if (kind === 'action') return `${stamp}${shown(from.name, style)} * ${text}`
  return `${stamp}${shown(from.name, style)}: ${text}`
}

/** `NAME -> NAME: TEXT`: no name contains `>`, so no other line has this form. */
function directLine(
  { at, kind, from, text }: RoomEvent,
  people: readonly PersonName[],
  style: LineStyle,
): string {
  const to = people.find(({ id }) => id !== from.id)?.name ?? from.name
  const stamp = style.stamps ? stampOf(at, style) : ''
  const mark = kind === 'action' ? ' *' : ':'
  return `${stamp}${shown(from.name, style)} -> ${shown(to, style)}${mark} ${text}`
}

/** What a person did who set this topic. */
export function topicChange(topic: string): string {
  return topic === '' ? 'removed the topic' : `set the topic: ${topic}`
}

function shown(name: string, { color, ascii }: LineStyle): string {
  const spelled = ascii ? asciiName(name) : name
  return color ? painted(spelled) : spelled
}

/**
 * In ASCII, `Zoë` is spelled `<Zoe>`: another member can have the name `Zoe`, and no name has
 * angle brackets. Left out are `<`, `>`, `:`, `*` and `!`, which separate the parts of a line.
 */
function asciiName(name: string): string {
  const spelled = inAscii(name).replace(/[<>:*!]/g, '') || '?'
  return spelled === name ? name : `<${spelled}>`
}

/** Without the brackets, the name `bob is now` could forge a notice about bob. */
function inNotice(name: string, style: LineStyle): string {
  const spelled = shown(name, style)
  return spelled.includes(' ') && !spelled.includes('<') ? `<${spelled}>` : spelled
}

function presenceLines(presence: Presence, style: LineStyle): Unit[] {
  const { joined, left, renamed, moved = [], counted, members, memberCount } = presence
  if (members !== undefined && counted === undefined) return []
  const came = counted?.joined ?? joined.length
  const went = counted?.left ?? left.length
  const many = memberCount > SUMMARY_ABOVE_MEMBERS && came + went + renamed.length > 1
  if (many || counted !== undefined) {
    const parts = [
      came > 0 ? `${came} joined` : '',
      went > 0 ? `${went} left` : '',
      renamed.length > 0 ? `${renamed.length} renamed` : '',
    ].filter((part) => part !== '')
    return [{ text: `* ${parts.join(', ')} (${memberCount} here)` }]
  }
  // A name that was given up may be taken by the next member, so joins come last.
  return [
    ...left.map(({ id, name }) => ({ text: `* ${inNotice(name, style)} left`, own: id })),
    ...renamed.map(({ id, was, name }) => ({
      text: `* ${inNotice(was, style)} is now ${inNotice(name, style)}`,
      own: id,
    })),
    ...moved.map(({ id, name, via }) => ({
      text: `* ${inNotice(name, style)} continues (${via})`,
      own: id,
    })),
    ...joined.map(({ id, name, via }) => ({
      text: `* ${inNotice(name, style)} joined (${via})`,
      own: id,
    })),
  ]
}

function greeting(welcome: Welcome, style: LineStyle): string[] {
  const { you, token, at, members, memberCount, events, topic, pinned } = welcome
  const others = members.filter(({ id }) => id !== you.id)
  const here =
    others.length === 0
      ? 'Nobody else is here yet.'
      : `Here: ${nameList(others, memberCount - 1, NAMES_BYTES)}.`
  const lines = [
    `Welcome to Oneroom. You are ${you.name}; /name NAME changes that.`,
    `${here} Times are ${utcOffset(offsetAt(at, style.offset))}.`,
    ...topicLines(topic),
    ...(pinned === undefined ? [] : [pinnedLine(pinned)]),
    `After a break, /resume ${token} takes you back to where you were.`,
    'Type to talk. /help lists the commands, bye leaves.',
  ]
  const tail = tailLines(events, style, GREETING_BYTES - bytesOf(lines))
  return [...lines, ...tail]
}

/** What a terminal shows of a room that it moves to, in one short write. */
function arrival(
  { room, members, memberCount, topic, pinned, events }: Joined,
  style: LineStyle,
): string[] {
  const lines = [
    `You are in ${room} now. ${memberCount} here: ${nameList(members, memberCount, NAMES_BYTES)}.`,
    ...topicLines(topic),
    ...(pinned === undefined ? [] : [pinnedLine(pinned)]),
  ]
  return [...lines, ...tailLines(events, style, GREETING_BYTES - bytesOf(lines))]
}

function topicLines(topic: string | undefined): string[] {
  return topic === undefined ? [] : [`* Topic: ${topic}`]
}

/** As many of the latest events as fit into `room` bytes, below a heading. */
function tailLines(events: readonly RoomEvent[], style: LineStyle, room: number): string[] {
  const heading = '* Earlier messages; /history shows more:'
  const from = tailStart(events, style, room - bytesOf([heading]))
  if (from < events.length) {
    const tail = datedLines({ events: events.slice(from) }, style).map(({ text }) => text)
    return [heading, ...tail]
  }
  const hint = events.length > 0 ? ['* Earlier messages are long; /history shows them.'] : []
  return bytesOf(hint) <= room ? hint : []
}

/** Index of the first event from which the dated lines of all fit into `room` bytes. */
function tailStart(events: readonly RoomEvent[], style: LineStyle, room: number): number {
  let left = room
  let day: string | undefined
  for (let at = events.length - 1; at >= 0; at -= 1) {
    const event = events[at] as RoomEvent
    const its = dayOf(event.at, style)
    left -= bytesOf(its === day ? [] : [dayLine(its)]) + bytesOf([eventLine(event, style)])
    if (left < 0) return at + 1
    day = its
  }
  return 0
}

function bytesOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + utf8Length(line) + 1, 0)
}

/** Cuts a line into parts of at most `maxBytes` UTF-8 bytes, never inside a character. */
export function splitUtf8(text: string, maxBytes: number): string[] {
  const parts: string[] = []
  for (let rest = text; rest !== ''; ) {
    const part = cutUtf8(rest, maxBytes)
    parts.push(part)
    rest = rest.slice(part.length)
  }
  return parts
}
