/**
 * What a person types to find messages: words, and filters such as `from:alice after:2026-11-20`.
 */
import { offsetAt } from './dialect/style.ts'
import type { Found } from './replies.ts'
import type { SearchRequest } from './requests.ts'
import { parseRange } from './transcript/moment.ts'

export type Sought = Pick<SearchRequest, 'query' | 'from' | 'mentions' | 'since' | 'until'>

/** In quotation marks, a name may have spaces. */
const FILTER = /(?<=^|\s)(from|mentions|after|since|before|until|on):(?:"([^"]+)"|(\S+))/giu

/**
 * Undefined for a filter that is not understood. A day is its beginning. `offset`: of the reader's
 * times, in minutes from UTC; undefined for the local one. `now`: in ms since 1970.
 */
export function parseSearch(
  typed: string,
  offset: number | undefined,
  now: number,
): Sought | undefined {
  const query = typed.replace(FILTER, ' ').replace(/\s+/gu, ' ').trim()
  const sought: Sought = { query }
  for (const [, key = '', quoted, word] of typed.matchAll(FILTER)) {
    const value = quoted ?? word ?? ''
    switch (key.toLowerCase()) {
      case 'from':
        sought.from = value.replace(/^@/u, '')
        break
      case 'mentions':
        if (!/^@?me$/iu.test(value)) return undefined
        sought.mentions = true
        break
      default: {
        const isDay = /^on$/iu.test(key)
        const parsed = parseRange({ from: value, to: isDay ? value : undefined }, { now, offset })
        if (!parsed.ok) return undefined
        const { from: at = 0, to: end } = parsed.range
        if (/^(?:before|until)$/iu.test(key)) sought.until = new Date(at).toISOString()
        else sought.since = new Date(at).toISOString()
        if (end !== undefined) sought.until = new Date(end).toISOString()
      }
    }
  }
  return sought
}

/** What was found, as it is typed. */
export function searchText(found: Found, offset: number | undefined): string {
  const { query, from, mentions, since, until } = found
  const shown = (time: string) => {
    const minutes = offsetAt(time, offset)
    const local = new Date(Date.parse(time) + minutes * 60_000).toISOString()
    return local.slice(0, 16).replace(/T00:00$/u, '')
  }
  return [
    query,
    from === undefined ? '' : `from:${/\s/u.test(from) ? `"${from}"` : from}`,
    mentions ? 'mentions:me' : '',
    since === undefined ? '' : `after:${shown(since)}`,
    until === undefined ? '' : `before:${shown(until)}`,
  ]
    .filter((part) => part !== '')
    .join(' ')
}
