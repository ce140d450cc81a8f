/**
 * What a screen reader is told. A few messages are read out as they come; in a
 * busy room it hears how many there are, since speech that cannot keep up is
 * worse than none.
 */

/** Up to this many messages are read out … */
const SPOKEN = 3
/** … in this time; more are counted until it is over. Milliseconds. */
const WINDOW_MS = 3_000

export class Announcer {
  #heardAt: number[] = []
  #counted = 0

  /** Takes new sentences; returns what to say now, or null when they are only counted. */
  hear(sentences: readonly string[], now: number): string | null {
    this.#heardAt = this.#heardAt.filter((at) => now - at < WINDOW_MS)
    this.#heardAt.push(...sentences.slice(0, SPOKEN + 1).map(() => now))
    if (this.#counted === 0 && this.#heardAt.length <= SPOKEN) return sentences.join('. ')
    this.#counted += sentences.length
    return null
  }

  /** What was counted and not said; call it once the window is over. */
  summary(): string | null {
    if (this.#counted === 0) return null
    const count = this.#counted
    this.#counted = 0
    return count === 1 ? '1 new message' : `${count} new messages`
  }
}

export { WINDOW_MS as SUMMARY_MS }
