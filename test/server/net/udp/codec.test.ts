/** What a member by UDP receives, whatever it is: whole characters, whole objects, short datagrams. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { datagramDialect, datagrams } from '../../../../server/net/udp/codec.ts'
import { linesOf } from '../../../../server/net/udp/datagram.ts'
import type { Outgoing } from '../../../../shared/dialect/dialect.ts'
import { jsonDialect } from '../../../../shared/dialect/json.ts'
import { lineDialect } from '../../../../shared/dialect/line.ts'
import { errorMessage } from '../../../../shared/errors.ts'

const at = '2026-11-22T12:21:15.123Z'
const people = Array.from({ length: 80 }, (_, number) => ({
  id: `person${number}`,
  name: `Person ${number}`,
  via: 'udp' as const,
}))
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 4096 }),
  fc
    .constantFrom('"', '\\', 'é', '🙂', 'x')
    .chain((one) => fc.nat({ max: 4096 }).map((count) => one.repeat(count))),
)
const events = fc
  .array(text, { minLength: 1, maxLength: 4 })
  .map((texts) =>
    texts.map((said, seq) => ({ seq, at, kind: 'message', from: people[0], text: said })),
  )
const message = events.map((list) => ({ type: 'events', events: list }) as unknown as Outgoing)

describe('a message to a member by UDP', () => {
  it('is a datagram of whole characters for each event, of at most 1024 bytes', () => {
    for (const dialect of [lineDialect, jsonDialect]) {
      const codec = datagramDialect(dialect, () => true).open()
      fc.assert(
        fc.property(message, (one) => {
          const sent = datagrams(codec.broadcast.encode(one))
          expect(sent).toHaveLength((one as { events: unknown[] }).events.length)
          for (const datagram of sent) {
            expect(datagram.length).toBeLessThanOrEqual(1024)
            expect(Buffer.from(datagram.toString())).toEqual(datagram)
            if (dialect === jsonDialect) JSON.parse(datagram.toString())
          }
        }),
      )
    }
  })

  it('has as much of a text in JSON as fits', () => {
    const codec = datagramDialect(jsonDialect, () => true).open()
    const said = { seq: 1, at, kind: 'message', from: people[0], text: '"'.repeat(3000) }
    const one = { type: 'events', events: [said] } as unknown as Outgoing
    const [datagram] = datagrams(codec.encode(one))
    expect(datagram?.length).toBeGreaterThan(1000)
  })

  it('keeps the latest events and some of the people of a list', () => {
    const codec = datagramDialect(jsonDialect, () => true).open()
    const said = Array.from({ length: 9 }, (_, seq) => ({
      seq,
      at,
      kind: 'x',
      text: 'y'.repeat(99),
    }))
    const one = { type: 'welcome', members: people, memberCount: 80, events: said }
    const [datagram] = datagrams(codec.encode(one as unknown as Outgoing))
    const read = JSON.parse(`${datagram}`)
    expect(read).toMatchObject({ memberCount: 80, cut: true })
    expect(read.members.length).toBeGreaterThan(3)
    expect(read.events.at(-1)).toMatchObject({ seq: 8 })
  })

  it('has some of the reactions and of their people', () => {
    const codec = datagramDialect(jsonDialect, () => true).open()
    const [from] = people
    const signs = Array.from({ length: 60 }, (_, number) => ({
      sign: String.fromCodePoint(0x1f600 + number),
      people: people.slice(0, 1),
    }))
    for (const reactions of [[{ sign: '👍', people }], signs]) {
      const event = { seq: 1, at, kind: 'message', from, text: 'short', reactions }
      const one = { type: 'history', events: [event], more: false }
      const [datagram] = datagrams(codec.encode(one as unknown as Outgoing))
      const [read] = JSON.parse(`${datagram}`).events
      expect(read).toMatchObject({ seq: 1, text: 'short' })
      expect(read.reactions[0].people[0]).toEqual(from)
    }
  })

  it('is no error, if it has just received one, except for the last', () => {
    let isDue = true
    const codec = datagramDialect(lineDialect, () => isDue).open()
    expect(codec.encode(errorMessage({ code: 'text_empty' }))).toHaveLength(1)
    isDue = false
    expect(codec.encode(errorMessage({ code: 'text_empty' }))).toEqual([])
    expect(codec.encode(errorMessage({ code: 'kicked' }))).toHaveLength(1)
  })
})

it('any bytes are lines, of a length that is limited', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isMember) => {
      for (const { text: line } of linesOf(bytes, 64, isMember)) {
        expect(line.length).toBeLessThanOrEqual(64)
        expect(line).not.toMatch(/[\n\0]/)
      }
    }),
  )
})
