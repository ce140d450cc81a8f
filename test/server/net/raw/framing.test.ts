/** Framed bytes are made once, and a reader's own lines are left out without copying. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crlfFraming, framedSlices, lfFraming } from '../../../../server/net/raw/framing.ts'
import { Encoded, partFor, whole } from '../../../../server/room/encoded.ts'

const encoded = new Encoded([
  { text: 'é one', own: 'a1' },
  { text: 'two', own: 'b2' },
  { text: 'three' },
])
const text = (slices: Buffer[]) => Buffer.concat(slices).toString()

describe('framed units', () => {
  test('are lines with LF, or with CR LF for telnet', () => {
    expect(text(framedSlices([whole(encoded)], lfFraming))).toBe('é one\ntwo\nthree\n')
    expect(text(framedSlices([whole(encoded)], crlfFraming))).toBe('é one\r\ntwo\r\nthree\r\n')
  })

  test('leave out the units of one person for that person', () => {
    const forPerson = (id: string) => {
      const part = partFor(encoded, id)
      return part === undefined ? undefined : text(framedSlices([part], lfFraming))
    }
    expect(forPerson('a1')).toBe('two\nthree\n')
    expect(forPerson('b2')).toBe('é one\nthree\n')
    expect(forPerson('c3')).toBe('é one\ntwo\nthree\n')
    expect(partFor(new Encoded([{ text: 'x', own: 'a1' }]), 'a1')).toBeUndefined()
  })

  test('are one copy in memory for all readers', () => {
    const [all] = framedSlices([whole(encoded)], lfFraming)
    for (const id of ['a1', 'b2']) {
      for (const slice of framedSlices([partFor(encoded, id) ?? whole(encoded)], lfFraming)) {
        expect(slice.buffer).toBe(all?.buffer)
      }
    }
  })

  test('of any batch are the lines of other people, in order', () => {
    const unit = fc.record({
      text: fc.string({ unit: 'grapheme' }),
      own: fc.constantFrom('a', 'b'),
    })
    fc.assert(
      fc.property(fc.array(unit), (units) => {
        const part = partFor(new Encoded(units), 'a')
        const others = units.filter(({ own }) => own !== 'a').map((one) => `${one.text}\n`)
        expect(part === undefined ? '' : text(framedSlices([part], lfFraming))).toBe(
          others.join(''),
        )
      }),
    )
  })
})
