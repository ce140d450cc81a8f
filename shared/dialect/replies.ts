/**
 * Replies to one reader of the line dialect → lines.
 */
import { commandsFor } from '../commands.ts'
import { durationText } from '../duration.ts'
import { helpAbout, helpLines } from '../help.ts'
import type { Person, Quote, RoomEvent } from '../protocol.ts'
import { quoteText } from '../quote.ts'
import type {
  Bans,
  Hands,
  Ignored,
  Knock,
  Knocking,
  Knocks,
  LogNotice,
  Registered,
  RoomList,
  Transcript,
  Waiting,
} from '../replies.ts'
import { cutUtf8, utf8Length } from '../text.ts'
import { LINK_SECONDS } from '../transcript/format.ts'
import { viaWord } from '../via.ts'
import { wrap } from '../wrap.ts'
import type { Reply, Setting } from './dialect.ts'
import { utcOffset } from './style.ts'

/** UTF-8 bytes of names in the reply to /who. */
const WHO_BYTES = 16_384
/** Most rooms in the reply to /rooms. */
const SHOWN_ROOMS = 50

/** `columns`: width of the reader's terminal, Infinity if it is unknown. */
export function replyLines(
  reply:
    | Reply
    | RoomList
    | Transcript
    | Ignored
    | Registered
    | Bans
    | Hands
    | Knocking
    | Knocks
    | LogNotice
    | Waiting,
  columns: number,
): string[] {
  switch (reply.type) {
    case 'who': {
      const { members, memberCount, room } = reply
      const where = room === undefined ? 'here' : `in ${room}`
      const parts = `${memberCount} ${where}: ${nameList(members, memberCount, WHO_BYTES)}`.split(
        ' ',
      )
      return wrap(parts, columns)
    }
    case 'help':
      return reply.about === undefined
        ? helpLines(columns, commandsFor(reply.isHost))
        : helpAbout(reply.about, columns)
    case 'rooms':
      return roomLines(reply)
    case 'transcript':
      return [
        `* For ${durationText(LINK_SECONDS)}, any client that has this link can read the transcript:`,
        reply.url,
      ]
    case 'ignored':
      return [ignoredLine(reply)]
    case 'registered':
      return [registeredLine(reply)]
    case 'bans':
      return banLines(reply)
    case 'hands':
      return handLines(reply)
    case 'knocking':
      return [`* ${reply.message}`]
    case 'knocks':
      return knockLines(reply)
    case 'log':
      return [
        reply.available
          ? '* The database is back.'
          : '* The server has lost its database. Nothing can be said until it is back.',
      ]
    case 'waiting':
      return [
        `* You send faster than the room takes lines. ${reply.count === 1 ? '1 waits' : `${reply.count} wait`}, for about ${durationText(reply.seconds)}; none is lost.`,
      ]
    case 'away':
      return [`* ${reply.name} is not here now, and receives it after coming back.`]
    case 'topic_is':
      return [topicLine(reply.topic, reply.changed)]
    case 'code_is':
      return [
        `After a break, /resume ${reply.code} takes you back to where you were. Keep it secret.`,
      ]
    case 'answered':
      return [answeredLine(reply.quote)]
    case 'approval_is':
      return [`/approve is ${onOff(reply.on)}.`]
    case 'wire':
      return [...reply.lines]
    case 'acted':
      return [
        `* You ${reply.text.replace(/^is /, 'are ')}.`,
        ...(reply.hint === undefined ? [] : [reply.hint]),
      ]
    case 'you_are':
      return [reply.changed ? `You are ${reply.name} now.` : `You are ${reply.name} already.`]
    case 'resumed':
      return resumedLines(reply)
    case 'setting':
      return [settingLine(reply.setting, reply.applied)]
    case 'lockstep_over':
      return ['* /turn is off now: more messages are waiting than it can hold.']
    case 'goodbye':
      return [`Goodbye, ${reply.name ?? 'stranger'}.`]
  }
}

/** Names and counts in columns; topics as long as they are. */
function roomLines({ rooms, roomCount }: RoomList): string[] {
  const shown = rooms.slice(0, SHOWN_ROOMS)
  const width = Math.max(...shown.map(({ name }) => name.length))
  const digits = String(Math.max(...shown.map(({ memberCount }) => memberCount))).length
  const lines = shown.map(({ name, memberCount, topic }) => {
    const count = `${String(memberCount).padStart(digits)} here`
    return `  ${name.padEnd(width)}  ${count}${topic === '' ? '' : `  ${topic}`}`
  })
  const more = roomCount - shown.length
  return ['Rooms (/join ROOM goes to one):', ...lines, ...(more > 0 ? [`  and ${more} more`] : [])]
}

function ignoredLine({ people }: Ignored): string {
  if (people.length === 0) return 'You ignore nobody.'
  return `You ignore ${people.map(({ name }) => name).join(', ')}.`
}

function registeredLine({ name }: Registered): string {
  if (name === undefined) return 'You have no registered name now.'
  return `${name} is registered: nobody else can use it. Your /resume code proves that it is yours.`
}

/** Only the knocks that the host does not know yet. */
function knockLines({ knocks, added }: Knocks): string[] {
  return knocks.slice(knocks.length - added).map(knockLine)
}

/**
 * What the client has chosen comes last and is quoted: a text such as `(/admit 9)` MUST
 * NOT look like the hint of the server. The name is only the one that the client asks for.
 */
function knockLine({ id, address, name, text }: Knock): string {
  const sender = text === '' ? 'client' : 'program'
  const chosen = text !== '' ? `: "${text}"` : name === undefined ? '' : ` as <${name}>`
  return `* A ${sender} at ${address} knocks (/admit ${id} or /turnaway ${id})${chosen}`
}

function banLines({ bans }: Bans): string[] {
  if (bans.length === 0) return ['Nobody is banned.']
  return bans.map(({ person, by, until, address, sharing = 0 }) => {
    const end = until === undefined ? '' : ` until ${until.slice(0, 16).replace('T', ' ')} UTC`
    const others = sharing === 0 ? '' : `, which ${othersShare(sharing)}`
    return `  ${person.name}, banned by ${by}${end}${address ? `, with the address${others}` : ''}`
  })
}

function handLines({ hands }: Hands): string[] {
  if (hands.length === 0) return ['No hand is raised.']
  return ['Raised hands:', ...hands.map(({ name }, at) => `  ${at + 1}. ${name}`)]
}

/** UTF-8 bytes of a pinned message in a greeting. */
const PIN_BYTES = 200

/** What newcomers see of the message that is pinned. */
export function pinnedLine({ from, text }: RoomEvent): string {
  const [first = ''] = text.split('\n')
  const cut = cutUtf8(first, PIN_BYTES)
  return `* Pinned: ${from.name}: ${cut}${cut === text ? '' : '…'}`
}

/** `* You answer bob: …`: which message the reader's own one belongs to. */
function answeredLine(quote: Quote): string {
  const { name } = quote.from
  return `* You ${quoteText(name.includes(' ') ? `<${name}>` : name, quote).replace('answers', 'answer')}`
}

/** `1 other shares`, `3 others share`. */
export function othersShare(count: number): string {
  return count === 1 ? '1 other shares' : `${count} others share`
}

function topicLine(topic: string, changed: boolean): string {
  if (topic === '') return changed ? 'The topic is removed.' : 'There is no topic.'
  return changed ? `* Topic set: ${topic}` : `* Topic: ${topic}`
}

function resumedLines({
  name,
  was,
  trimmed,
  skipped,
  missed,
  room,
}: Extract<Reply, { type: 'resumed' }>): string[] {
  const where = room === undefined ? '' : ` in ${room}`
  return [
    name === was
      ? `You are ${name} again${where}.`
      : `You are ${name}${where}: another person is using the name ${was}.`,
    ...(trimmed > 0 ? [`${messages(trimmed)} no longer kept.`] : []),
    ...(skipped > 0 ? [`${messages(skipped)} left out: too many to show.`] : []),
    missed ? 'What you missed:' : 'You missed nothing.',
  ]
}

function messages(count: number): string {
  return count === 1 ? '1 message is' : `${count} messages are`
}

function settingLine(setting: Setting, applied: boolean): string {
  if (setting.type === 'lockstep') {
    return applied
      ? `/turn is ${onOff(setting.on)} now.`
      : '! /turn works on raw TCP connections only.'
  }
  if (setting.type === 'paste') {
    return '* The lines that you send now are one message. A line with only a dot sends it.'
  }
  const { offset, seconds, ...switches } = setting.change
  const detail = seconds ? 'seconds' : 'no seconds'
  if (offset !== undefined) {
    return `Times are ${utcOffset(offset)}${seconds === undefined ? '' : `, with ${detail},`} now.`
  }
  if (seconds !== undefined) return `Times have ${detail} now.`
  const [[name, on] = ['style', true]] = Object.entries(switches)
  return `/${name} is ${onOff(on)} now.`
}

function onOff(on: boolean): string {
  return on ? 'on' : 'off'
}

/** `alice (web), bob (host, terminal) and 7 more`: as many of `people` as fit; `count` is the total. */
export function nameList(people: readonly Person[], count: number, maxBytes: number): string {
  const entries: string[] = []
  let bytes = 0
  for (const { name, via, role } of people) {
    // The name `boss (host, web)` would give itself a role.
    const shown = name.includes('(') ? `<${name}>` : name
    const how = viaWord(via)
    const entry = `${shown} (${role === undefined ? how : `${role}, ${how}`})`
    bytes += utf8Length(entry) + 2
    if (bytes > maxBytes) break
    entries.push(entry)
  }
  const more = count - entries.length
  return entries.join(', ') + (more > 0 ? ` and ${more} more` : '')
}
