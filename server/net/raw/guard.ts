/**
 * Recognises connections to the raw port that are not chat: HTTP, RTSP and SIP requests,
 * TLS, STUN, SSH and the PROXY protocol. Any web page can make a browser send the first of
 * these, with chat lines inside. Pure.
 *
 * The caller MUST ask before anything from a connection reaches the room, and MUST refuse
 * the connection before it becomes a member.
 */

/** RFC 9112 request line. RTSP (RFC 7826), SIP (RFC 3261) and the HTTP/2 preface share its shape. */
const REQUEST_LINE = /^[A-Z][A-Z_-]{2,31} .*(HTTP|RTSP|SIP)\/\d(\.\d)?\s*$/
/** A request line that is still incomplete. */
const REQUEST_START = /^[A-Z][A-Z_-]{0,31}($| )/
/** A method and its target: distinguishes an endless request line from an endless chat line. */
const REQUEST_TARGET = /^[A-Z][A-Z_-]{2,31} (\/|\*|[a-z][a-z0-9+.-]*:\/\/|(sips?|tel):)/i
/** Longest request line to wait for, in bytes. */
const MAX_REQUEST_LINE = 4096

/** RFC 4253, section 4.2: an SSH client sends its version first. */
const SSH_VERSION = /^SSH-\d\.\d+-/
/** The PROXY protocol, version 1: a readable line. */
const PROXY_LINE = /^PROXY (TCP4|TCP6|UNKNOWN) /
/** An SSH version that is still incomplete. Before its digit it looks like a request. */
const SSH_START = /^SSH-\d(\.\d*)?$/
/** The PROXY protocol, version 2: the signature of its binary header, two blank lines first. */
const PROXY_SIGNATURE = [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10]
/** Length of its beginning that a chat client may also send. */
const BLANK_LINES = 4

const below = (limit: number) => (byte: number) => byte < limit
const is = (value: number) => (byte: number) => byte === value
const any = () => true
const wholeWords = (byte: number) => byte % 4 === 0
/** Longest STUN message that is recognised: 2 KiB. Browsers send at most a packet's size. */
const LENGTH = [below(8), wholeWords]
/** RFC 8489, section 5: type, length (in multiples of 4 bytes), magic cookie. */
const STUN_HEADER = [below(2), any, ...LENGTH, is(0x21), is(0x12), is(0xa4), is(0x42)]
/**
 * STUN over TCP, as a browser's ICE and TURN clients send it. ICE puts the length of the
 * message before it (RFC 4571).
 */
const STUN_OPENINGS = [STUN_HEADER, [...LENGTH, ...STUN_HEADER]]

export type Refusal = 'http' | 'rtsp' | 'sip' | 'tls' | 'stun' | 'ssh' | 'proxy'
export type Verdict = Refusal | 'undecided' | 'clear'

/**
 * Inspects `opening`, all bytes that a connection has sent so far. `come`: `more` if the
 * rest of the first line may still arrive; `pause` after a silence, when that is unlikely;
 * `whole` when nothing more is awaited (the client ended its side, or a limit is reached).
 */
export function inspectOpening(opening: Uint8Array, come: 'more' | 'pause' | 'whole'): Verdict {
  const [first, second] = opening
  if (first === undefined) return come === 'more' ? 'undecided' : 'clear'
  if (first === 0x16 && second === undefined && come === 'more') return 'undecided'
  if (first === 0x16 && second === 0x03) return 'tls'
  return inspectBinary(opening, come) ?? inspectLine(opening, come)
}

/** Undefined when the opening is not, and cannot become, one of these binary headers. */
function inspectBinary(opening: Uint8Array, come: 'more' | 'pause' | 'whole'): Verdict | undefined {
  const signature = PROXY_SIGNATURE.map(is)
  if (begins(opening, signature)) {
    if (opening.length >= signature.length) return 'proxy'
    if (come === 'more' || (come === 'pause' && opening.length > BLANK_LINES)) return 'undecided'
  }
  // No text begins with such bytes, so a client that pauses here loses nothing by a wait.
  for (const pattern of STUN_OPENINGS) {
    if (!begins(opening, pattern)) continue
    if (opening.length >= pattern.length) return 'stun'
    if (come !== 'whole') return 'undecided'
  }
  return undefined
}

/** Whether the opening matches the pattern, as far as it has come. */
function begins(opening: Uint8Array, pattern: readonly ((byte: number) => boolean)[]): boolean {
  return pattern.every((fits, at) => at >= opening.length || fits(opening[at] as number))
}

function inspectLine(opening: Uint8Array, come: 'more' | 'pause' | 'whole'): Verdict {
  const end = opening.findIndex((byte) => byte === 10 || byte === 13)
  const line = latin1(end < 0 ? opening : opening.subarray(0, end))
  if (SSH_VERSION.test(line)) return 'ssh'
  // UNKNOWN may be the last word of the line.
  if (PROXY_LINE.test(end < 0 && come === 'more' ? line : `${line} `)) return 'proxy'
  const open = end < 0 && (REQUEST_START.test(line) || SSH_START.test(line))
  if (open && come === 'more') return 'undecided'
  // After a pause, only a method with a target is still awaited: chat rarely looks like one.
  if (open && come === 'pause' && REQUEST_TARGET.test(line)) return 'undecided'
  const [, protocol] = REQUEST_LINE.exec(line) ?? []
  if (protocol !== undefined) return protocol.toLowerCase() as 'http' | 'rtsp' | 'sip'
  return open && opening.length > MAX_REQUEST_LINE && REQUEST_TARGET.test(line) ? 'http' : 'clear'
}

function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
