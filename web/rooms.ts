/**
 * What a person does with rooms: enters, leaves, goes to the next one, sets the topic. A chunk
 * of its own, because most stay in one room.
 */
import type { ClientMessage } from '../shared/requests.ts'
import { askRooms, lobbyName, nameOf } from './directory.ts'
import { more } from './language/more.ts'
import {
  type Action,
  HISTORY_EVENTS,
  isSameRoom,
  knownRoom,
  LOBBY,
  peerOf,
  type State,
} from './state.ts'

/** The session, as far as the rooms need it. */
export type RoomHost = {
  peek(): State
  act(action: Action): void
  send(message: ClientMessage): boolean
  naming(room: string): { room?: string }
  hint(text: string): false
  reconnect(): void
}

/** Shows a room, which the server is asked for if the tab is not in it. False without a connection. */
export async function enter(session: RoomHost, wanted: string): Promise<boolean> {
  if (lobbyName() === '') await askRooms()
  const name = wanted.replace(/^\s*#|\s+$/gu, '')
  const room = isSameRoom(name, lobbyName()) ? LOBBY : name
  const known = knownRoom(session.peek(), room)
  if (known !== undefined) {
    session.act({ type: 'show', room: known })
    return true
  }
  const request = { type: 'join' as const, room: nameOf(room), history: HISTORY_EVENTS }
  return session.send(request) || session.hint(more.roomOffline)
}

/** False if messages of the room wait to be sent: the room is shown then. */
export function leave(session: RoomHost, room: string): boolean {
  const { pending } = session.peek()
  const waiting = pending.filter(
    ({ room: of = LOBBY, to, fault }) => of === room && to === undefined && fault === null,
  )
  if (waiting.length > 0) {
    session.act({ type: 'show', room })
    return session.hint(more.stillWaiting(waiting.length))
  }
  const isSent = session.send({ type: 'leave', room: nameOf(room) })
  session.act({ type: 'drop', room })
  // A hello that has been sent may name this room.
  if (!isSent && session.peek().connection.phase === 'connecting') session.reconnect()
  // It is one of the other rooms now.
  askRooms()
  return true
}

/** Shows the next room or conversation of the list, or the one before; after the last comes the first. */
export function step(session: RoomHost, by: 1 | -1): void {
  const { room, rooms } = session.peek()
  const keys = [...rooms.keys()]
  const isRoom = (name: string) => peerOf(name) === ''
  const names = [...keys.filter(isRoom), ...keys.filter((name) => !isRoom(name))]
  const next = names.at((names.indexOf(room) + by) % names.length)
  if (next !== undefined) session.act({ type: 'show', room: next })
}

/** Sets the topic of the room that is shown; '' removes it. False without a connection. */
export function setTopic(session: RoomHost, text: string): boolean {
  const { room } = session.peek()
  if (peerOf(room) !== '') return session.hint(more.notInConversation)
  const isSent = session.send({ type: 'topic', text, ...session.naming(room) })
  return isSent || session.hint(more.topicOffline)
}
