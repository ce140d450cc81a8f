/** The word at the caret that can be completed, and the candidates for it. */

export type Sought = {
  kind: 'command' | 'name' | 'emoji'
  /** Index of its start in the text; it ends at the caret. */
  from: number
  /** The word without `/`, `@` or `:`. */
  query: string
}

export type Suggestion = { label: string; detail: string; insert: string }

const COMMAND = /^\/(?<query>[a-z]*)$/iu
const NAME = /(?:^|\s)@(?<query>[^\s@]*)$/u
/** At least two characters, so that `:)` and `12:30` do not start an emoji. */
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

/** Items that start with the query, then items that contain it; at most `limit`. */
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
