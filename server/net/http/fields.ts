/**
 * The fields of a message as the senders for Slack, Mattermost and Discord write them → the fields
 * that this server knows. Unknown fields are ignored.
 *
 * MUST NOT change what a text says: the markup of these services stays as it is.
 */
import { type Fields, isObject } from './body.ts'

/** Fields with the same meaning; the first that is a string is used. */
const TEXTS = ['text', 'content']
const NAMES = ['name', 'username']
/** Attachments, embeds and blocks that are read; a request has a few. */
const MAX_PARTS = 20

export function messageFields(all: Fields): Fields {
  const { name: given, text: _text, ...others } = all
  // Some senders send all their fields, also those without a value.
  const fields = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== null))
  const said = firstOf(all, TEXTS)
  const text = [said ?? '', ...partsOf(all)].filter((part) => part !== '').join('\n') || said
  // A name of another type is left to the schema, which rejects it.
  const name = firstOf(all, NAMES) ?? given ?? undefined
  const { action } = fields
  return {
    ...fields,
    ...(name !== undefined && { name }),
    ...(text !== undefined && { text }),
    // In a form and in a query, it is text.
    ...(action === 'true' && { action: true }),
    ...(action === 'false' && { action: false }),
  }
}

function firstOf(given: Fields, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = given[name]
    if (typeof value === 'string') return value
  }
  return undefined
}

/** The texts of attachments (Slack, Mattermost) and embeds (Discord); of blocks if there is no text. */
function partsOf(given: Fields): string[] {
  const attachments = listOf(given.attachments).map(attachmentText)
  const embeds = listOf(given.embeds).map(embedText)
  const blocks = firstOf(given, TEXTS) ? [] : listOf(given.blocks).map(blockText)
  return [...attachments, ...embeds, ...blocks]
}

function attachmentText(part: Fields): string {
  const heading = linked(stringOf(part.title), stringOf(part.title_link))
  const text = lines(stringOf(part.pretext), heading, stringOf(part.text), pairs(part, 'title'))
  return text === '' ? stringOf(part.fallback) : text
}

function embedText(part: Fields): string {
  const heading = linked(stringOf(part.title), stringOf(part.url))
  return lines(heading, stringOf(part.description), pairs(part, 'name'))
}

function blockText({ text, elements, fields }: Fields): string {
  const parts = [text, ...listOf(fields), ...listOf(elements)]
  return lines(...parts.map((part) => (isObject(part) ? stringOf(part.text) : '')))
}

function pairs({ fields }: Fields, title: string): string {
  return lines(
    ...listOf(fields).map((field) => {
      const heading = stringOf(field[title])
      const value = stringOf(field.value)
      return heading && value ? `${heading}: ${value}` : heading || value
    }),
  )
}

function linked(title: string, url: string): string {
  return title && url ? `${title} ${url}` : title || url
}

function lines(...parts: string[]): string {
  return parts.filter((part) => part.trim() !== '').join('\n')
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.slice(0, MAX_PARTS).filter(isObject) : []
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
