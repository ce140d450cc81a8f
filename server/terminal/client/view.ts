/** The texts around the line that is typed: greeting, state of the connection, pending messages. */
import { type Address, addressText } from '../../../shared/address.ts'
import { nameList, pinnedLine } from '../../../shared/dialect/replies.ts'
import type { Joined, Welcome } from '../../../shared/replies.ts'
import { wrap } from '../../../shared/wrap.ts'
import type { Prompt } from '../editor/layout.ts'
import { dim, loud } from '../editor/style.ts'
import { shortened } from '../editor/width.ts'
import type { Client } from './client.ts'

/** UTF-8 bytes of names in the greeting. */
const NAMES_BYTES = 500
/** Pending messages shown; more are counted. */
const PENDING_ROWS = 3
/** A message is shown as pending if its acknowledgement takes longer than this. */
const PATIENCE_MS = 500

export function greetingLines(welcome: Welcome, address: Address, columns: number): string[] {
  const { you, room } = welcome
  const place = `${inRoom(room)} at ${addressText(address)}`
  return [
    `* You are ${you.name}${place}; /name NAME changes that.`,
    ...roomLines(welcome, you.id),
    '* Type to talk. /help lists the commands, Tab completes, Ctrl-D leaves.',
  ].flatMap((line) => wrap(line.split(' '), columns, ''))
}

/** What is shown of a room that the person moves to. */
export function arrivalLines(joined: Joined, ownId: string | undefined, columns: number): string[] {
  return [`* You are in ${joined.room} now.`, ...roomLines(joined, ownId)].flatMap((line) =>
    wrap(line.split(' '), columns, ''),
  )
}

/** Who else is in the room, and its topic. */
function roomLines(
  {
    members,
    memberCount,
    topic,
    pinned,
  }: Pick<Joined, 'members' | 'memberCount' | 'topic' | 'pinned'>,
  ownId: string | undefined,
): string[] {
  const others = members.filter(({ id }) => id !== ownId)
  const here =
    others.length === 0
      ? 'Nobody else is here yet.'
      : `Here: ${nameList(others, memberCount - 1, NAMES_BYTES)}.`
  return [
    `* ${here}`,
    ...(topic === undefined ? [] : [`* Topic: ${topic}`]),
    ...(pinned === undefined ? [] : [pinnedLine(pinned)]),
  ]
}

/** Nothing for the lobby. */
function inRoom(room: string | undefined): string {
  return room === undefined ? '' : ` in ${room}`
}

/** `state`: shown after the name and the room, or ''. `paint`: undefined without colours. */
export function promptFor(
  name: string,
  room: string | undefined,
  state: '' | 'offline' | 'leaving',
  paint: ((name: string) => string) | undefined,
): Prompt {
  const suffix = state === '' ? '' : ` (${state})`
  return {
    text: name === '' ? '' : `${name}${inRoom(room)}${suffix}> `,
    paint: (shown) =>
      paint && shown.startsWith(name) ? paint(name) + shown.slice(name.length) : shown,
  }
}

/** Rows of at most `cells` cells; none while everything works. */
export function statusRows(
  client: Client,
  address: Address,
  cells: number,
  colours: boolean,
): string[] {
  const { pending, connection } = client.conversation
  const state = connectionText(client, address)
  if (state === undefined && client.waitedMs < PATIENCE_MS) return []
  const paint = connection.phase === 'waiting' ? loud : dim
  const shown = pending.slice(-PENDING_ROWS)
  const more = pending.length - shown.length
  return [
    ...(state === undefined ? [] : [state]),
    ...(more > 0 ? [`… ${more} more wait to be sent`] : []),
    ...shown.map(({ text, to }) => {
      return `… ${to === undefined ? '' : `-> ${to.name}: `}${text.replaceAll('\n', ' ')}`
    }),
  ]
    .map((row) => shortened(row, cells))
    .map((row) => (colours ? paint(row) : row))
}

function connectionText(client: Client, address: Address): string | undefined {
  const { me, connection } = client.conversation
  if (connection.phase === 'connecting') {
    return me === null ? `Connecting to ${addressText(address)} …` : 'Connecting …'
  }
  if (connection.phase !== 'waiting') return undefined
  const seconds = Math.max(0, Math.ceil((connection.retryAt - Date.now()) / 1000))
  return `Offline, trying again in ${seconds} s. ${client.trouble}`
}
