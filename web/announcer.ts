/**
 * Announcements for a screen reader. A few messages are read aloud as they arrive; in a
 * busy room only their number is, because speech cannot keep up with them.
 */

/** Limit on messages read aloud … */
const SPOKEN = 3
/** … within this time; above it messages are counted until it is over. Milliseconds. */
export const SUMMARY_MS = 3_000

export type Sentence = { text: string; mention: boolean }
export type Summary = { count: number; mentions: number }

export class Announcer {
  #heardAt: number[] = []
  #counted: Summary = { count: 0, mentions: 0 }

  /** Returns the text to read aloud now, or null if the sentences are only counted. */
  hear(sentences: readonly Sentence[], now: number): string | null {
    this.#heardAt = this.#heardAt.filter((at) => now - at < SUMMARY_MS)
    this.#heardAt.push(...sentences.slice(0, SPOKEN + 1).map(() => now))
    const { count, mentions } = this.#counted
    if (count === 0 && this.#heardAt.length <= SPOKEN) {
      return sentences.map(({ text }) => text).join('. ')
    }
    this.#counted = {
      count: count + sentences.length,
      mentions: mentions + sentences.filter(({ mention }) => mention).length,
    }
    return null
  }

  /** The messages counted since the last call; to be called after `SUMMARY_MS`. */
  summary(): Summary | null {
    const counted = this.#counted
    this.#counted = { count: 0, mentions: 0 }
    return counted.count === 0 ? null : counted
  }
}
