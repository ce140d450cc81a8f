/**
 * The command table: the one definition for the parser, `/help`, `/help NAME` and the
 * page's palette.
 */
import { nearestWord } from './nearest.ts'
import { wrap } from './wrap.ts'

/**
 * `usage`: the command as typed. `summary`: one sentence. `more`: further sentences for
 * `/help NAME`. `where`: `everywhere`, or `terminal` if it concerns readers of lines only.
 * `akin`: names of the same command in other programs, which are suggested but not accepted.
 */
export type Command = {
  name: string
  usage: string
  summary: string
  more: readonly string[]
  where: 'everywhere' | 'terminal'
  akin: readonly string[]
  /** Whether it is for hosts only. */
  ofHosts?: true
}

/** Columns for `/help NAME` if the width of the reader's terminal is unknown. */
const PAGE_COLUMNS = 79

export const commands = [
  {
    name: 'name',
    usage: '/name NAME',
    summary: 'Change your name.',
    more: [
      'A name has 1 to 24 characters. It must not look like the name of another person.',
      'Example: /name Asha',
    ],
    where: 'everywhere',
    akin: ['nick'],
  },
  {
    name: 'register',
    usage: '/register',
    summary: 'Register your name.',
    more: [
      'Nobody else can use it, even while you are away, until you /unregister it.',
      '/resume with your code gives it back to you. You can register one name.',
      'The operator of the server decides whether this is possible.',
    ],
    where: 'terminal',
    akin: ['reserve', 'claim'],
  },
  {
    name: 'unregister',
    usage: '/unregister',
    summary: 'End the registration of your name.',
    more: ['You still have it until you take another name or leave.'],
    where: 'terminal',
    akin: ['release'],
  },
  {
    name: 'who',
    usage: '/who',
    summary: 'List the people here.',
    more: [
      'For each person, it shows the kind of connection:',
      'web: a browser; tcp: a program such as nc; json: a program that sends JSON.',
    ],
    where: 'everywhere',
    akin: ['list', 'users', 'people'],
  },
  {
    name: 'join',
    usage: '/join ROOM',
    summary: 'Go to another room, or make it.',
    more: [
      'A name has 1 to 32 characters. Case does not matter.',
      'Everybody begins in the lobby. Example: /join physics',
    ],
    where: 'everywhere',
    akin: ['room', 'j', 'goto', 'channel'],
  },
  {
    name: 'msg',
    usage: '/msg NAME TEXT',
    summary: 'Write to one person.',
    more: [
      'Nobody else receives it. A person who is away receives it after coming back.',
      'Without TEXT, it shows the latest messages of your conversation.',
      'Example: /msg asha hello. A name with spaces: /msg "Bob B" hello',
    ],
    where: 'everywhere',
    akin: ['m', 'tell', 'w', 'whisper', 'query', 'dm', 'pm'],
  },
  {
    name: 'reply',
    usage: '/reply TEXT',
    summary: 'Answer the latest /msg.',
    more: ['It goes to the sender of the latest direct message that you received.'],
    where: 'terminal',
    akin: ['r'],
  },
  {
    name: 'ignore',
    usage: '/ignore [NAME]',
    summary: 'Ignore a person, or list ignored people.',
    more: [
      'You receive no more messages from this person, in any room.',
      'The same command again ends this. /resume keeps the list.',
    ],
    where: 'everywhere',
    akin: ['block', 'unignore'],
  },
  {
    name: 'rooms',
    usage: '/rooms',
    summary: 'List the rooms.',
    more: [
      'For each room, it shows the number of people and the topic.',
      'The lobby comes first, then the rooms with the most people.',
    ],
    where: 'everywhere',
    akin: ['channels'],
  },
  {
    name: 'topic',
    usage: '/topic [TEXT]',
    summary: 'Show the topic, or set it.',
    more: [
      'People who enter the room see it. /topic off removes it.',
      'Example: /topic Exercise 4',
    ],
    where: 'everywhere',
    akin: ['subject'],
  },
  {
    name: 'me',
    usage: '/me TEXT',
    summary: 'Send an action, such as "alice * waves".',
    more: ['Example: /me waves'],
    where: 'everywhere',
    akin: ['action', 'em'],
  },
  {
    name: 'history',
    usage: '/history [N]',
    summary: 'Show the last 20 messages, or N.',
    more: ['N is at most 200. Example: /history 100'],
    where: 'everywhere',
    akin: ['log', 'last'],
  },
  {
    name: 'search',
    usage: '/search WORDS',
    summary: 'Show messages with these words.',
    more: [
      'All words must occur, in any order. The last word may be incomplete.',
      'Example: /search disk fu',
    ],
    where: 'everywhere',
    akin: ['find', 'grep'],
  },
  {
    name: 'resume',
    usage: '/resume CODE',
    summary: 'Continue where you were.',
    more: [
      'You get back your name and your room, and see the messages that you missed.',
      'Your code is in the greeting. Keep it secret: with it, another person can impersonate you.',
      'Example: /resume w0bp1TUjtw.trfMqGEx7jQ',
    ],
    where: 'terminal',
    akin: ['login', 'reconnect'],
  },
  {
    name: 'time',
    usage: '/time OFFSET',
    summary: 'Set your time zone.',
    more: [
      'From -12:00 to +14:00, in quarters of an hour, for all times and dates.',
      'Examples: /time +05:45, /time -3, /time UTC',
    ],
    where: 'terminal',
    akin: ['timezone', 'tz', 'utc'],
  },
  {
    name: 'stamps',
    usage: '/stamps on|off',
    summary: 'Show or hide the times.',
    more: ['/history and /search still show dates.'],
    where: 'terminal',
    akin: ['timestamps'],
  },
  {
    name: 'color',
    usage: '/color on|off',
    summary: 'Show names in colour, or without.',
    more: [
      'The colours are legible on dark and on light backgrounds.',
      'A telnet client gets colours without asking if its terminal type has them. Other clients receive no escape sequences unless they ask.',
    ],
    where: 'terminal',
    akin: ['colours'],
  },
  {
    name: 'ascii',
    usage: '/ascii on|off',
    summary: 'Receive all text in ASCII.',
    more: [
      'For terminals and programs without UTF-8: Zdravo for Здраво, :rocket: for the emoji.',
      'Text that you send is not changed. Different names may be spelled alike.',
    ],
    where: 'terminal',
    akin: ['utf8', 'unicode'],
  },
  {
    name: 'turn',
    usage: '/turn on|off',
    summary: 'Receive 1024 bytes for each line.',
    more: [
      'For programs that send once and then read once, with recv(1024).',
      'The server holds messages back until the program sends again, and never splits a character.',
    ],
    where: 'terminal',
    akin: ['lockstep'],
  },
  {
    name: 'host',
    usage: '/host KEY',
    summary: 'Become a host.',
    more: [
      "The key is printed at the server's console when it is made.",
      'A host can mute and remove people; /help then lists these commands, too.',
    ],
    where: 'everywhere',
    akin: ['op', 'oper', 'admin', 'sudo'],
  },
  {
    name: 'mute',
    usage: '/mute NAME|all [TIME]',
    summary: 'Mute a person, or everybody in this room.',
    more: [
      'A muted person can still read, and write direct messages to hosts.',
      'all: everybody in this room except hosts. Without TIME, until /unmute.',
      'Examples: /mute bob 10m, /mute "Bob B", /mute all 30s',
    ],
    where: 'everywhere',
    akin: ['silence', 'gag'],
    ofHosts: true,
  },
  {
    name: 'unmute',
    usage: '/unmute NAME|all',
    summary: 'End a mute.',
    more: ['Example: /unmute bob'],
    where: 'everywhere',
    akin: ['unsilence'],
    ofHosts: true,
  },
  {
    name: 'kick',
    usage: '/kick NAME [REASON]',
    summary: 'Close the connection of a person.',
    more: ['The person can reconnect. Example: /kick bob off topic'],
    where: 'everywhere',
    akin: ['remove', 'boot'],
    ofHosts: true,
  },
  {
    name: 'ban',
    usage: '/ban NAME [TIME]',
    summary: 'Remove a person, who then cannot reconnect.',
    more: [
      'Without TIME, until /unban. /ban NAME address includes the address,',
      'and says how many other people share it.',
      'Examples: /ban bob 1h, /ban bob address 1d',
    ],
    where: 'everywhere',
    akin: [],
    ofHosts: true,
  },
  {
    name: 'bans',
    usage: '/bans',
    summary: 'List the bans.',
    more: ['Each with its person, its host and its end. Times are in UTC.'],
    where: 'everywhere',
    akin: ['banlist'],
    ofHosts: true,
  },
  {
    name: 'unban',
    usage: '/unban NAME',
    summary: 'End a ban.',
    more: ['This also ends a ban of the address. Example: /unban bob'],
    where: 'everywhere',
    akin: ['pardon'],
    ofHosts: true,
  },
  {
    name: 'rename',
    usage: '/rename NAME NEW',
    summary: 'Give a person another name.',
    more: ['The person cannot take the earlier name back. Example: /rename boss bob'],
    where: 'everywhere',
    akin: [],
    ofHosts: true,
  },
  {
    name: 'observer',
    usage: '/observer NAME',
    summary: 'Let a person read, but not write.',
    more: ['The same command again ends this. Example: /observer bob'],
    where: 'everywhere',
    akin: ['readonly', 'devoice'],
    ofHosts: true,
  },
  {
    name: 'redact',
    usage: '/redact SEQ|NAME',
    summary: 'Remove the text of a message.',
    more: [
      'By its number, or of the latest message of a person in this room.',
      'The text is deleted everywhere on the server; programs may have kept it.',
      'Examples: /redact 58, /redact bob',
    ],
    where: 'everywhere',
    akin: ['delete', 'erase'],
    ofHosts: true,
  },
  {
    name: 'slow',
    usage: '/slow TIME|off',
    summary: 'Limit how often each person can write.',
    more: ['It applies to everybody in this room except hosts. Example: /slow 10s'],
    where: 'everywhere',
    akin: ['slowmode'],
    ofHosts: true,
  },
  {
    name: 'admit',
    usage: '/admit [NUMBER]',
    summary: 'Admit a waiting client.',
    more: ['Without NUMBER, the client that has waited longest.'],
    where: 'everywhere',
    akin: ['letin', 'accept'],
    ofHosts: true,
  },
  {
    name: 'turnaway',
    usage: '/turnaway [NUMBER]',
    summary: 'Reject a waiting client.',
    more: ['Without NUMBER, the client that has waited longest.'],
    where: 'everywhere',
    akin: ['reject', 'deny'],
    ofHosts: true,
  },
  {
    name: 'lock',
    usage: '/lock',
    summary: 'Lock the server: new people cannot join.',
    more: ['People with a token can return.'],
    where: 'everywhere',
    akin: ['close'],
    ofHosts: true,
  },
  {
    name: 'unlock',
    usage: '/unlock',
    summary: 'End the lock.',
    more: ['Everybody can join again.'],
    where: 'everywhere',
    akin: ['open'],
    ofHosts: true,
  },
  {
    name: 'approve',
    usage: '/approve [on|off]',
    summary: 'Let new people wait for a host.',
    more: [
      'Each new person knocks, even with the code; /admit admits one.',
      'Without on or off, it shows whether approval is on.',
    ],
    where: 'everywhere',
    akin: ['approval', 'moderate'],
    ofHosts: true,
  },
  {
    name: 'pin',
    usage: '/pin SEQ|NAME|off',
    summary: 'Show a message to new people.',
    more: [
      'By its number, or the latest message of a person in this room.',
      'Examples: /pin 58, /pin asha, /pin off',
    ],
    where: 'everywhere',
    akin: ['sticky', 'unpin'],
    ofHosts: true,
  },
  {
    name: 'unhost',
    usage: '/unhost NAME',
    summary: 'Remove the host role from a person.',
    more: ["This works at the server's own console only."],
    where: 'terminal',
    akin: ['deop'],
    ofHosts: true,
  },
  {
    name: 'help',
    usage: '/help [NAME]',
    summary: 'List the commands, or explain one.',
    more: ['Example: /help time'],
    where: 'everywhere',
    akin: ['commands', 'man', '?'],
  },
  {
    name: 'quit',
    usage: '/quit or bye',
    summary: 'Leave the chat.',
    more: ['bye alone on a line leaves, too, and so does closing the connection.'],
    where: 'everywhere',
    akin: ['bye', 'exit', 'leave', 'part', 'logout'],
  },
] as const satisfies readonly Command[]

export type CommandName = (typeof commands)[number]['name']

/** The meaning of a typed line. `unknown` has the word as it was typed. */
export type Typed =
  | { type: 'nothing' }
  | { type: 'text'; text: string }
  | { type: 'command'; name: CommandName; argument: string }
  | { type: 'unknown'; word: string }

const SLASHED = /^\/(\S*)\s*(.*)$/su

/** Also with spaces before it: sent as text, it would reveal a code or a key. */
const SECRET = /^\s*\/(?:resume|host)\s/iu

/** Parses one line. `//x` is the text `/x`; `bye` alone leaves, as in the first clients. */
export function parseTyped(line: string): Typed {
  const trimmed = line.trim()
  if (trimmed === '') return { type: 'nothing' }
  if (trimmed === 'bye') return { type: 'command', name: 'quit', argument: '' }
  if (!line.startsWith('/') && !SECRET.test(line)) return { type: 'text', text: line }
  if (line.startsWith('//')) return { type: 'text', text: line.slice(1) }
  const [, word = '', argument = ''] = SLASHED.exec(trimmed) ?? []
  const name = commandNamed(word)
  if (name === undefined) return { type: 'unknown', word }
  return { type: 'command', name, argument }
}

/** A name with spaces stands in quotes or angle brackets, as notices show it. */
const RECIPIENT = /^(?:"([^"]+)"|<([^>]+)>|(\S+))\s*(.*)$/su

/** The argument of `/msg`: the name of a person, and a text, which may be ''. */
export function parseDirect(argument: string): { to: string; text: string } {
  const [, quoted, bracketed, word, text = ''] = RECIPIENT.exec(argument) ?? []
  return { to: (quoted ?? bracketed ?? word ?? '').replace(/(?<=.):$/, ''), text }
}

/** The commands that /help lists. */
export function commandsFor(isHost: boolean): readonly Command[] {
  const all: readonly Command[] = commands
  return isHost ? all : all.filter(({ ofHosts }) => ofHosts === undefined)
}

/** Whether a line has a code or a key, and is not to be remembered. */
export function hasSecret(line: string): boolean {
  return SECRET.test(line)
}

/** Returns the command with that name; upper and lower case are equal. */
export function commandNamed(word: string): CommandName | undefined {
  return commands.find(({ name }) => name === word.toLowerCase())?.name
}

export function commandOf(wanted: CommandName): Command {
  return commands.find(({ name }) => name === wanted) as Command
}

/** Returns the command that is closest to `word`, if any is close. */
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
 * Returns the lines of `/help`: commands in one column, summaries in the next. `columns`:
 * the width of the reader's terminal, Infinity if unknown. `shown`: the commands that the
 * reader has.
 */
export function helpLines(
  columns: number,
  shown: readonly Pick<Command, 'usage' | 'summary'>[] = commandsFor(false),
): string[] {
  const width = Math.max(...shown.map(({ usage }) => usage.length))
  return shown.flatMap(({ usage, summary }) =>
    wrap(summary.split(' '), columns, `  ${usage.padEnd(width)}  `),
  )
}

/** Returns the lines of `/help NAME`. */
export function helpAbout(about: CommandName, columns: number): string[] {
  const { usage, summary, more } = commandOf(about)
  const width = Math.min(columns, PAGE_COLUMNS)
  return [usage, ...[summary, ...more].flatMap((text) => wrap(text.split(' '), width, '  '))]
}
