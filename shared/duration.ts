/** Lengths of time as people type and read them. All values are in whole seconds. */

/** A year: the longest time that can be typed. */
export const MAX_SECONDS = 31_536_000

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** Seconds for `30s`, `10m`, `2h`, `1d`; undefined for anything else, and for more than a year. */
export function parseDuration(text: string): number | undefined {
  const [, digits, letter] = /^(\d{1,8})([smhd])$/i.exec(text) ?? []
  const unit = UNITS.find(([name]) => name.startsWith((letter ?? '-').toLowerCase()))
  const seconds = Number(digits) * (unit?.[1] ?? 0)
  return seconds >= 1 && seconds <= MAX_SECONDS ? seconds : undefined
}

/** `10 minutes`, `90 seconds`: in the largest unit that leaves no rest. */
export function durationText(seconds: number): string {
  const [unit, size] = UNITS.find(([, size]) => seconds % size === 0) ?? ['second', 1]
  return counted(seconds / size, unit)
}

/** `9 more minutes`, `1 more hour`: rounded up, in a unit of which there are at least two. */
export function remainingText(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds))
  const [unit, size] = UNITS.find(([, size]) => whole >= 2 * size || whole === size) ?? [
    'second',
    1,
  ]
  return counted(Math.ceil(whole / size), unit, 'more ')
}

function counted(count: number, unit: string, word = ''): string {
  return `${count} ${word}${unit}${count === 1 ? '' : 's'}`
}
