/** When something was said, as lines show it: the day, and a stamp such as `[21:08] ` or `[21:08:15] `. */
import { offsetAt, type Times } from './style.ts'

type Moment = { at: string; times: Times; day: string; time: string }

/** Characters of a time down to the minute, and down to the second. */
const MINUTE = '2026-11-22T21:08'.length
const SECOND = '2026-11-22T21:08:15'.length

/** The latest one: most events are of the same minute as the event before. */
let latest = momentOf('', { offset: undefined, seconds: false })

/** Characters of a stamp. */
export function stampWidth(times: Times): number {
  return times.seconds ? '[21:08:15] '.length : '[21:08] '.length
}

/** `at`: ISO 8601. */
export function stampOf(at: string, times: Times): string {
  return `[${timeOf(at, times)}] `
}

/** `21:08`, or `21:08:15`. */
export function timeOf(at: string, times: Times): string {
  return remembered(at, times).time
}

/** `2026-11-22`. */
export function dayOf(at: string, times: Times): string {
  return remembered(at, times).day
}

function remembered(at: string, times: Times): Moment {
  const { offset, seconds } = latest.times
  const isSame = offset === times.offset && seconds === times.seconds
  if (!isSame || at.slice(0, seconds ? SECOND : MINUTE) !== latest.at) latest = momentOf(at, times)
  return latest
}

function momentOf(at: string, { offset, seconds }: Times): Moment {
  const local = localTime(at, offset)
  const length = seconds ? SECOND : MINUTE
  return {
    at: at.slice(0, length),
    times: { offset, seconds },
    day: local.slice(0, 10),
    time: local.slice(11, length),
  }
}

/** ISO 8601, in the reader's time zone. Text that is no time is returned as it is. */
function localTime(at: string, offset: Times['offset']): string {
  if (Number.isNaN(Date.parse(at))) return at
  return new Date(Date.parse(at) + offsetAt(at, offset) * 60_000).toISOString()
}
