/** The JSON dialect: what it reads, and the fault that names what it does not. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Outgoing } from '../../../shared/dialect/dialect.ts'
import { jsonDialect } from '../../../shared/dialect/json.ts'
import { limits } from '../../../shared/limits.ts'
import type { ClientMessage } from '../../../shared/requests.ts'
import { anyCharacter } from '../../support/characters.ts'

const { decode, encode } = jsonDialect.open()

const alice = { id: 'a1', name: 'alice', via: 'web' } as const
const bob = { id: 'b2', name: 'bob', via: 'tcp' } as const
const said = {
  seq: 58,
  at: '2026-11-22T12:21:15.123Z',
  kind: 'message',
  from: alice,
  text: 'a\n"b" 😀',
  id: 'u1',
} as const

describe('a message to the server', () => {
  test.each<ClientMessage>([
    { type: 'hello', protocol: 1 },
    { type: 'hello', protocol: 1, name: 'alice', token: 't', epoch: 'e', seq: 0, history: 0 },
    { type: 'hello', protocol: 1, seq: Number.MAX_SAFE_INTEGER, history: limits.historyEvents },
    { type: 'hello', protocol: 1, name: 'x'.repeat(256), token: 'x'.repeat(256) },
    { type: 'say', text: '' },
    { type: 'say', id: 'x', text: 'hello', action: false },
    { type: 'say', id: 'x'.repeat(64), text: 'waves 😀', action: true },
    { type: 'name', name: 'alice2' },
    { type: 'typing', on: true },
    { type: 'bye' },
  ])('is read as it is: %j', (message) => {
    expect(decode(JSON.stringify(message))).toEqual({ type: 'request', request: message })
    expect(decode(` ${JSON.stringify(message, null, 2)}\r\n`)).toMatchObject({ type: 'request' })
  })

  test('that a person would have typed is no JSON', () => {
    expect(decode('hello')).toEqual({ type: 'fault', fault: { code: 'bad_json' } })
  })

  test.each([
    '',
    ' ',
    '{',
    '{"type":"bye"',
    "{'type':'bye'}",
    '{"type":"bye"}{',
    '{"type":"bye",}',
    '\0',
  ])('that is no JSON is a fault: %j', (unit) => {
    expect(decode(unit)).toEqual({ type: 'fault', fault: { code: 'bad_json' } })
  })

  test.each(['null', '1', '"bye"', 'true', '[]', '[{"type":"bye"}]'])(
    'that is no object is a fault: %s',
    (unit) => {
      expect(decode(unit)).toMatchObject({ type: 'fault', fault: { code: 'bad_message' } })
    },
  )

  test.each([
    '{}',
    '{"type":null}',
    '{"type":["say"]}',
    '{"type":"Say"}',
    '{"type":""}',
    '{"type":"welcome"}',
    '{"type":"who"}',
    '{"type":"__proto__"}',
    '{"type":"constructor"}',
    '{"type":"toString"}',
    '{"type":"hasOwnProperty"}',
    '{"__proto__":{"type":"bye"}}',
  ])('of no known type is a fault: %s', (unit) => {
    expect(decode(unit)).toMatchObject({ type: 'fault', fault: { code: 'unknown_type' } })
  })

  test('of an unknown type gets an error with the type, shortened', () => {
    const fault = (type: string) => decode(JSON.stringify({ type }))
    expect(fault('shout')).toMatchObject({
      fault: { message: 'Unknown message type "shout".' },
    })
    expect(JSON.stringify(fault('x'.repeat(16_000))).length).toBeLessThan(200)
  })

  test.each<[string, string]>([
    ['protocol', '{"type":"hello"}'],
    ['protocol', '{"type":"hello","protocol":2}'],
    ['protocol', '{"type":"hello","protocol":"1"}'],
    ['name', '{"type":"hello","protocol":1,"name":7}'],
    ['name', `{"type":"hello","protocol":1,"name":"${'x'.repeat(257)}"}`],
    ['token', '{"type":"hello","protocol":1,"token":null}'],
    ['token', `{"type":"hello","protocol":1,"token":"${'x'.repeat(257)}"}`],
    ['epoch', `{"type":"hello","protocol":1,"epoch":"${'x'.repeat(65)}"}`],
    ['seq', '{"type":"hello","protocol":1,"seq":-1}'],
    ['seq', '{"type":"hello","protocol":1,"seq":1.5}'],
    ['seq', '{"type":"hello","protocol":1,"seq":"1"}'],
    ['seq', '{"type":"hello","protocol":1,"seq":1e999}'],
    ['history', '{"type":"hello","protocol":1,"history":201}'],
    ['history', '{"type":"hello","protocol":1,"history":-1}'],
    ['text', '{"type":"say"}'],
    ['text', '{"type":"say","text":null}'],
    ['text', '{"type":"say","text":["hello"]}'],
    ['id', '{"type":"say","text":"x","id":7}'],
    ['id', '{"type":"say","text":"x","id":""}'],
    ['id', `{"type":"say","text":"x","id":"${'x'.repeat(65)}"}`],
    ['action', '{"type":"say","text":"x","action":"yes"}'],
    ['name', '{"type":"name"}'],
    ['name', '{"type":"name","name":null}'],
    ['name', `{"type":"name","name":"${'x'.repeat(257)}"}`],
    ['on', '{"type":"typing"}'],
    ['on', '{"type":"typing","on":1}'],
  ])('with a wrong %s is a fault that names it: %.60s', (field, unit) => {
    const decoded = decode(unit)
    expect(decoded).toMatchObject({ type: 'fault', fault: { code: 'bad_message' } })
    const [, what = ''] =
      /^Not a valid \w+ message: (.*)\.$/.exec(
        decoded.type === 'fault' ? (decoded.fault.message ?? '') : '',
      ) ?? []
    expect(what.split(/[\s,]+/)).toContain(field)
  })

  test.each([
    '{"type":"hello","protocol":1,"rooms":[1]}',
    '{"type":"say","text":"x","extra":{"a":1}}',
    '{"type":"bye","__proto__":{},"toString":1}',
  ])('may have unknown fields, so that the protocol can grow: %s', (unit) => {
    expect(decode(unit)).toMatchObject({ type: 'request' })
  })

  test.each(['{"type":"say","id":"u1"}', '{"type":"shout","id":"u1"}', '{"id":"u1"}'])(
    'gives its id to its fault: %s',
    (unit) => {
      expect(decode(unit)).toMatchObject({ type: 'fault', id: 'u1' })
    },
  )

  test.each(['{"type":"say","id":7}', `{"type":"say","id":"${'x'.repeat(65)}"}`, '{"type":"say"}'])(
    'with no usable id gives none to its fault: %.30s',
    (unit) => {
      expect(decode(unit)).not.toHaveProperty('id')
    },
  )

  test('as deep as a frame allows is a fault like any other', () => {
    const deep = (limits.frameBytes - 40) / 2
    const arrays = '['.repeat(deep) + ']'.repeat(deep)
    expect(decode(arrays)).toMatchObject({ fault: { code: 'bad_message' } })
    expect(decode(`{"type":${arrays}}`)).toMatchObject({ fault: { code: 'unknown_type' } })
    expect(decode(`{"type":"say","text":${arrays}}`)).toMatchObject({
      fault: { code: 'bad_message' },
    })
    expect(decode(`{"type":"bye","x":${arrays}}`)).toMatchObject({ request: { type: 'bye' } })
  })

  test('of any bytes is a request or a fault, without an exception', () => {
    const type = fc.constantFrom('hello', 'say', 'name', 'typing', 'bye', '__proto__', 'valueOf')
    const key = fc.constantFrom('protocol', 'name', 'text', 'id', 'seq', 'on', '__proto__', 'then')
    const near = fc
      .tuple(type, fc.dictionary(key, fc.jsonValue()))
      .map(([type, rest]) => JSON.stringify({ ...rest, type }))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: anyCharacter }), fc.json(), near), (unit) => {
        const decoded = decode(unit)
        if (decoded.type === 'request') expect(decoded.request).toEqual(JSON.parse(unit))
        else expect(decoded.type).toBe('fault')
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a message to a client', () => {
  test.each<Outgoing>([
    {
      type: 'welcome',
      protocol: 1,
      you: alice,
      token: 't',
      at: said.at,
      epoch: 'e',
      head: 58,
      resumed: null,
      reset: 'too_far',
      members: [alice, bob],
      memberCount: 2,
      events: [said],
      limits,
    },
    { type: 'events', events: [said, { ...said, seq: 59, kind: 'notice' }] },
    {
      type: 'presence',
      joined: [alice],
      left: [bob],
      renamed: [{ id: 'c', was: 'carol', name: 'caroline' }],
      memberCount: 2,
    },
    { type: 'typing', from: alice, on: true },
    { type: 'error', code: 'name_taken', message: 'Taken.', id: 'u1', suggestion: 'alice-2' },
  ])('is one object on one line: $type', (message) => {
    const [unit, ...more] = encode(message)
    expect(more).toEqual([])
    expect(unit?.text).not.toMatch(/[\r\n]/)
    expect(JSON.parse(unit?.text ?? '')).toEqual(message)
    // Everybody gets their own events too: they are the acknowledgement.
    expect(unit).not.toHaveProperty('own')
  })

  test('is none for replies of the line dialect', () => {
    expect(encode({ type: 'goodbye', name: 'alice' })).toEqual([])
  })
})
