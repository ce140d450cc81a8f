/** Completion of what is before the caret: commands, names of members, and of rooms after /join. */
import type { Line } from './line.ts'

/** `commands`: with their slash. `names`: of the members. `rooms`: their names. */
export type Words = {
  commands: readonly string[]
  names: readonly string[]
  rooms: readonly string[]
}

/** The name of a room may have spaces. */
const JOIN = /^\/join\s+/iu

/** The completed lines, in order; empty if there is no completion. */
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
  const argument = JOIN.exec(before)?.[0].length
  if (argument !== undefined) return ends(argument, words.rooms, '')
  const word = before.search(/\S+$/u)
  if (word < 0) return []
  // The @ of a mention stays.
  const from = before[word] === '@' ? word + 1 : word
  if (from === before.length) return []
  return ends(from, [...words.names].sort(), word === 0 ? ': ' : ' ')
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
