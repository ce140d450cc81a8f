/**
 * Completion: what the word before the caret may become. Tab again takes the next
 * possibility, and after the last one what was typed.
 */
import type { Line } from './line.ts'

/** `commands`: with their slash. `names`: of those who are here. */
export type Words = { commands: readonly string[]; names: readonly string[] }

/** Every line that Tab may make of this one, in order; empty where it can make none. */
export function completions(line: Line, words: Words): Line[] {
  const before = line.text.slice(0, line.caret)
  const after = line.text.slice(line.caret)
  const ends = (from: number, candidates: readonly string[], end: string): Line[] => {
    const typed = fold(before.slice(from))
    return candidates
      .filter((word) => fold(word).startsWith(typed))
      .map((word) => {
        const head = before.slice(0, from) + word + (after.startsWith(end) ? '' : end)
        return { text: head + after, caret: head.length + (after.startsWith(end) ? end.length : 0) }
      })
  }
  if (/^\/\S*$/u.test(before)) return before.startsWith('//') ? [] : ends(0, words.commands, ' ')
  const word = before.search(/\S+$/u)
  if (word < 0) return []
  // A mention may be written with an @, which is kept.
  const from = before[word] === '@' ? word + 1 : word
  if (from === before.length) return []
  return ends(from, [...words.names].sort(), word === 0 ? ': ' : ' ')
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
