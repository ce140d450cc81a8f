/**
 * The header of the PROXY protocol, with which a proxy tells the address of its client, before
 * anything of the client: https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt. Pure.
 */
import { isIPv4, isIPv6, SocketAddress } from 'node:net'

/**
 * `proxied`: the connection is of a client with this address. `unknown`: of a client whose address
 * the proxy does not tell, or of the proxy, which checks this server. `local`: of the proxy.
 */
export type Sender =
  | { type: 'proxied'; address: string; port: number }
  | { type: 'unknown' }
  | { type: 'local' }

/**
 * `found`: a whole header; `bytes`: its length. `maybe`: the beginning of a header or of a text.
 * `partial`: the beginning of a header. `none`: no header. `invalid`: nothing else begins so, but
 * it breaks the rules.
 */
export type Reading =
  | { type: 'found'; sender: Sender; bytes: number }
  | { type: 'maybe' | 'partial' | 'none' | 'invalid' }

/** Longest line of version 1, in bytes, with its end. */
const LINE_BYTES = 107
const LINE = /^PROXY (TCP[46]) (\S+) \S+ (\d{1,5}) \d{1,5}\r\n/
const UNKNOWN_LINE = /^PROXY UNKNOWN(?: [^\r\n]*)?\r\n/
/** Beginnings of lines that are not chat, as the guard of the raw port has them. */
const LINE_STARTS = ['PROXY TCP4 ', 'PROXY TCP6 ', 'PROXY UNKNOWN ', 'PROXY UNKNOWN\r']

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
/** Signature, version and command, family, and the length of the rest. */
const FIXED_BYTES = 16
/** Longest rest, in bytes, with what a proxy adds to the addresses: names, certificates' subjects. */
const REST_BYTES = 4096
const [LOCAL, PROXY] = [0x20, 0x21] as const
const [TCP4, TCP6] = [0x11, 0x21] as const

/** Reads the header with which `opening`, all bytes that have come so far, may begin. */
export function readHeader(opening: Buffer): Reading {
  if (opening[0] === SIGNATURE[0]) return readBinary(opening)
  return readLine(opening.toString('latin1', 0, LINE_BYTES))
}

function readLine(text: string): Reading {
  if (!LINE_STARTS.some((start) => text.startsWith(start))) {
    return { type: LINE_STARTS.some((start) => start.startsWith(text)) ? 'maybe' : 'none' }
  }
  const [unknown] = UNKNOWN_LINE.exec(text) ?? []
  if (unknown !== undefined) {
    return { type: 'found', sender: { type: 'unknown' }, bytes: unknown.length }
  }
  const [line, family, address = '', port] = LINE.exec(text) ?? []
  if (line === undefined) {
    const isWhole = text.includes('\n') || text.length === LINE_BYTES
    return { type: isWhole ? 'invalid' : 'partial' }
  }
  const isAddress = family === 'TCP4' ? isIPv4(address) : isIPv6(address)
  if (!isAddress || Number(port) > 65_535) return { type: 'invalid' }
  return {
    type: 'found',
    sender: { type: 'proxied', address: canonical(address), port: Number(port) },
    bytes: line.length,
  }
}

function readBinary(opening: Buffer): Reading {
  const known = Math.min(opening.length, SIGNATURE.length)
  if (!opening.subarray(0, known).equals(SIGNATURE.subarray(0, known))) return { type: 'none' }
  if (known < SIGNATURE.length) return { type: 'maybe' }
  if (opening.length < FIXED_BYTES) return { type: 'partial' }
  const [command, family] = opening.subarray(SIGNATURE.length)
  const length = opening.readUInt16BE(FIXED_BYTES - 2)
  const isValid = (command === LOCAL || command === PROXY) && length <= REST_BYTES
  if (!isValid) return { type: 'invalid' }
  const bytes = FIXED_BYTES + length
  if (opening.length < bytes) return { type: 'partial' }
  const found = (sender: Sender): Reading => ({ type: 'found', sender, bytes })
  if (command === LOCAL) return found({ type: 'local' })
  if (family !== TCP4 && family !== TCP6) return found({ type: 'unknown' })
  // The two addresses, then the two ports; the first of each is the client's.
  const size = family === TCP4 ? 4 : 16
  if (length < 2 * size + 4) return { type: 'invalid' }
  const rest = opening.subarray(FIXED_BYTES, bytes)
  const address = addressOf(rest.subarray(0, size))
  return found({ type: 'proxied', address, port: rest.readUInt16BE(2 * size) })
}

function addressOf(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(2 * at).toString(16))
  return canonical(groups.join(':'))
}

/** The one text of an address that the system also uses (RFC 5952), so that bans and limits fit. */
export function canonical(address: string): string {
  if (!isIPv6(address)) return address
  return new SocketAddress({ address, family: 'ipv6' }).address
}
