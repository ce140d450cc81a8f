/**
 * The rooms of the tab. The fields of the room that is shown are fields of the state itself,
 * so that all else reads and changes one room; the others wait in `rooms`.
 *
 * A message of the server MUST change the state of its room only, shown or not.
 */
import { withFault } from '../../shared/client/pending.ts'
import { helloOf, placeOf, unsent } from '../../shared/client/state.ts'
import { foldName } from '../../shared/fold.ts'
import type { Hello, Join } from '../../shared/requests.ts'
import { attend } from './entries.ts'
import { HISTORY_EVENTS, type Pending, type State } from './model.ts'
import { emptyRoom, LOBBY, peerOf, type RoomState } from './room.ts'

const fields = Object.keys(emptyRoom('')) as (keyof RoomState)[]

/** All rooms in the order in which they were entered. */
export function roomsOf(state: State): RoomState[] {
  return [...state.rooms.values()].map((there) => (there.room === state.room ? state : there))
}

export function isSameRoom(one: string, other: string): boolean {
  return foldName(one) === foldName(other)
}

/** The room's name as the tab knows it; undefined if the tab is not in the room. */
export function knownRoom({ rooms }: Pick<State, 'rooms'>, name: string): string | undefined {
  return [...rooms.keys()].find((room) => isSameRoom(room, name))
}

/** Makes a change in a room as if it were the one that is shown. */
export function inRoom(state: State, room: string, change: (there: State) => State): State {
  const there = swap(state, room)
  if (there.room !== room) return state
  const next = change(there)
  return next === there ? state : swap(next, state.room)
}

/** The room that was shown is left as by a reader who looks away from the page. */
export function show(state: State, room: string): State {
  if (room === state.room || !state.rooms.has(room)) return state
  const there = swap(attend(state, true), room)
  return { ...attend(there, state.away), typing: [], notice: null }
}

/** `person`: of a conversation. */
export function add(state: State, room: string, person = ''): State {
  if (state.rooms.has(room)) return state
  const there = { ...emptyRoom(room, person), away: true }
  return { ...state, rooms: new Map(state.rooms).set(room, there) }
}

/** Gives a room the name that the server shows. */
export function rename(state: State, was: string, room: string): State {
  if (was === room) return state
  const rooms = roomsOf(state).map((there) => {
    const name = there.room === was ? room : there.room
    return [name, { ...there, room: name }] as const
  })
  return {
    ...state,
    room: state.room === was ? room : state.room,
    rooms: new Map(rooms),
    pending: state.pending.map((one) => (one.room === was ? { ...one, room } : one)),
  }
}

/**
 * Leaves a room. The tab is always in a room, at least in the lobby. The author of messages
 * that are still pending decides about them.
 */
export function drop(state: State, room: string): State {
  const names = [...state.rooms.keys()].filter((name) => name === room || peerOf(name) === '')
  const at = names.indexOf(room)
  const near = names[at - 1] ?? names[at + 1] ?? LOBBY
  if (at === -1 || near === room) return state
  const next = room === state.room ? show(add(state, near), near) : state
  const rooms = new Map(next.rooms)
  rooms.delete(room)
  const ids = state.pending.filter((message) => message.room === room).map(({ id }) => id)
  return { ...next, rooms, pending: withFault(state.pending, ids, { kind: 'left' }) }
}

/** The address had the lobby's own name, which the page did not know: that is no further room. */
export function mergeIntoLobby(state: State, alias: string): State {
  const next = alias === state.room ? show(add(state, LOBBY), LOBBY) : state
  const rooms = new Map(next.rooms)
  rooms.delete(alias)
  const pending = next.pending.map((one) => (one.room === alias ? { ...one, room: LOBBY } : one))
  return { ...next, rooms, pending }
}

/** After the connection was lost: the next one has entered no room yet. */
export function outside(state: State): State {
  const replayTo = Infinity
  const rooms = roomsOf(state).map((there) => [there.room, { ...there, replayTo }] as const)
  return { ...state, replayTo, typing: [], rooms: new Map(rooms) }
}

export function isOutside({ replayTo }: Pick<State, 'replayTo'>): boolean {
  return replayTo === Infinity
}

/**
 * Greets in the lobby if that is a room of the tab, since it needs no name; otherwise in the room
 * shown, or in any if that is a conversation.
 */
export function greetingOf(state: State): Hello {
  const rooms = roomsOf(state).filter(({ person }) => person === '')
  const named = (name: string) => rooms.find(({ room }) => room === name)
  const { room, epoch, seq } = named(LOBBY) ?? named(state.room) ?? rooms[0] ?? state
  return helloOf({ ...state, epoch, seq, room: room || undefined }, HISTORY_EVENTS)
}

/** Enters the other rooms. They have names, because the lobby was greeted in. */
export function joinsOf(state: State): Join[] {
  return roomsOf(state)
    .filter((there) => there.person === '' && isOutside(there))
    .map((there) => ({ type: 'join', room: there.room, ...placeOf(there, HISTORY_EVENTS) }))
}

/** Messages that may be sent now, in each room only after its replay. A conversation has none. */
export function sendable(state: State): readonly Pending[] {
  return roomsOf(state).flatMap(({ room, person, seq, replayTo }) =>
    unsent({
      ...state,
      seq,
      replayTo: person === '' ? replayTo : 0,
      pending: state.pending.filter((message) => message.room === room),
    }),
  )
}

/** Whether messages in this room were not sent. */
export function hasFaulty({ pending }: State, room: string): boolean {
  return pending.some((message) => message.room === room && message.fault !== null)
}

/** Messages of others that the reader has not seen, in all rooms. */
export function unreadIn(state: State): number {
  return roomsOf(state).reduce((sum, { unread }) => sum + unread, 0)
}

function swap(state: State, room: string): State {
  const there = state.rooms.get(room)
  if (room === state.room || there === undefined) return state
  const here = Object.fromEntries(fields.map((field) => [field, state[field]]))
  const rooms = new Map(state.rooms).set(state.room, here as unknown as RoomState)
  return { ...state, ...there, rooms }
}
