/**
 * The command table: the one definition for the parser, `/help`, `/help NAME` and the
 * page's palette.
 */
import type { Command } from './command.ts'
import { hostCommands } from './hostcommands.ts'
import { nearestWord } from './nearest.ts'

export const commands = [
  {
    name: 'name',
    usage: '/name NAME',
    daily: true,
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
    summary: 'Give up your registered name.',
    more: ['You still have it until you take another name or leave.'],
    where: 'terminal',
    akin: ['release'],
  },
  {
    name: 'who',
    usage: '/who',
    daily: true,
    summary: 'List the people here.',
    more: [
      'For each person, it shows the kind of connection:',
      'web: a browser; terminal: nc, for example; program: sends JSON, or over HTTP.',
    ],
    where: 'everywhere',
    akin: ['list', 'users', 'people'],
  },
  {
    name: 'join',
    usage: '/join ROOM',
    daily: true,
    summary: 'Go to a room, or make it.',
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
    daily: true,
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
    daily: true,
    summary: 'Answer the latest /msg.',
    more: ['It goes to the sender of the latest direct message that you received.'],
    where: 'terminal',
    akin: ['r'],
  },
  {
    name: 're',
    usage: '/re [NAME] TEXT',
    summary: 'Answer a message in the room.',
    more: [
      'With NAME: the latest message of this person. Without: the latest of anybody else.',
      '#58 instead of NAME: the message with this number. Everybody sees its beginning.',
      'Examples: /re same here, /re bob yes, /re "Bob B" no',
    ],
    where: 'terminal',
    akin: ['answer', 'quote'],
  },
  {
    name: 'react',
    usage: '/react [NAME] SIGN',
    summary: 'React to a message with a sign.',
    more: [
      'SIGN is an emoji, or one of: ok, heart, laugh, party, eyes, done.',
      'With NAME: to the latest message of this person. Without: the latest of anybody else.',
      '58 instead of NAME: the message with this number. The same again takes the sign back.',
      'Examples: /react ok, /react bob eyes, /react 58 ✅',
    ],
    where: 'everywhere',
    akin: ['emoji', 'like', 'ack'],
  },
  {
    name: 'ignore',
    usage: '/ignore [NAME]',
    summary: 'Ignore a person, or list them.',
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
    daily: true,
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
    daily: true,
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
    daily: true,
    summary: 'Send an action.',
    more: ['Example: /me waves'],
    where: 'everywhere',
    akin: ['action', 'em'],
  },
  {
    name: 'paste',
    usage: '/paste',
    summary: 'Send lines as one message.',
    more: [
      'All lines after it are one message, up to a line with only a dot.',
      'A message has at most 4096 bytes and 100 lines.',
    ],
    where: 'terminal',
    akin: ['multi', 'multiline', 'lines', 'code'],
  },
  {
    name: 'undo',
    usage: '/undo [NAME]',
    summary: 'Take back your last message.',
    more: [
      'Its text is gone for everybody, within 5 minutes after you have said it.',
      'People may have read it. With NAME: your latest direct message to this person.',
      '58 instead of NAME: your message in the room with this number.',
    ],
    where: 'everywhere',
    akin: ['takeback', 'unsend', 'retract', 'oops'],
  },
  {
    name: 'hand',
    usage: '/hand [up|down]',
    summary: 'Raise your hand, or lower it.',
    more: [
      'Everybody in this room sees it, in the order in which hands were raised.',
      'It is lowered when you leave the room. A host can lower it, too.',
    ],
    where: 'everywhere',
    akin: ['raise', 'raisehand', 'question', 'ask'],
  },
  {
    name: 'hands',
    usage: '/hands',
    summary: 'List the raised hands, in order.',
    more: ['The hand that was raised first comes first.'],
    where: 'everywhere',
    akin: ['queue', 'questions'],
  },
  {
    name: 'history',
    usage: '/history [N]',
    daily: true,
    summary: 'Show the last 20 messages, or N.',
    more: ['N is at most 200. Example: /history 100'],
    where: 'everywhere',
    akin: ['log', 'last'],
  },
  {
    name: 'search',
    usage: '/search WORDS',
    daily: true,
    summary: 'Show messages with these words.',
    more: [
      'All words must occur, in any order. The last word may be incomplete.',
      'Example: /search disk fu',
      'from:NAME, mentions:me, after:DATE, before:DATE and on:DATE narrow it, also without words.',
      'A DATE is 2026-11-20, 2026-11-20T14:30, today or yesterday.',
      'Example: /search disk from:alice after:yesterday',
    ],
    where: 'everywhere',
    akin: ['find', 'grep'],
  },
  {
    name: 'transcript',
    usage: '/transcript [FROM [TO]]',
    summary: 'Get a link to what was said.',
    more: [
      'The link works for 10 minutes, also without the room code: give it to nobody else.',
      'Times are 2026-11-22, 10:00, 2026-11-22T10:00, today, or 2h, which is 2 hours ago.',
      'Markdown or NDJSON: /transcript today markdown. Without times, it is all of the room.',
    ],
    where: 'everywhere',
    akin: ['export', 'save', 'download', 'minutes', 'protocol'],
  },
  {
    name: 'resume',
    usage: '/resume [CODE]',
    summary: 'Show your code, or use it.',
    more: [
      'It gives you back your name and your room, and shows the messages that you missed.',
      'Keep it secret: with it, another person can impersonate you.',
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
      '/time seconds shows seconds, too; /time minutes hides them. Both: /time UTC seconds',
    ],
    where: 'terminal',
    akin: ['timezone', 'tz', 'utc'],
  },
  {
    name: 'stamps',
    usage: '/stamps on|off',
    summary: 'Show or hide times.',
    more: ['/history and /search still show dates.'],
    where: 'terminal',
    akin: ['timestamps'],
  },
  {
    name: 'color',
    usage: '/color on|off',
    summary: 'Show names in colour, or not.',
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
    summary: 'Receive ASCII only.',
    more: [
      'For terminals and programs without UTF-8: Zdravo for Здраво, :rocket: for the emoji.',
      'Text that you send is not changed. Different names may be spelled alike.',
    ],
    where: 'terminal',
    akin: ['utf8', 'unicode'],
  },
  {
    name: 'bell',
    usage: '/bell on|off',
    summary: 'A bell when a message mentions you.',
    more: [
      'It also rings for direct messages. Your terminal decides how it sounds or looks.',
      'Nothing else rings, and no bell that other people type reaches you.',
    ],
    where: 'terminal',
    akin: ['beep', 'ring', 'notify', 'alert'],
  },
  {
    name: 'turn',
    usage: '/turn on|off',
    summary: 'Answer each line, for programs that hang.',
    more: [
      'For programs that send once and then read once, with recv(1024) or readLine().',
      'Each line that the program sends comes back to it as its answer.',
      'The server holds messages back until the program sends again, sends at most 1024 bytes each time, and never splits a character.',
    ],
    where: 'terminal',
    akin: ['lockstep'],
  },
  {
    name: 'wire',
    usage: '/wire [NAME]',
    summary: 'Show your bytes on the wire.',
    more: [
      'It shows each read and each write of the server on your connection, with its time.',
      'At a terminal, the server begins to keep them with the first /wire. With NAME, for hosts.',
    ],
    where: 'everywhere',
    akin: ['bytes', 'tcpdump', 'sniff', 'trace', 'debug'],
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
  ...hostCommands,
  {
    name: 'help',
    usage: '/help [NAME]',
    daily: true,
    summary: 'List commands, or explain one.',
    more: ['Example: /help time'],
    where: 'everywhere',
    akin: ['commands', 'man', '?'],
  },
  {
    name: 'quit',
    usage: '/quit or bye',
    daily: true,
    summary: 'Leave the chat.',
    more: ['bye alone on a line leaves, too, and so does closing the connection.'],
    where: 'everywhere',
    akin: ['bye', 'exit', 'leave', 'part', 'logout'],
  },
] as const satisfies readonly Command[]

export type CommandName = (typeof commands)[number]['name']

/** The commands that /help lists. */
export function commandsFor(isHost: boolean): readonly Command[] {
  const all: readonly Command[] = commands
  return all.filter(({ ofHosts, ofConsole }) => !ofConsole && (isHost || !ofHosts))
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
