import { describe, expect, it } from 'vitest'
import { parsed } from '../../../../server/terminal/client/transport.ts'
import { LineCodec } from '../../../../shared/dialect/line.ts'
import type { ServerMessage } from '../../../../shared/replies.ts'
import { welcome } from '../../../shared/client/fixtures.ts'

const from = { id: 'e', name: 'e\x1b[2Jvil', via: 'tcp' }
const typing = { type: 'typing', from, on: true }

describe('a message from any program', () => {
  it('has no control characters in its values', () => {
    expect(parsed(JSON.stringify(typing))).toEqual({
      ...typing,
      from: { ...from, name: 'e^[[2Jvil' },
    })
  })

  it('has none in the keys of fields that the protocol does not know', () => {
    const line = JSON.stringify({ ...typing, 'a\x9b2J\u202e': [{ '\x9d0;t\x9c': 'x' }] })
    const message = parsed(line)
    expect(JSON.stringify(message)).not.toMatch(/[\p{Cc}\u202a-\u202e]/u)
    expect(message).toMatchObject({ 'a\\u009b2J\\u202e': [{ '\\u009d0;t\\u009c': 'x' }] })
  })

  it('may have kinds of events and of connections that the protocol does not know', () => {
    const event = { seq: 1, at: 'nonsense', kind: 'poll', from: { ...from, via: 'matrix' } }
    const message = { type: 'events', events: [{ ...event, text: 'tea?' }] }
    const parsedMessage = parsed(JSON.stringify(message)) as ServerMessage
    const codec = new LineCodec({ stamps: true })
    expect(codec.encode(parsedMessage).map(({ text }) => text)).toEqual([
      expect.stringMatching(/e\^\[\[2Jvil: tea\?$/),
    ])
  })

  it('may be the greeting of an earlier server, without the number of lines', () => {
    const greeting = welcome()
    const { textLines: _, ...earlier } = greeting.limits
    expect(parsed(JSON.stringify({ ...greeting, limits: earlier }))).toBeDefined()
  })

  it('changes no prototype', () => {
    const message = parsed(`{"__proto__":{"on":false,"\x9b":1},${JSON.stringify(typing).slice(1)}`)
    expect(message).toMatchObject({ on: true })
    expect(Object.getPrototypeOf(message)).toBe(Object.prototype)
  })

  it.each(['', '{', '[]', '"x"', '{"type":"welcome"}', '['.repeat(100_000)])(
    'is none at all if it is %.20j',
    (line) => expect(parsed(line)).toBeUndefined(),
  )
})
