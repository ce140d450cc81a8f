/**
 * Commands of the page: a chunk of its own with the command table, loaded as soon as
 * a person types a slash.
 */
import type { Ordered } from '../shared/acts.ts'
import type { Command } from '../shared/command.ts'
import {
  type CommandName,
  commandNamed,
  commandOf,
  commands,
  nearestCommand,
} from '../shared/commands.ts'
import { decodeOrder } from '../shared/dialect/hosting.ts'
import { parseDirect, parseTyped } from '../shared/typed.ts'
import type { Conversations } from './conversations.ts'
import type { Meaning, Spoken } from './draft.ts'
import { admit, asked, giveKey, isHost, order, rulesIn } from './hosts.ts'
import { more } from './language/more.ts'
import { texts } from './language.ts'
import { enter, type RoomHost, setTopic } from './rooms.ts'

/** For hosts only. */
type HostCommand = Exclude<Ordered, 'unhost'> | 'bans' | 'admit' | 'turnaway'

type Runnable =
  | 'name'
  | 'join'
  | 'msg'
  | 'ignore'
  | 'rooms'
  | 'topic'
  | 'search'
  | 'who'
  | 'help'
  | 'quit'
  | 'host'
  | HostCommand

/** What a line means in the page. The last three kinds only show a hint. */
export type Order =
  | { type: 'say'; message: Spoken }
  | { type: 'run'; name: Runnable; argument: string }
  | { type: 'usage'; usage: string }
  /** The command works in terminals only; in the page, scrolling replaces /history. */
  | { type: 'elsewhere'; name: CommandName }
  | { type: 'unknown'; word: string }

export function orderOf(line: string): Order {
  const typed = parseTyped(line)
  if (typed.type !== 'command') {
    return { type: 'unknown', word: typed.type === 'unknown' ? typed.word : '' }
  }
  const { name, argument } = typed
  switch (name) {
    case 'me':
      if (argument === '') break
      return { type: 'say', message: { text: argument, action: true } }
    case 'name':
    case 'join':
    case 'msg':
      if (argument === '') break
      return { type: 'run', name, argument }
    case 'mute':
    case 'unmute':
    case 'kick':
    case 'ban':
    case 'unban':
    case 'rename':
    case 'observer':
    case 'redact':
    case 'slow':
    case 'pin':
      if (argument === '') break
      return { type: 'run', name, argument }
    case 'host':
    case 'bans':
    case 'lock':
    case 'unlock':
    case 'approve':
    case 'admit':
    case 'turnaway':
    case 'ignore':
    case 'rooms':
    case 'topic':
    case 'search':
    case 'who':
    case 'help':
    case 'quit':
      return { type: 'run', name, argument }
    default:
      return { type: 'elsewhere', name }
  }
  return { type: 'usage', usage: commandOf(name).usage }
}

/** What the commands use of the page's session. */
type CommandTarget = RoomHost & {
  say(messages: readonly Spoken[]): boolean
  rename(name: string): boolean
  converse<T>(use: (conversations: Conversations) => T): Promise<Awaited<T> | undefined>
  leave(): void
  readonly roomsOpen: { value: boolean }
  readonly searching: { value: { query: string } | null }
  readonly peopleOpen: { value: boolean }
  readonly rewrite: { value: ((draft: string) => string) | null }
}

/** Carries out a draft with a command. False if it stays in the composer. */
export async function take(session: CommandTarget, meaning: Meaning): Promise<boolean> {
  return meaning.type === 'command' ? run(session, meaning.line) : session.hint(more.commandAlone)
}

/** Carries out a line that begins with a slash. False if it stays in the composer. */
export async function run(session: CommandTarget, line: string): Promise<boolean> {
  const meant = orderOf(line)
  switch (meant.type) {
    case 'say':
      return session.say([meant.message])
    case 'usage':
      return session.hint(more.commandUsage(meant.usage))
    case 'elsewhere':
      return session.hint(
        meant.name === 'history' ? more.historyHint : more.commandTerminal(meant.name),
      )
    case 'unknown':
      return session.hint(more.commandUnknown(meant.word, nearestCommand(meant.word)))
    case 'run':
      break
  }
  switch (meant.name) {
    case 'name':
      return session.rename(meant.argument) || session.hint(more.nameOffline)
    case 'join':
      return enter(session, meant.argument)
    case 'msg':
      return write(session, meant.argument)
    case 'ignore': {
      const name = meant.argument.replace(/^@/u, '') || undefined
      return (
        (await session.converse((all) => all.ignore(name))) ?? session.hint(texts.connectionLost)
      )
    }
    case 'rooms':
      session.roomsOpen.value = true
      return true
    case 'topic': {
      const { topic, person } = session.peek()
      if (person !== '') return session.hint(more.notInConversation)
      if (meant.argument === '') {
        session.hint(topic === '' ? more.noTopic : topic)
        return true
      }
      return setTopic(session, meant.argument === 'off' ? '' : meant.argument)
    }
    case 'search':
      session.searching.value = { query: meant.argument }
      return true
    case 'who':
      if (session.peek().person !== '') return session.hint(more.notInConversation)
      session.peopleOpen.value = true
      return true
    case 'quit':
      session.leave()
      return true
    case 'host':
      // The key stays in no draft and is not recalled.
      session.rewrite.value = () => ''
      if (meant.argument === '') asked.value = { type: 'host' }
      else giveKey(session, meant.argument)
      return false
    case 'help': {
      const name = commandNamed(meant.argument)
      const command = offered.find((one) => one.name === name)
      if (command !== undefined) return session.hint(`${command.usage}: ${command.summary}`)
      // The palette lists all commands.
      session.rewrite.value = () => '/'
      return false
    }
    default:
      return runForHost(session, meant.name, meant.argument)
  }
}

function runForHost(session: CommandTarget, name: HostCommand, argument: string): boolean {
  if (!isHost(session.peek())) return session.hint(more.hostsOnly)
  if (name === 'bans') {
    asked.value = { type: 'host' }
    return true
  }
  if (name === 'admit' || name === 'turnaway') {
    return admit(session, Number(argument) || undefined, name === 'admit')
  }
  const decoded = decodeOrder(name, argument)
  if (decoded.type === 'fault') return session.hint(decoded.fault.message ?? '')
  if (decoded.type !== 'request') return false
  if (decoded.request.type === 'act') return order(session, decoded.request.act)
  session.hint(more.approvalIs(rulesIn(session.peek().room).approve))
  return true
}

/** Shows the conversation with a person, and sends the text there if there is one. */
async function write(session: CommandTarget, argument: string): Promise<boolean> {
  const { to, text } = parseDirect(argument)
  const isOpen = await session.converse((all) => all.open(to.replace(/^@/u, '')))
  if (isOpen === undefined) return session.hint(texts.connectionLost)
  return isOpen && (text === '' || session.say([{ text, action: false }]))
}

/** The commands that the palette offers, those of hosts to hosts. In the page, `bye` alone is a message. */
export const offered: readonly Command[] = commands
  .filter(({ name, where }) => where === 'everywhere' && name !== 'history')
  .map((command) => (command.name === 'quit' ? { ...command, usage: '/quit' } : command))
