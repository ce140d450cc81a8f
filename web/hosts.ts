/** What a host does on the page, and what the server tells hosts. Loaded with the parts that use it. */
import { signal } from '@preact/signals'
import type { Act, Order } from '../shared/acts.ts'
import type { PersonName } from '../shared/person.ts'
import type { RoomEvent } from '../shared/protocol.ts'
import type { Bans, House, Knock } from '../shared/replies.ts'
import type { ClientMessage } from '../shared/requests.ts'
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
 * The dialog that is open. `menu`: what everybody can do with a person. `person`: what can be done to a person, and to a message of this person.
 * `host`: what can be done in the room; for one who is no host, the question for the key.
 */
export type Asked = AboutPerson<'menu'> | AboutPerson<'person'> | { type: 'host' }
type AboutPerson<T extends string> = { type: T; person: Named; event?: RoomEvent }

export const asked = signal<Asked | null>(null)
/** null until the server has answered. */
export const bans = signal<Bans['bans'] | null>(null)
/** Those who wait at the door, the first one longest. */
export const knocks = signal<readonly Knock[]>([])
/** Whether the server can record messages; no matter for hosts alone, but told in the same chunk. */
export const canRecord = signal(true)

/**
 * What hosts have set for a room. `slow`: seconds; 0: off. `mutedTo`: ms since 1970; 0: not muted;
 * Infinity: no end is set. `hands`: those whose hands are raised, the first one longest. The last two
 * are of the whole server.
 */
export type Rules = {
  slow: number
  mutedTo: number
  hands: readonly PersonName[]
  locked: boolean
  approve: boolean
}

const NO_RULES: Rules = { slow: 0, mutedTo: 0, hands: [], locked: false, approve: false }

/** Whether the sender of a message can receive one: a program over HTTP that is not connected cannot. */
export function canReceive({ members }: State, { from }: RoomEvent): boolean {
  return from.via !== 'http' || members.has(from.id)
}

/** Of the rooms that the tab has entered; the first one is that of the hello. */
const rules = signal<ReadonlyMap<string, Rules>>(new Map())

/** Acts in a conversation are those of the room of the hello. */
export function rulesIn(room: string): Rules {
  return rules.value.get(room) ?? [...rules.value.values()][0] ?? NO_RULES
}

/** The tab has entered a room; `isFirst`: it has left all others. */
export function enterHouse(room: string, house: House = {}, isFirst: boolean): void {
  const { slow = 0, mutedAll, mutedUntil, hands = [], locked = false, approve = false } = house
  const mutedTo = mutedAll ? endOf(mutedUntil) : 0
  setRules(room, { slow, mutedTo, hands, locked, approve }, isFirst ? new Map() : rules.peek())
}

/** A host has done something in a room. */
export function takeRule(room: string, act: Act): void {
  const there = rules.peek().get(room)
  if (there === undefined) return
  const isForAll = !('person' in act && act.person)
  if (act.type === 'slow') setRules(room, { ...there, slow: act.seconds })
  else if (act.type === 'mute' && isForAll) setRules(room, { ...there, mutedTo: endOf(act.until) })
  else if (act.type === 'unmute' && isForAll) setRules(room, { ...there, mutedTo: 0 })
  else if (act.type === 'hand') setRules(room, { ...there, hands: handsAfter(there.hands, act) })
  else if (act.type === 'lesson') setRules(room, { ...there, hands: [] })
  else if (act.type === 'approve') setRules(room, { ...there, approve: act.on })
  else if (act.type === 'lock' || act.type === 'unlock')
    setRules(room, { ...there, locked: act.type === 'lock' })
}

function setRules(room: string, its: Rules, before = rules.peek()): void {
  const { locked, approve } = its
  const others = [...before].map(([name, old]) => [name, { ...old, locked, approve }] as const)
  rules.value = new Map([...others, [room, its]])
}

/** A hand that is raised already keeps its place: the act may be one of those that were missed. */
function handsAfter(
  hands: readonly PersonName[],
  { person, on }: Extract<Act, { type: 'hand' }>,
): readonly PersonName[] {
  const isUp = hands.some(({ id }) => id === person.id)
  if (on) return isUp ? hands : [...hands, person]
  return hands.filter(({ id }) => id !== person.id)
}

function endOf(until: string | undefined): number {
  return until === undefined ? Infinity : Date.parse(until)
}

export function isHost({ me }: Pick<State, 'me'>): boolean {
  return me?.role === 'host'
}

/** Does something as a host, in the room that is shown. False without a connection. */
export function order(session: HostSession, act: Order): boolean {
  return request(session, { type: 'act', act, ...placeIn(session) })
}

/** Takes back an own message where the reader is, also in a conversation. Without `seq`, the latest one. */
export function takeBack(session: HostSession, seq?: number): boolean {
  const act = { type: 'redact' as const, ...(seq !== undefined && { seq }) }
  return request(session, { type: 'act', act, ...session.naming(session.peek().room) })
}

/** Takes back the latest message to a person. */
export function takeBackFrom(session: HostSession, direct: string): boolean {
  return request(session, { type: 'act', act: { type: 'redact' }, direct })
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
