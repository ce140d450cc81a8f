/** Entered lines, recalled with Up and Down. The unfinished line is kept as the last of them. */

/** Limit on the lines; above it the oldest are dropped. */
const MOST_LINES = 500

export class History {
  #lines: string[] = []
  /** Index of the line that is shown; `lines.length` for the unfinished line. */
  #at = 0
  #draft = ''

  add(text: string): void {
    if (text !== this.#lines.at(-1)) this.#lines.push(text)
    if (this.#lines.length > MOST_LINES) this.#lines.shift()
    this.#at = this.#lines.length
  }

  /** The previous or next line; undefined if there is none. `shown`: the text in the editor. */
  recall(step: -1 | 1, shown: string): string | undefined {
    const at = this.#at + step
    if (at < 0 || at > this.#lines.length) return undefined
    if (this.#at === this.#lines.length) this.#draft = shown
    this.#at = at
    return this.#lines[at] ?? this.#draft
  }
}
