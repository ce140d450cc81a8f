/** What was written before, for Up and Down; the draft in hand is never lost over it. */

/** Texts kept. */
const KEPT = 50

export class Recall {
  #texts: string[]
  /** Where in `texts` the reader is; its length stands for the draft. */
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

  /** What to show in the stead of `current`; null where there is nothing further. */
  step(direction: 'older' | 'newer', current: string): string | null {
    const at = this.#at + (direction === 'older' ? -1 : 1)
    if (at < 0 || at > this.#texts.length) return null
    if (this.#at === this.#texts.length) this.#draft = current
    this.#at = at
    return this.#texts[at] ?? this.#draft
  }
}
