/**
 * Lines that were entered, to be called back with Up and Down. What was being typed
 * when one began to look back is kept, and is found again at the end.
 */

/** Beyond it the oldest go. */
const MOST_LINES = 500

export class History {
  #lines: string[] = []
  /** Index of the line that is shown; the number of lines: what is being typed. */
  #at = 0
  #draft = ''

  add(text: string): void {
    if (text !== this.#lines.at(-1)) this.#lines.push(text)
    if (this.#lines.length > MOST_LINES) this.#lines.shift()
    this.#at = this.#lines.length
  }

  /** The line before or after; undefined where there is none. `shown`: what is in the editor. */
  recall(step: -1 | 1, shown: string): string | undefined {
    const at = this.#at + step
    if (at < 0 || at > this.#lines.length) return undefined
    if (this.#at === this.#lines.length) this.#draft = shown
    this.#at = at
    return this.#lines[at] ?? this.#draft
  }
}
