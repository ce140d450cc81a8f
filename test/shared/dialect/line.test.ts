/** The line dialect: what people type, and every line they read. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadAscii } from '../../../shared/dialect/ascii.ts'
import type { Outgoing } from '../../../shared/dialect/dialect.ts'
import { LineCodec, splitUtf8 } from '../../../shared/dialect/line.ts'
import { nameList } from '../../../shared/dialect/replies.ts'
import { utcOffset } from '../../../shared/dialect/style.ts'
import { errorMessage } from '../../../shared/errors.ts'
import { limits } from '../../../shared/limits.ts'
import { checkName } from '../../../shared/names.ts'
import type { EventKind, Person } from '../../../shared/protocol.ts'
import type { Presence, Welcome } from '../../../shared/replies.ts'
import { sanitise, utf8Length } from '../../../shared/text.ts'
import { anyCharacter } from '../../support/characters.ts'

const utc = new LineCodec({ offset: 0 })
const alice: Person = { id: 'a1', name: 'alice', via: 'web' }
const bob: Person = { id: 'b2', name: 'bob', via: 'tcp' }
const at = '2026-11-22T12:21:15.123Z'

const lines = (message: Outgoing, codec = utc) => codec.encode(message).map(({ text }) => text)
const event = (kind: EventKind, text: string, from = alice) => ({ seq: 1, at, kind, from, text })
const presence = (changes: Partial<Presence>): Presence => ({
  type: 'presence',
  joined: [],
  left: [],
  renamed: [],
  memberCount: 2,
  ...changes,
})
const welcome = (changes: Partial<Welcome> = {}): Welcome => ({
  type: 'welcome',
  protocol: 1,
  you: alice,
  token: 't',
  at,
  epoch: 'e',
  head: 0,
  resumed: null,
  reset: null,
  members: [alice, bob],
  memberCount: 2,
  events: [],
  limits,
  ...changes,
})

describe('a typed line', () => {
  test.each([
    ['hello', { type: 'say', text: 'hello' }],
    ['  spaces stay  ', { type: 'say', text: '  spaces stay  ' }],
    ['//who', { type: 'say', text: '/who' }],
    ['/me waves', { type: 'say', text: 'waves', action: true }],
    ['/name Ada Lovelace', { type: 'name', name: 'Ada Lovelace' }],
    ['/who', { type: 'who' }],
    ['/resume', { type: 'show_code' }],
    ['/help', { type: 'help' }],
    ['/quit', { type: 'bye' }],
    ['bye', { type: 'bye' }],
    ['{"type":"bye"}', { type: 'say', text: '{"type":"bye"}' }],
  ])('%j is a request', (typed, request) => {
    expect(utc.decode(typed)).toEqual({ type: 'request', request })
  })

  test.each(['', '   '])('%j is nothing', (typed) => {
    expect(utc.decode(typed)).toEqual({ type: 'nothing' })
  })

  test.each([
    ['/name', '/name NAME'],
    ['/me ', '/me TEXT'],
    ['/search', '/search WORDS'],
    ['/time', '/time OFFSET'],
    ['/turn', '/turn on|off'],
    ['/turn 3', '/turn on|off'],
  ])('%j without its argument gets the usage', (typed, usage) => {
    const fault = { code: 'bad_message', message: `Usage: ${usage}` }
    expect(utc.decode(typed)).toEqual({ type: 'fault', fault })
  })

  test('with an unknown command is a fault that shows the word, made safe and short', () => {
    expect(utc.decode('/yodel it')).toEqual({
      type: 'fault',
      fault: {
        code: 'unknown_command',
        message: 'There is no command /yodel. /help lists all commands; //x sends /x.',
      },
    })
    const decoded = utc.decode(`/\x1b[2J${'😀'.repeat(1000)}`)
    const message = decoded.type === 'fault' ? decoded.fault.message : ''
    expect(message).toMatch(/^There is no command \/\^\[\[2J😀{8}\. \/help/u)
  })
})

describe('an event', () => {
  test.each([
    ['message', 'hello', '[12:21] alice: hello'],
    ['message', '* bob left', '[12:21] alice: * bob left'],
    ['action', 'waves', '[12:21] alice * waves'],
    ['notice', 'The disk is full.', '[12:21] * The disk is full.'],
  ] as const)('of kind %s is one line', (kind, text, line) => {
    expect(utc.encode({ type: 'events', events: [event(kind, text)] })).toEqual([
      { text: line, own: 'a1' },
    ])
  })

  test('is a line for each, in order, each its own speaker’s', () => {
    const events = [event('message', 'one'), event('message', 'two', bob)]
    expect(utc.encode({ type: 'events', events })).toEqual([
      { text: '[12:21] alice: one', own: 'a1' },
      { text: '[12:21] bob: two', own: 'b2' },
    ])
  })

  test.each([
    [345, 'UTC+05:45', '[18:06]'],
    [-210, 'UTC-03:30', '[08:51]'],
    [-765, 'UTC-12:45', '[23:36]'],
    [840, 'UTC+14:00', '[02:21]'],
    [-30, 'UTC-00:30', '[11:51]'],
    [0, 'UTC+00:00', '[12:21]'],
  ])(
    'has the time of a server %i minutes from UTC, which the greeting calls %s',
    (offset, name, stamp) => {
      const codec = new LineCodec({ offset: offset })
      const [line] = lines({ type: 'events', events: [event('message', 'x')] }, codec)
      expect(line).toBe(`${stamp} alice: x`)
      expect(utcOffset(offset)).toBe(name)
      expect(lines(welcome(), codec)[1]).toContain(`Times are ${name}.`)
    },
  )

  test('has seconds where the reader asks for them, also two of the same minute', () => {
    const codec = new LineCodec({ offset: 0, seconds: true })
    const message = event('message', 'one\ntwo')
    const later = { ...message, at: '2026-11-22T12:21:59.999Z', text: 'three' }
    expect(lines({ type: 'events', events: [message, later] }, codec)).toEqual([
      '[12:21:15] alice: one',
      '             | two',
      '[12:21:59] alice: three',
    ])
    expect(lines({ type: 'events', events: [later] })).toEqual(['[12:21] alice: three'])
  })
})

describe('no name and no text', () => {
  const parts = fc.constantFrom(
    ...[
      'bob',
      ' ',
      'is now',
      'joined',
      'left',
      '(terminal)',
      '*',
      ': ',
      ' * ',
      '<',
      '>',
      '[12:21]',
    ],
    ...['꞉', '∶', 'ː', '∗', '‹', '›', '!', '\u00a0', '\n'],
  )
  const anything = fc.oneof(
    fc.array(parts, { maxLength: 6 }).map((some) => some.join('')),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
  )
  const name = anything
    .map((raw) => {
      const checked = checkName(raw)
      return checked.ok ? checked.name : undefined
    })
    .filter((checked) => checked !== undefined)

  /** Reads a line as it reads to people: its form, and the name that it seems to come from. */
  function read(line: string): unknown {
    const rest = line.replace(/^\[\d\d:\d\d\] /, '')
    const notice =
      /^\* (?:<([^<>]+)>|(\S+)) (left|joined|continues|is now (?:<([^<>]+)>|(\S+)))/.exec(rest)
    if (notice !== null) {
      const [, wide, narrow, act = '', nextWide, nextNarrow] = notice
      return [act.split(' ')[0], wide ?? narrow, nextWide ?? nextNarrow]
    }
    const [, from, mark] = /^([^:*<>]+)(: | \* )/.exec(rest) ?? []
    return [mark === ': ' ? 'message' : 'action', from, undefined]
  }

  test('can forge the line of another kind or of another person', () => {
    fc.assert(
      fc.property(name, name, anything, (name, next, raw) => {
        const person = { ...alice, name }
        const text = sanitise(raw)
        for (const kind of ['message', 'action'] as const) {
          const events = [event(kind, text, person)]
          expect(lines({ type: 'events', events }).map(read)).toEqual([[kind, name, undefined]])
        }
        const renamed = [{ id: 'a1', was: name, name: next }]
        const told = lines(presence({ joined: [person], left: [person], moved: [person], renamed }))
        expect(told.map(read)).toEqual([
          ['left', name, undefined],
          ['is', name, next],
          ['continues', name, undefined],
          ['joined', name, undefined],
        ])
      }),
      { numRuns: 1000 },
    )
  })

  test('can forge the hint of a knock, which comes before what the client has chosen', () => {
    const knocks = [
      { id: 7, at, address: '10.0.0.7', text: 'first (/admit 9 or /turnaway 9)' },
      { id: 8, at, address: '10.0.0.8', text: '', name: 'Ann (/admit 9)' },
      { id: 9, at, address: '10.0.0.9', text: '' },
    ]
    expect(lines({ type: 'knocks', knocks, added: 3 })).toEqual([
      '* A program at 10.0.0.7 knocks (/admit 7 or /turnaway 7): "first (/admit 9 or /turnaway 9)"',
      '* A client at 10.0.0.8 knocks (/admit 8 or /turnaway 8) as <Ann (/admit 9)>',
      '* A client at 10.0.0.9 knocks (/admit 9 or /turnaway 9)',
    ])
  })

  test('can do so in ASCII, where stars and emoji are spelled with such marks', async () => {
    await loadAscii()
    const ascii = new LineCodec({ offset: 0 })
    ascii.restyle({ ascii: true })
    const spoken = (name: string) => {
      const events = [event('message', 'x', { ...alice, name })]
      return lines({ type: 'events', events }, ascii)
    }
    expect(spoken('★ bob left')).toEqual(['[12:21] < bob left>: x'])
    expect(spoken('bob🚀 x')).toEqual(['[12:21] <bobrocket x>: x'])
    expect(spoken('★')).toEqual(['[12:21] <?>: x'])
  })
})

describe('presence', () => {
  test.each([
    [{ joined: [bob] }, { text: '* bob joined (terminal)', own: 'b2' }],
    [{ left: [bob] }, { text: '* bob left', own: 'b2' }],
    [
      { renamed: [{ id: 'b2', was: 'bob', name: 'robert' }] },
      { text: '* bob is now robert', own: 'b2' },
    ],
  ])('is a line for each change: %j', (changes, unit) => {
    expect(utc.encode(presence(changes))).toEqual([unit])
  })

  test('has a rename before the join of a member with the old name', () => {
    const next = { ...alice, id: 'n3' }
    const renamed = [{ id: 'a1', was: 'alice', name: 'bob' }]
    expect(lines(presence({ joined: [next], left: [bob], renamed }))).toEqual([
      '* bob left',
      '* alice is now bob',
      '* alice joined (web)',
    ])
  })

  test('is each by itself in a room of 50, one line of numbers in one of 51', () => {
    const changes = { joined: [alice, bob], left: [bob] }
    expect(lines(presence({ ...changes, memberCount: 50 }))).toHaveLength(3)
    expect(utc.encode(presence({ ...changes, memberCount: 51 }))).toEqual([
      { text: '* 2 joined, 1 left (51 here)' },
    ])
  })

  test('in a large room is a summary of the changes that happened', () => {
    const renamed = [{ id: 'b2', was: 'bob', name: 'robert' }]
    const large = { memberCount: 60 }
    expect(lines(presence({ ...large, left: [alice, bob] }))).toEqual(['* 2 left (60 here)'])
    expect(lines(presence({ ...large, joined: [alice, bob], renamed }))).toEqual([
      '* 2 joined, 1 renamed (60 here)',
    ])
    expect(lines(presence({ ...large, joined: [bob] }))).toEqual(['* bob joined (terminal)'])
    expect(lines(presence({ ...large, renamed }))).toEqual(['* bob is now robert'])
  })

  test('of a member that continues over another transport is one line', () => {
    expect(utc.encode(presence({ moved: [{ ...bob, via: 'json' }] }))).toEqual([
      { text: '* bob continues (program)', own: 'b2' },
    ])
  })

  test('as a snapshot is for programs only', () => {
    expect(lines(presence({ members: [alice, bob], memberCount: 2 }))).toEqual([])
  })
})

describe('the greeting', () => {
  test('has the names, and explains how to send, rename and leave', () => {
    expect(lines(welcome())).toEqual([
      'Welcome to Oneroom. You are alice; /name NAME changes that.',
      'Here: bob (terminal). Times are UTC+00:00.',
      '/resume shows a code that takes you back here after a break.',
      'Type to talk. /help lists the commands, bye leaves.',
    ])
  })

  test('of the first member says that nobody else is here', () => {
    const [, here] = lines(welcome({ members: [alice], memberCount: 1 }))
    expect(here).toBe('Nobody else is here yet. Times are UTC+00:00.')
  })

  test('ends with the latest messages, as many as fit into 1024 bytes', () => {
    const few = [event('message', 'hello', bob)]
    expect(lines(welcome({ events: few })).slice(-3)).toEqual([
      '* Earlier messages; /history shows more:',
      '* 2026-11-22',
      '[12:21] bob: hello',
    ])
    const many = Array.from({ length: 20 }, (_, at) =>
      event('message', `${at} ${'ü'.repeat(50)}`, bob),
    )
    const shown = lines(welcome({ events: many }))
    expect(shown.at(-1)).toContain(' 19 ')
    expect(shown.length).toBeGreaterThan(8)
    expect(shown.length).toBeLessThan(20)
    expect(Buffer.byteLength(`${shown.join('\n')}\n`)).toBeLessThanOrEqual(1024)
    const long = [event('message', 'x'.repeat(2000), bob)]
    expect(lines(welcome({ events: long }))).toEqual([
      ...lines(welcome()),
      '* Earlier messages are long; /history shows them.',
    ])
  })

  test('counts those it has no room for', () => {
    const crowd = Array.from({ length: 100 }, (_, n) => ({ ...bob, id: `${n}`, name: `m${n}` }))
    const [, here] = lines(welcome({ members: [alice, ...crowd], memberCount: 2001 }))
    const [, shown = '', more] = /^Here: (.*) and (\d+) more\. Times/.exec(here ?? '') ?? []
    expect(shown.split(', ').length + Number(more)).toBe(2000)
    expect(shown).toMatch(/^m0 \(terminal\), m1 \(terminal\), /)
  })

  test('is at most 1024 bytes with any members', () => {
    const name = fc.oneof(
      fc.string({ unit: fc.constantFrom('😀', '𝒜', '𓀀'), minLength: 1, maxLength: 24 }),
      fc.string({ unit: fc.constantFrom('a', 'é', '語', '😀'), minLength: 1, maxLength: 24 }),
      fc.constant('😀'.repeat(24)),
    )
    const via = fc.constantFrom('web' as const, 'tcp' as const)
    const person = fc.record({ id: fc.uuid(), name, via })
    fc.assert(
      fc.property(
        person,
        fc.array(person, { maxLength: 120 }),
        fc.nat(1_000_000),
        fc.integer({ min: -720, max: 840 }),
        (you, others, unlisted, offset) => {
          const members = [you, ...others]
          const memberCount = members.length + unlisted
          const text = lines(
            welcome({ you, members, memberCount }),
            new LineCodec({ offset: offset }),
          )
          expect(utf8Length(`${text.join('\n')}\n`)).toBeLessThanOrEqual(1024)
        },
      ),
    )
  })
})

test('a fault is one marked line, with a suggestion if there is one', () => {
  expect(lines(errorMessage({ code: 'text_empty' }))).toEqual(['! The message is empty.'])
  expect(lines(errorMessage({ code: 'name_taken', suggestion: 'bob-2' }, 'u1'))).toEqual([
    '! That name is taken. Try /name bob-2',
  ])
  expect(lines(errorMessage({ code: 'shutdown' }))).toEqual(['* The server is stopping.'])
})

test('typing is not shown, and readers do not receive their own units', () => {
  expect(lines({ type: 'typing', from: alice, on: true })).toEqual([])
  expect(utc.broadcast.skipsOwn).toBe(true)
})

test('names are cut between entries, and the rest is counted', () => {
  expect(nameList([alice, bob], 2, 100)).toBe('alice (web), bob (terminal)')
  expect(nameList([alice, bob], 5, 100)).toBe('alice (web), bob (terminal) and 3 more')
  expect(nameList([alice, bob], 2, 13)).toBe('alice (web) and 1 more')
})

test('a long text is split between characters only, and is whole when joined', () => {
  expect(splitUtf8('abcdé', 5)).toEqual(['abcd', 'é'])
  expect(splitUtf8('', 5)).toEqual([])
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.integer({ min: 4, max: 9 }), (text, max) => {
      const parts = splitUtf8(text, max)
      expect(parts.join('')).toBe(text)
      for (const part of parts) {
        expect(part).not.toMatch(/\p{Cs}/u)
        expect(utf8Length(part)).toBeLessThanOrEqual(max)
      }
    }),
  )
})

test('no line has a control character or a line break in it, for any text', () => {
  const raw = fc
    .array(
      fc.oneof(
        fc.string({ unit: anyCharacter, maxLength: 5 }),
        fc.constantFrom('\r', '\n', '\r\n', '\0', '\x1b[2J', '\x07', '\u0085', '\u2028', '\u202e'),
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join(''))
  const text = raw.map(sanitise)
  const person = fc.record({
    id: fc.uuid(),
    name: text,
    via: fc.constantFrom('web' as const, 'tcp' as const, 'server' as const),
  })
  const people = fc.array(person, { maxLength: 4 })
  const count = fc.nat(100)
  const events = fc.array(
    fc.record({
      seq: fc.nat(),
      at: fc.constant(at),
      kind: fc.constantFrom('message' as const, 'action' as const, 'notice' as const),
      from: person,
      text,
    }),
    { maxLength: 4 },
  )
  const renamed = fc.array(fc.record({ id: fc.uuid(), was: text, name: text }), { maxLength: 3 })
  const message: fc.Arbitrary<Outgoing> = fc.oneof(
    events.map((events) => ({ type: 'events' as const, events })),
    fc
      .tuple(people, people, renamed, count)
      .map(([joined, left, renamed, memberCount]) =>
        presence({ joined, left, renamed, memberCount }),
      ),
    fc
      .tuple(person, people, count, events)
      .map(([you, members, memberCount, events]) => welcome({ you, members, memberCount, events })),
    text.map((suggestion) => errorMessage({ code: 'name_taken', suggestion })),
    // What is not understood is shown again, and has not been sanitised before.
    raw.map((word) => {
      const decoded = utc.decode(`/${word}`)
      return errorMessage(decoded.type === 'fault' ? decoded.fault : { code: 'text_empty' })
    }),
  )
  fc.assert(
    fc.property(message, (message) => {
      for (const line of lines(message)) expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u)
    }),
    { numRuns: 1000 },
  )
})

describe('the history', () => {
  const at = (day: string, text: string) => ({
    ...event('message', text, bob),
    at: `2026-11-${day}T23:30:00.000Z`,
  })

  test('stands under the date of the reader’s day', () => {
    const events = [at('21', 'one'), at('21', 'two'), at('22', 'three')]
    const east = new LineCodec({ offset: 60 }).encode({ type: 'history', events, more: false })
    expect(east.map(({ text }) => text)).toEqual([
      '* 2026-11-22',
      '[00:30] bob: one',
      '[00:30] bob: two',
      '* 2026-11-23',
      '[00:30] bob: three',
    ])
  })

  test('is one notice if there are no messages', () => {
    expect(lines({ type: 'history', events: [], more: false })).toEqual([
      '* There are no messages yet.',
    ])
    expect(lines({ type: 'found', query: 'x', events: [] })).toEqual(['* Nothing found for x'])
  })
})

describe('asking for it', () => {
  const decode = (line: string) => utc.decode(line)

  test('takes a number from 1 to 200, and 20 without one', () => {
    const limit = (line: string) => decode(line)
    expect(limit('/history')).toEqual({ type: 'request', request: { type: 'history', limit: 20 } })
    expect(limit('/history 200')).toMatchObject({ request: { limit: 200 } })
    for (const wrong of ['0', '201', '-1', '1.5', 'all']) {
      expect(decode(`/history ${wrong}`)).toMatchObject({ fault: { code: 'bad_message' } })
    }
  })

  test('by words keeps the words as they are', () => {
    expect(decode('/search "disk full" NEAR')).toMatchObject({
      request: { type: 'search', query: '"disk full" NEAR' },
    })
  })
})
