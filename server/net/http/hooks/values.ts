/** Values of JSON that the server has not checked: what is not there, or of another type, is ''. */
import { cutUtf8, utf8Length } from '../../../../shared/text.ts'

/** UTF-8 bytes of a link: with all other parts, a line is shorter than a message may be. */
const LINK_BYTES = 1500

/** The text or number at the end of the path, as one line. */
export function textAt(value: unknown, ...path: string[]): string {
  const found = valueAt(value, path)
  if (typeof found === 'number') return String(found)
  return typeof found === 'string' ? found.replace(/\s+/g, ' ').trim() : ''
}

export function listAt(value: unknown, ...path: string[]): unknown[] {
  const found = valueAt(value, path)
  return Array.isArray(found) ? found : []
}

export function isTrueAt(value: unknown, ...path: string[]): boolean {
  return valueAt(value, path) === true
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value
  for (const name of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
    found = (found as Record<string, unknown>)[name]
  }
  return found
}

/** '' if the link is longer than LINK_BYTES. */
export function linkAt(value: unknown, ...path: string[]): string {
  const url = textAt(value, ...path)
  return utf8Length(url) > LINK_BYTES ? '' : url
}

/** The first of the texts that is not ''. */
export function firstText(...texts: string[]): string {
  return texts.find((text) => text !== '') ?? ''
}

/** At most `bytes` UTF-8 bytes, with an ellipsis if more was there. */
export function short(text: string, bytes: number): string {
  return utf8Length(text) <= bytes ? text : `${cutUtf8(text, bytes - 3).trimEnd()}…`
}

/** The parts that are not '', with spaces between them. */
export function sentence(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(' ')
}
