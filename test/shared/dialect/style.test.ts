/** What readers of lines may choose, and that each choice is one dialect for all of them. */
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadAscii } from '../../../shared/dialect/ascii.ts'
import type { Codec, Outgoing } from '../../../shared/dialect/dialect.ts'
import { LineCodec } from '../../../shared/dialect/line.ts'
import {
  type LineStyle,
  NAME_COLORS,
  offsetAt,
  painted,
  parseOffset,
  utcOffset,
} from '../../../shared/dialect/style.ts'
import type { Person, RoomEvent } from '../../../shared/protocol.ts'
import { anyCharacter } from '../../support/characters.ts'

const styled = (style: Partial<LineStyle>) => new LineCodec({ offset: 0, ...style })
const utc = styled({})
const ivan: Person = { id: 'i1', name: 'Иван', via: 'web' }
const at = '2026-11-22T12:21:15.123Z'
const event = (text: string, kind: RoomEvent['kind'] = 'message'): Outgoing => ({
  type: 'events',
  events: [{ seq: 1, at, kind, from: ivan, text }],
})
const joined: Outgoing = { type: 'presence', joined: [ivan], left: [], renamed: [], memberCount: 2 }
const lines = (codec: Codec, message: Outgoing) => codec.encode(message).map(({ text }) => text)

describe('an offset', () => {
  test.each([
    ['+05:45', 345],
    ['5:45', 345],
    ['+0545', 345],
    ['UTC+5', 300],
    ['utc -3:30', -210],
    ['−03:00', -180],
    ['gmt', 0],
    ['Z', 0],
    ['-12', -720],
    ['+14:00', 840],
  ])('%s is %i minutes', (text, minutes) => {
    expect(parseOffset(text)).toBe(minutes)
  })

  test.each(['', '+', '+15', '-12:15', '+5:10', '+5:60', '5:4', '1e1', '+05:45 ', 'Kathmandu'])(
    '%j is none',
    (text) => {
      expect(parseOffset(text)).toBeUndefined()
    },
  )

  test.each([
    ['2026-01-15T12:00:00.000Z', 60],
    ['2026-07-15T12:00:00.000Z', 120],
  ])('of the machine at %s follows its daylight saving time', (at, minutes) => {
    const { TZ } = process.env
    process.env.TZ = 'Europe/Berlin'
    onTestFinished(() => {
      if (TZ === undefined) delete process.env.TZ
      else process.env.TZ = TZ
    })
    expect(offsetAt(at, undefined)).toBe(minutes)
    expect(offsetAt(at, -180)).toBe(-180)
  })

  test('is read as it is written', () => {
    for (let minutes = -720; minutes <= 840; minutes += 15) {
      expect(parseOffset(utcOffset(minutes))).toBe(minutes)
    }
  })
})

describe('a style', () => {
  test('has one encoding of broadcasts for all its readers', () => {
    const codec = styled({ offset: 345 })
    const before = codec.broadcast
    expect(styled({ offset: 345 }).broadcast).toBe(before)
    codec.restyle({ stamps: false })
    expect(codec.broadcast).toBe(styled({ offset: 345, stamps: false }).broadcast)
    expect(codec.broadcast).not.toBe(before)
  })

  test('without stamps has no time before messages', () => {
    const plain = styled({ stamps: false })
    expect(lines(plain, event('hi'))).toEqual(['Иван: hi'])
    expect(lines(plain, event('waves', 'action'))).toEqual(['Иван * waves'])
  })

  test('of another clock has its stamps and its days', () => {
    const there = styled({ offset: 840 })
    expect(lines(there, event('hi'))).toEqual(['[02:21] Иван: hi'])
    const history: Outgoing = { ...event('hi'), type: 'history', more: false } as Outgoing
    expect(lines(there, history)).toEqual(['* 2026-11-23', '[02:21] Иван: hi'])
  })

  test('with colours has names in theirs, and nothing else', () => {
    const colored = styled({ color: true })
    expect(lines(colored, event('hi'))).toEqual([`[12:21] ${painted('Иван')}: hi`])
    expect(lines(colored, joined)).toEqual([`* ${painted('Иван')} joined (web)`])
    expect(lines(colored, event('it', 'notice'))).toEqual(['[12:21] * it'])
    expect(painted('Ann').replace('Ann', 'ann')).toBe(painted('ann'))
  })

  test('in ASCII has only ASCII, on one line, for any text', async () => {
    await loadAscii()
    const ascii = styled({ ascii: true })
    expect(lines(ascii, event('Grüße 🚀 “€”'))).toEqual(['[12:21] <Ivan>: Grusse :rocket: "EUR"'])
    expect(lines(ascii, { type: 'goodbye', name: '日本' })).toEqual(['Goodbye, RiBen.'])
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        for (const line of lines(ascii, event(text.replace(/\p{Cc}/gu, '')))) {
          expect(line).toMatch(/^[ -~]*$/)
        }
      }),
    )
  })

  test('never has an escape sequence that was not asked for', () => {
    for (const codec of [utc, styled({ stamps: false, ascii: true })]) {
      expect(lines(codec, event('hi')).join()).not.toContain('\u001b')
    }
  })
})

describe('a colour for names', () => {
  /** WCAG 2.2, relative luminance of a colour of the 6 × 6 × 6 cube. */
  function luminance(color: number): number {
    const levels = [0, 95, 135, 175, 215, 255]
    const at = color - 16
    const [red, green, blue] = [Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map((step) => {
      const value = (levels[step] as number) / 255
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    }) as [number, number, number]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }

  test.each(NAME_COLORS)('%i is legible on black and on white', (color) => {
    const its = luminance(color)
    expect((its + 0.05) / 0.05).toBeGreaterThanOrEqual(4.5)
    expect(1.05 / (its + 0.05)).toBeGreaterThanOrEqual(4.5)
  })
})

describe('asking for it', () => {
  const decode = (line: string) => utc.decode(line)

  test.each([
    ['/time +5:45', { offset: 345 }, 'Times are UTC+05:45 now.'],
    ['/time seconds', { seconds: true }, 'Times have seconds now.'],
    ['/time minutes', { seconds: false }, 'Times have no seconds now.'],
    ['/stamps off', { stamps: false }, '/stamps is off now.'],
    ['/color on', { color: true }, '/color is on now.'],
    ['/bell on', { bell: true }, '/bell is on now.'],
    ['/ascii ON', { ascii: true }, '/ascii is on now.'],
  ])('%s changes one thing', (line, change, answer) => {
    const setting = { type: 'style', change } as const
    expect(decode(line)).toEqual({ type: 'setting', setting })
    expect(lines(utc, { type: 'setting', setting, applied: true })).toEqual([answer])
  })

  test.each(['/time utc seconds', '/time Seconds UTC'])('%s changes two things', (line) => {
    const setting = { type: 'style', change: { offset: 0, seconds: true } } as const
    expect(decode(line)).toEqual({ type: 'setting', setting })
    expect(lines(utc, { type: 'setting', setting, applied: true })).toEqual([
      'Times are UTC+00:00, with seconds, now.',
    ])
  })

  const wrong = ['/time', '/time noon', '/time seconds minutes', '/stamps maybe', '/turn 3']
  test.each(wrong)('%s gets an error that explains the command', (line) => {
    expect(decode(line)).toMatchObject({ type: 'fault', fault: { code: 'bad_message' } })
  })

  test('/help accepts each command with or without its slash, and suggests the closest match', () => {
    expect(decode('/help time')).toMatchObject({ request: { about: 'time' } })
    expect(decode('/help /TIME')).toMatchObject({ request: { about: 'time' } })
    expect(decode('/help tiem')).toMatchObject({
      fault: { message: expect.stringContaining('There is no command /tiem. Did you mean /time?') },
    })
  })
})
