/** Tells by the first bytes what a client speaks, on a port that serves several protocols. Pure. */
import { inspectOpening } from '../raw/guard.ts'

/** `raw`: lines of text, and every protocol that the raw port refuses. */
export type Protocol = 'tls' | 'http' | 'raw'

/** RFC 8446, section 5.1: the type of a record of the handshake, its first byte. */
export const HANDSHAKE = 0x16

/** Whether TLS can begin with these bytes. No text does. */
export function mayBeTls(opening: Uint8Array): boolean {
  return opening.length === 0 || opening[0] === HANDSHAKE
}

/**
 * `opening`: all bytes that the client has sent so far. `come`: as of `inspectOpening`. Returns
 * undefined if more bytes decide, which is never so for `whole`.
 */
export function protocolOf(
  opening: Uint8Array,
  come: 'more' | 'pause' | 'whole',
): Protocol | undefined {
  const verdict = inspectOpening(opening, come)
  if (verdict === 'undecided') return undefined
  return verdict === 'tls' || verdict === 'http' ? verdict : 'raw'
}
