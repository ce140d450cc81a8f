import { expect, it } from 'vitest'
import { isAnswer, linesOf, MAX_LINES } from '../../../../server/net/udp/datagram.ts'
import { Sent } from '../../../../server/net/udp/sent.ts'
import { lineDialect } from '../../../../shared/dialect/line.ts'
import type { RoomEvent } from '../../../../shared/protocol.ts'

const person = { id: 'a', name: 'ann', via: 'web' } as const

it('what a server answers is no message, also if its request has the same type', () => {
  const answers = [
    { type: 'rooms', rooms: [], roomCount: 0, open: true },
    { type: 'history', events: [], more: false },
    { type: 'direct', people: [person, person], events: [] },
    { type: 'transcript', url: '', until: '' },
    { type: 'bans', bans: [] },
    { type: 'hands', hands: [] },
    { type: 'typing', from: person, on: true },
    { type: 'error', code: 'bad_json', message: 'x' },
  ]
  for (const answer of answers) expect(isAnswer(JSON.stringify(answer)), answer.type).toBe(true)
  const requests = [
    { type: 'rooms' },
    { type: 'history', before: 7, limit: 3 },
    { type: 'direct', to: 'ann', text: 'hi', id: 'a1' },
    { type: 'transcript', from: '1h' },
    { type: 'bans' },
    { type: 'hands', room: 'a' },
    { type: 'typing', on: true },
    { type: 'say', text: '{"type":"welcome"}', more: 1 },
  ]
  for (const one of requests) expect(isAnswer(JSON.stringify(one)), one.type).toBe(false)
})

it('a line of a server is no message, whatever its times look like', () => {
  const codec = lineDialect.open()
  const at = '2026-11-22T12:21:15.123Z'
  const event: RoomEvent = { seq: 1, at, kind: 'message', from: person, text: 'hi' }
  for (const seconds of [false, true]) {
    for (const color of [false, true]) {
      codec.restyle({ seconds, color, offset: 0 })
      const [unit] = codec.broadcast.encode({ type: 'events', events: [event] })
      expect(isAnswer(unit?.text ?? '')).toBe(true)
    }
  }
  expect(isAnswer('[12:21:15 or so] hi')).toBe(false)
})

it('of a datagram, a limited number of lines counts', () => {
  for (const end of ['\n', '\r', 'x\n']) {
    const datagram = Buffer.from(end.repeat(Math.floor(65_507 / end.length)))
    for (const isMember of [false, true]) {
      expect(linesOf(datagram, 4096, isMember)).toHaveLength(MAX_LINES)
    }
  }
})

it('what a server says again with a name is recognised as sent', () => {
  const sent = new Sent()
  for (const line of ['ann: hi\n', `ann: ${'é'.repeat(500)}\n`]) {
    expect(sent.has(Buffer.from(line))).toBe(false)
    sent.add(Buffer.from(line))
    expect(sent.has(Buffer.from(line))).toBe(true)
    // The other server cuts it, too.
    expect(sent.has(Buffer.from(`guest-2: ${line}`).subarray(0, 1000))).toBe(true)
  }
  expect(sent.has(Buffer.from('hi\n'))).toBe(false)
  expect(sent.has(Buffer.from('guest-2: ann: hey\n'))).toBe(false)
})
