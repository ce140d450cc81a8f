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
import { decodeOrder, decodeReact, decodeUndo } from '../shared/dialect/hosting.ts'
import { parseDirect, parseTyped } from '../shared/typed.ts'
import type { Conversations } from './conversations.ts'
import type { Meaning, Spoken } from './draft.ts'
import { help } from './help.ts'
import { admit, asked, giveKey, isHost, order, rulesIn, takeBack, takeBackFrom } from './hosts.ts'
import { more } from './language/more.ts'
import { texts } from './language.ts'
import { leave } from './leaving.ts'
import { longestOf, messagesIn } from './messages.ts'
import { enter, type RoomHost, setTopic } from './rooms.ts'
import type { State } from './state.ts'
import { askedFor, transcript } from './transcript.ts'
import { showWire } from './wire/open.ts'

/** For hosts only. */
type HostCommand = Exclude<Ordered, 'unhost' | 'hand' | 'react'> | 'bans' | 'admit' | 'turnaway'

type Runnable =
  | 'name'
  | 'join'
  | 'msg'
  | 'ignore'
  | 'undo'
  | 'hand'
  | 'hands'
  | 'transcript'
  | 'react'
  | 'rooms'
  | 'topic'
  | 'search'
  | 'who'
  | 'help'
  | 'quit'
  | 'wire'
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
    case 'react':
    case 'search':
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
    case 'undo':
    case 'hand':
    case 'hands':
    case 'lower':
    case 'lesson':
    case 'transcript':
    case 'rooms':
    case 'topic':
    case 'who':
    case 'help':
    case 'quit':
    case 'wire':
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
  readonly wire: { value: boolean }
  readonly rewrite: { value: ((draft: string) => string) | null }
}

/** Carries out a draft with a command, or a long one. False if it stays in the composer. */
export async function take(session: CommandTarget, meaning: Meaning): Promise<boolean> {
  if (meaning.type === 'long') {
    const messages = messagesIn(meaning.text)
    if (longestOf(messages) > session.peek().limits.textBytes) return false
    return session.say(messages.map((text) => ({ text, action: false })))
  }
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
    case 'react': {
      if (session.peek().person !== '') return session.hint(more.notInConversation)
      const decoded = decodeReact(meant.argument)
      return decoded === undefined
        ? session.hint(more.commandUsage(commandOf('react').usage))
        : order(session, decoded)
    }
    case 'hand': {
      if (session.peek().person !== '') return session.hint(more.notInConversation)
      const decoded = decodeOrder('hand', meant.argument)
      return decoded.type === 'request' && decoded.request.type === 'act'
        ? order(session, decoded.request.act)
        : session.hint(more.commandUsage(commandOf('hand').usage))
    }
    case 'hands':
      if (session.peek().person !== '') return session.hint(more.notInConversation)
      session.hint(more.handsAre(rulesIn(session.peek().room).hands.map(({ name }) => name)))
      return true
    case 'transcript': {
      if (session.peek().person !== '') return session.hint(more.noTranscript)
      const wanted = askedFor(meant.argument)
      if (wanted === undefined) {
        return session.hint(more.commandUsage(commandOf('transcript').usage))
      }
      transcript.value = wanted
      return true
    }
    case 'undo': {
      const { act, direct } = decodeUndo(meant.argument)
      return direct === undefined ? takeBack(session, act.seq) : takeBackFrom(session, direct)
    }
    case 'rooms':
      session.roomsOpen.value = true
      return true
    case 'topic': {
      const { topic, person } = session.peek()
      if (person !== '') return session.hint(more.notInConversation)
      if (meant.argument === '') {
        session.hint(topic === '' ? more.noTopic : more.topicIs(topic))
        return true
      }
      return setTopic(session, meant.argument.toLowerCase() === 'off' ? '' : meant.argument)
    }
    case 'search':
      session.searching.value = { query: meant.argument }
      return true
    case 'who':
      if (session.peek().person !== '') return session.hint(more.notInConversation)
      session.hint(hereText(session.peek()))
      session.peopleOpen.value = true
      return true
    case 'quit':
      leave(session)
      return true
    case 'wire':
      showWire(session, true)
      return true
    case 'host':
      // The key stays in no draft and is not recalled.
      session.rewrite.value = () => ''
      if (meant.argument === '') asked.value = { type: 'host' }
      else giveKey(session, meant.argument)
      return false
    case 'help':
      return explain(session, meant.argument.replace(/^\//u, ''))
    default:
      return runForHost(session, meant.name, meant.argument)
  }
}

function explain(session: CommandTarget, word: string): boolean {
  const about = word === 'bye' ? 'quit' : commandNamed(word)
  if (word !== '' && about === undefined) {
    return session.hint(more.noCommand(word, nearestCommand(word)))
  }
  help.value = about === undefined ? {} : { about }
  return true
}

/** Names in the reply to /who; more are counted. */
const NAMES_HERE = 20

function hereText({ members, memberCount }: Pick<State, 'members' | 'memberCount'>): string {
  const shown = [...members.values()].slice(0, NAMES_HERE)
  const names = shown.map(({ name, via, role }) => {
    const how = role === undefined ? '' : `${more.roles[role] ?? role}, `
    return `${name} (${how}${texts.via(via)})`
  })
  const others = memberCount - shown.length
  return more.here(memberCount, names.join(', ')) + (others > 0 ? ` ${more.andMore(others)}` : '')
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
