/**
 * What we said and have not seen come back.
 *
 * A message MUST stay here until its own event arrives or its writer deletes
 * it: this is what makes the text impossible to lose. Sending one twice is
 * harmless, since the log says an id once.
 */
import type { RoomEvent } from '../../shared/protocol.ts'
import type { Draft, Pending, PendingFault, State } from './model.ts'

/** Without an answer, and without any other of ours coming back, for this long: not sent. */
export const ANSWER_MS = 10_000

export function say(state: State, messages: readonly Draft[], now: number): State {
  const added = messages.map((draft) => ({ ...draft, at: now, sentAt: null, fault: null }))
  return { ...state, pending: [...state.pending, ...added] }
}

/** What this connection has yet to carry, in order. Empty until what was missed is shown. */
export function unsent(state: State): readonly Pending[] {
  if (state.connection.phase !== 'online' || state.seq < state.replayTo) return []
  return state.pending.filter(
    ({ sentAt, fault }) => sentAt === null && (fault === null || fault.kind === 'silent'),
  )
}

export function sent(state: State, ids: readonly string[], now: number): State {
  const carried = new Set(ids)
  return {
    ...state,
    pending: state.pending.map((message) =>
      carried.has(message.id) ? { ...message, sentAt: now } : message,
    ),
  }
}

/** A new connection has carried nothing yet. */
export function uncarried(pending: readonly Pending[]): readonly Pending[] {
  return pending.map((message) => ({ ...message, sentAt: null }))
}

/** Our own event came back: that is its acknowledgement. */
export function confirm(state: State, event: RoomEvent, now: number): State {
  const pending = state.pending.filter(({ id }) => id !== event.id)
  return { ...state, pending, progressAt: now }
}

export function refuse(state: State, id: string, code: string, text: string): State {
  return { ...state, pending: withFault(state.pending, { kind: 'refused', code, text }, [id]) }
}

/** Marks what has waited too long. Only a connection can be silent; being away is not a fault. */
export function expire(state: State, now: number): State {
  if (state.connection.phase !== 'online') return state
  const late = state.pending.filter(
    ({ sentAt, fault }) =>
      fault === null && sentAt !== null && now - Math.max(sentAt, state.progressAt) >= ANSWER_MS,
  )
  if (late.length === 0) return state
  const ids = late.map(({ id }) => id)
  return { ...state, pending: withFault(state.pending, { kind: 'silent' }, ids) }
}

/** Sends it again, after what is waiting already. */
export function retry(state: State, id: string): State {
  const message = state.pending.find((candidate) => candidate.id === id)
  if (message === undefined) return state
  return {
    ...state,
    pending: [...remove(state, id).pending, { ...message, sentAt: null, fault: null }],
  }
}

export function remove(state: State, id: string): State {
  return { ...state, pending: state.pending.filter((message) => message.id !== id) }
}

/** Whoever left decides whether it is still to be said, perhaps under another name. */
export function abandon(pending: readonly Pending[]): readonly Pending[] {
  const ids = pending.map(({ id }) => id)
  return withFault(pending, { kind: 'left' }, ids)
}

function withFault(
  pending: readonly Pending[],
  fault: PendingFault,
  ids: readonly string[],
): readonly Pending[] {
  const faulty = new Set(ids)
  return pending.map((message) => (faulty.has(message.id) ? { ...message, fault } : message))
}
