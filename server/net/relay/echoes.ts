/**
 * Echoes: lines that we sent lately, to be known again when a server tells them to all
 * its clients, us among them.
 *
 * MUST count each line that was sent for one echo only.
 */

/** How long after it was sent a line may come back, in ms. */
const ECHO_MS = 10_000
/** Lines that are remembered; beyond it the oldest are forgotten. */
const MOST_LINES = 200

export class Echoes {
  /** Whether something may stand before an echo, as the name that the server knows us by. */
  readonly #mayBePrefixed: boolean
  #sent: { line: string; at: number }[] = []

  constructor(mayBePrefixed: boolean) {
    this.#mayBePrefixed = mayBePrefixed
  }

  /** `now` in ms, of a clock that is not set back. */
  sent(line: string, now: number): void {
    this.#sent.push({ line: line.trim(), at: now })
    if (this.#sent.length > MOST_LINES) this.#sent.shift()
  }

  /** Whether a line that came is one that we sent; it is not the next time. */
  take(received: string, now: number): boolean {
    const line = received.trim()
    this.#sent = this.#sent.filter(({ at }) => now - at <= ECHO_MS)
    const found = this.#sent.findIndex(
      ({ line: own }) => line === own || (this.#mayBePrefixed && line.endsWith(own)),
    )
    if (found >= 0) this.#sent.splice(found, 1)
    return found >= 0
  }
}
