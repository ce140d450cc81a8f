/**
 * What a person has written and the server has not acknowledged: it is sent, and sent again.
 *
 * A message that was written in a room MUST be sent to that room, wherever the person is by then,
 * and a direct message only to its recipient.
 */
import {
  directOf,
  markSent,
  type Pending,
  type Recipient,
  sayOf,
  written,
} from '../../../shared/client/pending.ts'
import { type ClientState, unsent } from '../../../shared/client/state.ts'
import { foldName } from '../../../shared/fold.ts'
import type { DirectSay, Say } from '../../../shared/requests.ts'
import type { Label, Memberships } from './memberships.ts'
import { isRejected } from './rejection.ts'

/** By id if possible: the name can belong to another person when the message is sent again. */
export function recipientNamed(name: string, members: ClientState['members']): Recipient {
  const folded = foldName(name)
  const member = [...members.values()].find((one) => foldName(one.name) === folded)
  return { address: member?.id ?? name, name: member?.name ?? name }
}

/** How messages are written. */
export type Written = { action?: boolean; addressed?: boolean; to?: Recipient }

/** Adds messages to the room that the person is in, or to a recipient. */
export function write(
  state: ClientState,
  texts: readonly string[],
  { action = false, addressed = false, to }: Written,
  now: number,
): ClientState {
  const place = to === undefined ? { room: state.room } : { to }
  const drafts = texts.map((text) => ({
    id: crypto.randomUUID(),
    text,
    action,
    ...(addressed && { addressed }),
    ...place,
  }))
  return { ...state, pending: [...state.pending, ...written(drafts, now)] }
}

/** The messages that the connection may send now, in order; in `next` they count as sent. */
export function sendable(
  state: ClientState,
  memberships: Memberships,
  now: number,
): { messages: (Say | DirectSay)[]; next: ClientState } {
  // After a rejection by the log all others wait, so that they stay in order.
  if (state.pending.some(isRejected)) return { messages: [], next: state }
  const due = unsent(state).filter(({ room, to }) => to !== undefined || memberships.isIn(room))
  if (due.length === 0) return { messages: [], next: state }
  const messages = due.map((message) =>
    message.to === undefined
      ? sayOf({ ...message, room: memberships.nameFor(message.room) })
      : directOf(message, message.to),
  )
  const ids = due.map(({ id }) => id)
  return { messages, next: { ...state, pending: markSent(state.pending, ids, now) } }
}

/** Sends again the messages that the log could not take, before those written later. */
export function sendAgain(state: ClientState): ClientState {
  if (!state.pending.some(isRejected)) return state
  const pending = state.pending.map((message) =>
    isRejected(message) ? { ...message, sentAt: null, fault: null } : message,
  )
  return { ...state, pending }
}

/** The messages that are for rooms. */
export function inRooms(pending: readonly Pending[]): readonly Pending[] {
  return pending.filter(({ to }) => to === undefined)
}

/** Messages may have been written to the room under another name than the server's, `room`. */
export function relabelled(
  state: ClientState,
  isMeant: (room: Label) => boolean,
  room: Label,
): ClientState {
  const pending = state.pending.map((message) =>
    isMeant(message.room) ? { ...message, room } : message,
  )
  return { ...state, pending }
}
