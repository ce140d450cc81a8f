/**
 * The operator's console: the server's own terminal. Typed lines are sent to the room.
 * Messages, log lines and new connections appear above the line being typed.
 */
import type { ReadStream, WriteStream } from 'node:tty'
import type { Words } from '../editor/completion.ts'
import type { Outcome } from '../editor/editor.ts'
import { dim, loud } from '../editor/style.ts'
import { Terminal } from '../editor/terminal.ts'
import { Arrivals } from './arrivals.ts'
import { qrRows } from './qr.ts'
import { readRecord, recordLine } from './record.ts'

export { isForeground } from '../editor/foreground.ts'

/** The operator's side of the room. */
export type Operator = {
  /** Words that Tab completes. */
  readonly words: Words
  /** Where typed lines go; undefined for the lobby. */
  readonly room: string | undefined
  type(line: string): void
  say(text: string): void
  /** Lets in the client that waits longest outside, or turns it away. */
  admit(on: boolean): void
}

export type ConsoleOptions = {
  input: ReadStream
  output: WriteStream
  /** The operator wants the server to stop. */
  quit: () => void
}

export class Console {
  readonly colours: boolean
  readonly quit: () => void
  readonly #terminal: Terminal
  readonly #arrivals = new Arrivals((line) => this.#printDim(line))
  #operator: Operator | undefined

  constructor({ input, output, quit }: ConsoleOptions) {
    this.colours = output.hasColors(256)
    this.quit = quit
    this.#terminal = new Terminal(input, output, {
      words: () => this.#operator?.words ?? { commands: [], names: [], rooms: [] },
      prompt: () => ({ text: promptIn(this.#operator?.room), paint: (text) => text }),
      above: () => [],
      onOutcome: (outcome) => this.#terminalOnOutcome(outcome),
    })
  }

  get columns(): number {
    return this.#terminal.columns
  }

  /** Begins to read the operator's keys, or reads them for another gateway. */
  open(operator: Operator): void {
    const isFirst = this.#operator === undefined
    this.#operator = operator
    if (isFirst) this.#terminal.open()
  }

  /** Restores the terminal, for another process. */
  close(): void {
    this.#terminal.close()
  }

  print(lines: readonly string[]): void {
    this.#terminal.print(lines)
  }

  /** Prints a QR code of the address, if there is one to share, and who may come in. */
  invite(url: string | undefined, entry: readonly string[]): void {
    if (url === undefined) return
    const { columns, rows } = this.#terminal
    const code = this.colours ? qrRows(url, { columns, rows: rows - entry.length - 1 }) : []
    this.print([...code, ...entry])
  }

  /** Prints a line of the log. `all`: also a line that is usually left out. */
  record(json: string, all: boolean): void {
    this.#arrivals.take(readRecord(json) ?? {})
    const line = recordLine(json, all)
    if (line !== undefined) this.#printDim(line)
  }

  #printDim(line: string): void {
    this.print([this.colours ? dim(line) : line])
  }

  #terminalOnOutcome(outcome: Exclude<Outcome, { type: 'suspend' | 'clear' }>): void {
    switch (outcome.type) {
      case 'line':
        this.#operator?.type(outcome.text)
        return
      case 'messages':
        for (const text of outcome.texts) this.#operator?.say(text)
        return
      case 'admit':
        this.#operator?.admit(outcome.on)
        return
      case 'refused':
        this.#tell(outcome.why)
        return
      case 'end':
        this.#tell('/quit stops the server.')
        return
      case 'interrupt':
        this.quit()
    }
  }

  #tell(fault: string): void {
    this.print([this.colours ? loud(`! ${fault}`) : `! ${fault}`])
  }
}

function promptIn(room: string | undefined): string {
  return room === undefined ? 'Server> ' : `Server ${room}> `
}
