/** An entry of the list, and where lists of them stand in the log. */
import type { RoomEvent } from '../../shared/protocol.ts'
import { mentions } from '../mention.ts'
import type { Entry, State } from './model.ts'

export type Said = Entry & { kind: 'said' }

/** `now` stands in for a time that cannot be read. */
export function entryOf({ ownIds, me }: State, event: RoomEvent, now: number): Said {
  const mine = ownIds.includes(event.from.id)
  const at = Date.parse(event.at)
  return {
    kind: 'said',
    at: Number.isNaN(at) ? now : at,
    event,
    mine,
    mention: !mine && mentions(event.text, me?.name ?? ''),
  }
}

const isSaid = (entry: Entry): entry is Said => entry.kind === 'said'

/** The seq of the first entry from the log, Infinity where there is none. */
export function firstSeq(entries: readonly Entry[]): number {
  return entries.find(isSaid)?.event.seq ?? Infinity
}

/** The seq of the last entry from the log, 0 where there is none. */
export function lastSeq(entries: readonly Entry[]): number {
  return entries.findLast(isSaid)?.event.seq ?? 0
}

/** Where the entry of this seq stands, -1 where it does not. */
export function indexOfSeq(entries: readonly Entry[], seq: number): number {
  return entries.findIndex((entry) => isSaid(entry) && entry.event.seq === seq)
}

/** What others said after this seq. */
export function othersAfter(entries: readonly Entry[], seq: number): Said[] {
  const fresh: Said[] = []
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index] as Entry
    if (!isSaid(entry)) continue
    if (entry.event.seq <= seq) break
    if (!entry.mine) fresh.unshift(entry)
  }
  return fresh
}
