/**
 * One row of the list as an element, built once and outside Preact: thousands pass in a
 * busy minute, and none of them changes. All text is inserted as text nodes.
 */
import type { RoomEvent } from '../../shared/protocol.ts'
import { dayOf, timeOf } from '../clock.ts'
import { hueOf } from '../hue.ts'
import { texts } from '../language.ts'
import type { Change, Entry } from '../state.ts'
import type { RowLayout } from './layout.ts'
import { element, textElement } from './text.ts'

/** What modules that are loaded later add to the row of an event. */
export const additions: { draw?: (row: HTMLElement, event: RoomEvent) => void } = {}

export function rowElement(entry: Entry, { lead, newDay, sameMinute }: RowLayout): HTMLLIElement {
  const row = element('li', 'row')
  row.tabIndex = -1
  if (newDay) {
    row.classList.add('new-day')
    row.append(element('p', 'day', dayOf(entry.at)))
  }
  if (entry.kind === 'presence') {
    row.classList.add('presence')
    row.append(element('p', 'text', changesText(entry)))
  } else {
    row.classList.add(entry.event.kind, entry.event.from.via)
    if (entry.event.redacted) row.classList.add('redacted')
    if (lead) row.classList.add('lead')
    if (sameMinute) row.classList.add('same-minute')
    if (entry.mine) row.classList.add('mine')
    if (entry.event.text.includes('\n')) row.classList.add('tall')
    if (entry.mention) row.classList.add('mention')
    row.append(...contentOf(entry.event))
    additions.draw?.(row, entry.event)
  }
  row.append(timeElement(entry.at))
  return row
}

function contentOf(event: RoomEvent): HTMLElement[] {
  const { kind, redacted } = event
  if (redacted || (kind !== 'topic' && kind !== 'act')) {
    return [whoElement(event), textElement(shownText(event), !redacted && marksUp(event))]
  }
  const text = textElement(sentenceOf(event), false)
  // A sentence of the page, which has not the direction of the name that it begins with.
  text.dir = texts.direction
  return [text]
}

/** The line above messages that arrived while the reader was away. */
export function unreadLine(): HTMLElement {
  return element('p', 'unread', element('span', '', texts.newLine))
}

/** The text of a presence row, also for copying. */
export function changesText({ changes, more }: Entry & { kind: 'presence' }): string {
  const parts = changes.map((change: Change) => {
    if (change.kind === 'joined') return texts.change.joined(change.name, change.via)
    if (change.kind === 'left') return texts.change.left(change.name)
    return texts.change.renamed(change.was, change.name)
  })
  if (more > 0) parts.push(texts.change.more(more))
  return parts.join(' · ')
}

/** The text of the row of a new topic or an act of a host, also for copying. */
export function sentenceOf(event: RoomEvent): string {
  const { kind, from, text } = event
  return kind === 'act' ? texts.acted(event) : texts.topicSet(from.name, text)
}

/** The text of a message, or who has taken it away. */
export function shownText({ from, text, redacted }: RoomEvent): string {
  return redacted ? texts.removedBy(redacted.by, from.name) : text
}

/** Only messages written in a page may have markup. */
function marksUp({ kind, from }: RoomEvent): boolean {
  return from.via === 'web' && kind !== 'notice'
}

function whoElement({ from }: RoomEvent): HTMLElement {
  const name = element('bdi', 'name', from.name)
  // On wide pages, a long name is cut off.
  name.title = from.name
  name.style.setProperty('--hue', String(hueOf(from.name)))
  const who = element('p', 'who', name)
  if (from.via !== 'web') who.append(' ', element('span', `tag ${from.via}`, texts.via(from.via)))
  return who
}

/** The full time is added when a pointer reaches the row: formatting it is the costliest part. */
function timeElement(at: number): HTMLTimeElement {
  const time = element('time', '', timeOf(at))
  time.dateTime = new Date(at).toISOString()
  return time
}
