/**
 * All input and output of a terminal: passes keys to a line reader and writes lines above
 * the line that is typed.
 *
 * MUST restore the terminal, however the process ends.
 */
import { emitKeypressEvents } from 'node:readline'
import type { ReadStream, WriteStream } from 'node:tty'
import type { Words } from './completion.ts'
import { LineReader, type Outcome } from './editor.ts'
import { isForeground } from './foreground.ts'
import { actionOf, type Key } from './keys.ts'
import { type Layout, layOut, type Prompt, withRowsAbove } from './layout.ts'
import { EMPTY } from './line.ts'
import { Screen } from './screen.ts'

const BELL = '\x07'
const PASTE_ON = '\x1b[?2004h'
const PASTE_OFF = '\x1b[?2004l'
/** A paste of which nothing more arrives for this long may have lost its end. */
const PASTE_IDLE_MS = 2_000

export type TerminalEvents = {
  words: () => Words
  prompt: () => Prompt
  /** Rows between the printed lines and the prompt, each of at most `cells` cells. */
  above: (cells: number) => string[]
  onOutcome: (outcome: Exclude<Outcome, { type: 'suspend' | 'clear' }>) => void
}

export class Terminal {
  readonly reader: LineReader
  readonly #input: ReadStream
  readonly #output: WriteStream
  readonly #events: TerminalEvents
  readonly #screen = new Screen()
  /** Lines to print with the next update. */
  #unprinted: string[] = []
  #update: NodeJS.Immediate | undefined
  #pasteTimer: NodeJS.Timeout | undefined
  #open = false
  /** The process was suspended and continues in the background: it prints and reads nothing. */
  #inBackground = false
  /** The terminal is gone. */
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
    // These listeners stay: a terminal that is gone must not end the process.
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

  /** Prints the remaining lines and erases the prompt. */
  close(): void {
    if (!this.#open) return
    this.#ignore()
    this.#input.setRawMode(false)
    const lines = this.#unprinted.splice(0).map((line) => `${line}\r\n`)
    this.#output.write(`${this.#screen.erase()}${lines.join('')}${PASTE_OFF}`)
  }

  /** For a terminal that is gone: stops reading and printing, and restores nothing. */
  abandon(): void {
    this.#lost = true
    this.#ignore()
  }

  #ignore(): void {
    this.#open = false
    clearImmediate(this.#update)
    this.#update = undefined
    clearTimeout(this.#pasteTimer)
    this.#pasteTimer = undefined
    this.#input.off('keypress', this.#onKey).pause()
    this.#output.off('resize', this.#onResize)
    process.off('exit', this.#restore)
  }

  /** Sounds the bell, which moves no cursor. */
  ring(): void {
    if (!this.#lost) this.#output.write(BELL)
  }

  /** `lines`: without control characters, except for colours. */
  print(lines: readonly string[]): void {
    if (this.#lost) return
    if (this.#inBackground) {
      this.#output.write(lines.map((line) => `${line}\n`).join(''))
      return
    }
    for (const line of lines) this.#unprinted.push(line)
    this.refresh()
  }

  /** Draws all changes, at most once in a turn of the event loop. */
  refresh(): void {
    if (!this.#open) return
    this.#update ??= setImmediate(() => {
      this.#update = undefined
      this.#output.write(this.#screen.update(this.#unprinted.splice(0), this.#layout()))
    })
  }

  // A terminal without a size, such as a serial line, counts as one of 80 by 24.
  get columns(): number {
    return this.#output.columns || 80
  }

  get rows(): number {
    return this.#output.rows || 24
  }

  #layout(): Layout {
    const { columns, rows } = this
    const { question, line } = this.reader
    const above = this.#events.above(columns - 1).slice(0, Math.max(0, rows - 2))
    const prompt: Prompt =
      question === undefined ? this.#events.prompt() : { text: question, paint: (text) => text }
    const shown = question === undefined ? line : EMPTY
    return withRowsAbove(
      above,
      layOut(prompt, shown, columns, Math.max(1, rows - above.length - 1)),
    )
  }

  #inputOnKey(key: Key): void {
    const outcome = this.reader.take(actionOf(key), key.sequence ?? '')
    if (outcome?.type === 'suspend') this.#suspend()
    else if (outcome?.type === 'clear') this.#output.write(this.#screen.clear())
    else if (outcome !== undefined) this.#events.onOutcome(outcome)
    this.#watchPaste()
    this.refresh()
  }

  /** Starts the timer of a paste anew with each of its keys. */
  #watchPaste(): void {
    if (this.reader.isPasting && this.#open) {
      this.#pasteTimer ??= setTimeout(() => this.#pasteOnIdle(), PASTE_IDLE_MS)
      this.#pasteTimer.refresh()
    } else {
      clearTimeout(this.#pasteTimer)
      this.#pasteTimer = undefined
    }
  }

  #pasteOnIdle(): void {
    const outcome = this.reader.stallPaste()
    if (outcome.type === 'refused') this.#events.onOutcome(outcome)
    this.refresh()
  }

  #outputOnResize(): void {
    // xterm cuts off rows that are too wide after a resize; nearly all others wrap them.
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
