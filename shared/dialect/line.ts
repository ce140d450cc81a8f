/**
 * The line dialect: what people at nc, telnet and their own programs read. Every
 * unit is one line; all text in it was sanitised where it entered the room, so the
 * only control characters a terminal sees are the line ends its transport adds.
 */
import { parseTyped } from '../commands.ts'
import type { Fault } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Person, Presence, RoomEvent, Welcome } from '../protocol.ts'
import { cutUtf8, sanitise, utf8Length } from '../text.ts'
import type { Decoded, Dialect, Request, Unit } from './dialect.ts'

/** Beyond this many members a reader gets one summary of who came and went. */
export const SUMMARY_ABOVE_MEMBERS = 50

/** A greeting is read at once, also by a program that reads 1024 bytes and no more. */
const GREETING_BYTES = 1024
/** So that it stays within them, whoever is here. */
const NAMES_BYTES = 500

/** Messages that a newcomer at a terminal is shown. */
export const TAIL_EVENTS = 20

/** `offsetMinutes`: the stamps' distance from UTC, east positive; the greeting names it. */
export function lineDialect(offsetMinutes: number): Dialect {
  return {
    name: 'line',
    skipsOwn: true,
    decode: decodeLine,
    encode(message): Unit[] {
      switch (message.type) {
        case 'welcome':
          return greeting(message, offsetMinutes).map((text) => ({ text }))
        case 'events':
          return message.events.map((event) => ({
            text: eventLine(event, offsetMinutes),
            own: event.from.id,
          }))
        case 'history':
          return message.events.length === 0
            ? [{ text: '* Nothing has been said yet.' }]
            : datedLines(message.events, offsetMinutes)
        case 'found':
          return [
            { text: `* ${message.events.length || 'Nothing'} found for ${message.query}` },
            ...datedLines(message.events, offsetMinutes),
          ]
        case 'presence':
          return presenceLines(message)
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
    },
  }
}

const JSON_HERE: Fault = {
  code: 'bad_message',
  message: 'JSON is spoken at the WebSocket /ws; here a line is said as it is.',
}

function decodeLine(line: string): Decoded {
  // Said aloud it would give away a token.
  if (/^\s*\{\s*"type"\s*:\s*"hello"/.test(line)) return { type: 'fault', fault: JSON_HERE }
  const typed = parseTyped(line)
  if (typed.type === 'nothing') return { type: 'nothing' }
  if (typed.type === 'text') return request({ type: 'say', text: typed.text })
  if (typed.type === 'unknown') {
    const message = `There is no command /${cutUtf8(sanitise(typed.word), 40)}. /help lists them all; //x says /x.`
    return { type: 'fault', fault: { code: 'unknown_command', message } }
  }
  const { name, argument } = typed
  switch (name) {
    case 'who':
    case 'help':
      return request({ type: name })
    case 'history':
      return decodeHistory(argument)
    case 'search':
      return request({
        type: 'search',
        query: cutUtf8(sanitise(argument), 256),
        limit: TAIL_EVENTS,
      })
    case 'resume':
      return request({ type: 'resume', code: argument })
    case 'quit':
      return request({ type: 'bye' })
    case 'name':
      return request({ type: 'name', name: argument })
    case 'me':
      return request({ type: 'say', text: argument, action: true })
  }
}

function decodeHistory(argument: string): Decoded {
  const limit = argument === '' ? TAIL_EVENTS : Number(argument)
  if (Number.isInteger(limit) && limit >= 1 && limit <= limits.historyEvents) {
    return request({ type: 'history', limit })
  }
  const message = `/history takes a number from 1 to ${limits.historyEvents}.`
  return { type: 'fault', fault: { code: 'bad_message', message } }
}

function request(request: Request): Decoded {
  return { type: 'request', request }
}

/** Events of perhaps several days, each day under its date. */
function datedLines(events: readonly RoomEvent[], offsetMinutes: number): Unit[] {
  let day = ''
  return events.flatMap((event) => {
    const units = [{ text: eventLine(event, offsetMinutes) }]
    const its = localTime(event.at, offsetMinutes).slice(0, 10)
    if (its !== day) units.unshift({ text: `* ${its}` })
    day = its
    return units
  })
}

/** ISO 8601 as the reader's clock has it. */
function localTime(at: string, offsetMinutes: number): string {
  return new Date(Date.parse(at) + offsetMinutes * 60_000).toISOString()
}

function eventLine({ at, kind, from, text }: RoomEvent, offsetMinutes: number): string {
  const stamp = `[${localTime(at, offsetMinutes).slice(11, 16)}]`
  if (kind === 'message') return `${stamp} ${from.name}: ${text}`
  if (kind === 'action') return `${stamp} * ${from.name} ${text}`
  return `${stamp} * ${text}`
}

function presenceLines({ joined, left, renamed, members, memberCount }: Presence): Unit[] {
  if (members !== undefined) return []
  if (memberCount > SUMMARY_ABOVE_MEMBERS && joined.length + left.length + renamed.length > 1) {
    const parts = [
      joined.length > 0 ? `${joined.length} joined` : '',
      left.length > 0 ? `${left.length} left` : '',
      renamed.length > 0 ? `${renamed.length} renamed` : '',
    ].filter((part) => part !== '')
    return [{ text: `* ${parts.join(', ')} (${memberCount} here)` }]
  }
  // A name that was given up may be taken by the next, so joining comes last.
  return [
    ...left.map(({ id, name }) => ({ text: `* ${name} left`, own: id })),
    ...renamed.map(({ id, was, name }) => ({ text: `* ${was} is now ${name}`, own: id })),
    ...joined.map(({ id, name, via }) => ({ text: `* ${name} joined (${via})`, own: id })),
  ]
}

function greeting(welcome: Welcome, offsetMinutes: number): string[] {
  const { you, token, members, memberCount, events } = welcome
  const others = members.filter(({ id }) => id !== you.id)
  const here =
    others.length === 0 ? 'Nobody else is here yet.' : `Here: ${names(others, memberCount - 1)}.`
  const lines = [
    `Welcome to Oneroom. You are ${you.name}; /name NAME changes that.`,
    `${here} Times are ${utcOffset(offsetMinutes)}.`,
    `After a break, /resume ${token} takes you back to where you were.`,
    'Type to talk. /help lists the commands, bye leaves.',
  ]
  const tail = tailLines(events, offsetMinutes, GREETING_BYTES - bytesOf(lines))
  return [...lines, ...tail]
}

/** As many of the latest events as there is room for, under what they are. */
function tailLines(events: readonly RoomEvent[], offsetMinutes: number, room: number): string[] {
  for (let from = 0; from < events.length; from += 1) {
    const shown = datedLines(events.slice(from), offsetMinutes).map(({ text }) => text)
    const lines = ['* Said before; /history shows more:', ...shown]
    if (bytesOf(lines) <= room) return lines
  }
  return []
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

/** `UTC+05:45` for 345. */
export function utcOffset(minutes: number): string {
  const sign = minutes < 0 ? '-' : '+'
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `UTC${sign}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`
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
