/**
 * What knocks at the raw port and is not chat: a browser's HTTP request (any web
 * page can make one, with chat lines in its body), a TLS hello, STUN. Pure.
 *
 * MUST be asked before anything of a connection is shown to the room, and its
 * refusal MUST come before the connection becomes a member.
 */

/** RFC 9112 request line; the HTTP/2 preface (RFC 9113, section 3.4) has the same shape. */
const REQUEST_LINE = /^[A-Z][A-Z_-]{2,31} .*HTTP\/\d(\.\d)?\s*$/
/** The beginning of one, as far as it has come. */
const REQUEST_START = /^[A-Z][A-Z_-]{0,31}($| )/
/** A request target, so that an endless one is told from an endless chat line. */
const REQUEST_TARGET = /^[A-Z][A-Z_-]{2,31} (\/|\*|[a-z][a-z0-9+.-]*:\/\/)/i
/** RFC 8489, section 5: bytes 4 to 7 of every message. */
const STUN_COOKIE = [0x21, 0x12, 0xa4, 0x42]

export type Refusal = 'http' | 'tls' | 'stun'
export type Verdict = Refusal | 'undecided' | 'clear'

/**
 * Looks at the first bytes of a connection, everything that has come so far.
 * `come`: whether more of the first line may come; after a `pause` it hardly will, and
 * when it is `whole` it will not (the other side has ended, or the limit is reached).
 */
export function inspectOpening(opening: Uint8Array, come: 'more' | 'pause' | 'whole'): Verdict {
  const whole = come !== 'more'
  const [first, second] = opening
  if (first === undefined) return whole ? 'clear' : 'undecided'
  if (first === 0x16 && (second === 0x03 || (second === undefined && !whole))) {
    return second === undefined ? 'undecided' : 'tls'
  }
  // A STUN request starts with 00 or 01, which no text does.
  if (first <= 0x01) {
    if (STUN_COOKIE.every((byte, at) => opening[4 + at] === byte)) return 'stun'
    if (opening.length < 8 && !whole) return 'undecided'
  }
  const end = opening.findIndex((byte) => byte === 10 || byte === 13)
  const line = latin1(end < 0 ? opening : opening.subarray(0, end))
  const open = end < 0 && REQUEST_START.test(line)
  if (open && !whole) return 'undecided'
  // A request that comes in pieces is still one; only a method and a target look like that.
  if (open && come === 'pause' && REQUEST_TARGET.test(line)) return 'undecided'
  if (REQUEST_LINE.test(line)) return 'http'
  return open && opening.length > 4096 && REQUEST_TARGET.test(line) ? 'http' : 'clear'
}

function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
