/**
 * Echoes: lines that the relay has sent, and that the other server may send back to it, as to
 * all its clients.
 *
 * MUST match each sent line with at most one echo.
 */

/** Longest time, in ms, between a sent line and its echo. */
const ECHO_MS = 10_000
/** Most lines remembered; above it, the oldest are forgotten. */
const MOST_LINES = 200

export class Echoes {
  /** Whether an echo may have text before it, such as the relay's name at the other server. */
  readonly #mayBePrefixed: boolean
  #sent: { line: string; at: number }[] = []

  constructor(mayBePrefixed: boolean) {
    this.#mayBePrefixed = mayBePrefixed
  }

  /** `now`: monotonic time, in ms. */
  sent(line: string, now: number): void {
    this.#sent.push({ line: line.trim(), at: now })
    if (this.#sent.length > MOST_LINES) this.#sent.shift()
  }

  /** Whether a line received at `now` is an echo. Each sent line has one echo. */
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
