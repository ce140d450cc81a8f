/** Times in the reader's time zone and language. */
import { texts } from './language.ts'
import { type Settings, settings } from './settings.ts'

export const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

type Format = (at: number) => string
type Style = Intl.DateTimeFormatOptions

const formats = new Map<string, Format>()

/** Creating a format costs more than a hundred uses of it. */
export function formatFor(style: Style): Format {
  const { clock, utc } = settings.peek()
  const key = clock + utc + JSON.stringify(style)
  const known = formats.get(key)
  if (known) return known
  const hours: Style = clock === 'system' || !style.timeStyle ? {} : { hourCycle: clock }
  const format = new Intl.DateTimeFormat(localeFor(), {
    ...style,
    ...hours,
    ...(utc && { timeZone: 'UTC' }),
  })
  const result: Format = (at) => format.format(at)
  formats.set(key, result)
  return result
}

/** The reader's locale if it is of the page's language, for the conventions of the region. */
function localeFor(): string {
  return navigator.languages.find((tag) => tag.startsWith(texts.tag)) ?? texts.tag
}

let last = { unit: 0, key: '', text: '' }

/** Equal for settings with which times look the same. */
export function looksOf({ clock, seconds, utc }: Settings): string {
  return clock + seconds + utc
}

/** For example 12:21, or 12:21:15. All times are in ms since 1970. */
export function timeOf(at: number): string {
  const { seconds } = settings.peek()
  const unit = Math.floor(at / (seconds ? 1000 : MINUTE_MS))
  const key = looksOf(settings.peek())
  // In a busy minute, hundreds of rows have the same text.
  if (last.unit !== unit || last.key !== key) {
    last = { unit, key, text: formatFor({ timeStyle: seconds ? 'medium' : 'short' })(at) }
  }
  return last.text
}

export function dayOf(at: number): string {
  return formatFor({ dateStyle: 'full' })(at)
}

/** Equal for two times of the same day of the reader. */
export function dayNumber(at: number): number {
  return Math.floor(readersTime(at) / DAY_MS)
}

/** As if the reader's clock were in UTC. */
export function readersTime(at: number): number {
  return settings.peek().utc ? at : at - new Date(at).getTimezoneOffset() * MINUTE_MS
}
