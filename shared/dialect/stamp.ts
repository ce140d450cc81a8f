/** When something was said, as lines show it: the day, and a stamp such as `[21:08] `. */
import { type LineStyle, offsetAt } from './style.ts'

type Offset = LineStyle['offset']
type Minute = { at: string; offset: Offset; day: string; stamp: string }

/** Characters of a time down to the minute. */
const MINUTE = '2026-11-22T21:08'.length

/** The latest minute: most events are of the same one as the event before. */
let latest = minuteOf('', undefined)

/** `at`: ISO 8601. */
export function stampOf(at: string, { offset }: LineStyle): string {
  return remembered(at, offset).stamp
}

/** `2026-11-22`. */
export function dayOf(at: string, { offset }: LineStyle): string {
  return remembered(at, offset).day
}

function remembered(at: string, offset: Offset): Minute {
  if (offset !== latest.offset || at.slice(0, MINUTE) !== latest.at) latest = minuteOf(at, offset)
  return latest
}

function minuteOf(at: string, offset: Offset): Minute {
  const local = localTime(at, offset)
  const stamp = `[${local.slice(11, 16)}] `
  return { at: at.slice(0, MINUTE), offset, day: local.slice(0, 10), stamp }
}

/** ISO 8601, in the reader's time zone. Text that is no time is returned as it is. */
function localTime(at: string, offset: Offset): string {
  if (Number.isNaN(Date.parse(at))) return at
  return new Date(Date.parse(at) + offsetAt(at, offset) * 60_000).toISOString()
}
