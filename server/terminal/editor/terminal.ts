/**
 * A terminal in both directions: keys to a line reader, text above the line that is being
 * typed. All input and output of the terminal is here; what it shows is made elsewhere.
 *
 * MUST leave the terminal as it found it, however the process ends.
 */
import { emitKeypressEvents } from 'node:readline'
import type { ReadStream, WriteStream } from 'node:tty'
import type { Words } from './completion.ts'
import { LineReader, type Outcome } from './editor.ts'
import { isForeground } from './foreground.ts'
import { actionOf, type Key } from './keys.ts'
import { type Layout, layOut, type Prompt, under } from './layout.ts'
import { EMPTY } from './line.ts'
import { Screen } from './screen.ts'

const PASTE_ON = '\x1b[?2004h'
const PASTE_OFF = '\x1b[?2004l'

export type TerminalEvents = {
  words: () => Words
  prompt: () => Prompt
  /** Rows between what scrolls by and the prompt, each narrower than `cells`. */
  above: (cells: number) => string[]
  onOutcome: (outcome: Exclude<Outcome, { type: 'suspend' | 'clear' }>) => void
}

export class Terminal {
  readonly reader: LineReader
  readonly #input: ReadStream
  readonly #output: WriteStream
  readonly #events: TerminalEvents
  readonly #screen = new Screen()
  #said: string[] = []
  #due: NodeJS.Immediate | undefined
  #open = false
  /** It was suspended and goes on in the background: it only tells. */
  #inBackground = false
  /** There is no terminal any more. */
  #lost = false
  readonly #onKey = (_: string, key: Key): void => this.#inputOnKey(key)
  readonly #onResize = (): void => this.#outputOnResize()
  readonly #onContinue = (): void => this.#continue()
  readonly #restore = (): void => this.close()

  constructor(input: ReadStream, output: WriteStream, events: TerminalEvents) {
    this.#input = input
    this.#output = output
    this.#events = events
    this.reader = new LineReader(events.words)
    // For as long as the process lives: a terminal that is gone must not end it.
    input.on('error', () => this.abandon())
    output.on('error', () => this.abandon())
    emitKeypressEvents(input)
  }

  open(): void {
    if (this.#open) return
    this.#open = true
    this.#input.setRawMode(true)
    this.#input.on('keypress', this.#onKey).resume()
    this.#output.on('resize', this.#onResize)
    process.on('exit', this.#restore)
    this.#output.write(PASTE_ON)
    this.refresh()
  }

  /** Tells the last of it and takes the prompt away. */
  close(): void {
    if (!this.#open) return
    this.#ignore()
    this.#input.setRawMode(false)
    const said = this.#said.splice(0).map((line) => `${line}\r\n`)
    this.#output.write(`${this.#screen.erase()}${said.join('')}${PASTE_OFF}`)
  }

  /** The terminal is gone: nothing is read, nothing is told, and there is nothing to restore. */
  abandon(): void {
    this.#lost = true
    this.#ignore()
  }

  #ignore(): void {
    this.#open = false
    clearImmediate(this.#due)
    this.#due = undefined
    this.#input.off('keypress', this.#onKey).pause()
    this.#output.off('resize', this.#onResize)
    process.off('exit', this.#restore)
  }

  /** Lines that are safe to write. */
  print(lines: readonly string[]): void {
    if (this.#lost) return
    if (this.#inBackground) {
      this.#output.write(lines.map((line) => `${line}\n`).join(''))
      return
    }
    for (const line of lines) this.#said.push(line)
    this.refresh()
  }

  /** Draws what has changed, once in a turn however much it was. */
  refresh(): void {
    if (!this.#open) return
    this.#due ??= setImmediate(() => {
      this.#due = undefined
      this.#output.write(this.#screen.update(this.#said.splice(0), this.#layout()))
    })
  }

  // A terminal that has no size, as over a serial line, is taken for the usual one.
  get columns(): number {
    return this.#output.columns || 80
  }

  #layout(): Layout {
    const { columns } = this
    const rows = this.#output.rows || 24
    const { question, line } = this.reader
    const above = this.#events.above(columns - 1).slice(0, Math.max(0, rows - 2))
    const prompt: Prompt =
      question === undefined ? this.#events.prompt() : { text: question, paint: (text) => text }
    const shown = question === undefined ? line : EMPTY
    return under(above, layOut(prompt, shown, columns, Math.max(1, rows - above.length - 1)))
  }

  #inputOnKey(key: Key): void {
    const outcome = this.reader.take(actionOf(key), key.sequence ?? '')
    if (outcome?.type === 'suspend') this.#suspend()
    else if (outcome?.type === 'clear') this.#output.write(this.#screen.clear())
    else if (outcome !== undefined) this.#events.onOutcome(outcome)
    this.refresh()
  }

  #outputOnResize(): void {
    // xterm cuts off rows that have become too wide; nearly all others break them anew.
    this.#screen.resized(this.columns, process.env.XTERM_VERSION === undefined)
    this.refresh()
  }

  #suspend(): void {
    this.close()
    process.once('SIGCONT', this.#onContinue)
    process.kill(process.pid, 'SIGTSTP')
  }

  #continue(): void {
    this.#inBackground = !isForeground()
    if (this.#inBackground) process.once('SIGCONT', this.#onContinue)
    else this.open()
  }
}
