/**
 * What the acts of hosts change in a room that is shown already. Loaded with the first act, not
 * with the page: a room that is entered afterwards comes without the texts that were taken away.
 *
 * After an act of the type `redact`, the text MUST be in no part of the state.
 */
import type { RoomEvent } from '../../shared/protocol.ts'
import { withoutQuoteOf } from '../../shared/quote.ts'
import { reacted } from '../../shared/reactions.ts'
import { redacted, redactedBy } from '../../shared/redaction.ts'
import { entryOf } from './entry.ts'
import type { State } from './model.ts'
import type { Entry, RoomState } from './room.ts'

/** `at`: ms since 1970, used if the time of an event is invalid. */
export function takeActs(state: State, events: readonly RoomEvent[], at: number): State {
  return events.reduce((there, event) => takeAct(there, event, at), state)
}

function takeAct(state: State, { act, from }: RoomEvent, at: number): State {
  if (act?.type === 'pin') return { ...state, pinned: eventOf(state, act.seq) }
  if (act?.type === 'react') {
    const { seq } = act
    return withEvents(state, at, (event) => (event.seq === seq ? reacted(event, act, from) : event))
  }
  if (act?.type !== 'redact') return state
  const { seq } = act
  const by = redactedBy(act, from)
  const without = (event: RoomEvent): RoomEvent =>
    event.seq === seq ? redacted(event, by) : withoutQuoteOf(event, seq)
  const next = withEvents(state, at, without)
  return {
    ...next,
    pinned: next.pinned?.seq === seq ? null : next.pinned,
    pending: changed(state.pending, (message) =>
      message.room === state.room ? withoutQuoteOf(message, seq) : message,
    ),
    topic: act.topic ? '' : state.topic,
  }
}

/** The state after a change of events that it has. */
function withEvents(state: State, at: number, change: (event: RoomEvent) => RoomEvent): State {
  const inEntries = (entries: readonly Entry[]) =>
    changed(entries, (entry) => {
      if (entry.kind === 'presence') return entry
      const event = change(entry.event)
      return event === entry.event ? entry : { ...entryOf(state, event, at), at: entry.at }
    })
  const { pinned, found } = state
  return {
    ...state,
    entries: inEntries(state.entries),
    ahead: inEntries(state.ahead),
    found: found && { ...found, events: changed(found.events, change) },
    pinned: pinned && change(pinned),
  }
}

/** The event with this seq, if the tab has it. */
export function eventOf({ entries, ahead, pinned }: RoomState, seq: number): RoomEvent | null {
  if (pinned?.seq === seq) return pinned
  for (const entry of [...entries, ...ahead]) {
    if (entry.kind === 'event' && entry.event.seq === seq) return entry.event
  }
  return null
}

/** The same list if nothing changes in it. */
function changed<T>(list: readonly T[], change: (item: T) => T): readonly T[] {
  const next = list.map(change)
  return next.some((item, index) => item !== list[index]) ? next : list
}
