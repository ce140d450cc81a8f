/**
 * The line dialect: what people at nc, telnet and their own programs read. Every
 * unit is one line; all text in it was sanitised where it entered the room, so the
 * only control characters a terminal sees are the line ends its transport adds.
 */
import anyAscii from 'any-ascii'
import type { Person, Presence, RoomEvent, Welcome } from '../protocol.ts'
import { cutUtf8, utf8Length } from '../text.ts'
import type { Dialect, Outgoing, Unit } from './dialect.ts'
import { type LineStyle, painted, utcOffset } from './style.ts'
import { decodeLine } from './typed.ts'

/** Beyond this many members a reader gets one summary of who came and went. */
export const SUMMARY_ABOVE_MEMBERS = 50

/** A greeting is read at once, also by a program that reads 1024 bytes and no more. */
const GREETING_BYTES = 1024
/** So that it stays within them, whoever is here. */
const NAMES_BYTES = 500

/** One dialect for each style that was asked for: some hundreds at most. */
const dialects = new Map<string, Dialect>()

/** `offset`: minutes of the stamps from UTC, east positive; the greeting names it. */
export function lineDialect(offset: number): Dialect {
  return inStyle({ offset, stamps: true, color: false, ascii: false })
}

function inStyle(style: LineStyle): Dialect {
  const key = JSON.stringify([style.offset, style.stamps, style.color, style.ascii])
  let dialect = dialects.get(key)
  if (dialect === undefined) {
    dialect = {
      name: 'line',
      skipsOwn: true,
      decode: decodeLine,
      encode: style.ascii
        ? (message) => encode(message, style).map(inAscii)
        : (message) => encode(message, style),
      styled: (change) => inStyle({ ...style, ...change }),
    }
    dialects.set(key, dialect)
  }
  return dialect
}

function inAscii(unit: Unit): Unit {
  return { ...unit, text: anyAscii(unit.text) }
}

function encode(message: Outgoing, style: LineStyle): Unit[] {
  switch (message.type) {
    case 'welcome':
      return greeting(message, style).map((text) => ({ text }))
    case 'events':
      return message.events.map((event) => ({ text: eventLine(event, style), own: event.from.id }))
    case 'history':
      return message.events.length === 0
        ? [{ text: '* Nothing has been said yet.' }]
        : [...leftOutLines(message), ...datedLines(message.events, style)]
    case 'found':
      return [
        { text: `* ${message.events.length || 'Nothing'} found for ${message.query}` },
        ...leftOutLines(message),
        ...datedLines(message.events, style),
      ]
    case 'presence':
      return presenceLines(message, style)
    case 'error': {
      const hint = message.suggestion === undefined ? '' : ` Try /name ${message.suggestion}`
      // That the server stops is no fault of the reader's.
      const mark = message.code === 'shutdown' ? '*' : '!'
      return [{ text: `${mark} ${message.message}${hint}` }]
    }
    case 'told':
      return message.lines.map((text) => ({ text }))
    case 'typing':
      return []
  }
}

function leftOutLines({ leftOut }: { leftOut?: number }): Unit[] {
  return leftOut === undefined
    ? []
    : [{ text: `* ${leftOut} older left out: it is too much at once.` }]
}

/** Events of perhaps several days, each day under its date. */
function datedLines(events: readonly RoomEvent[], style: LineStyle): Unit[] {
  let day = ''
  return events.flatMap((event) => {
    const units = [{ text: eventLine(event, style) }]
    const its = localTime(event.at, style).slice(0, 10)
    if (its !== day) units.unshift({ text: `* ${its}` })
    day = its
    return units
  })
}

/** ISO 8601 as the reader's clock has it. */
function localTime(at: string, { offset }: LineStyle): string {
  return new Date(Date.parse(at) + offset * 60_000).toISOString()
}

/** The stamp made last: most events are of the same minute as the one before. */
let stamped = { minute: 'none', offset: 0, text: '' }

function stampOf(at: string, style: LineStyle): string {
  if (!at.startsWith(stamped.minute) || style.offset !== stamped.offset) {
    const text = `[${localTime(at, style).slice(11, 16)}] `
    stamped = { minute: at.slice(0, 16), offset: style.offset, text }
  }
  return stamped.text
}

function eventLine({ at, kind, from, text }: RoomEvent, style: LineStyle): string {
  const stamp = style.stamps ? stampOf(at, style) : ''
  if (kind === 'message') return `${stamp}${shown(from.name, style)}: ${text}`
  if (kind === 'action') return `${stamp}* ${shown(from.name, style)} ${text}`
  return `${stamp}* ${text}`
}

function shown(name: string, { color }: LineStyle): string {
  return color ? painted(name) : name
}

function presenceLines(presence: Presence, style: LineStyle): Unit[] {
  const { joined, left, renamed, counted, members, memberCount } = presence
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
  // A name that was given up may be taken by the next, so joining comes last.
  return [
    ...left.map(({ id, name }) => ({ text: `* ${shown(name, style)} left`, own: id })),
    ...renamed.map(({ id, was, name }) => ({
      text: `* ${shown(was, style)} is now ${shown(name, style)}`,
      own: id,
    })),
    ...joined.map(({ id, name, via }) => ({
      text: `* ${shown(name, style)} joined (${via})`,
      own: id,
    })),
  ]
}

function greeting(welcome: Welcome, style: LineStyle): string[] {
  const { you, token, members, memberCount, events } = welcome
  const others = members.filter(({ id }) => id !== you.id)
  const here =
    others.length === 0 ? 'Nobody else is here yet.' : `Here: ${names(others, memberCount - 1)}.`
  const lines = [
    `Welcome to Oneroom. You are ${you.name}; /name NAME changes that.`,
    `${here} Times are ${utcOffset(style.offset)}.`,
    `After a break, /resume ${token} takes you back to where you were.`,
    'Type to talk. /help lists the commands, bye leaves.',
  ]
  const tail = tailLines(events, style, GREETING_BYTES - bytesOf(lines))
  return [...lines, ...tail]
}

/** As many of the latest events as there is room for, under what they are. */
function tailLines(events: readonly RoomEvent[], style: LineStyle, room: number): string[] {
  for (let from = 0; from < events.length; from += 1) {
    const tail = datedLines(events.slice(from), style).map(({ text }) => text)
    const lines = ['* Said before; /history shows more:', ...tail]
    if (bytesOf(lines) <= room) return lines
  }
  const hint = events.length > 0 ? ['* What was said before is long; /history shows it.'] : []
  return bytesOf(hint) <= room ? hint : []
}

function bytesOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + utf8Length(line) + 1, 0)
}

/** `alice (web), bob (tcp) and 7 more`, as many names as a greeting has room for. */
export function names(people: readonly Person[], count: number, maxBytes = NAMES_BYTES): string {
  const shown: string[] = []
  let bytes = 0
  for (const { name, via } of people) {
    const entry = `${name} (${via})`
    bytes += utf8Length(entry) + 2
    if (bytes > maxBytes) break
    shown.push(entry)
  }
  const more = count - shown.length
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '')
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
