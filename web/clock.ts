/** Times in the reader's time zone and language. */
import { texts } from './language.ts'
import { settings } from './settings.ts'

const MINUTE_MS = 60_000

type Format = (at: number) => string
type Style = Intl.DateTimeFormatOptions

const formats = new Map<string, Format>()

/** Creating a format costs more than a hundred uses of it. */
export function formatFor(style: Style): Format {
  const { clock } = settings.peek()
  const key = clock + JSON.stringify(style)
  const known = formats.get(key)
  if (known) return known
  const hours: Style = clock === 'system' || !style.timeStyle ? {} : { hourCycle: clock }
  const format = new Intl.DateTimeFormat(localeFor(), { ...style, ...hours })
  const result: Format = (at) => format.format(at)
  formats.set(key, result)
  return result
}

/** The reader's locale if it is of the page's language, for the conventions of the region. */
function localeFor(): string {
  return navigator.languages.find((tag) => tag.startsWith(texts.tag)) ?? texts.tag
}

let last = { minute: 0, key: '', text: '' }

/** For example 12:21. All times are in ms since 1970. */
export function minuteOf(at: number): string {
  const minute = Math.floor(at / MINUTE_MS)
  const key = settings.peek().clock
  // In a busy minute, hundreds of rows have the same text.
  if (last.minute !== minute || last.key !== key) {
    last = { minute, key, text: formatFor({ timeStyle: 'short' })(at) }
  }
  return last.text
}

export function dayOf(at: number): string {
  return formatFor({ dateStyle: 'full' })(at)
}

/** Equal for two times of the same local day. */
export function dayNumber(at: number): number {
  const date = new Date(at)
  return date.getFullYear() * 400 + date.getMonth() * 31 + date.getDate()
}
