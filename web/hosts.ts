/** What a host does on the page, and what the server tells hosts. Loaded with the parts that use it. */
import { signal } from '@preact/signals'
import type { Order } from '../shared/acts.ts'
import type { Bans, ClientMessage, Knock, RoomEvent } from '../shared/protocol.ts'
import { more } from './language/more.ts'
import { type Named, peerOf, type State } from './state.ts'

/** The session, as far as hosts need it. */
export type HostSession = {
  peek(): State
  send(message: ClientMessage): boolean
  naming(room: string): { room?: string; direct?: string }
  hint(text: string): false
}

/**
 * The dialog that is open. `person`: what can be done to a person, and to a message of this person.
 * `host`: what can be done in the room; for one who is no host, the question for the key.
 */
export type Asked = { type: 'person'; person: Named; event?: RoomEvent } | { type: 'host' }

export const asked = signal<Asked | null>(null)
/** null until the server has answered. */
export const bans = signal<Bans['bans'] | null>(null)
/** Those who wait at the door, the first one longest. */
export const knocks = signal<readonly Knock[]>([])

export function isHost({ me }: Pick<State, 'me'>): boolean {
  return me?.role === 'host'
}

/** Does something as a host, in the room that is shown. False without a connection. */
export function order(session: HostSession, act: Order): boolean {
  return request(session, { type: 'act', act, ...placeIn(session) })
}

/** Asks to be a host. The key MUST be kept nowhere. */
export function giveKey(session: HostSession, key: string): boolean {
  return request(session, { type: 'host', key, ...placeIn(session) })
}

export function askBans(session: HostSession): void {
  bans.value = null
  request(session, { type: 'bans' })
}

/** Lets in one who knocks, or turns them away. Without `id`: the one that waits longest. */
export function admit(session: HostSession, id: number | undefined, on: boolean): boolean {
  return request(session, { type: 'admit', on, ...(id !== undefined && { id }) })
}

function request(session: HostSession, message: ClientMessage): boolean {
  return session.send(message) || session.hint(more.hostOffline)
}

/** In a conversation, the acts are those of the room of the hello. */
function placeIn(session: HostSession): { room?: string } {
  const { room } = session.peek()
  return peerOf(room) === '' ? session.naming(room) : {}
}
