/**
 * A typed line → a request or a setting: the decoding half of the line dialect.
 */
import { type CommandName, commandNamed, commandOf, nearestCommand } from '../commands.ts'
import type { Fault } from '../errors.ts'
import { parseSearch } from '../finding.ts'
import { limits, PROTOCOL_VERSION } from '../limits.ts'
import { cutUtf8, sanitise } from '../text.ts'
import { parseTranscript } from '../transcript/typed.ts'
import { parseDirect, parseTyped } from '../typed.ts'
import type { Decoded, Request, Setting } from './dialect.ts'
import { decodeOrder, decodeUndo } from './hosting.ts'
import { isHello } from './json.ts'
import { parseTimes } from './style.ts'

/** Messages in the greeting of a terminal, and in replies to /history or /search. */
export const TAIL_EVENTS = 20
/** The hello of clients that speak lines. */
export const LINE_HELLO: Decoded = request({
  type: 'hello',
  protocol: PROTOCOL_VERSION,
  history: TAIL_EVENTS,
})
/** Bytes of an unknown command that the error repeats. */
const WORD_BYTES = 40
/** Most UTF-8 bytes in a query. */
const QUERY_BYTES = 256

const JSON_HERE: Fault = {
  code: 'bad_message',
  message:
    'Not sent: a hello object. To use JSON, send the hello object as the first line of a connection.',
}

/** The beginning of most hello objects, for those that are cut or not valid JSON. */
const HELLO_START = /^\s*\{\s*["']?type["']?\s*:\s*["']hello/

/** `offset`: of the times that the reader sees, in minutes from UTC; undefined for the local one. */
export function decodeLine(line: string, offset?: number): Decoded {
  // Sent as text, it would reveal a token.
  if (HELLO_START.test(line) || isHello(line)) return { type: 'fault', fault: JSON_HERE }
  const typed = parseTyped(line)
  if (typed.type === 'nothing') return { type: 'nothing' }
  if (typed.type === 'text') return request({ type: 'say', text: typed.text })
  return typed.type === 'unknown'
    ? unknown(typed.word)
    : decodeCommand(typed.name, typed.argument, offset)
}

/** Commands that need an argument. */
const needsArgument: readonly CommandName[] = [
  'name',
  'join',
  'msg',
  'reply',
  're',
  'me',
  'search',
  'time',
  'host',
  'mute',
  'unmute',
  'kick',
  'unhost',
  'ban',
  'unban',
  'rename',
  'observer',
  'redact',
  'slow',
  'pin',
  'react',
]

function decodeCommand(name: CommandName, argument: string, offset: number | undefined): Decoded {
  if (argument === '' && needsArgument.includes(name)) {
    return misused(`Usage: ${commandOf(name).usage}`)
  }
  switch (name) {
    case 'name':
      return request({ type: 'name', name: argument })
    case 'register':
      return request({ type: 'register' })
    case 'unregister':
      return request({ type: 'register', on: false })
    case 'who':
      return request({ type: 'who' })
    case 'join':
      return request({ type: 'move', room: argument, history: TAIL_EVENTS })
    case 'msg':
      return decodeDirect(argument)
    case 'reply':
      return request({ type: 'reply', text: argument })
    case 're':
      return request({ type: 'say', text: argument, addressed: true })
    case 'ignore':
      return request({ type: 'ignore', ...(argument !== '' && { name: argument }) })
    case 'rooms':
      return request({ type: 'rooms' })
    case 'topic':
      return request(decodeTopic(argument))
    case 'me':
      return request({ type: 'say', text: argument, action: true })
    case 'history':
      return decodeHistory(argument)
    case 'search':
      return decodeSearch(argument, offset)
    case 'transcript':
      return decodeTranscript(argument)
    case 'resume':
      return request(argument === '' ? { type: 'show_code' } : { type: 'resume', code: argument })
    case 'time':
      return decodeTime(argument)
    case 'stamps':
    case 'color':
    case 'ascii':
    case 'bell':
    case 'turn':
      return decodeSwitch(name, argument)
    case 'undo':
      return request(decodeUndo(argument))
    case 'paste':
      return setting({ type: 'paste' })
    case 'host':
      return request({ type: 'host', key: argument })
    case 'wire':
      return request({ type: 'wire', ...(argument !== '' && { name: argument }) })
    case 'bans':
      return request({ type: 'bans' })
    case 'hands':
      return request({ type: 'hands' })
    case 'mute':
    case 'unmute':
    case 'kick':
    case 'unhost':
    case 'ban':
    case 'unban':
    case 'rename':
    case 'observer':
    case 'redact':
    case 'slow':
    case 'lock':
    case 'unlock':
    case 'approve':
    case 'pin':
    case 'lesson':
    case 'hand':
    case 'lower':
    case 'react':
      return decodeOrder(name, argument)
    case 'admit':
    case 'turnaway':
      return decodeAdmission(name, argument)
    case 'help':
      return decodeHelp(argument)
    case 'quit':
      return request({ type: 'bye' })
  }
}

function decodeHistory(argument: string): Decoded {
  const limit = argument === '' ? TAIL_EVENTS : Number(argument)
  return Number.isInteger(limit) && limit >= 1 && limit <= limits.historyEvents
    ? request({ type: 'history', limit })
    : misused(`/history takes a number from 1 to ${limits.historyEvents}.`)
}

function decodeSearch(argument: string, offset: number | undefined): Decoded {
  const typed = cutUtf8(sanitise(argument), QUERY_BYTES)
  const sought = parseSearch(typed, offset, Date.now())
  return sought === undefined
    ? misused(
        'Filters look like from:alice mentions:me after:2026-11-20 before:today on:yesterday.',
      )
    : request({ type: 'search', ...sought, limit: TAIL_EVENTS })
}

function decodeTranscript(argument: string): Decoded {
  const wanted = parseTranscript(argument)
  return wanted === undefined ? misused(`Usage: ${commandOf('transcript').usage}`) : request(wanted)
}

function decodeAdmission(name: 'admit' | 'turnaway', argument: string): Decoded {
  const on = name === 'admit'
  if (argument === '') return request({ type: 'admit', on })
  return /^\d{1,9}$/.test(argument) && Number(argument) > 0
    ? request({ type: 'admit', id: Number(argument), on })
    : misused(`Usage: ${commandOf(name).usage}`)
}

/** Without a text, it requests the latest messages of the conversation. */
function decodeDirect(argument: string): Decoded {
  const { to, text } = parseDirect(argument)
  return request(
    text === ''
      ? { type: 'history', direct: to, limit: TAIL_EVENTS }
      : { type: 'direct', to, text },
  )
}

function decodeTopic(argument: string): Request {
  if (argument === '') return { type: 'show_topic' }
  return { type: 'topic', text: argument.toLowerCase() === 'off' ? '' : argument }
}

function decodeTime(argument: string): Decoded {
  const change = parseTimes(argument)
  if (change === undefined) {
    return misused(
      '/time takes an offset, as in /time +05:45, /time -3 or /time UTC, and seconds or minutes.',
    )
  }
  return setting({ type: 'style', change })
}

function decodeSwitch(
  name: 'stamps' | 'color' | 'ascii' | 'bell' | 'turn',
  argument: string,
): Decoded {
  const given = argument.toLowerCase()
  if (given !== 'on' && given !== 'off') return misused(`Usage: ${commandOf(name).usage}`)
  const on = given === 'on'
  return setting(
    name === 'turn' ? { type: 'lockstep', on } : { type: 'style', change: { [name]: on } },
  )
}

/** A command may be named with its slash. */
function decodeHelp(argument: string): Decoded {
  const word = argument.replace(/^\//, '')
  if (word === '') return request({ type: 'help' })
  const about = word === 'bye' ? 'quit' : commandNamed(word)
  return about === undefined ? unknown(word) : request({ type: 'help', about })
}

function unknown(word: string): Decoded {
  const near = nearestCommand(word)
  const hint = near === undefined ? '' : ` Did you mean /${near}?`
  const shown = cutUtf8(sanitise(word), WORD_BYTES)
  const message = `There is no command /${shown}.${hint} /help lists all commands; //x sends /x.`
  return { type: 'fault', fault: { code: 'unknown_command', message } }
}

function misused(message: string): Decoded {
  return { type: 'fault', fault: { code: 'bad_message', message } }
}

function setting(setting: Setting): Decoded {
  return { type: 'setting', setting }
}

function request(request: Request): Decoded {
  return { type: 'request', request }
}
