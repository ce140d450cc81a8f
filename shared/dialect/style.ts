/**
 * The style of the lines that one reader receives. Each style is an encoding, which all its
 * readers share.
 *
 * Each field MUST have few values, because encoded segments are kept for every style in use.
 */
import { foldName } from '../fold.ts'

export type LineStyle = Readonly<{
  /**
   * Minutes of the reader's clock from UTC, east positive. Undefined: the time zone of the
   * machine that encodes, with its daylight saving time.
   */
  offset: number | undefined
  /** Whether times have seconds. */
  seconds: boolean
  /** Whether each message begins with its time. */
  stamps: boolean
  /** Whether names have colours, with the escape sequences of ECMA-48. */
  color: boolean
  /** Whether everything is spelled in ASCII. */
  ascii: boolean
  /** Whether the bell rings for what concerns the reader. It is in no encoding that readers share. */
  bell: boolean
}>

/** The smallest and the largest offset in use, in minutes from UTC, and the step between them. */
const [WEST, EAST, STEP] = [-12 * 60, 14 * 60, 15]
const OFFSET = /^(?:UTC|GMT)? ?([+\-−]?)(\d{1,2})(?::?(\d\d))?$/i

/** The offset in force at `at` (ISO 8601), in minutes east of UTC. */
export function offsetAt(at: string, offset: number | undefined): number {
  return offset ?? -new Date(at).getTimezoneOffset()
}

/** Minutes for `+05:45`, `-3`, `UTC+0530`, `UTC`; undefined for an offset that no clock has. */
export function parseOffset(text: string): number | undefined {
  if (/^(UTC|GMT|Z)$/i.test(text)) return 0
  const [, sign = '', hours, minutes = '0'] = OFFSET.exec(text) ?? []
  if (hours === undefined || Number(minutes) > 59) return undefined
  const size = Number(hours) * 60 + Number(minutes)
  const offset = sign === '' || sign === '+' ? size : -size
  return offset % STEP === 0 && offset >= WEST && offset <= EAST ? offset : undefined
}

/** How times are shown: `/time`. */
export type Times = Pick<LineStyle, 'offset' | 'seconds'>

/** The words of `/time`: an offset, `seconds` or `minutes`, or both. Undefined if there are others. */
export function parseTimes(text: string): Partial<Times> | undefined {
  const words = text.split(/\s+/)
  const units = words.filter((word) => /^(seconds|minutes)$/i.test(word))
  const rest = words.filter((word) => word !== '' && !units.includes(word)).join(' ')
  if (units.length > 1 || text.trim() === '') return undefined
  const [unit] = units
  const seconds = unit === undefined ? {} : { seconds: unit.toLowerCase() === 'seconds' }
  if (rest === '') return seconds
  const offset = parseOffset(rest)
  return offset === undefined ? undefined : { offset, ...seconds }
}

/** The words that `parseTimes` reads; '' for minutes in the time zone of the machine. */
export function timesText({ offset, seconds }: Times): string {
  const words = [offset === undefined ? '' : utcOffset(offset), seconds ? 'seconds' : '']
  return words.filter((word) => word !== '').join(' ')
}

/** `UTC+05:45` for 345. */
export function utcOffset(minutes: number): string {
  const sign = minutes < 0 ? '-' : '+'
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `UTC${sign}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`
}

/**
 * The colours of the 256-colour cube with a contrast of 4.5 both on black and on white (WCAG
 * AA). There are no others, and the server does not know the reader's background.
 */
export const NAME_COLORS = [29, 63, 98, 131, 163] as const

/** Upper and lower case have the same colour. Returns an index of `NAME_COLORS`. */
export function colorOf(name: string): number {
  let hash = 0
  for (const char of foldName(name)) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0
  return hash % NAME_COLORS.length
}

/** The name in a colour, its own unless `color` is given. */
export function painted(name: string, color = colorOf(name)): string {
  return `\u001b[38;5;${NAME_COLORS[color]}m${name}\u001b[39m`
}
