/**
 * The line reader: keys in, lines out. It has everything that a person can do to what
 * they type, and knows neither the terminal nor the room.
 *
 * MUST NOT give out a line that nobody ended: what is pasted waits for an answer when it
 * is several messages.
 */
import { splitUtf8 } from '../../../shared/dialect/line.ts'
import { limits } from '../../../shared/limits.ts'
import { sanitise, utf8Length } from '../../../shared/text.ts'
import { completions, type Words } from './completion.ts'
import { History } from './history.ts'
import type { Action } from './keys.ts'
import { cut, EMPTY, insert, type Line, lineOf, move } from './line.ts'

/** Of one paste, in UTF-16 units; what is over is left out, and nothing of it is sent. */
const PASTE_UNITS = 1_000_000
/** Messages in one paste. */
const PASTE_MESSAGES = 500

/** What a key has led to, besides another look of the line. */
export type Outcome =
  | { type: 'line'; text: string }
  /** Pasted, and confirmed. */
  | { type: 'messages'; texts: string[] }
  | { type: 'refused'; why: string }
  | { type: 'interrupt' | 'end' | 'suspend' | 'clear' }

export class LineReader {
  readonly #words: () => Words
  readonly #history = new History()
  #line: Line = EMPTY
  /** What was cut last, for yank. */
  #cut = ''
  /** What Tab goes through, with what was typed as the last one. */
  #turns: Line[] = []
  /** What is being pasted, while it is. */
  #paste: string | undefined
  /** Pasted messages that wait for a yes. */
  #asked: string[] = []

  constructor(words: () => Words) {
    this.#words = words
  }

  get line(): Line {
    return this.#line
  }

  /** The question that the next key answers; undefined while there is none. */
  get question(): string | undefined {
    return this.#asked.length === 0 ? undefined : `${this.#asked.length} messages; send? y/n `
  }

  /** Gives back what could not be taken, where nothing else is being typed. */
  restore(text: string): void {
    if (this.#line.text === '') this.#line = lineOf(text)
  }

  /** A key as it came, for what is pasted is no command. `raw`: its characters. */
  take(action: Action | undefined, raw: string): Outcome | undefined {
    if (action?.type === 'paste') return action.on ? this.#beginPaste() : this.#endPaste()
    if (this.#paste !== undefined) {
      if (this.#paste.length <= PASTE_UNITS) this.#paste += raw
      return undefined
    }
    if (action === undefined) return undefined
    if (this.#asked.length > 0) return this.#answer(action)
    if (action.type !== 'complete') this.#turns = []
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
    this.#history.add(text)
    return { type: 'line', text }
  }

  #clearOr(type: 'interrupt'): Outcome | undefined {
    if (this.#line.text === '') return { type }
    this.#line = EMPTY
    return undefined
  }

  #complete(): void {
    if (this.#turns.length === 0) {
      const found = completions(this.#line, this.#words())
      if (found.length > 0) this.#turns = found.length === 1 ? found : [...found, this.#line]
    }
    const next = this.#turns.shift()
    if (next === undefined) return
    this.#line = next
    if (this.#turns.length > 0) this.#turns.push(next)
  }

  #beginPaste(): undefined {
    this.#turns = []
    this.#paste = ''
  }

  #endPaste(): Outcome | undefined {
    const pasted = this.#paste ?? ''
    this.#paste = undefined
    if (pasted.length > PASTE_UNITS) return tooMuch
    const lines = pasted.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '')
    const [only = ''] = lines
    const whole = insert(this.#line, sanitise(only)).text
    if (lines.length <= 1 && utf8Length(whole) <= limits.textBytes) return this.#insert(only)
    const messages = lines.flatMap((line) => splitUtf8(sanitise(line), limits.textBytes))
    if (messages.length > PASTE_MESSAGES) return tooMuch
    this.#asked = messages
    return undefined
  }

  #answer(action: Action): Outcome | undefined {
    const texts = this.#asked
    const said = action.type === 'insert' ? action.text.toLowerCase() : ''
    if (said === 'y') {
      this.#asked = []
      return { type: 'messages', texts }
    }
    if (said === 'n' || action.type === 'interrupt' || action.type === 'end') this.#asked = []
    return undefined
  }
}

const tooMuch: Outcome = {
  type: 'refused',
  why: `At most ${PASTE_MESSAGES} messages can be pasted at once; nothing was sent.`,
}
