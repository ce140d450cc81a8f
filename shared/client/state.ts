/**
 * The state of a client in the room: pure functions from a state and a message of the server
 * to the next state. A client that shows more extends `ClientState` with its own fields,
 * which these functions leave as they are.
 *
 * An event MUST be shown once and in the order of its seq, however often connections break.
 */

import type { Person, RoomEvent } from '../protocol.ts'
import type { ErrorMessage, Events, Joined, Presence, Welcome } from '../replies.ts'
import type { Hello } from '../requests.ts'
import type { ConnectionPhase } from './connection.ts'
import { nextToSend, type Pending, unmarkSent, withFault, withoutAnswers } from './pending.ts'

/** Earlier ids of this client that are remembered. */
const OWN_IDS = 8

export type ClientState = {
  /** The name to ask for; '' for one that the server chooses. */
  name: string
  token: string | null
  me: Person | null
  /** Every id that this client had, latest first: its messages may return under an earlier one. */
  ownIds: readonly string[]
  connection: ConnectionPhase
  /** The room of the next hello; undefined for the lobby. */
  room: string | undefined
  epoch: string | null
  /** The highest seq shown or left out; events at or below it are not shown again. */
  seq: number
  /** Events up to this seq are a replay; nothing is sent before all of them have arrived. */
  replayTo: number
  members: ReadonlyMap<string, Person>
  memberCount: number
  pending: readonly Pending[]
  /** When the log last returned a message of this client. */
  progressAt: number
}

export type Identity = Pick<ClientState, 'name' | 'token' | 'ownIds' | 'pending'>

export function initialClient(identity: Identity): ClientState {
  return {
    ...identity,
    pending: unmarkSent(identity.pending),
    me: null,
    connection: { phase: 'idle' },
    room: undefined,
    epoch: null,
    seq: 0,
    replayTo: 0,
    members: new Map(),
    memberCount: 0,
    progressAt: 0,
  }
}

/** Continues after the last event shown. `history`: how many of the latest events to request. */
export function helloOf(state: ClientState, history: number): Hello {
  const { name, token, room } = state
  return {
    type: 'hello',
    protocol: 1,
    ...placeOf(state, history),
    ...(name !== '' && { name }),
    ...(token !== null && { token }),
    ...(room !== undefined && { room }),
  }
}

/** The same for one room, as a part of `hello` or `join`. */
export function placeOf({ epoch, seq }: Pick<ClientState, 'epoch' | 'seq'>, history: number) {
  return { history, ...(epoch !== null && { epoch, seq }) }
}

export function takeWelcome<S extends ClientState>(state: S, welcome: Welcome): S {
  const { you, token, room, reset } = welcome
  return {
    ...takeView(state, welcome),
    name: you.name,
    token,
    me: you,
    ownIds: [you.id, ...state.ownIds.filter((id) => id !== you.id)].slice(0, OWN_IDS),
    connection: { phase: 'online' },
    room,
    pending: unmarkSent(reset === 'epoch' ? withoutAnswers(state.pending) : state.pending),
  }
}

/**
 * Enters a room. Without a resume `seq` becomes the head: the events of the message are the
 * tail up to it, and the caller decides how it shows them.
 */
export function takeView<S extends ClientState>(state: S, view: Welcome | Joined): S {
  const { epoch, head, resumed, members, memberCount } = view
  return {
    ...state,
    epoch,
    seq: resumed ? state.seq : head,
    replayTo: head,
    members: byId(members),
    memberCount,
  }
}

/** Another room takes the place of the one before. `room`: undefined for the lobby. */
export function takeJoined<S extends ClientState>(
  state: S,
  { epoch, head, members, memberCount }: Joined,
  room: string | undefined,
): S {
  const place = { room, epoch, seq: head, replayTo: head }
  return { ...state, ...place, members: byId(members), memberCount }
}

/** The events above `seq`, each once. */
export function newEvents(events: readonly RoomEvent[], seq: number): RoomEvent[] {
  let last = seq
  return events.filter((event) => {
    const isNew = event.seq > last
    if (isNew) last = event.seq
    return isNew
  })
}

/** Goes past events of ignored people, which the server left out of this message. */
export function passLeftOut<S extends ClientState>(state: S, { to = 0 }: Events): S {
  return to > state.seq ? { ...state, seq: to } : state
}

/**
 * Removes the messages that the log returned. An event that was shown before counts as
 * well: it is the response to a message that was sent twice.
 */
export function acknowledge<S extends ClientState>(
  state: S,
  events: readonly RoomEvent[],
  now: number,
): S {
  const own = events.filter(({ from }) => state.ownIds.includes(from.id))
  if (own.length === 0) return state
  const ids = new Set(own.map(({ id }) => id))
  return { ...state, progressAt: now, pending: state.pending.filter(({ id }) => !ids.has(id)) }
}

/** Messages that may be sent now. None while events that were missed are still to arrive. */
export function unsent({ connection, seq, replayTo, pending }: ClientState): readonly Pending[] {
  return connection.phase === 'online' && seq >= replayTo ? nextToSend(pending) : []
}

/** Marks the pending message that an error is about; undefined when it is about none. */
export function takeRejection<S extends ClientState>(
  state: S,
  { id, code, message: text }: ErrorMessage,
): S | undefined {
  if (id === undefined || !state.pending.some((message) => message.id === id)) return undefined
  const pending = withFault(state.pending, [id], { kind: 'refused', code, text })
  return { ...state, pending }
}

/** This client is always one of the members it knows, also if a snapshot leaves it out. */
export function takePresence<S extends ClientState>(state: S, message: Presence): S {
  const { joined, left, renamed, moved = [], roles = [], memberCount } = message
  const { me } = state
  const members = new Map(message.members ? byId(message.members) : state.members)
  if (me && !members.has(me.id)) members.set(me.id, me)
  for (const person of [...joined, ...moved, ...roles]) members.set(person.id, person)
  for (const { id } of left) members.delete(id)
  for (const { id, name } of renamed) {
    const person = members.get(id)
    if (person) members.set(id, { ...person, name })
  }
  const self = me && (members.get(me.id) ?? me)
  return { ...state, me: self, name: self?.name ?? state.name, members, memberCount }
}

function byId(people: readonly Person[]): ReadonlyMap<string, Person> {
  return new Map(people.map((person) => [person.id, person]))
}
