/** The parts of a row's look that depend on the row above it. */
import { dayNumber, MINUTE_MS } from '../clock.ts'
import type { Entry } from '../state.ts'

/**
 * A run of messages ends with each interval of this length, and with this many messages, both
 * counted for the whole log: whether a row begins a run MUST depend on the row above it only,
 * because rows above that come and go. Milliseconds.
 */
const RUN_MS = 5 * 60_000
const RUN_MESSAGES = 30

export type RowLayout = {
  /** The first of a run of messages from one sender. */
  lead: boolean
  /** The first row of its day. */
  newDay: boolean
  /** In a run, the row above it is of the same minute. */
  sameMinute: boolean
}

export function layoutBelow(above: { entry: Entry } | undefined, entry: Entry): RowLayout {
  const newDay = above === undefined || dayNumber(above.entry.at) !== dayNumber(entry.at)
  const lead = above === undefined || newDay || !continuesRun(above.entry, entry)
  return { newDay, lead, sameMinute: !lead && isSamePart(above.entry, entry, MINUTE_MS) }
}

function continuesRun(above: Entry, entry: Entry): boolean {
  if (above.kind !== 'event' || entry.kind !== 'event') return false
  const [first, second] = [above.event, entry.event]
  return (
    first.kind === 'message' &&
    second.kind === 'message' &&
    first.from.id === second.from.id &&
    first.from.name === second.from.name &&
    isSamePart(above, entry, RUN_MS) &&
    second.seq % RUN_MESSAGES > 0
  )
}

/** Whether two times are in the same interval of this length. */
function isSamePart(one: Entry, other: Entry, ms: number): boolean {
  return Math.floor(one.at / ms) === Math.floor(other.at / ms)
}
