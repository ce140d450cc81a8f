/** The tokens of a message's text. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokensOf } from '../../web/log/tokens.ts'
import { anyCharacter } from '../support/characters.ts'
import { cpuMs } from '../support/cpu.ts'

function linksIn(text: string): string[] {
  return tokensOf(text).flatMap((token) => (token.kind === 'link' ? [token.href] : []))
}

describe('the text of a message', () => {
  it.each([
    ['see https://a.example/b.', ['https://a.example/b']],
    ['(http://a.example/x_(y))', ['http://a.example/x_(y)']],
    ['"https://a.example", she said', ['https://a.example/']],
    ['HTTPS://A.example/Path?q=1#f!', ['https://a.example/Path?q=1#f']],
    ['http://[::1]:3000/', ['http://[::1]:3000/']],
    ['javascript:alert(1) data:text/html,x ftp://a.example', []],
    ['xhttps://a.example', []],
    ['https://bank.example@evil.example/', []],
    ['https:// http://', []],
    ['(http://a.example/[x]).])', ['http://a.example/[x]']],
  ])('%j has the links %j', (text, links) => {
    expect(linksIn(text)).toEqual(links)
  })

  it('shows control bytes and marks that reorder text by their code point', () => {
    expect(tokensOf('a\u001b[1m\u202eb')).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'control', text: '\u001b', name: 'U+001B' },
      { kind: 'text', text: '[1m' },
      { kind: 'control', text: '\u202e', name: 'U+202E' },
      { kind: 'text', text: 'b' },
    ])
  })

  it('is whole in its pieces, and every link leads to http or https', () => {
    const piece = fc.constantFrom('http://', 'https://a.b', '(', ')', '.', ' ', '\u0007', '@', '[')
    const text = fc.array(fc.oneof(piece, fc.string({ unit: anyCharacter })), { maxLength: 12 })
    fc.assert(
      fc.property(text, (parts) => {
        const whole = parts.join('')
        const tokens = tokensOf(whole)
        expect(tokens.map((token) => token.text).join('')).toBe(whole)
        for (const token of tokens) {
          if (token.kind === 'link') expect(token.href).toMatch(/^https?:\/\//)
        }
      }),
    )
  })
})

describe('markdown', () => {
  const kinds = (text: string) => tokensOf(text, true).map(({ kind }) => kind)

  it.each([
    ['a **b** c', ['text', 'strong', 'text']],
    ['*a*', ['em']],
    ['`a * b * c`', ['code']],
    ['```a b``` c', ['block', 'text']],
    ['see:\n```js\nlet a = `b` ** 2\n```\nok', ['text', 'block', 'text']],
    ['> asked\nanswered', ['quote', 'text']],
    ['answered\n> asked', ['text', 'quote']],
    ['https://x.example/a*b*c', ['link']],
  ])('in %j is %j', (text, expected) => expect(kinds(text)).toEqual(expected))

  it('has one quote in a line, however many marks it begins with', () => {
    const text = `${'> '.repeat(2000)}asked`
    const inner = [{ kind: 'text', text: 'asked' }]
    expect(tokensOf(text, true)).toEqual([{ kind: 'quote', text, inner }])
  })

  it.each([
    '*a\nb*',
    '**a\nb**',
    '`a\nb`',
    'a > b',
    '2 * 3 * 4',
    'a*b*c',
    '** a **',
    '``',
    '*',
    '**',
    '***',
  ])('is not in %j', (text) => expect(kinds(text)).toEqual(['text']))

  it('takes the name of a language and the outer line ends from a block', () => {
    const [block] = tokensOf('```py\n  if a:\n    b()\n```', true)
    expect(block).toMatchObject({ inner: '  if a:\n    b()' })
  })

  it('holds links and more of itself', () => {
    const [strong] = tokensOf('**see *this*: https://x.example**', true)
    expect(strong).toMatchObject({
      kind: 'strong',
      inner: [{ kind: 'text' }, { kind: 'em' }, { kind: 'text' }, { kind: 'link' }],
    })
  })

  it('is not read unless it is asked for', () => {
    expect(tokensOf('**b** `c`')).toEqual([{ kind: 'text', text: '**b** `c`' }])
  })

  it('never loses a character, and takes no time to speak of', async () => {
    const marks = fc.string({ unit: fc.constantFrom('*', '`', ' ', 'a', '\n', '1'), maxLength: 60 })
    fc.assert(
      fc.property(marks, (text) => {
        const joined = tokensOf(text, true).map((token) => token.text)
        expect(joined.join('')).toBe(text)
      }),
    )
    const used = await cpuMs(() => {
      for (const worst of ['**a ', '*a ', '`a', '** ', '***a', '```', '```a', '> a\n', '\n'])
        tokensOf(worst.repeat(1000), true)
      for (const worst of [')', ').', 'http://a)']) tokensOf(`http://a${worst.repeat(20_000)}`)
    })
    expect(used).toBeLessThan(1000)
  })
})
