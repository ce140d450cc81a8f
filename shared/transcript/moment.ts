/** The times between which a transcript is wanted, as people type them. All values are in ms since the Unix epoch. */
import { offsetAt } from '../dialect/style.ts'
import { parseDuration } from '../duration.ts'

/** From `from` (inclusive) to `to` (exclusive); undefined: without a limit. */
export type Range = { from: number | undefined; to: number | undefined }

/** `now`, and the reader's minutes from UTC; undefined: those of this machine. */
export type Here = { now: number; offset: number | undefined }

export const MOMENT_HELP =
  'A time is one of 2026-11-22, 2026-11-22T10:00, 10:00, today and 2h, which is 2 hours ago.'

/** Longest text of a time, in characters. */
export const MOMENT_LENGTH = 40

const DAY_MS = 86_400_000
const TIME = /^(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(Z|[+-]\d\d:?\d\d)?$/i

/** Returns a sentence if a text is no time, or nothing can be between the two. */
export function parseRange(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  here: Here,
): { ok: true; range: Range } | { ok: false; fault: string } {
  const range: Range = { from: undefined, to: undefined }
  for (const [end, text] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (text === undefined) continue
    const at = momentOf(text.trim(), here, end === 'to')
    if (at === undefined) {
      return {
        ok: false,
        fault: `${JSON.stringify(text.slice(0, MOMENT_LENGTH))} is no time. ${MOMENT_HELP}`,
      }
    }
    range[end] = at
  }
  if ((range.from ?? -Infinity) >= (range.to ?? Infinity)) {
    return { ok: false, fault: 'The time from which the transcript begins is not before its end.' }
  }
  return { ok: true, range }
}

export function isWithin(at: number, { from = -Infinity, to = Infinity }: Range): boolean {
  return at >= from && at < to
}

/** A day means its beginning, or its end if it `ends` the transcript. */
function momentOf(text: string, here: Here, ends: boolean): number | undefined {
  const ago = parseDuration(text)
  if (ago !== undefined) return here.now - ago * 1000
  if (TIME.test(text)) return timeOn(today(here), text, here.offset)
  const [date = '', time, ...rest] = text.split(/T(?=\d)/i)
  const day = /^today$/i.test(date)
    ? today(here)
    : /^yesterday$/i.test(date)
      ? today(here) - DAY_MS
      : dayOf(date)
  if (day === undefined || rest.length > 0) return undefined
  if (time !== undefined) return timeOn(day, time, here.offset)
  return local(ends ? day + DAY_MS : day, here.offset)
}

/** The beginning of the reader's day, as if it were in UTC; so are all days below. */
function today({ now, offset }: Here): number {
  const at = now + offsetAt(new Date(now).toISOString(), offset) * 60_000
  return Math.floor(at / DAY_MS) * DAY_MS
}

function dayOf(date: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return undefined
  const day = Date.parse(date)
  // A day that no month has is another one, or NaN.
  return !Number.isNaN(day) && new Date(day).toISOString().startsWith(date) ? day : undefined
}

function timeOn(day: number, text: string, offset: number | undefined): number | undefined {
  const [, hours, minutes, seconds = 0, fraction = '', zone] = TIME.exec(text) ?? []
  if (hours === undefined) return undefined
  const [h, m, s] = [Number(hours), Number(minutes), Number(seconds)]
  if (h > 24 || m > 59 || s > 59 || (h === 24 && m + s > 0)) return undefined
  const at = day + ((h * 60 + m) * 60 + s) * 1000 + Number(fraction.padEnd(3, '0'))
  return local(at, zone === undefined ? offset : minutesOf(zone))
}

/** `at`: as if the reader's clock were in UTC. */
function local(at: number, offset: number | undefined): number {
  if (offset !== undefined) return at - offset * 60_000
  const utc = new Date(at)
  return new Date(
    utc.getUTCFullYear(),
    utc.getUTCMonth(),
    utc.getUTCDate(),
    utc.getUTCHours(),
    utc.getUTCMinutes(),
    utc.getUTCSeconds(),
    utc.getUTCMilliseconds(),
  ).getTime()
}

function minutesOf(zone: string): number {
  if (/^z$/i.test(zone)) return 0
  const digits = zone.slice(1).replace(':', '')
  const size = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return zone.startsWith('-') ? -size : size
}
