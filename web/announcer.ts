/**
 * What a screen reader is told. A few messages are read out as they come; in a
 * busy room it hears how many there are, since speech that cannot keep up is
 * worse than none.
 */

/** Up to this many messages are read out … */
const SPOKEN = 3
/** … in this time; more are counted until it is over. Milliseconds. */
export const SUMMARY_MS = 3_000

export type Sentence = { text: string; mention: boolean }
export type Summary = { count: number; mentions: number }

export class Announcer {
  #heardAt: number[] = []
  #counted: Summary = { count: 0, mentions: 0 }

  /** Takes new sentences; returns what to say now, or null when they are only counted. */
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

  /** What was counted and not said; call it once the window is over. */
  summary(): Summary | null {
    const counted = this.#counted
    this.#counted = { count: 0, mentions: 0 }
    return counted.count === 0 ? null : counted
  }
}
