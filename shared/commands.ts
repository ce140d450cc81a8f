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
  ...hostCommands,
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

/** The commands that /help lists. */
export function commandsFor(isHost: boolean): readonly Command[] {
  const all: readonly Command[] = commands
  return isHost ? all : all.filter(({ ofHosts }) => ofHosts === undefined)
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
