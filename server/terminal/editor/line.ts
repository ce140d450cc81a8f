/**
 * The line being typed as a value, and all changes to it.
 *
 * The caret MUST be between characters (grapheme clusters), never inside one.
 */
import { characters } from './width.ts'

/** `caret`: index into `text`, in UTF-16 units. */
export type Line = { text: string; caret: number }

export const EMPTY: Line = { text: '', caret: 0 }

export type Motion = 'left' | 'right' | 'word left' | 'word right' | 'start' | 'end'

export function lineOf(text: string): Line {
  return { text, caret: text.length }
}

export function insert({ text, caret }: Line, added: string): Line {
  const joined = text.slice(0, caret) + added + text.slice(caret)
  return { text: joined, caret: borderFrom(joined, caret + added.length) }
}

export function move(line: Line, motion: Motion): Line {
  return { text: line.text, caret: destination(line, motion) }
}

/** Removes the text that the motion would pass over, and returns it. */
export function cut(line: Line, motion: Motion): { line: Line; gone: string } {
  const to = destination(line, motion)
  const [from, until] = to < line.caret ? [to, line.caret] : [line.caret, to]
  const text = line.text.slice(0, from) + line.text.slice(until)
  // The text on both sides may join to one character.
  return { line: { text, caret: borderFrom(text, from) }, gone: line.text.slice(from, until) }
}

function destination({ text, caret }: Line, motion: Motion): number {
  switch (motion) {
    case 'start':
      return 0
    case 'end':
      return text.length
    case 'left':
      return caret - (characters(text.slice(0, caret)).at(-1)?.length ?? 0)
    case 'right':
      return caret + (characters(text.slice(caret))[0]?.length ?? 0)
    case 'word left':
      return borderUpTo(text, text.slice(0, caret).replace(/\S*\s*$/u, '').length)
    case 'word right':
      return text.length - text.slice(caret).replace(/^\s*\S*/u, '').length
  }
}

/** The last border between characters at or before an index. */
function borderUpTo(text: string, index: number): number {
  let border = 0
  for (const { length } of characters(text)) {
    if (border + length > index) break
    border += length
  }
  return border
}

/** The first border between characters at or after an index. */
function borderFrom(text: string, index: number): number {
  let border = 0
  for (const { length } of characters(text)) {
    if (border >= index) return border
    border += length
  }
  return border
}
