/** The rooms of the server, requested at the start and when the reader may want them. */
import { signal } from '@preact/signals'
import type { RoomList, ServerMessage } from '../shared/replies.ts'
import { door } from './door.ts'
import { root } from './root.ts'
import { isSameRoom, LOBBY, type State } from './state.ts'

/** Time without a response after which the list is not waited for. */
const TIMEOUT_MS = 10_000

/** The lobby is the first one. `open`: whether anybody can make a room. */
export const directory = signal<Pick<RoomList, 'rooms' | 'open'>>({ rooms: [], open: false })

/** The reply to `join` has the name of the lobby, which is not the name of any other room. */
export function withLobby(message: ServerMessage): ServerMessage {
  const isLobby = message.type === 'joined' && isSameRoom(message.room, lobbyName())
  return isLobby ? { ...message, room: LOBBY } : message
}

/** Whether the reader has a choice of rooms; before that, nothing tells of rooms. */
export function hasSeveral({ rooms }: Pick<State, 'rooms'>): boolean {
  return rooms.size > 1 || directory.value.rooms.length > 1
}

/** The name of the lobby; '' until the server has told it. */
export function lobbyName(): string {
  return directory.value.rooms[0]?.name ?? ''
}

/** The name of a room for a reader, and in requests. */
export function nameOf(room: string): string {
  return room === LOBBY ? lobbyName() : room
}

export async function askRooms(): Promise<void> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const response = await fetch(`${root}api/rooms`, { ...door.request, signal })
    if (response.ok) directory.value = (await response.json()) as RoomList
  } catch {
    // The list stays as it was; rooms can still be entered by name.
  }
}
