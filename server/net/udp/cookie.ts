/**
 * Cookies prove that an address receives datagrams. The source of a datagram can be forged, so the server
 * sends a cookie to it; only the real owner of the address can return it (RFC 6347, section 4.2.1).
 *
 * MUST keep no state for an address: to check a cookie, the server computes it again.
 */
import { createHmac, randomBytes } from 'node:crypto'

/** Letters and digits that cannot be mistaken for each other, and their number a power of two. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789'
/** With 5 bits each, 3.4 × 10^10 cookies: too many to guess in PERIOD_MS. */
const LENGTH = 7
/** A cookie is valid for at least this time, in ms, and for at most twice this time. */
const PERIOD_MS = 60_000
const FORM = new RegExp(`^[${LETTERS}]{${LENGTH}}$`)

export class Cookies {
  readonly #key = randomBytes(32)

  /** `source`: address and port. `now`: monotonic time, in ms. */
  cookieFor(source: string, now: number): string {
    return this.#cookieOf(source, Math.floor(now / PERIOD_MS))
  }

  /** Whether the text is a cookie of this source. */
  isRight(text: string, source: string, now: number): boolean {
    if (!FORM.test(text)) return false
    const period = Math.floor(now / PERIOD_MS)
    return text === this.#cookieOf(source, period) || text === this.#cookieOf(source, period - 1)
  }

  #cookieOf(source: string, period: number): string {
    const mac = createHmac('sha256', this.#key).update(`${period} ${source}`).digest()
    return Array.from(mac.subarray(0, LENGTH), (byte) => LETTERS[byte % LETTERS.length]).join('')
  }
}
