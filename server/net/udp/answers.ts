/**
 * Replies to addresses that are not members: at most one a second for each network.
 *
 * MUST NOT send an address that may be forged more than GAIN times the bytes received from it.
 */
import type { Dialect } from '../../../shared/dialect/dialect.ts'
import { type ErrorCode, errorMessage } from '../../../shared/errors.ts'
import type { ErrorMessage } from '../../../shared/replies.ts'

/** RFC 9000, section 8.1: bytes sent for each byte received from an address that has not proved itself. */
export const GAIN = 3
const PERIOD_MS = 1000
/** Limit on networks that receive a reply in PERIOD_MS. Further networks receive none. */
const MAX_ANSWERED = 10_000

export class Answers {
  /** Networks that received a reply in this period. */
  readonly #answered = new Set<string>()
  #period = 0

  /** Whether the network may receive a reply now; if so, the reply is counted. `now`: monotonic, in ms. */
  allows(network: string, now: number): boolean {
    const period = Math.floor(now / PERIOD_MS)
    if (period !== this.#period) this.#answered.clear()
    this.#period = period
    if (this.#answered.has(network) || this.#answered.size >= MAX_ANSWERED) return false
    this.#answered.add(network)
    return true
  }
}

/** Sends a cookie, in as many words as fit; undefined if it does not fit. `received`: bytes. */
export function cookieAnswer(
  cookie: string,
  received: number,
  isJson: boolean,
): string | undefined {
  const error: ErrorMessage = { ...errorMessage({ code: 'cookie_needed', message: BACK }), cookie }
  const forms = [
    ...(isJson ? [`${JSON.stringify(error)}\n`] : []),
    `! Send this first: ${cookie} It shows that your address receives. What you sent is dropped.\n`,
    `! Send ${cookie} first\n`,
    // With a mark, so that an echo service does not send the cookie.
    `! ${cookie}`,
  ]
  return forms.find((form) => Buffer.byteLength(form) <= GAIN * received)
}

const BACK = 'Send it back.'

/** The error for an address that is not accepted. */
export function refusalAnswer(code: ErrorCode, dialect: Dialect): string {
  const [unit] = dialect.open().encode(errorMessage({ code }))
  return `${unit?.text}\n`
}
