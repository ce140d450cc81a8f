/** What a row owes to the one above it. */
import { dayNumber } from '../clock.ts'
import { type Fence, fenceBelow } from '../fence.ts'
import type { Entry } from '../state.ts'

/** A pause this long begins a new run of the same speaker. Milliseconds. */
const RUN_MS = 5 * 60_000

export type Place = {
  /** It begins a run of one speaker's messages. */
  lead: boolean
  /** It is the first of its day. */
  newDay: boolean
  /** Its part in a block of code that takes several messages. */
  fence: Fence
}

export function placeBelow(above: { entry: Entry; place: Place } | undefined, entry: Entry): Place {
  const newDay = above === undefined || dayNumber(above.entry.at) !== dayNumber(entry.at)
  const lead = above === undefined || newDay || !continuesRun(above.entry, entry)
  const fence = entry.kind === 'said' ? fenceBelow(lead ? '' : above.place.fence, entry.event) : ''
  return { newDay, lead, fence }
}

function continuesRun(above: Entry, entry: Entry): boolean {
  if (above.kind !== 'said' || entry.kind !== 'said') return false
  const [first, second] = [above.event, entry.event]
  return (
    first.kind === 'message' &&
    second.kind === 'message' &&
    first.from.id === second.from.id &&
    first.from.name === second.from.name &&
    entry.at - above.at < RUN_MS
  )
}
