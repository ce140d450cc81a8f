/** The events of a log → a transcript: Markdown or lines for people, or a JSON object for each event. */

import { topicChange } from '../dialect/line.ts'
import { dayOf, timeOf } from '../dialect/stamp.ts'
import { offsetAt, type Times, utcOffset } from '../dialect/style.ts'
import { CONTINUED } from '../lines.ts'
import type { RoomEvent } from '../protocol.ts'
import { quoteText } from '../quote.ts'
import { removalText } from '../redaction.ts'
import type { TranscriptFormat } from './format.ts'
import { escaped, heading, item } from './markdown.ts'

/** The log. `name`: of its room. `room`: the same, undefined for the lobby and for a direct log. */
export type Subject = {
  name: string
  room: string | undefined
  /** The ids of the two people of a direct log, and their names by id. */
  direct: { ids: [string, string]; names: Map<string, string> } | undefined
}

/** `isOneOfSeveral`: lines of text name their room, unless it is the lobby. `times`: of Markdown. */
export type TranscriptOptions = { format: TranscriptFormat; isOneOfSeveral: boolean; times: Times }

/** `write`: the events in their order, a part at a time. */
export type Transcript = { title: string; write(events: readonly RoomEvent[]): string }

export function transcriptOf(subject: Subject, options: TranscriptOptions): Transcript {
  if (options.format === 'markdown') return new Markdown(subject, options.times)
  const lineOf = options.format === 'ndjson' ? objectOf(subject) : sentenceOf(subject, options)
  return { title: '', write: (events) => events.map((event) => `${lineOf(event)}\n`).join('') }
}

/** What is undefined is left out. */
function objectOf({ room, direct }: Subject): (event: RoomEvent) => string {
  return (event) => JSON.stringify({ room, direct: direct?.ids, ...event })
}

/** Each line has the full time of its event. */
function sentenceOf(
  { room, direct }: Subject,
  { isOneOfSeveral }: TranscriptOptions,
): (event: RoomEvent) => string {
  const place = direct ? ' (direct)' : room !== undefined && isOneOfSeveral ? ` [${room}]` : ''
  return (event) => {
    const { at, kind, from, quote, redacted } = event
    const to = direct?.ids.find((id) => id !== from.id)
    const who = to === undefined ? from.name : `${from.name} -> ${direct?.names.get(to)}`
    const said = saidIn(event)
    if (redacted !== undefined) return `${at}${place} * ${who}: ${said}`
    // Each further line has the mark of the line dialect, so that it cannot look like another event.
    const text = said.replaceAll('\n', `\n${CONTINUED}`)
    // Begins as no action does, so that none can look like a quote.
    const answered =
      quote === undefined ? '' : `${at}${place} > ${who} ${quoteText(quote.from.name, quote)}\n`
    return kind === 'message'
      ? `${answered}${at}${place} ${who}: ${text}`
      : `${answered}${at}${place} * ${who} ${text}`
  }
}

/** What follows the name. */
function saidIn({ kind, from, text, redacted }: RoomEvent): string {
  if (redacted !== undefined) return removalText(from.name, redacted.by)
  return kind === 'topic' ? topicChange(text) : text
}

/** A list for each day. */
class Markdown implements Transcript {
  readonly title: string
  readonly #times: Times
  #day = ''

  constructor({ name, direct }: Subject, times: Times) {
    const people = direct?.ids.map((id) => direct.names.get(id) ?? id)
    this.title = heading(1, people?.join(', ') ?? name)
    this.#times = times
  }

  write(events: readonly RoomEvent[]): string {
    return events.map((event) => this.#dayOf(event) + this.#itemOf(event)).join('')
  }

  /** The heading of its day, if that has begun. */
  #dayOf({ at }: RoomEvent): string {
    const day = `${dayOf(at, this.#times)}, ${utcOffset(offsetAt(at, this.#times.offset))}`
    if (day === this.#day) return ''
    this.#day = day
    return `\n${heading(2, day)}\n`
  }

  #itemOf(event: RoomEvent): string {
    const { at, kind, from, quote, redacted } = event
    const begun = `${timeOf(at, this.#times)} **${escaped(from.name)}**`
    if (redacted !== undefined) return `- ${begun}: *${escaped(saidIn(event))}*\n`
    // As on the page: what comes from terminals has no markup.
    const hasCode = from.via === 'web' && (kind === 'message' || kind === 'action')
    const answered =
      quote === undefined ? '' : `- ${begun} *${escaped(quoteText(quote.from.name, quote))}*\n`
    return answered + item(kind === 'message' ? `${begun}:` : begun, saidIn(event), hasCode)
  }
}
