/** Makes messages fit into datagrams. Pure. */
import type { Outgoing, Unit } from '../../../shared/dialect/dialect.ts'
import { cutUtf8, utf8Length } from '../../../shared/text.ts'

/** Limit on the bytes of a datagram that the server sends: one `recvfrom(1024)` returns all of it. */
export const DATAGRAM_BYTES = 1024
/** The same without the LF at its end. */
const TEXT_BYTES = DATAGRAM_BYTES - 1
/** At the end of a text that is cut. */
const CUT = '…'
const CUT_END = new RegExp(`${CUT}$`)

/** The units of one event as one unit; none if there are none. */
export function inOneUnit(units: readonly Unit[]): Unit[] {
  const [first] = units
  if (first === undefined) return []
  const text = units.length === 1 ? first.text : units.map((unit) => unit.text).join('\n')
  return [{ ...first, ...secrecyOf(units), text: cut(text, TEXT_BYTES) }]
}

/** Packs whole lines into as few units as possible. A line that is longer than a datagram is cut. */
export function packed(lines: readonly Unit[]): Unit[] {
  const texts: string[] = []
  for (const { text } of lines) {
    const line = cut(text, TEXT_BYTES)
    const last = texts.at(-1)
    const both = last === undefined ? undefined : `${last}\n${line}`
    if (both === undefined || utf8Length(both) > TEXT_BYTES) texts.push(line)
    else texts[texts.length - 1] = both
  }
  const secrecy = secrecyOf(lines)
  return texts.map((text) => ({ text, ...secrecy }))
}

/** What is made of several units is secret if one of them is. */
function secrecyOf(units: readonly Unit[]): Pick<Unit, 'secret'> {
  return units.some(({ secret }) => secret) ? { secret: true } : {}
}

function cut(text: string, maxBytes: number): string {
  if (utf8Length(text) <= maxBytes) return text
  return cutUtf8(text, Math.max(0, maxBytes - utf8Length(CUT))) + CUT
}

/** Fields of a JSON message that may be cut. Other fields are short, or are needed whole. */
const CUTTABLE = ['text', 'topic', 'message']
type Values = Record<string, unknown>

/**
 * A message whose JSON is longer than a datagram → one that fits, with `cut: true`: first with fewer
 * people, rooms and the like, then with a shorter text.
 */
export function fitted(message: Outgoing): Outgoing {
  const copy = { ...structuredClone(message), cut: true } as unknown as Values
  for (let over = excess(copy); over > 0; over = excess(copy)) {
    if (!halveList(copy) && !cutText(copy, over)) break
  }
  return copy as unknown as Outgoing
}

function excess(message: Values): number {
  return utf8Length(JSON.stringify(message)) - TEXT_BYTES
}

/** Leaves out half of the longest list; returns whether there was one. */
function halveList(message: Values): boolean {
  const [longest] = listsIn(message)
    // The two people of a conversation.
    .filter(({ owner, name }) => owner !== message || name !== 'people')
    .sort((one, other) => other.list.length - one.list.length)
  if (longest === undefined || longest.list.length < 2) return false
  const { owner, name, list } = longest
  const half = Math.floor(list.length / 2)
  // The latest events are the last ones.
  owner[name] = name === 'events' ? list.slice(-half) : list.slice(0, half)
  return true
}

/** The lists in a value, such as the people of a reaction to an event. */
function listsIn(value: unknown): { owner: Values; name: string; list: unknown[] }[] {
  if (typeof value !== 'object' || value === null) return []
  const owner = value as Values
  return Object.entries(owner).flatMap(([name, one]) => {
    const inside = listsIn(one)
    return Array.isArray(one) ? [{ owner, name, list: one }, ...inside] : inside
  })
}

/** Cuts about `over` bytes of JSON off the longest text; returns whether there was one. */
function cutText(message: Values, over: number): boolean {
  const longest = textsIn(message).sort((one, other) => other.size - one.size)[0]
  if (longest === undefined || longest.size === 0) return false
  const { owner, name } = longest
  const text = (owner[name] as string).replace(CUT_END, '')
  const [size, written] = [utf8Length(text), utf8Length(JSON.stringify(text))]
  // Escaped characters have more bytes in JSON.
  const kept = Math.floor((size * Math.max(0, written - over)) / written)
  owner[name] = text === '' ? '' : cut(text, kept)
  return true
}

/** The texts in a value that may be cut. */
function textsIn(value: unknown): { owner: Values; name: string; size: number }[] {
  if (typeof value !== 'object' || value === null) return []
  const owner = value as Values
  return Object.entries(owner).flatMap(([name, one]) => {
    if (typeof one !== 'string') return textsIn(one)
    return CUTTABLE.includes(name) ? [{ owner, name, size: utf8Length(one) }] : []
  })
}
