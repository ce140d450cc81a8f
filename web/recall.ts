/** Earlier messages, recalled with Up and Down. The current draft is kept meanwhile. */

/** Limit on texts kept. */
const KEPT = 50

export class Recall {
  #texts: string[]
  /** Index of the text shown; `length` for the draft. */
  #at: number
  #draft = ''

  constructor(texts: readonly string[] = []) {
    this.#texts = texts.slice(-KEPT)
    this.#at = this.#texts.length
  }

  get texts(): readonly string[] {
    return this.#texts
  }

  add(text: string): void {
    if (this.#texts.at(-1) !== text) this.#texts = [...this.#texts, text].slice(-KEPT)
    this.#at = this.#texts.length
  }

  /** The text to show instead of `current`; null if there is none in that direction. */
  step(direction: 'older' | 'newer', current: string): string | null {
    const at = this.#at + (direction === 'older' ? -1 : 1)
    if (at < 0 || at > this.#texts.length) return null
    if (this.#at === this.#texts.length) this.#draft = current
    this.#at = at
    return this.#texts[at] ?? this.#draft
  }
}
