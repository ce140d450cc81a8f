/** What Enter makes of the text in the composer. */
import { describe, expect, it } from 'vitest'
import { longestMessage, meaningOf } from '../../web/draft.ts'

function saidBy(draft: string): string[] | string {
  const meaning = meaningOf(draft)
  return meaning.type === 'say' ? meaning.messages.map(({ text }) => text) : meaning.type
}

describe('a draft', () => {
  it('of several lines is one message for each that has something in it', () => {
    expect(saidBy('one\n\n  two\r\n \u2028three\n')).toEqual(['one', '  two', 'three'])
  })

  it('of blanks is nothing', () => {
    expect(saidBy(' \n\t\n')).toBe('nothing')
  })

  it('beginning with two slashes says the text with one', () => {
    expect(saidBy('//name is a command')).toEqual(['/name is a command'])
  })

  it('beginning with /me is an action', () => {
    expect(meaningOf('/me waves ')).toEqual({
      type: 'say',
      messages: [{ text: 'waves', action: true }],
    })
  })

  it('beginning with /name asks for a name', () => {
    expect(meaningOf('/name alice b')).toEqual({ type: 'name', name: 'alice b' })
  })

  it.each(['/who', '/me', '/name ', '/', '/etc/passwd', '/msg bob secret\nand more'])(
    '%j says nothing and gives a hint',
    (draft) => expect(saidBy(draft)).toBe('unknown'),
  )

  it('of several lines may hold paths and comments', () => {
    expect(saidBy('/etc/passwd\n// comment')).toEqual(['/etc/passwd', '// comment'])
  })

  it('is measured by its longest message in UTF-8 bytes', () => {
    expect(longestMessage('ab\n€€\n')).toBe(6)
  })
})
