/** How a message's text is cut into what is drawn differently. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokensOf } from '../../web/tokens.ts'

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
    const text = fc.array(fc.oneof(piece, fc.string({ unit: 'binary' })), { maxLength: 12 })
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
