/**
 * The command table of the line dialect: one definition that feeds the parser,
 * `/help`, `/help NAME` and the page's palette.
 */
import { nearestWord } from './nearest.ts'
import { wrap } from './wrap.ts'

/**
 * `usage` as typed; `summary` is one plain sentence, and `more` what else `/help NAME`
 * tells. `where`: whether it means something to every reader, or only to one of lines.
 * `akin`: what the same thing is called elsewhere; it is suggested, never obeyed.
 */
export type Command = {
  name: string
  usage: string
  summary: string
  more: readonly string[]
  where: 'everywhere' | 'terminal'
  akin: readonly string[]
}

/** Longer explanations are laid out for this where the reader's terminal does not say. */
const PAGE_COLUMNS = 79

export const commands = [
  {
    name: 'name',
    usage: '/name NAME',
    summary: 'Change your name.',
    more: [
      'It has 1 to 24 characters, and nobody here may have one that looks like it.',
      'As in: /name Asha',
    ],
    where: 'everywhere',
    akin: ['nick'],
  },
  {
    name: 'who',
    usage: '/who',
    summary: 'List who is here, and how they came.',
    more: ['web is a browser, tcp a program such as nc, json one that speaks JSON.'],
    where: 'everywhere',
    akin: ['list', 'users', 'people'],
  },
  {
    name: 'me',
    usage: '/me TEXT',
    summary: 'Say what you do, as in "* alice waves".',
    more: ['As in: /me waves'],
    where: 'everywhere',
    akin: ['action', 'em'],
  },
  {
    name: 'history',
    usage: '/history [N]',
    summary: 'Show the last 20 messages, or N of them.',
    more: ['N is at most 200. As in: /history 100'],
    where: 'everywhere',
    akin: ['log', 'last'],
  },
  {
    name: 'search',
    usage: '/search WORDS',
    summary: 'Show the latest messages with these words.',
    more: ['All of them, in any order; the beginning of a word is enough. As in: /search disk fu'],
    where: 'everywhere',
    akin: ['find', 'grep'],
  },
  {
    name: 'resume',
    usage: '/resume CODE',
    summary: 'Be who you were, and get what you missed.',
    more: [
      'The greeting has your code. Whoever knows it can be you, so keep it to yourself.',
      'As in: /resume w0bp1TUjtw.trfMqGEx7jQ',
    ],
    where: 'terminal',
    akin: ['login', 'reconnect'],
  },
  {
    name: 'time',
    usage: '/time OFFSET',
    summary: 'Set how far your clock is from UTC.',
    more: [
      'From -12:00 to +14:00, in quarters of an hour. Stamps and dates follow it.',
      'As in: /time +05:45, /time -3, /time UTC',
    ],
    where: 'terminal',
    akin: ['timezone', 'tz', 'utc'],
  },
  {
    name: 'stamps',
    usage: '/stamps on|off',
    summary: 'Put the time before each message, or leave it out.',
    more: ['Dates still stand above what /history and /search show.'],
    where: 'terminal',
    akin: ['timestamps'],
  },
  {
    name: 'color',
    usage: '/color on|off',
    summary: 'Give each name a colour, or none.',
    more: [
      'Legible on dark and on light. A telnet client whose terminal has colours gets them without asking; nobody else is sent an escape sequence before asking for one.',
    ],
    where: 'terminal',
    akin: ['colours'],
  },
  {
    name: 'ascii',
    usage: '/ascii on|off',
    summary: 'Read everything spelled in ASCII.',
    more: [
      'For a terminal or a program without UTF-8: Zdravo for Здраво, :rocket: for the picture.',
      'What you say yourself is not changed. Names that differ may be spelled alike.',
    ],
    where: 'terminal',
    akin: ['utf8', 'unicode'],
  },
  {
    name: 'turn',
    usage: '/turn on|off',
    summary: 'Get at most 1024 bytes for each line you send.',
    more: [
      'For a program that sends once and reads once by turns, with recv(1024): what is said while it waits for its user stays here until then, and no character is cut in two.',
    ],
    where: 'terminal',
    akin: ['lockstep'],
  },
  {
    name: 'help',
    usage: '/help [NAME]',
    summary: 'Show this list, or more about one of them.',
    more: ['As in: /help time'],
    where: 'everywhere',
    akin: ['commands', 'man', '?'],
  },
  {
    name: 'quit',
    usage: '/quit or bye',
    summary: 'Leave the room.',
    more: ['bye alone on a line does it too, and so does closing the connection.'],
    where: 'everywhere',
    akin: ['bye', 'exit', 'leave', 'part', 'logout'],
  },
] as const satisfies readonly Command[]

export type CommandName = (typeof commands)[number]['name']

/** What a typed line means. `unknown` carries the word as it was typed. */
export type Typed =
  | { type: 'nothing' }
  | { type: 'text'; text: string }
  | { type: 'command'; name: CommandName; argument: string }
  | { type: 'unknown'; word: string }

const SLASHED = /^\/(\S*)\s*(.*)$/su

/** Said aloud, for a space before it, it would give away a code. */
const RESUME = /^\s*\/resume\s/iu

/** Reads one line. `//x` is the text `/x`; `bye` alone leaves, as the first clients did. */
export function parseTyped(line: string): Typed {
  const trimmed = line.trim()
  if (trimmed === '') return { type: 'nothing' }
  if (trimmed === 'bye') return { type: 'command', name: 'quit', argument: '' }
  if (!line.startsWith('/') && !RESUME.test(line)) return { type: 'text', text: line }
  if (line.startsWith('//')) return { type: 'text', text: line.slice(1) }
  const [, word = '', argument = ''] = SLASHED.exec(trimmed) ?? []
  const name = commandNamed(word)
  if (name === undefined) return { type: 'unknown', word }
  return { type: 'command', name, argument }
}

/** The command of that name, in any case of its letters. */
export function commandNamed(word: string): CommandName | undefined {
  return commands.find(({ name }) => name === word.toLowerCase())?.name
}

/** The command that somebody who typed `word` most likely means, if any is near. */
export function nearestCommand(word: string): CommandName | undefined {
  const typed = word.toLowerCase()
  const akin = commands.find((command) => (command.akin as readonly string[]).includes(typed))
  return (
    akin?.name ??
    nearestWord(
      typed,
      commands.map(({ name }) => name),
    )
  )
}

/**
 * The lines of `/help`: commands in one column, summaries in the next. `columns`: the
 * width of the reader's terminal, Infinity where it is not known. `shown`: those that
 * the reader has.
 */
export function helpLines(
  columns: number,
  shown: readonly Pick<Command, 'usage' | 'summary'>[] = commands,
): string[] {
  const width = Math.max(...shown.map(({ usage }) => usage.length))
  return shown.flatMap(({ usage, summary }) =>
    wrap(summary.split(' '), columns, `  ${usage.padEnd(width)}  `),
  )
}

/** The lines of `/help NAME`: all that there is to know of one command. */
export function helpAbout(about: CommandName, columns: number): string[] {
  const { usage, summary, more } = commands.find(({ name }) => name === about) as Command
  const width = Math.min(columns, PAGE_COLUMNS)
  return [usage, ...[summary, ...more].flatMap((text) => wrap(text.split(' '), width, '  '))]
}
