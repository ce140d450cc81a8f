/** The parts of a row's look that depend on the row above it. */
import { dayNumber } from '../clock.ts'
import type { Entry } from '../state.ts'
import { type Fence, fenceBelow } from './fence.ts'

/** A pause this long starts a new run of messages. Milliseconds. */
const RUN_MS = 5 * 60_000

export type RowLayout = {
  /** The first of a run of messages from one sender. */
  lead: boolean
  /** The first row of its day. */
  newDay: boolean
  /** The part of a code block that spans several messages. */
  fence: Fence
}

export function layoutBelow(
  above: { entry: Entry; layout: RowLayout } | undefined,
  entry: Entry,
): RowLayout {
  const newDay = above === undefined || dayNumber(above.entry.at) !== dayNumber(entry.at)
  const lead = above === undefined || newDay || !continuesRun(above.entry, entry)
  const fence =
    entry.kind === 'event' ? fenceBelow(lead ? '' : above.layout.fence, entry.event) : ''
  return { newDay, lead, fence }
}

function continuesRun(above: Entry, entry: Entry): boolean {
  if (above.kind !== 'event' || entry.kind !== 'event') return false
  const [first, second] = [above.event, entry.event]
  return (
    first.kind === 'message' &&
    second.kind === 'message' &&
    first.from.id === second.from.id &&
    first.from.name === second.from.name &&
    entry.at - above.at < RUN_MS
  )
}
