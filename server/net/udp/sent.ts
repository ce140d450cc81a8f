/**
 * Hashes of the latest datagrams to a member. A forged datagram can name an echo service as its source; the
 * service then sends each of them back. Another server sends each of them back with the name of its member.
 * Pure.
 */

/** Datagrams that are remembered. */
const REMEMBERED = 64
/** Bytes that count. The end of a long one may be cut where it was. */
const COUNTED = 64
/** Between the name of a person and what the person says, if a line has no time. */
const SAYS = ': '
/** FNV-1a of 32 bits: its basis and its prime. */
const [BASIS, PRIME] = [0x811c9dc5, 0x01000193]

export class Sent {
  readonly #hashes: number[] = []
  #next = 0

  add(datagram: Uint8Array): void {
    this.#hashes[this.#next] = hashOf(datagram)
    this.#next = (this.#next + 1) % REMEMBERED
  }

  has(datagram: Uint8Array): boolean {
    const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.length)
    const name = bytes.indexOf(SAYS)
    const said = name < 0 ? [] : [hashOf(bytes.subarray(name + SAYS.length))]
    return [hashOf(bytes), ...said].some((hash) => this.#hashes.includes(hash))
  }
}

function hashOf(bytes: Uint8Array): number {
  let hash = BASIS
  for (const byte of bytes.subarray(0, COUNTED)) hash = Math.imul(hash ^ byte, PRIME)
  return hash
}
