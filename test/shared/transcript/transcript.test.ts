/** The formats, apart from what the tests of `oneroom export` hold. */
import { describe, expect, test } from 'vitest'
import type { RoomEvent } from '../../../shared/protocol.ts'
import { transcriptOf } from '../../../shared/transcript/transcript.ts'

const room = { name: 'Physics', room: 'Physics', direct: undefined }
const alice = { id: 'a1', name: 'alice', via: 'web' } as const
const bob = { id: 'b2', name: 'bob_', via: 'tcp' } as const

function event(text: string, rest: Partial<RoomEvent> = {}): RoomEvent {
  return { seq: 1, at: '2026-11-22T12:21:15.123Z', kind: 'message', from: alice, text, ...rest }
}

function markdown(events: RoomEvent[], times = { offset: 0, seconds: false }): string {
  const options = { format: 'markdown', isOneOfSeveral: false, times } as const
  const transcript = transcriptOf(room, options)
  return transcript.title + events.map((one) => transcript.write([one])).join('')
}

/** The list item of one text, without what stands before the text. */
function itemOf(text: string, from: RoomEvent['from'] = alice): string {
  return markdown([event(text, { from })]).split(/\*\*: ?/)[1] ?? ''
}

test('a transcript as text shows a quote as no action can', () => {
  const options = {
    format: 'text',
    isOneOfSeveral: false,
    times: { offset: 0, seconds: false },
  } as const
  const quote = { from: { id: 'b2', name: 'bob_' }, text: 'no' }
  const at = '2026-11-22T12:21:15.123Z'
  const text = transcriptOf(room, options).write([
    event('yes', { reply: 1, quote }),
    event('answers bob_: no', { kind: 'action' }),
  ])
  expect(text).toBe(
    `${at} > alice answers bob_: no\n${at} alice: yes\n${at} * alice answers bob_: no\n`,
  )
})

describe('a transcript in Markdown', () => {
  test('has a title, a heading for each day, and an item for each event', () => {
    const events = [
      event('hello'),
      event('waves', { kind: 'action', from: bob }),
      event('Exercise 4', { kind: 'topic' }),
      event('muted bob_', { kind: 'act' }),
      event('', { redacted: { by: 'host' } }),
      event('', { redacted: { by: 'alice' } }),
      event('later', { at: '2026-11-23T00:00:00.000Z', from: bob }),
    ]
    expect(markdown(events)).toBe(
      [
        '# Physics',
        '',
        '## 2026-11-22, UTC+00:00',
        '',
        '- 12:21 **alice**: hello',
        '- 12:21 **bob\\_** waves',
        '- 12:21 **alice** set the topic: Exercise 4',
        '- 12:21 **alice** muted bob\\_',
        '- 12:21 **alice**: *removed by host*',
        '- 12:21 **alice**: *taken back*',
        '',
        '## 2026-11-23, UTC+00:00',
        '',
        '- 00:00 **bob\\_**: later',
        '',
      ].join('\n'),
    )
  })

  test('has the times of the reader, with seconds where they are wanted', () => {
    expect(markdown([event('x')], { offset: -765, seconds: true })).toContain(
      '## 2026-11-21, UTC-12:45\n\n- 23:36:15 **alice**: x\n',
    )
  })

  // Each was found with a parser of CommonMark and GFM.
  test.each([
    ['*a* _b_ `c` ~~d~~', '\\*a\\* \\_b\\_ \\`c\\` \\~\\~d\\~\\~\n'],
    [
      '[a](b) ![c](d) <img src=x> &amp; a|b $x$',
      '\\[a\\](b) !\\[c\\](d) \\<img src=x> \\&amp; a\\|b \\$x\\$\n',
    ],
    ['a\n# b', 'a\\\n  \\# b\n'],
    [
      'a\n- b\n+ c\n1. d\n2) e\n> f',
      'a\\\n  \\- b\\\n  \\+ c\\\n  1\\. d\\\n  2\\) e\\\n  \\> f\n',
    ],
    ['a\n===\nb\n---', 'a\\\n  \\===\\\n  b\\\n  \\---\n'],
    ['a\n:-', 'a\\\n  \\:-\n'],
    ['a\n\n    b', 'a\n\n  \u00a0\u00a0\u00a0\u00a0b\n'],
    ['a\\\nb', 'a\\\\\\\n  b\n'],
    ['```\ncode\n```', '\\`\\`\\`\\\n  code\\\n  \\`\\`\\`\n'],
  ])('shows %j of a terminal as it is', (text, item) => {
    expect(itemOf(text, bob)).toBe(item)
  })

  test('keeps addresses whole', () => {
    expect(
      itemOf('see https://a.example/b_c?d=*e*, (http://x.example/y) and https://w.example/z_(q).'),
    ).toBe(
      'see <https://a.example/b_c?d=*e*>, (<http://x.example/y>) and <https://w.example/z_(q)>.\n',
    )
    const long = `https://a.example/${')'.repeat(4000)}a`
    expect(itemOf(long)).toBe(`<${long}>\n`)
  })

  test('keeps blocks of code that were written on the page', () => {
    expect(itemOf('so:\n```py\nif a:\n    b_c()\n\n```\nok')).toBe(
      'so:\n  ```py\n  if a:\n      b_c()\n  \n  ```\n  ok\n',
    )
    expect(itemOf('```\nnever ended')).toBe('\\`\\`\\`\\\n  never ended\n')
    expect(itemOf('```\na\n````\n# b')).toBe('\n  ```\n  a\n  ````\n  \\# b\n')
  })

  test('of a conversation is named after its two people', () => {
    const names = new Map([
      ['a1', 'alice'],
      ['b2', 'bob_'],
    ])
    const direct = {
      name: '',
      room: undefined,
      direct: { ids: ['a1', 'b2'] as [string, string], names },
    }
    const options = {
      format: 'markdown',
      isOneOfSeveral: true,
      times: { offset: 0, seconds: false },
    } as const
    expect(transcriptOf(direct, options).title).toBe('# alice, bob\\_\n')
  })
})
