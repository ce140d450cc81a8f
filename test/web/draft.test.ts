/** The meaning of the text in the composer when Enter is pressed. */
import { describe, expect, it } from 'vitest'
import { orderOf } from '../../web/command.ts'
import { meaningOf } from '../../web/draft.ts'
import { longestOf, messagesIn } from '../../web/messages.ts'
import { terminalView } from '../../web/preview.ts'
import { draftOf } from '../../web/redraft.ts'

function saidBy(draft: string): string[] | string {
  const meaning = meaningOf(draft)
  if (meaning.type === 'long') return messagesIn(meaning.text)
  return meaning.type === 'say' ? meaning.messages.map(({ text }) => text) : meaning.type
}

describe('a draft', () => {
  it('of several lines is one message, without blank lines around it', () => {
    expect(saidBy('\n \none\n\n  two\r\n \u2028three\n')).toEqual(['one\n\n  two\n \nthree'])
  })

  it('that is too long for one message is several, of whole lines', () => {
    const lines = Array.from({ length: 150 }, (_, at) => `line ${at}`)
    const said = saidBy(lines.join('\n')) as string[]
    expect(said.map((text) => text.split('\n').length)).toEqual([100, 50])
    expect(said.join('\n')).toBe(lines.join('\n'))
    expect(saidBy(`${'x'.repeat(3000)}\n${'y'.repeat(3000)}`)).toHaveLength(2)
  })

  it('with the key of the hosts is a command, also after spaces', () => {
    expect(meaningOf('  /host k7m-q2x')).toMatchObject({ type: 'command' })
    expect(meaningOf('  /me waves')).toMatchObject({ type: 'say' })
  })

  it('of blanks is nothing', () => {
    expect(saidBy(' \n\t\n')).toBe('nothing')
  })

  it('beginning with two slashes is sent with one', () => {
    expect(saidBy('//name is a command')).toEqual(['/name is a command'])
  })

  it('beginning with a slash is a command, and only alone on its line', () => {
    expect(saidBy('/me waves')).toBe('command')
    expect(saidBy('/msg bob secret\nand more')).toBe('crowded')
  })

  it('can be restored from its messages', () => {
    expect(draftOf({ text: 'waves', action: true })).toBe('/me waves')
    expect(saidBy(draftOf({ text: '/name is a command', action: false }))).toEqual([
      '/name is a command',
    ])
    expect(saidBy(draftOf({ text: '/etc/passwd\n/b', action: false }))).toEqual(['/etc/passwd\n/b'])
  })

  it('of several lines may hold paths and comments', () => {
    expect(saidBy('/etc/passwd\n// comment')).toEqual(['/etc/passwd\n// comment'])
  })

  it('is measured by its longest message in UTF-8 bytes', () => {
    expect(longestOf(messagesIn('ab\n€€\n'))).toBe(9)
  })
})

describe('a command', () => {
  it('of the page is sent or run', () => {
    expect(orderOf('/me waves ')).toEqual({ type: 'say', message: { text: 'waves', action: true } })
    expect(orderOf('/NAME alice b')).toEqual({ type: 'run', name: 'name', argument: 'alice b' })
    expect(orderOf('/join Lab 3')).toEqual({ type: 'run', name: 'join', argument: 'Lab 3' })
    expect(orderOf('/topic off')).toEqual({ type: 'run', name: 'topic', argument: 'off' })
    expect(orderOf('/search disk')).toEqual({ type: 'run', name: 'search', argument: 'disk' })
  })

  it.each([
    ['/me', { type: 'usage', usage: '/me TEXT' }],
    ['/join', { type: 'usage', usage: '/join ROOM' }],
    ['/name ', { type: 'usage', usage: '/name NAME' }],
    ['/stamps off', { type: 'elsewhere', name: 'stamps' }],
    ['/history', { type: 'elsewhere', name: 'history' }],
    ['/etc/passwd', { type: 'unknown', word: 'etc/passwd' }],
    ['/', { type: 'unknown', word: '' }],
  ])('%s does nothing, and says why', (line, order) => expect(orderOf(line)).toEqual(order))
})

describe('the preview for terminals', () => {
  it.each([
    ['**bold** and `code`', '**bold** and `code`'],
    ['plain\n```js', null],
    ['a\u202eb', 'a\\u202eb'],
    ['Grüße 🙂', null],
    ['2 * 3 * 4', null],
  ])('of %j is %j', (draft, view) => expect(terminalView(draft)).toBe(view))
})
