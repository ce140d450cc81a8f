/** Presence and typing as the page shows them: rows about changes. */
import { takePresence } from '../../shared/client/state.ts'
import type { Presence, TypingNotice } from '../../shared/replies.ts'
import { takeChanges } from './entries.ts'
import type { State } from './model.ts'
import type { Change } from './room.ts'

/** A typing notice is valid for this long. */
const TYPING_MS = 6_000

export function showPresence(state: State, message: Presence, now: number): State {
  const { joined, left, renamed } = message
  const gone = new Set(left.map(({ id }) => id))
  const others = ({ id }: { id: string }) => id !== state.me?.id
  const changes: Change[] = [
    ...left.filter(others).map(({ name }) => ({ kind: 'left' as const, name })),
    ...renamed.map(({ was, name }) => ({ kind: 'renamed' as const, was, name })),
    ...joined.filter(others).map(({ name, via }) => ({ kind: 'joined' as const, name, via })),
  ]
  const known = takePresence(state, message)
  const next: State = {
    ...known,
    typing: state.typing.filter(({ person }) => !gone.has(person.id)),
    notice: known.me?.name === state.me?.name ? state.notice : null,
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
