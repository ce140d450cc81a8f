/** Times as a person reads them, in the reader's own place and language. */

const minute = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' })
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' })

/** As in 12:21. Milliseconds since 1970, here and below. */
export function minuteOf(at: number): string {
  return minute.format(at)
}

/** With the day, the seconds and the zone. */
export function fullTimeOf(at: number): string {
  return full.format(at)
}

export function dayOf(at: number): string {
  return day.format(at)
}

/** Equal for two times on one local day. */
export function dayNumber(at: number): number {
  const date = new Date(at)
  return date.getFullYear() * 400 + date.getMonth() * 31 + date.getDate()
}
