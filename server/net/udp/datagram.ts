/**
 * A datagram that was received: its lines, and whether it is one that the server answers. Pure.
 *
 * MUST NOT take the answer of a server for a message: two servers, or a server and an echo service, would
 * answer each other without end.
 */
import { serverMessages } from '../../../shared/replies.ts'
import { clientMessages } from '../../../shared/requests.ts'
import { parseTyped } from '../../../shared/typed.ts'
import { RawDecoder } from '../raw/decoder.ts'
import { type Line, LineDecoder } from '../raw/lines.ts'

/** Control characters other than tab. The decoder has taken NULs and the ends of lines away. */
const BINARY = /[^\P{Cc}\t]/u
/** With `-v` or `-z`, nc of OpenBSD sends this several times before anything else. */
const PROBE = 'X'

/** Lines of a datagram. What follows is dropped: 65,507 ends of lines would take long. */
export const MAX_LINES = 256

/**
 * The first lines of a datagram, without what C programs send after a text. `isMember`: of a member, who
 * may also write about HTTP. No lines: they are of another protocol. `maxBytes`: of a line.
 */
export function linesOf(datagram: Uint8Array, maxBytes: number, isMember: boolean): Line[] {
  const raw = new RawDecoder(maxBytes)
  raw.push(datagram)
  const isText = raw.inspect('whole') === 'clear'
  if (!isText && !isMember) return []
  const decoder = isText ? raw : new LineDecoder(maxBytes)
  if (!isText) decoder.push(datagram)
  const lines: Line[] = []
  while (lines.length < MAX_LINES) {
    const line = nextOf(decoder)
    if (line === undefined) break
    lines.push(line)
  }
  return lines
}

function nextOf(decoder: RawDecoder | LineDecoder): Line | undefined {
  return decoder.next() ?? decoder.end()
}

/** The first line that says something; '' if there is none. */
export function firstOf(lines: readonly Line[]): string {
  return lines.find(({ text }) => text.trim() !== '')?.text ?? ''
}

/** Whether these lines of an address that is no member say something, so that it becomes one. */
export function saysSomething(lines: readonly Line[]): boolean {
  const said = lines.map(({ text }) => text.trim()).filter((text) => text !== '')
  const [first = ''] = said
  if (first === '' || said.some((text) => BINARY.test(text))) return false
  const isAlone = said.length === 1
  return !((isAlone && (first === PROBE || isGoodbye(first))) || isAnswer(first))
}

function isGoodbye(text: string): boolean {
  if (messageTypeOf(text) === 'bye') return true
  const typed = parseTyped(text)
  return typed.type === 'command' && typed.name === 'quit'
}

/** How the lines begin that a server writes. The time may have seconds. */
const ANSWER = /^(?:[*!] |\[\d\d:\d\d(?::\d\d)?\] |(?:Welcome to Oneroom\.|Goodbye,) )/

type Schemas = Readonly<Record<string, { properties: object }>>
const [requests, answers]: readonly [Schemas, Schemas] = [clientMessages, serverMessages]

/** Whether a server has written the line. */
export function isAnswer(line: string): boolean {
  return ANSWER.test(line) || isJsonAnswer(line)
}

/** An answer can have the type of its request. Then it has fields that no request of this type has. */
function isJsonAnswer(line: string): boolean {
  if (!line.startsWith('{"type":"')) return false
  const message = parsed(line)
  const { type } = message
  if (typeof type !== 'string' || !Object.hasOwn(answers, type)) return false
  const request = Object.hasOwn(requests, type) ? requests[type]?.properties : {}
  const own = Object.keys(answers[type]?.properties ?? {})
  return own.some((name) => Object.hasOwn(message, name) && !Object.hasOwn(request ?? {}, name))
}

/** The type of a message of the JSON dialect; undefined if the line is none. */
export function messageTypeOf(line: string): string | undefined {
  const { type } = parsed(line)
  return typeof type === 'string' && Object.hasOwn(clientMessages, type) ? type : undefined
}

/** The fields of an object in JSON; none if the line is not one. */
function parsed(line: string): Readonly<Record<string, unknown>> {
  if (!/^\s*\{/.test(line)) return {}
  try {
    return JSON.parse(line)
  } catch {
    return {}
  }
}
