import { describe, expect, it } from 'vitest'
import { LineReader, type Outcome } from '../../../../server/terminal/editor/editor.ts'
import { actionOf, type Key } from '../../../../server/terminal/editor/keys.ts'

const words = {
  commands: ['/name', '/who', '/history', '/help', '/join'],
  names: ['Bob', 'Ann', 'Anna', 'Zoë'],
  rooms: ['lobby', 'Physics', 'Room 12'],
}

const keys: Record<string, Key> = {
  enter: { name: 'return', sequence: '\r' },
  tab: { name: 'tab', sequence: '\t' },
  up: { name: 'up', sequence: '\x1b[A' },
  down: { name: 'down', sequence: '\x1b[B' },
  left: { name: 'left', sequence: '\x1b[D' },
  backspace: { name: 'backspace', sequence: '\x7f' },
  'ctrl-c': { name: 'c', ctrl: true, sequence: '\x03' },
  'ctrl-d': { name: 'd', ctrl: true, sequence: '\x04' },
  'ctrl-u': { name: 'u', ctrl: true, sequence: '\x15' },
  'ctrl-y': { name: 'y', ctrl: true, sequence: '\x19' },
  'ctrl-z': { name: 'z', ctrl: true, sequence: '\x1a' },
  'ctrl-l': { name: 'l', ctrl: true, sequence: '\x0c' },
  'alt-enter': { name: 'return', meta: true, sequence: '\x1b\r' },
  'alt-delete': { name: 'delete', meta: true, sequence: '\x1b[3;3~' },
  f7: { name: 'f7', sequence: '\x1b[18~' },
}

/** `<enter>` is a key; everything else is typed. Returns the outcome of the last key. */
function type(reader: LineReader, text: string): Outcome | undefined {
  let outcome: Outcome | undefined
  for (const [, key, character] of text.matchAll(/<([a-z-]+\d?)>|(.)/gsu)) {
    const pressed = key === undefined ? { sequence: character as string } : keys[key]
    if (pressed === undefined) throw new Error(`no key ${key}`)
    outcome = reader.take(actionOf(pressed), pressed.sequence ?? '')
  }
  return outcome
}

function paste(reader: LineReader, text: string): Outcome | undefined {
  reader.take(actionOf({ name: 'paste-start' }), '\x1b[200~')
  for (const character of text) {
    reader.take(actionOf({ sequence: character }), character)
  }
  return reader.take(actionOf({ name: 'paste-end' }), '\x1b[201~')
}

function reader(typed = ''): LineReader {
  const made = new LineReader(() => words)
  type(made, typed)
  return made
}

describe('the line reader', () => {
  it('returns a line at Enter and begins a new one', () => {
    const typing = reader('hello')
    expect(type(typing, '<enter>')).toEqual({ type: 'line', text: 'hello' })
    expect(typing.line).toEqual({ text: '', caret: 0 })
  })

  it('admits or turns away with a key, and keeps the line that is typed', () => {
    const typing = reader('yes')
    expect(type(typing, '<alt-enter>')).toEqual({ type: 'admit', on: true })
    expect(type(typing, '<alt-delete>')).toEqual({ type: 'admit', on: false })
    expect(type(typing, '<enter>')).toEqual({ type: 'line', text: 'yes' })
  })

  it('returns nothing for an empty line or an unknown key', () => {
    expect(type(reader(), '<enter>')).toBeUndefined()
    const typing = reader('a<f7>b')
    expect(typing.line.text).toBe('ab')
  })

  it('shows pasted control characters as visible tokens', () => {
    const typing = reader()
    paste(typing, 'a\x1b[2Jb\u202e')
    expect(typing.line.text).toBe('a^[[2Jb\\u202e')
  })

  it('recalls earlier lines, and returns to the unfinished line', () => {
    const typing = reader('one<enter>two<enter>two<enter>thr')
    type(typing, '<up>')
    expect(typing.line).toEqual({ text: 'two', caret: 3 })
    type(typing, '<up><up><up>')
    expect(typing.line.text).toBe('one')
    type(typing, '<down><down><down>')
    expect(typing.line.text).toBe('thr')
  })

  it('does not recall a line with a key or a code', () => {
    const typing = reader('one<enter>/host k7m-q2x<enter> /resume x.y<enter>')
    type(typing, '<up>')
    expect(typing.line.text).toBe('one')
  })

  it('clears the line at the first Ctrl-C and leaves at the second', () => {
    const typing = reader('some')
    expect(type(typing, '<ctrl-c>')).toBeUndefined()
    expect(typing.line.text).toBe('')
    expect(type(typing, '<ctrl-c>')).toEqual({ type: 'interrupt' })
  })

  it('leaves at Ctrl-D only if the line is empty', () => {
    const typing = reader('ab<left>')
    expect(type(typing, '<ctrl-d>')).toBeUndefined()
    expect(typing.line.text).toBe('a')
    expect(type(reader(), '<ctrl-d>')).toEqual({ type: 'end' })
  })

  it('inserts with Ctrl-Y the text that Ctrl-U cut', () => {
    expect(reader('one <ctrl-u>two <ctrl-y>').line.text).toBe('two one ')
  })

  it('passes on keys that are for the terminal', () => {
    expect(type(reader(), '<ctrl-z>')).toEqual({ type: 'suspend' })
    expect(type(reader(), '<ctrl-l>')).toEqual({ type: 'clear' })
  })

  it('accepts at most the length of a message, and reports this', () => {
    const typing = reader('x'.repeat(4096))
    expect(type(typing, 'y')).toMatchObject({ type: 'refused' })
    expect(typing.line.text).toHaveLength(4096)
  })
})

describe('Tab', () => {
  it.each([
    ['/hi', '/history '],
    ['/W', '/who '],
    ['bo', 'Bob: '],
    ['ask bo', 'ask Bob '],
    ['@zo', '@Zoë: '],
    ['//hi', '//hi'],
    ['nobody', 'nobody'],
    ['', ''],
    ['ends here ', 'ends here '],
    ['/join ', '/join lobby'],
    ['/join phy', '/join Physics'],
    ['/Join room 1', '/Join Room 12'],
    ['/join bo', '/join bo'],
  ])('makes %j into %j', (typed, completed) => {
    const { text, caret } = reader(`${typed}<tab>`).line
    expect([text, caret]).toEqual([completed, completed.length])
  })

  it('cycles through several names and back to the typed text', () => {
    const typing = reader('an<tab>')
    expect(typing.line.text).toBe('Ann: ')
    type(typing, '<tab>')
    expect(typing.line.text).toBe('Anna: ')
    type(typing, '<tab>')
    expect(typing.line.text).toBe('an')
    type(typing, '<tab>')
    expect(typing.line.text).toBe('Ann: ')
  })

  it('begins anew after another key', () => {
    expect(reader('an<tab>hi an<tab>').line.text).toBe('Ann: hi Ann ')
  })

  it('keeps the text after the caret', () => {
    const typing = reader(' there<ctrl-u>')
    type(typing, 'bo, hi<left><left><left><left><tab>')
    expect(typing.line).toEqual({ text: 'Bob: , hi', caret: 5 })
  })
})

describe('a paste', () => {
  it('of one line is inserted at the caret, and waits for Enter', () => {
    const typing = reader('say  now<left><left><left><left>')
    expect(paste(typing, 'this\n')).toBeUndefined()
    expect(typing.line.text).toBe('say this now')
    expect(typing.question).toBeUndefined()
  })

  it('of several lines needs a confirmation, and is no command', () => {
    const typing = reader('mine')
    paste(typing, 'one\r/quit\r\n\ntwo\n')
    expect(typing.question).toBe('1 message of 4 lines; send? y/n ')
    expect(type(typing, 'x<enter>')).toBeUndefined()
    expect(typing.question).toBeDefined()
    expect(type(typing, 'y')).toEqual({ type: 'messages', texts: ['one\n/quit\n\ntwo'] })
    expect(typing.question).toBeUndefined()
    expect(typing.line.text).toBe('mine')
  })

  it.each(['n', '<ctrl-c>', '<ctrl-d>'])('is discarded at %s', (no) => {
    const typing = reader()
    paste(typing, 'one\ntwo')
    expect(type(typing, no)).toBeUndefined()
    expect(typing.question).toBeUndefined()
    expect(typing.line.text).toBe('')
  })

  it('longer than a message becomes several', () => {
    const typing = reader()
    paste(typing, 'é'.repeat(3000))
    expect(typing.question).toBe('2 messages; send? y/n ')
  })

  it('without an end keeps every key, and is discarded by Ctrl-C only once it stalls', () => {
    const typing = reader()
    typing.take({ type: 'paste', on: true }, '')
    type(typing, 'one<enter><ctrl-c>')
    expect(typing.isPasting).toBe(true)
    expect(typing.stallPaste()).toMatchObject({ type: 'refused' })
    type(typing, 'more<ctrl-c>')
    expect(typing.isPasting).toBe(true)
    typing.stallPaste()
    expect(type(typing, '<ctrl-c>')).toBeUndefined()
    expect(typing.isPasting).toBe(false)
    expect(type(typing, 'x<enter>')).toEqual({ type: 'line', text: 'x' })
  })

  it('of more than can be sent is refused as a whole', () => {
    const typing = reader()
    expect(paste(typing, 'line\n'.repeat(50_001))).toMatchObject({ type: 'refused' })
    expect(typing.question).toBeUndefined()
    expect(paste(typing, 'x'.repeat(1_000_001))).toMatchObject({ type: 'refused' })
  })
})
