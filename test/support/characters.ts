/** Random text for property tests. */
import fc from 'fast-check'

/**
 * Any code point except half of a surrogate pair. fast-check's own unit 'binary' has the same
 * characters, but takes more than a second to prepare in each test file.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .oneof(fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((point) => String.fromCodePoint(point))
