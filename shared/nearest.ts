/**
 * Finds the known word that is closest to a mistyped one.
 */

/** Most mistakes for a match: fewer in short words, which are all close to each other. */
function maxMistakes(word: string): number {
  return word.length < 5 ? 1 : 2
}

/**
 * Returns the first of `words` that begins with `word` (of two letters or more), otherwise
 * the one with the fewest mistakes; undefined if all have too many.
 */
export function nearestWord<T extends string>(word: string, words: readonly T[]): T | undefined {
  const begun = word.length < 2 ? undefined : words.find((one) => one.startsWith(word))
  if (begun !== undefined) return begun
  let best: T | undefined
  // At least one letter must match.
  let fewest = Math.min(maxMistakes(word), word.length - 1) + 1
  for (const one of words) {
    const mistakes = editDistance(word, one, fewest)
    if (mistakes < fewest) [best, fewest] = [one, mistakes]
  }
  return best
}

/**
 * Counts letters that are extra, missing, wrong, or swapped with the next, up to `enough`.
 * This is optimal string alignment: Levenshtein counts two mistakes for swapped letters,
 * which are the most common mistake.
 */
function editDistance(one: string, other: string, enough: number): number {
  if (Math.abs(one.length - other.length) >= enough) return enough
  let before: number[] = []
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= other.length; j += 1) {
      const differs = one[i - 1] === other[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      next[j] = Math.min(
        (row[j] as number) + 1,
        (next[j - 1] as number) + 1,
        (row[j - 1] as number) + differs,
        swapped ? (before[j - 2] as number) + 1 : Infinity,
      )
    }
    before = row
    row = next
  }
  return row[other.length] as number
}
