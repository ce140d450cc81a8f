import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Lines } from '../../../../server/terminal/client/lines.ts'
import { anyCharacter } from '../../../support/characters.ts'

/** All lines of the chunks, and the text after the last line break. */
function linesOf(chunks: readonly Uint8Array[], maxBytes: number): string[] {
  const splitter = new Lines(maxBytes)
  return [...chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk)).lines), splitter.end()]
}

describe('lines', () => {
  it('are the same wherever the bytes are cut', () => {
    const line = fc.string({ unit: anyCharacter }).filter((text) => !/[\r\n]/.test(text))
    fc.assert(
      fc.property(fc.array(line), fc.boolean(), fc.nat(), (lines, crlf, size) => {
        const bytes = Buffer.from(lines.map((text) => text + (crlf ? '\r\n' : '\n')).join(''))
        const chunks: Buffer[] = []
        const step = 1 + (size % 7)
        for (let at = 0; at < bytes.length; at += step) chunks.push(bytes.subarray(at, at + step))
        expect(linesOf(chunks, 1_000_000)).toEqual([...lines, ''])
      }),
    )
  })

  it('of a line that is too long are its parts, without a cut character', () => {
    const text = 'aé漢👩'.repeat(50)
    const chunks = [...Buffer.from(text)].map((byte) => Uint8Array.of(byte))
    const parts = linesOf(chunks, 5)
    expect(parts.join('')).toBe(text)
    expect(parts.length).toBeGreaterThan(50)
    expect(parts.join('|')).not.toContain('\ufffd')
  })

  it('reports a line that is too long, and no other', () => {
    const splitter = new Lines(5)
    expect(splitter.push(Buffer.from('12345'))).toEqual({ lines: [], over: false })
    expect(splitter.push(Buffer.from('\n123456'))).toEqual({
      lines: ['12345', '123456'],
      over: true,
    })
    expect(splitter.push(Buffer.from('7\n'))).toEqual({ lines: ['7'], over: false })
  })
})
