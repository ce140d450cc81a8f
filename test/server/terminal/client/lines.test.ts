import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Units } from '../../../../server/terminal/client/lines.ts'

/** All lines of chunks, with what is left at the end. */
function linesOf(chunks: readonly Uint8Array[], maxBytes: number): string[] {
  const units = new Units(maxBytes)
  return [...chunks.flatMap((chunk) => units.push(Buffer.from(chunk)).lines), units.end()]
}

describe('units', () => {
  it('are the lines of the bytes, however these are cut', () => {
    const line = fc.string({ unit: 'binary' }).filter((text) => !/[\r\n]/.test(text))
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

  it('of a line that is too long are its parts, with every character whole', () => {
    const text = 'aé漢👩'.repeat(50)
    const chunks = [...Buffer.from(text)].map((byte) => Uint8Array.of(byte))
    const parts = linesOf(chunks, 5)
    expect(parts.join('')).toBe(text)
    expect(parts.length).toBeGreaterThan(50)
    expect(parts.join('|')).not.toContain('\ufffd')
  })

  it('tells of a line that is too long, and of no other', () => {
    const units = new Units(5)
    expect(units.push(Buffer.from('12345'))).toEqual({ lines: [], over: false })
    expect(units.push(Buffer.from('\n123456'))).toEqual({ lines: ['12345', '123456'], over: true })
    expect(units.push(Buffer.from('7\n'))).toEqual({ lines: ['7'], over: false })
  })
})
