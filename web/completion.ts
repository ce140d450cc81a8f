/** What is being written at the caret that can be completed. */

export type Sought = {
  kind: 'command' | 'name' | 'emoji'
  /** Where it begins in the text; it ends at the caret. */
  from: number
  /** Without its mark. */
  query: string
}

export type Suggestion = { label: string; detail: string; insert: string }

const COMMAND = /^\/(?<query>[a-z]*)$/iu
const NAME = /(?:^|\s)@(?<query>[^\s@]*)$/u
/** At least two letters: `:)` and `12:30` are not the beginning of one. */
const EMOJI = /(?:^|\s):(?<query>[a-z0-9_+-]{2,})$/iu

export function soughtAt(text: string, caret: number): Sought | null {
  const before = text.slice(0, caret)
  for (const [kind, pattern] of [
    ['command', COMMAND],
    ['name', NAME],
    ['emoji', EMOJI],
  ] as const) {
    const query = pattern.exec(before)?.groups?.query
    if (query !== undefined) return { kind, from: caret - query.length - 1, query }
  }
  return null
}

/** Those that begin with the query, then those that have it inside; at most `limit`. */
export function matching<T>(
  items: Iterable<T>,
  query: string,
  limit: number,
  nameOf: (item: T) => string,
): T[] {
  const wanted = query.toLowerCase()
  const [begins, has]: [T[], T[]] = [[], []]
  for (const item of items) {
    const at = nameOf(item).toLowerCase().indexOf(wanted)
    if (at === 0) begins.push(item)
    else if (at > 0) has.push(item)
  }
  return [...begins, ...has].slice(0, limit)
}
