/**
 * The line dialect, for people at nc and telnet and for their programs. Every unit is one
 * line; a message of several lines is several units. The room has sanitised all text in it, so a
 * terminal receives no control characters except line ends and, if turned on, colours and a bell.
 *
 * After the time stamp a line has one of four forms, which no name or text can forge:
 * `NAME: TEXT` is a message, `NAME * TEXT` an action, `NAME -> NAME: TEXT` a direct message (or
 * `NAME -> NAME * TEXT`), `* …` a notice of the server. Names
 * contain none of `: * < >` nor anything that looks like them; in a notice, a name with
 * spaces stands in angle brackets. Each further line of a message begins with `CONTINUED`, which no
 * stamp and no name does, so that it cannot look like a message, whatever its text is.
 */

import { searchText } from '../finding.ts'
import { limits } from '../limits.ts'
import { CONTINUED } from '../lines.ts'
import type { PersonName } from '../person.ts'
import type { RoomEvent } from '../protocol.ts'
import { quoteText } from '../quote.ts'
import { isReaction } from '../reactions.ts'
import { removalText } from '../redaction.ts'
import type { Joined, Presence, Welcome } from '../replies.ts'
import { cutUtf8, utf8Length } from '../text.ts'
import { viaWord } from '../via.ts'
import { inAscii } from './ascii.ts'
import { Block, type BlockState } from './block.ts'
import type { Codec, Decoded, Dialect, Encoding, Outgoing, Unit } from './dialect.ts'
import { givenLines, reactedUnits } from './given.ts'
import { inNotice, type Looks, type Styled, shown } from './naming.ts'
import { nameList, pinnedLine, replyLines } from './replies.ts'
import { marked } from './secret.ts'
import { dayOf, stampOf, stampWidth } from './stamp.ts'
import { type LineStyle, offsetAt, timesText, utcOffset } from './style.ts'
import { decodeLine } from './typed.ts'

/** In rooms with more members, readers receive a summary of joins and leaves. */
export const SUMMARY_ABOVE_MEMBERS = 50

/** UTF-8 bytes of a greeting: one recv(1024) of a client's program takes all of it. */
const GREETING_BYTES = 1024
/** UTF-8 bytes of names in a greeting. */
const NAMES_BYTES = 500

/** One encoding for each style in use. A style has few values, so there are some hundreds at most. */
const encodings = new Map<string, Encoding>()

const PLAIN: LineStyle = {
  offset: undefined,
  seconds: false,
  stamps: true,
  color: false,
  ascii: false,
  bell: false,
}

export const lineDialect: Dialect = {
  name: 'line',
  reconnects: false,
  remembersSeat: true,
  unitBytes: limits.textBytes,
  open: (columns) => new LineCodec({}, columns),
}

export class LineCodec implements Codec {
  readonly #columns: () => number
  readonly #looks: Looks
  #style: LineStyle
  #broadcast: Encoding
  #block: Block | undefined

  /** `columns`: returns the width of the reader's terminal. `looks`: not of the broadcast. */
  constructor(
    style: Partial<LineStyle>,
    columns: () => number = () => Infinity,
    looks: Looks = {},
  ) {
    this.#looks = looks
    this.#style = { ...PLAIN, ...style }
    this.#broadcast = encodingFor(this.#style)
    this.#columns = columns
  }

  decode(line: string): Decoded {
    if (this.#block !== undefined) return this.#gather(this.#block, line)
    const decoded = decodeLine(line, this.#style.offset)
    if (decoded.type === 'setting' && decoded.setting.type === 'paste') this.#block = new Block()
    return this.#timed(decoded)
  }

  /** A transcript has the reader's times. */
  #timed(decoded: Decoded): Decoded {
    if (decoded.type !== 'request' || decoded.request.type !== 'transcript') return decoded
    const time = timesText(this.#style)
    return time === '' ? decoded : { ...decoded, request: { ...decoded.request, time } }
  }

  #gather(block: Block, line: string): Decoded {
    if (!block.take(line)) return { type: 'nothing' }
    this.#block = undefined
    return block.decoded
  }

  end(): Decoded {
    const block = this.#block
    this.#block = undefined
    return block?.decoded ?? { type: 'nothing' }
  }

  get gathers(): boolean {
    return this.#block?.isOver === false
  }

  get block(): BlockState | undefined {
    return this.#block?.state
  }

  goOn(block: BlockState): void {
    this.#block = Block.from(block)
  }

  encode(message: Outgoing): Unit[] {
    return encodeStyled(message, { ...this.#style, ...this.#looks }, this.#columns())
  }

  get broadcast(): Encoding {
    return this.#broadcast
  }

  get style(): LineStyle {
    return this.#style
  }

  /** Before `ascii` is turned on, the caller awaits `loadAscii()`. */
  restyle(change: Partial<LineStyle>): void {
    this.#style = { ...this.#style, ...change }
    this.#broadcast = encodingFor(this.#style)
  }
}

function encodingFor(style: LineStyle): Encoding {
  const { offset = null, seconds, stamps, color, ascii } = style
  const key = JSON.stringify([offset, seconds, stamps, color, ascii])
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

function encodeStyled(message: Outgoing, style: Styled, columns: number): Unit[] {
  const units = marked(message, encode(message, style, columns))
  return style.ascii ? units.map((unit) => ({ ...unit, text: inAscii(unit.text) })) : units
}

function encode(message: Outgoing, style: Styled, columns: number): Unit[] {
  switch (message.type) {
    case 'welcome':
      return greeting(message, style).map((text) => ({ text }))
    case 'joined':
      return arrival(message, style).map((text) => ({ text }))
    case 'events':
      return message.events.flatMap((event) => unitsOf(eventLines(event, style), event))
    case 'direct':
      return message.events.flatMap((event) =>
        unitsOf(directLines(event, message.people, style), event),
      )
    case 'history':
      return message.events.length === 0
        ? [{ text: '* There are no messages yet.' }]
        : [...leftOutLines(message), ...datedLines(message, style)]
    case 'found':
      return [
        {
          text: `* ${message.events.length || 'Nothing'} found for ${searchText(message, style.offset)}`,
        },
        ...leftOutLines(message),
        ...datedLines(message, style),
      ]
    case 'presence':
      return presenceLines(message, style)
    case 'error': {
      const hint = message.suggestion === undefined ? '' : ` Try /name ${message.suggestion}`
      // A stop of the server is not the reader's fault.
      const mark = /^(shutdown|restart)$/.test(message.code) ? '*' : '!'
      return [{ text: `${mark} ${message.message}${hint}` }]
    }
    case 'reacted':
      return reactedUnits(message, style)
    case 'typing':
    case 'left':
      return []
    default:
      return replyLines(message, columns).map((text) => ({ text }))
  }
}

function unitsOf(lines: readonly string[], { from }: RoomEvent): Unit[] {
  return lines.map((text) => ({ text, own: from.id }))
}

function leftOutLines({ leftOut }: { leftOut?: number }): Unit[] {
  if (leftOut === undefined) return []
  const messages = leftOut === 1 ? 'message' : 'messages'
  return [{ text: `* ${leftOut} older ${messages} left out: the reply is too long.` }]
}

/** The lines of events, with the date before the first event of each day. */
function datedLines(
  { events, people }: { events: readonly RoomEvent[]; people?: readonly PersonName[] },
  style: Styled,
): Unit[] {
  let day = ''
  return events.flatMap((event) => {
    const lines =
      people === undefined ? eventLines(event, style) : directLines(event, people, style)
    const units = lines.map((text) => ({ text }))
    if (units.length === 0) return []
    const its = dayOf(event.at, style)
    if (its !== day) units.unshift({ text: dayLine(its) })
    day = its
    return units
  })
}

function dayLine(day: string): string {
  return `* ${day}`
}

/** A reaction is no line of its own: `reacted` has those of a while in one. */
function eventLines(event: RoomEvent, style: Styled): string[] {
  if (isReaction(event)) return []
  const { at, kind, from, text, redacted } = event
  const stamp = style.stamps ? stampOf(at, style) : ''
  if (redacted !== undefined) {
    const removal = removalText(from.name, redacted.by, inNotice(redacted.by, style))
    return [`${stamp}* ${inNotice(from.name, style)}: ${removal}`]
  }
  if (kind === 'notice') return [`${stamp}* ${text}`]
  if (kind === 'topic') return [`${stamp}* ${inNotice(from.name, style)} ${topicChange(text)}`]
  if (kind === 'act') return [`${stamp}* ${inNotice(from.name, style)} ${text}`]
  return [
    ...quoteLines(event, stamp, style),
    ...saidLines(`${stamp}${shown(from.name, style)}`, kind, style.mark?.(event) ?? text, style),
    ...givenLines(event, style),
  ]
}

/**
 * A notice before the message, so that no text can look like a quote. The text of the quote ends the line,
 * so that it cannot look like the answer.
 */
function quoteLines(event: RoomEvent, stamp: string, style: Styled): string[] {
  const { from, quote } = event
  if (quote === undefined) return []
  const text = quoteText(inNotice(quote.from.name, { ...style, color: false }), quote)
  return [`${stamp}* ${inNotice(from.name, style)} ${style.mark?.({ ...event, text }) ?? text}`]
}

/** `NAME -> NAME: TEXT`: no name contains `>`, so no other line has this form. */
function directLines(event: RoomEvent, people: readonly PersonName[], style: Styled): string[] {
  const { at, kind, from, text, act, redacted } = event
  const to = people.find(({ id }) => id !== from.id)?.name ?? from.name
  const stamp = style.stamps ? stampOf(at, style) : ''
  const both = `${inNotice(from.name, style)} -> ${inNotice(to, style)}`
  if (redacted) return [`${stamp}* ${both}: ${removalText(from.name, redacted.by)}`]
  if (act) return [`${stamp}* ${both} ${text}`]
  return [
    ...quoteLines(event, stamp, style),
    ...saidLines(`${stamp}${shown(from.name, style)} -> ${shown(to, style)}`, kind, text, style),
  ]
}

/** `said`: what stands before the mark that ends the name. */
function saidLines(
  said: string,
  kind: RoomEvent['kind'],
  text: string,
  style: LineStyle,
): string[] {
  const begun = `${said}${kind === 'action' ? ' *' : ':'} `
  if (!text.includes('\n')) return [begun + text]
  const indent = style.stamps ? ' '.repeat(stampWidth(style)) : ''
  const [first = '', ...others] = text.split('\n')
  return [begun + first, ...others.map((line) => `${indent}${CONTINUED}${line}`)]
}

/** What a person did who set this topic. */
export function topicChange(topic: string): string {
  return topic === '' ? 'removed the topic' : `set the topic: ${topic}`
}

function presenceLines(presence: Presence, style: Styled): Unit[] {
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
      text: `* ${inNotice(name, style)} continues (${viaWord(via)})`,
      own: id,
    })),
    ...joined.map(({ id, name, via }) => ({
      text: `* ${inNotice(name, style)} joined (${viaWord(via)})`,
      own: id,
    })),
  ]
}

function greeting(welcome: Welcome, style: Styled): string[] {
  const { you, at, members, memberCount, events, topic, pinned } = welcome
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
    '/resume shows a code that takes you back here after a break.',
    'Type to talk. /help lists the commands, bye leaves.',
  ]
  const tail = tailLines(events, style, GREETING_BYTES - bytesOf(lines))
  return [...lines, ...tail]
}

/** What a terminal shows of a room that it moves to, in one short write. */
function arrival(
  { room, members, memberCount, topic, pinned, events }: Joined,
  style: Styled,
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
function tailLines(events: readonly RoomEvent[], style: Styled, room: number): string[] {
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
function tailStart(events: readonly RoomEvent[], style: Styled, room: number): number {
  let left = room
  let day: string | undefined
  for (let at = events.length - 1; at >= 0; at -= 1) {
    const event = events[at] as RoomEvent
    const its = dayOf(event.at, style)
    left -= bytesOf(its === day ? [] : [dayLine(its)]) + bytesOf(eventLines(event, style))
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
