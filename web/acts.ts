/**
 * What hosts do, as it concerns everybody: a chunk of its own, loaded when the page has entered a
 * room.
 */
import type { Signal } from '@preact/signals'
import type { RoomEvent } from '../shared/protocol.ts'
import type { ErrorMessage, Events, Knocks, ServerMessage } from '../shared/replies.ts'
import { answering } from './answering.ts'
import { askRooms, lobbyName } from './directory.ts'
import { door } from './door.ts'
import { bans, canRecord, enterHouse, knocks, takeRule } from './hosts.ts'
import { more } from './language/more.ts'
import { fetchEvents, pageUrl } from './log/history.ts'
import { keepFocus } from './log/refocus.ts'
import { isPaced } from './queue.ts'
import { eventOf, takeActs } from './state/acts.ts'
import { type Action, conversationWith, LOBBY, roomsOf, type State } from './state.ts'

/** The session, as far as the acts of hosts need it. */
export type ActHost = {
  peek(): State
  act(action: Action): void
  readonly announcement: Signal<string>
}

/** Errors that say that this person may not write now. */
const SILENCED = /^(muted|observer|slow_mode)$/u

export function takeHosting(host: ActHost, message: ServerMessage): void {
  if (message.type === 'events') takeEvents(host, message)
  else if (message.type === 'direct') {
    const rooms = message.people.map(({ id }) => conversationWith(id))
    forgetTexts(host, message.events, rooms)
  } else if (message.type === 'error') explain(host, message)
  else if (message.type === 'bans') bans.value = message.bans
  else if (message.type === 'knocks') takeKnocks(host, message)
  else if (message.type === 'knocking') wait(host)
  else if (message.type === 'waiting') isPaced.value = true
  else if (message.type === 'log') canRecord.value = message.available
  else if (message.type === 'joined') enterHouse(message.room, message.house, false)
  else if (message.type === 'welcome') {
    knocks.value = []
    canRecord.value = true
    // It was in another log.
    if (message.reset === 'epoch') answering.value = null
    enterHouse(message.room ?? LOBBY, message.house, true)
    door.request = { headers: { authorization: `Bearer ${message.token}` } }
    // Before, the server may have told nothing about its rooms.
    if (lobbyName() === '') askRooms()
  }
}

/** The form stays until a host has decided. The server has answered, so nothing is late. */
function wait(host: ActHost): void {
  const refusal = { code: 'knocking', text: more.waiting, suggestion: null }
  const waiting = { screen: 'form', refusal, awaySince: null } as const
  change(host, host.peek().room, (there) => ({ ...there, ...waiting }))
}

function takeEvents(host: ActHost, { events, room = LOBBY }: Events): void {
  const refocus = keepFocus()
  const now = Date.now()
  change(host, room, (there) => takeActs(there, events, now))
  refocus()
  forgetTexts(host, events, [room])
  for (const { act } of events) if (act) takeRule(room, act)
  const pin = events.findLast(({ act }) => act?.type === 'pin')?.act
  if (pin?.type === 'pin' && pin.seq > 0) fetchPinned(host, room, pin.seq)
}

/** What was read aloud last, or is answered now, may be a text that is taken away. `rooms`: where. */
function forgetTexts(host: ActHost, events: readonly RoomEvent[], rooms: readonly string[]): void {
  for (const { act } of events) {
    if (act?.type !== 'redact') continue
    host.announcement.value = ''
    const { value } = answering
    if (value?.reply === act.seq && rooms.includes(value.room)) answering.value = null
  }
}

function takeKnocks(host: ActHost, message: Knocks): void {
  knocks.value = message.knocks
  const latest = message.added > 0 ? message.knocks.at(-1) : undefined
  if (latest === undefined) return
  const { address, name, text } = latest
  host.announcement.value =
    text === '' ? more.knocksAs(address, name) : `${more.knocks(address)} ${text}`
}

/** The message may be older than those that the tab has. */
async function fetchPinned(host: ActHost, room: string, seq: number): Promise<void> {
  const there = roomsOf(host.peek()).find((one) => one.room === room)
  if (there === undefined || eventOf(there, seq) !== null) return
  const [pinned] = (await fetchEvents(pageUrl(room, 'after', seq - 1, 1)))?.events ?? []
  if (pinned?.seq !== seq || pinned.redacted) return
  change(host, room, (there) => ({ ...there, pinned }))
}

/** A message that was not sent says so itself; this is also read aloud, and stays while it is edited. */
function explain(host: ActHost, { id, code, message }: ErrorMessage): void {
  if (code === 'turned_away') door.pass = {}
  if (id === undefined || !SILENCED.test(code)) return
  const text = more.refused(code, message)
  host.act({ type: 'notice', notice: { code: '', text, suggestion: null } })
}

function change(host: ActHost, room: string, change: (there: State) => State): void {
  host.act({ type: 'change', room, change })
}
