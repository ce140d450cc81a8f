/**
 * One row of the list as an element, built once and outside the diff: thousands
 * pass in a busy minute, and none of them changes. All text goes in as text nodes.
 */
import type { RoomEvent } from '../../shared/protocol.ts'
import { dayOf, fullTimeOf, minuteOf } from '../clock.ts'
import { hueOf } from '../hue.ts'
import type { Change, Entry } from '../state.ts'
import { tokensOf } from '../tokens.ts'

/** What a row owes to the one above it. */
export type Place = {
  /** It begins a run of one speaker's messages. */
  lead: boolean
  /** It is the first of its day. */
  newDay: boolean
}

export function rowElement(entry: Entry, { lead, newDay }: Place): HTMLLIElement {
  const row = element('li', 'row')
  if (newDay) {
    row.classList.add('new-day')
    row.append(element('p', 'day', dayOf(entry.at)))
  }
  if (entry.kind === 'presence') {
    row.classList.add('presence')
    row.append(element('p', 'text', changesText(entry.changes, entry.more)))
  } else {
    row.classList.add(entry.event.kind, entry.event.from.via)
    if (lead) row.classList.add('lead')
    if (entry.mine) row.classList.add('mine')
    row.append(whoElement(entry.event), textElement(entry.event))
  }
  row.append(timeElement(entry.at))
  return row
}

function whoElement({ from }: RoomEvent): HTMLElement {
  const who = element('p', 'who', nameElement(from.name))
  if (from.via !== 'web') who.append(' ', element('span', `tag ${from.via}`, from.via))
  return who
}

function nameElement(name: string): HTMLElement {
  const result = element('bdi', 'name', name)
  result.style.setProperty('--hue', String(hueOf(name)))
  return result
}

function textElement({ text }: RoomEvent): HTMLElement {
  const result = element('p', 'text')
  result.dir = 'auto'
  for (const token of tokensOf(text)) {
    if (token.kind === 'text') {
      result.append(token.text)
    } else if (token.kind === 'link') {
      const link = element('a', '', token.text)
      link.href = token.href
      link.target = '_blank'
      link.rel = 'noopener noreferrer nofollow'
      result.append(link)
    } else {
      result.append(element('span', 'control', token.name))
    }
  }
  return result
}

function timeElement(at: number): HTMLTimeElement {
  const time = element('time', '', minuteOf(at))
  time.dateTime = new Date(at).toISOString()
  time.title = fullTimeOf(at)
  return time
}

function changesText(changes: readonly Change[], more: number): string {
  const parts = changes.map((change) => {
    if (change.kind === 'joined') return `${change.name} joined (${change.via})`
    if (change.kind === 'left') return `${change.name} left`
    return `${change.was} is now ${change.name}`
  })
  if (more > 0) parts.push(`and ${more} more came or went`)
  return parts.join(' · ')
}

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (string | Node)[]
): HTMLElementTagNameMap[K] {
  const result = document.createElement(tag)
  if (className !== '') result.className = className
  result.append(...children)
  return result
}
