/** Messages of several lines in the dialects of lines: how they are read, and how they are sent. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineCodec } from '../../../shared/dialect/line.ts'
import { relayDialect } from '../../../shared/dialect/relay.ts'
import { limits } from '../../../shared/limits.ts'
import { linesOf } from '../../../shared/lines.ts'
import { checkName } from '../../../shared/names.ts'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Direct } from '../../../shared/replies.ts'
import { sanitise, sanitiseLines } from '../../../shared/text.ts'
import { textOf } from '../../../web/draft.ts'
import { anyCharacter } from '../../support/characters.ts'
import { cpuMs } from '../../support/cpu.ts'

const alice = { id: 'a1', name: 'alice', via: 'web' } as const
const bob = { id: 'b2', name: 'bob', via: 'tcp' } as const
const at = '2026-11-22T12:21:15.123Z'
const utc = new LineCodec({ offset: 0 })
const code = 'def f(x):\n    return x\n\n* bob left'

function said(text: string, fields: Partial<RoomEvent> = {}): RoomEvent {
  return { seq: 1, at, kind: 'message', from: alice, text, ...fields }
}

function shown(event: RoomEvent, codec = utc): string[] {
  return codec.encode({ type: 'events', events: [event] }).map(({ text }) => text)
}

describe('a message of several lines', () => {
  it('has the stamp and the name on its first line, and the mark on the others', () => {
    expect(shown(said(code))).toEqual([
      '[12:21] alice: def f(x):',
      '          |     return x',
      '          | ',
      '          | * bob left',
    ])
    expect(shown(said('one\ntwo', { kind: 'action' }))).toEqual([
      '[12:21] alice * one',
      '          | two',
    ])
    expect(shown(said('one\ntwo'), new LineCodec({ stamps: false }))).toEqual([
      'alice: one',
      '  | two',
    ])
    const direct: Direct = { type: 'direct', people: [alice, bob], events: [said('one\ntwo')] }
    expect(utc.encode(direct)).toEqual([
      { text: '[12:21] alice -> bob: one', own: 'a1', secret: true },
      { text: '          | two', own: 'a1', secret: true },
    ])
  })

  it('is whole in /history and the greeting, and one line where it is pinned', () => {
    const history = utc.encode({ type: 'history', events: [said('one\ntwo')], more: false })
    expect(history.map(({ text }) => text).slice(1)).toEqual([
      '[12:21] alice: one',
      '          | two',
    ])
    const joined = utc.encode({
      type: 'joined',
      room: 'lobby',
      epoch: 'e',
      head: 1,
      resumed: null,
      reset: null,
      members: [],
      memberCount: 0,
      events: [],
      pinned: said('one\ntwo'),
    })
    expect(joined.map(({ text }) => text)).toContain('* Pinned: alice: one…')
  })

  it('is several messages for another server, each with the name', () => {
    const { broadcast } = relayDialect('{name}: {text}').open()
    expect(broadcast.encode({ type: 'events', events: [said('one\nQUIT')] })).toEqual([
      { text: 'alice: one', own: 'a1' },
      { text: 'alice: QUIT', own: 'a1' },
    ])
  })

  it('is no quote for another server, which has a beginning of its own', () => {
    const { broadcast } = relayDialect('{name}: {text}').open()
    const answer = said('yes', { reply: 1, quote: { from: bob, text: 'no' } })
    const action = said('x\nanswers bob: no', { kind: 'action' })
    const units = broadcast.encode({ type: 'events', events: [answer, action] })
    expect(units.map(({ text }) => text)).toEqual([
      '> alice answers bob: no',
      'alice: yes',
      '* alice x',
      '* alice answers bob: no',
    ])
  })

  it('looks like no other message, whatever its text and the names are', () => {
    const piece = fc.constantFrom('\n', '\r\n', '\r', '[12:21] bob: hi', '* bob left', '  | ', ': ')
    const text = fc.array(fc.oneof(piece, fc.string({ unit: anyCharacter, maxLength: 5 })))
    const name = fc.string({
      unit: fc.oneof(anyCharacter, fc.constantFrom('|', ' ')),
      maxLength: 9,
    })
    fc.assert(
      fc.property(text, name, fc.boolean(), (parts, raw, stamps) => {
        const codec = new LineCodec({ offset: 0, stamps })
        const checked = checkName(raw)
        const from = { ...alice, name: checked.ok ? checked.name : 'alice' }
        const sent = sanitiseLines(parts.join(''))
        const [first = '', ...others] = shown(said(sent, { from }), codec)
        const mark = `${stamps ? ' '.repeat(8) : ''}  | `
        expect(first.startsWith(`${stamps ? '[12:21] ' : ''}${from.name}: `)).toBe(true)
        expect(first.startsWith(' ')).toBe(false)
        for (const line of others) expect(line.startsWith(mark)).toBe(true)
        expect(sent.split('\n')).toHaveLength(1 + others.length)
        for (const line of [first, ...others]) expect(line).not.toMatch(/[\r\n]/)
      }),
    )
  })
})

describe('the text of several lines', () => {
  it('keeps its line ends as LF, and nothing else that acts on a terminal', () => {
    expect(sanitiseLines('\r\n  a\r\nb\rc\n\u001b[1m\u2028\n \n')).toBe('  a\nb\nc\n^[[1m\\u2028')
    fc.assert(
      fc.property(fc.string({ unit: fc.oneof(anyCharacter, fc.constant('\n')) }), (text) => {
        const sent = sanitiseLines(text)
        expect(sanitiseLines(sent)).toBe(sent)
        for (const line of sent.split('\n')) expect(sanitise(line)).toBe(line)
      }),
    )
  })

  it('takes no time to speak of, whatever it is', async () => {
    const used = await cpuMs(() => {
      expect(linesOf('\n'.repeat(1_000_000))).toEqual([])
      expect(linesOf(`${' \r\n'.repeat(300_000)}x`)).toEqual(['x'])
      expect(textOf(`x${'\n'.repeat(100_000)}y${' \n'.repeat(100_000)}`)).toHaveLength(100_002)
    })
    expect(used).toBeLessThan(1000)
  })
})

describe('/paste', () => {
  function typed(...typed: string[]) {
    const codec = new LineCodec({})
    return { codec, decoded: typed.map((line) => codec.decode(line)) }
  }

  it('makes one message of the lines up to a dot, none of which is a command', () => {
    const { codec, decoded } = typed('/paste', '  one', '', '/quit', 'bye', '.')
    expect(decoded[0]).toEqual({ type: 'setting', setting: { type: 'paste' } })
    expect(decoded.slice(1, -1)).toEqual(Array(4).fill({ type: 'nothing' }))
    expect(decoded.at(-1)).toEqual({
      type: 'request',
      request: { type: 'say', text: '  one\n\n/quit\nbye' },
    })
    expect(codec.decode('/who')).toMatchObject({ request: { type: 'who' } })
  })

  it('holds no more than a message can have, and says so at the end', () => {
    const long = 'x'.repeat(limits.textBytes / 2)
    for (const lines of [[long, long], Array<string>(limits.textLines + 1).fill('')]) {
      const { codec, decoded } = typed('/paste', ...lines)
      expect(decoded.every(({ type }) => type !== 'fault')).toBe(true)
      expect(codec.gathers).toBe(false)
      expect(codec.block).toEqual({ lines: [], isOver: true })
      expect(codec.decode('.')).toMatchObject({ fault: { code: 'text_too_long' } })
    }
    const most = ['/paste', long, 'x'.repeat(limits.textBytes / 2 - 1)]
    expect(typed(...most).codec.decode('.')).toMatchObject({ request: { type: 'say' } })
  })

  it('goes on in another codec, and ends with the input', () => {
    const { codec } = typed('/paste', 'one')
    const other = new LineCodec({})
    expect(codec.block).toBeDefined()
    if (codec.block !== undefined) other.goOn(codec.block)
    other.decode('two')
    expect(other.end()).toMatchObject({ request: { type: 'say', text: 'one\ntwo' } })
    expect(other.end()).toEqual({ type: 'nothing' })
  })
})
