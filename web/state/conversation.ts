/**
 * What the state knows of conversations, which are entries of `rooms`. A conversation whose
 * `epoch` is null has no messages yet: they are fetched when it is shown, or when one arrives.
 */
import { acknowledge } from '../../shared/client/state.ts'
import type { RoomEvent } from '../../shared/protocol.ts'
import { replaceEvents } from './entries.ts'
import type { Named, State } from './model.ts'
import { isIgnored } from './pages.ts'
import { conversationWith, type Entry, emptyLog, peerOf, type RoomState } from './room.ts'
import { add, drop, inRoom, roomsOf } from './rooms.ts'

/** Adds the conversation with a person, or takes the person's latest name. */
export function meet(state: State, { id, name }: Named): State {
  const room = conversationWith(id)
  const known = add(state, room, name)
  return inRoom(known, room, (there) =>
    there.person === name ? there : { ...there, person: name },
  )
}

/** `readTo`: the last event that was read; -1 for none, since 0 is not known. */
export function readUpTo(there: State, readTo: number): State {
  return there.readTo === null && there.epoch === null ? { ...there, readTo } : there
}

/** Shows the latest events of a conversation. `more`: there are older ones. */
export function enterConversation(
  there: State,
  events: readonly RoomEvent[],
  more: boolean,
  now: number,
): State {
  const seq = events.at(-1)?.seq ?? 0
  const entered = {
    ...acknowledge(there, events, now),
    epoch: epochOf(there),
    seq,
    replayTo: seq,
    unread: 0,
    mentions: 0,
  }
  return { ...replaceEvents(entered, { ...there, epoch: null }, events, now), atStart: !more }
}

/** Forgets the numbers of a log that was replaced. */
export function forget(there: State): State {
  return { ...there, ...emptyLog, epoch: null, seq: 0, unread: 0, mentions: 0, readTo: -1 }
}

/** Hides what these people said, in all rooms, and the conversations with them. */
export function ignorePeople(state: State, ignored: readonly Named[]): State {
  let next: State = { ...state, ignored }
  const isVisible = (entry: Entry): boolean =>
    entry.kind === 'presence' || !isIgnored(next, entry.event.from.id)
  const visible = (entries: readonly Entry[]) =>
    entries.every(isVisible) ? entries : entries.filter(isVisible)
  for (const { id } of ignored) next = drop(next, conversationWith(id))
  for (const { room } of roomsOf(next)) {
    next = inRoom(next, room, (there) => ({
      ...there,
      entries: visible(there.entries),
      ahead: visible(there.ahead),
      typing: there.typing.filter(({ person }) => !isIgnored(next, person.id)),
    }))
  }
  return next
}

/** All rooms and conversations of a server have the same epoch. */
function epochOf(state: State): string | null {
  const known = roomsOf(state).find(({ person, epoch }) => person === '' && epoch !== null)
  return known?.epoch ?? null
}

export function conversationsOf(state: State): RoomState[] {
  return roomsOf(state).filter(({ room }) => peerOf(room) !== '')
}
