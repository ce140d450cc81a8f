/**
 * The strings of Java's writeUTF and readUTF (java.io.DataInput): two bytes of length, and UTF-8 in
 * which a character above U+FFFF is two surrogates of three bytes each. Pure.
 */
import { oneReadChunks } from './lockstep.ts'

const LF = 10
/** First byte of a surrogate, and of a character of four bytes in UTF-8. */
const [SURROGATE, FOUR_BYTES] = [0xed, 0xf0]

/** One string for each READ_BYTES of whole lines. `lines`: UTF-8; each ends with LF. */
export function javaStrings(lines: Buffer): Buffer {
  const strings = oneReadChunks(lines).flatMap((chunk) => {
    const text = toModifiedUtf8(chunk.at(-1) === LF ? chunk.subarray(0, -1) : chunk)
    return [Buffer.of(text.length >> 8, text.length & 0xff), text]
  })
  return Buffer.concat(strings)
}

function toModifiedUtf8(bytes: Buffer): Buffer {
  if (!bytes.some((byte) => byte >= FOUR_BYTES)) return bytes
  const text = bytes.toString()
  const found: number[] = []
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit >= 0xd800 && unit <= 0xdfff) {
      found.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f))
    } else found.push(...Buffer.from(text.charAt(at)))
  }
  return Buffer.from(found)
}

/** Bytes that are no pair of surrogates stay as they are. */
export function fromModifiedUtf8(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(SURROGATE)) return bytes
  const found: number[] = []
  for (let at = 0; at < bytes.length; at += 1) {
    const high = surrogateAt(bytes, at)
    const low = surrogateAt(bytes, at + 3)
    if (high < 0xd800 || high > 0xdbff || low < 0xdc00) found.push(bytes[at] as number)
    else {
      const point = 0x10000 + ((high - 0xd800) << 10) + low - 0xdc00
      found.push(...Buffer.from(String.fromCodePoint(point)))
      at += 5
    }
  }
  return Uint8Array.from(found)
}

/** The surrogate in the three bytes at `at`; 0 if they are none. */
function surrogateAt(bytes: Uint8Array, at: number): number {
  const [first, second = 0, third = 0] = bytes.subarray(at, at + 3)
  if (first !== SURROGATE || second < 0xa0 || second > 0xbf || (third & 0xc0) !== 0x80) return 0
  return 0xd000 | ((second & 0x3f) << 6) | (third & 0x3f)
}
