/** Entries of the list and their positions in the log. */

import { mentions } from '../../shared/mention.ts'
import type { RoomEvent } from '../../shared/protocol.ts'
import type { State } from './model.ts'
import type { Entry } from './room.ts'

export type EventEntry = Entry & { kind: 'event' }

/** `now`: used if the time of the event is invalid. */
export function entryOf({ ownIds, me, person }: State, event: RoomEvent, now: number): EventEntry {
  const mine = ownIds.includes(event.from.id)
  const at = Date.parse(event.at)
  return {
    kind: 'event',
    at: Number.isNaN(at) ? now : at,
    event,
    mine,
    mention:
      !mine &&
      (person !== '' ||
        mentions(event.text, me?.name ?? '') ||
        ownIds.includes(event.quote?.from.id ?? '')),
  }
}

/** Whether the event has a row: a reaction is a part of another row. */
export function hasRow({ act }: RoomEvent): boolean {
  return act?.type !== 'react'
}

const isEvent = (entry: Entry): entry is EventEntry => entry.kind === 'event'

/** The seq of the first event; Infinity if there is none. */
export function firstSeq(entries: readonly Entry[]): number {
  return entries.find(isEvent)?.event.seq ?? Infinity
}

/** The seq of the last event; 0 if there is none. */
export function lastSeq(entries: readonly Entry[]): number {
  return entries.findLast(isEvent)?.event.seq ?? 0
}

/** Index of the event with this seq; -1 if there is none. */
export function indexOfSeq(entries: readonly Entry[], seq: number): number {
  return entries.findIndex((entry) => isEvent(entry) && entry.event.seq === seq)
}

/** Events of others above this seq. */
export function othersAfter(entries: readonly Entry[], seq: number): EventEntry[] {
  const fresh: EventEntry[] = []
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index] as Entry
    if (!isEvent(entry)) continue
    if (entry.event.seq <= seq) break
    if (!entry.mine) fresh.unshift(entry)
  }
  return fresh
}
