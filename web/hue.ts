/**
 * The hue of a name, always the same. The style sheet adds lightness and chroma, so that
 * all colours are legible in both themes.
 */

/** The smallest visible difference of two hues. Degrees. */
const STEP = 15

/** Degrees, 0 to 345. */
export function hueOf(name: string): number {
  let hash = 0x811c9dc5
  for (const character of name.normalize('NFKC').toLowerCase()) {
    // FNV-1a, 32 bit.
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  // The final steps of MurmurHash3, because short names differ in their low bits only.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (((hash ^ (hash >>> 16)) >>> 0) % (360 / STEP)) * STEP
}
