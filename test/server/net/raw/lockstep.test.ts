/** Lockstep mode releases some bytes for each message, and loses none. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Lockstep, READ_BYTES } from '../../../../server/net/raw/lockstep.ts'
import { anyCharacter } from '../../../support/characters.ts'
import { testGateway } from '../../../support/gateway.ts'
import { greeted } from '../../../support/raw.ts'

function recorded(): { lockstep: Lockstep; parts: Buffer[] } {
  const parts: Buffer[] = []
  const lockstep = new Lockstep((part, done) => {
    parts.push(part)
    done()
  })
  return { lockstep, parts }
}

describe('lockstep mode', () => {
  it('releases one chunk for each message, and remembers unused messages', () => {
    const { lockstep, parts } = recorded()
    lockstep.set(true)
    let done = 0
    const took = (): void => {
      done += 1
    }
    lockstep.write(Buffer.from('answer\n'), took)
    lockstep.write(Buffer.from('news\n'), took)
    expect([parts.map(String), done, lockstep.isHolding]).toEqual([['answer\n'], 1, true])
    lockstep.received()
    expect([parts.map(String), done, lockstep.isHolding]).toEqual([
      ['answer\n', 'news\n'],
      2,
      false,
    ])
    lockstep.received()
    lockstep.write(Buffer.from('more\n'), took)
    expect(parts).toHaveLength(3)
  })

  it('releases whole lines if they fit, and everything when it is turned off', () => {
    const { lockstep, parts } = recorded()
    lockstep.set(true)
    const lines = Array.from({ length: 40 }, (_, at) => `line ${at} ${'ü'.repeat(30)}\n`)
    lockstep.write(Buffer.from(lines.join('')), () => {})
    lockstep.received()
    lockstep.set(false)
    expect(parts.map(String).join('')).toBe(lines.join(''))
    for (const part of parts) expect(String(part).endsWith('\n')).toBe(true)
    expect(Math.max(...parts.slice(0, 2).map(({ length }) => length))).toBeLessThanOrEqual(1024)
    expect(parts).toHaveLength(3)
  })

  it('never cuts a character, and never releases more than one read takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 3000 }), (text) => {
        const { lockstep, parts } = recorded()
        lockstep.set(true)
        const bytes = Buffer.from(text)
        lockstep.write(bytes, () => {})
        for (let count = 0; count < 16; count += 1) lockstep.received()
        expect(Buffer.concat(parts)).toEqual(bytes)
        const utf8 = new TextDecoder('utf-8', { fatal: true })
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(READ_BYTES)
          utf8.decode(part)
        }
      }),
    )
  })
})

describe('/turn', () => {
  it('holds messages until the program sends, and returns its own line as a receipt', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: program } = await greeted(tcp.port)
    program.send('/turn on\n')
    await program.until('/turn is on now.\n')
    const long = '€'.repeat(300)
    ann.send(`one ${long}\ntwo ${long}\n`)
    ann.send('/who\n')
    await ann.until('2 here: ')
    const before = program.chunks.length
    program.send('first\n')
    await program.until('one ')
    program.send('second\n')
    await program.until('two ')
    program.send('third\n')
    await program.until('guest-2: first\n')
    const parts = program.chunks.slice(before)
    expect(parts.every(({ length }) => length <= 1024)).toBe(true)
    expect(parts.map(String).join('').split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/guest-1: one €+$/),
      expect.stringMatching(/guest-1: two €+$/),
      expect.stringMatching(/guest-2: first$/),
    ])
  })

  it('is turned off, with a notice, if more replies wait than it can hold', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: program } = await greeted(tcp.port)
    ann.send(`${'x'.repeat(4000)}\n`.repeat(20)).send('/who\n')
    await ann.until('2 here: ')
    program.send('/turn on\n/history\n/history\n/history\nlast words\n')
    await ann.until('guest-2: last words\n')
    await program.until('* /turn is off now: more messages are waiting than it can hold.\n')
    await program.until('guest-1: x')
    program.send('bye\n')
    await program.until('Goodbye, guest-2.')
  })

  it('releases everything at /turn off and at the end of the connection', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: program } = await greeted(tcp.port)
    program.send('/turn on\n')
    await program.until('/turn is on now.\n')
    ann.send('one\ntwo\nthree\n')
    ann.send('/who\n')
    await ann.until('2 here: ')
    program.send('bye\n')
    const text = await program.untilEnded()
    expect(text).toMatch(/one\n.*two\n.*three\n.*Goodbye, guest-2\.\n$/s)
  })
})
