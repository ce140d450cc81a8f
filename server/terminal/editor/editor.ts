/**
 * The line reader: keys in, lines out. It knows neither the terminal nor the room.
 *
 * MUST NOT return a line that the person did not end with Enter: several pasted messages
 * wait for a confirmation.
 */

import { splitUtf8 } from '../../../shared/dialect/line.ts'
import { limits } from '../../../shared/limits.ts'
import { linesOf, messagesOf } from '../../../shared/lines.ts'
import { sanitise, utf8Length } from '../../../shared/text.ts'
import { hasSecret } from '../../../shared/typed.ts'
import { completions, type Words } from './completion.ts'
import { History } from './history.ts'
import type { Action } from './keys.ts'
import { cut, EMPTY, insert, type Line, lineOf, move } from './line.ts'

/** Limit on one paste, in UTF-16 units. A longer paste is refused as a whole. */
const PASTE_UNITS = 1_000_000
/** Messages in one paste. */
const PASTE_MESSAGES = 500

/** The result of a key, besides a change of the line. */
export type Outcome =
  | { type: 'line'; text: string }
  /** Pasted and confirmed. */
  | { type: 'messages'; texts: string[] }
  | { type: 'refused'; why: string }
  | { type: 'admit'; on: boolean }
  | { type: 'interrupt' | 'end' | 'suspend' | 'clear' }

export class LineReader {
  readonly #words: () => Words
  readonly #history = new History()
  #line: Line = EMPTY
  /** The text that was cut last, for yank. */
  #cut = ''
  /** Lines that Tab cycles through; the last one is the line as typed. */
  #candidates: Line[] = []
  /** The paste so far; undefined outside of a paste. */
  #paste: string | undefined
  /** The end of the paste is overdue; the next Ctrl-C discards the paste. */
  #pasteStalled = false
  /** Pasted messages that wait for the confirmation. */
  #asked: string[] = []

  constructor(words: () => Words) {
    this.#words = words
  }

  get line(): Line {
    return this.#line
  }

  /** The question that the next key answers, if there is one. */
  get question(): string | undefined {
    const [only] = this.#asked
    if (only === undefined) return undefined
    const lines = only.split('\n').length
    const messages =
      this.#asked.length === 1
        ? `1 message of ${lines} ${lines === 1 ? 'line' : 'lines'}`
        : `${this.#asked.length} messages`
    return `${messages}; send? y/n `
  }

  /** Puts back a line that could not be sent, if no other line is being typed. */
  restore(text: string): void {
    if (this.#line.text === '') this.#line = lineOf(text)
  }

  get isPasting(): boolean {
    return this.#paste !== undefined
  }

  /** To be called when nothing more of a paste arrives, because its end may be lost. */
  stallPaste(): Outcome {
    this.#pasteStalled = true
    return { type: 'refused', why: 'The paste has not ended. Press Ctrl-C to discard it.' }
  }

  /** `raw`: the characters of the key, because keys in a paste are text. */
  take(action: Action | undefined, raw: string): Outcome | undefined {
    if (action?.type === 'paste') return action.on ? this.#startPaste() : this.#endPaste()
    if (this.#paste !== undefined) return this.#addToPaste(this.#paste, action, raw)
    if (action === undefined) return undefined
    if (this.#asked.length > 0) return this.#answer(action)
    if (action.type !== 'complete') this.#candidates = []
    return this.#act(action)
  }

  #act(action: Exclude<Action, { type: 'paste' }>): Outcome | undefined {
    switch (action.type) {
      case 'insert':
        return this.#insert(action.text)
      case 'move':
        this.#line = move(this.#line, action.motion)
        return undefined
      case 'delete':
        this.#line = cut(this.#line, action.motion).line
        return undefined
      case 'cut': {
        const { line, gone } = cut(this.#line, action.motion)
        this.#line = line
        if (gone !== '') this.#cut = gone
        return undefined
      }
      case 'yank':
        return this.#insert(this.#cut)
      case 'recall': {
        const text = this.#history.recall(action.step, this.#line.text)
        if (text !== undefined) this.#line = lineOf(text)
        return undefined
      }
      case 'complete':
        this.#complete()
        return undefined
      case 'enter':
        return this.#enter()
      case 'admit':
        return action
      case 'interrupt':
        return this.#clearOr('interrupt')
      case 'end':
        if (this.#line.text === '') return { type: 'end' }
        this.#line = cut(this.#line, 'right').line
        return undefined
      default:
        return { type: action.type }
    }
  }

  #insert(text: string): Outcome | undefined {
    const line = insert(this.#line, sanitise(text))
    if (utf8Length(line.text) > limits.textBytes) {
      return { type: 'refused', why: `A message is at most ${limits.textBytes} bytes long.` }
    }
    this.#line = line
    return undefined
  }

  #enter(): Outcome | undefined {
    const { text } = this.#line
    this.#line = EMPTY
    if (text.trim() === '') return undefined
    if (!hasSecret(text)) this.#history.add(text)
    return { type: 'line', text }
  }

  #clearOr(type: 'interrupt'): Outcome | undefined {
    if (this.#line.text === '') return { type }
    this.#line = EMPTY
    return undefined
  }

  #complete(): void {
    if (this.#candidates.length === 0) {
      const found = completions(this.#line, this.#words())
      if (found.length > 0) this.#candidates = found.length === 1 ? found : [...found, this.#line]
    }
    const next = this.#candidates.shift()
    if (next === undefined) return
    this.#line = next
    if (this.#candidates.length > 0) this.#candidates.push(next)
  }

  #startPaste(): undefined {
    this.#candidates = []
    this.#paste = ''
    this.#pasteStalled = false
  }

  #addToPaste(paste: string, action: Action | undefined, raw: string): undefined {
    const isDiscarded = this.#pasteStalled && action?.type === 'interrupt'
    this.#pasteStalled = false
    if (isDiscarded) this.#paste = undefined
    else if (paste.length <= PASTE_UNITS) this.#paste = paste + raw
  }

  #endPaste(): Outcome | undefined {
    const pasted = this.#paste ?? ''
    this.#paste = undefined
    if (pasted.length > PASTE_UNITS) return tooMuch
    const lines = linesOf(pasted)
    const [only = ''] = lines
    const whole = insert(this.#line, sanitise(only)).text
    if (lines.length <= 1 && utf8Length(whole) <= limits.textBytes) return this.#insert(only)
    const parts = lines.flatMap((line) => {
      return line === '' ? line : splitUtf8(sanitise(line), limits.textBytes)
    })
    const messages = messagesOf(parts, utf8Length)
    if (messages.length > PASTE_MESSAGES) return tooMuch
    this.#asked = messages
    return undefined
  }

  #answer(action: Action): Outcome | undefined {
    const texts = this.#asked
    const answer = action.type === 'insert' ? action.text.toLowerCase() : ''
    if (answer === 'y') {
      this.#asked = []
      return { type: 'messages', texts }
    }
    if (answer === 'n' || action.type === 'interrupt' || action.type === 'end') this.#asked = []
    return undefined
  }
}

const tooMuch: Outcome = {
  type: 'refused',
  why: `At most ${PASTE_MESSAGES} messages can be pasted at once; nothing was sent.`,
}
