/**
 * A colour for a name: the same in every tab and after every visit. Only the
 * hue comes from the name; the style sheet gives lightness and chroma, so that
 * all of them are legible in both themes.
 */

/** Hues this far apart can be told from each other. Degrees. */
const STEP = 15

/** Degrees, 0 to 345. */
export function hueOf(name: string): number {
  let hash = 0x811c9dc5
  for (const character of name.normalize('NFKC').toLowerCase()) {
    // FNV-1a, 32 bit.
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  // The last steps of MurmurHash3: short names differ in their low bits only.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (((hash ^ (hash >>> 16)) >>> 0) % (360 / STEP)) * STEP
}
