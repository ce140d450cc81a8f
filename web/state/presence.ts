/**
 * Who is here and who is typing. Presence is state, not history: a snapshot in
 * `welcome`, then changes. What the list says about it is a by-product.
 */
import type { Person, Presence, TypingNotice } from '../../shared/protocol.ts'
import { takeChanges } from './entries.ts'
import type { Change, State } from './model.ts'

/** A typing notice is believed for this long. */
export const TYPING_MS = 6_000

export function byId(people: readonly Person[]): ReadonlyMap<string, Person> {
  return new Map(people.map((person) => [person.id, person]))
}

export function takePresence(state: State, message: Presence, now: number): State {
  const { joined, left, renamed } = message
  const members = new Map(message.members ? byId(message.members) : state.members)
  for (const person of joined) members.set(person.id, person)
  for (const { id } of left) members.delete(id)
  let me = state.me
  // Who comes and takes another name at once is only said to have come.
  for (const { id, name } of joined) if (me?.id === id) me = { ...me, name }
  for (const { id, name } of renamed) {
    const person = members.get(id)
    if (person) members.set(id, { ...person, name })
    if (me?.id === id) me = { ...me, name }
  }
  const gone = new Set(left.map(({ id }) => id))
  const others = ({ id }: { id: string }) => id !== state.me?.id
  const changes: Change[] = [
    ...joined.filter(others).map(({ name, via }) => ({ kind: 'joined' as const, name, via })),
    ...left.filter(others).map(({ name }) => ({ kind: 'left' as const, name })),
    ...renamed.map(({ was, name }) => ({ kind: 'renamed' as const, was, name })),
  ]
  const next: State = {
    ...state,
    me,
    name: me?.name ?? state.name,
    members,
    memberCount: message.memberCount,
    typing: state.typing.filter(({ person }) => !gone.has(person.id)),
    notice: me === state.me ? state.notice : null,
  }
  return takeChanges(next, changes, now)
}

export function takeTyping(state: State, { from, on }: TypingNotice, now: number): State {
  if (from.id === state.me?.id) return state
  const others = state.typing.filter(({ person }) => person.id !== from.id)
  return {
    ...state,
    typing: on ? [...others, { person: from, until: now + TYPING_MS }] : others,
  }
}

export function expireTyping(state: State, now: number): State {
  const typing = state.typing.filter(({ until }) => until > now)
  return typing.length === state.typing.length ? state : { ...state, typing }
}

export type Kind = 'web' | 'terminal' | 'server'

/** How many came in which kind of way, of those known by name. */
export function countByKind(members: Iterable<Person>): Record<Kind, number> {
  const counts: Record<Kind, number> = { web: 0, terminal: 0, server: 0 }
  for (const { via } of members) counts[via === 'web' || via === 'server' ? via : 'terminal']++
  return counts
}
