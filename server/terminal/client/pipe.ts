/**
 * `oneroom connect` in a pipe: each line that comes in is said as it is, and what others
 * say goes out, a line or a JSON object each. It ends when its input ends, after
 * everything was acknowledged.
 *
 * MUST read no faster than the room takes, and from the room no faster than its own
 * reader does.
 */
import type { Readable, Writable } from 'node:stream'
import type { Address } from '../../../shared/address.ts'
import { LineCodec, splitUtf8 } from '../../../shared/dialect/line.ts'
import { limits } from '../../../shared/limits.ts'
import { sanitise } from '../../../shared/text.ts'
import { type Shown, shownLines } from '../editor/style.ts'
import { Client } from './client.ts'
import { Conversation } from './conversation.ts'
import { Units } from './lines.ts'

/** Lines that wait for the room, beyond which the input is not read. */
const MOST_WAITING = 64
/** Without an acknowledgement for this long after the end of the input, it is given up, in ms. */
const GIVE_UP_MS = 30_000
/** A line of the input that is longer is said in parts from here on. */
const LINE_BYTES = 65_536

export type PipeOptions = {
  address: Address
  name: string | undefined
  /** One JSON object for each event, instead of text. */
  json: boolean
  colours: boolean
  input: Readable
  output: Writable
  /** Where it is told what went wrong. */
  complain: (sentence: string) => void
}

/** Answers the exit code. */
export function pipe(options: PipeOptions): Promise<number> {
  return new Promise((resolve) => new Pipe(options, resolve).begin())
}

class Pipe {
  readonly #options: PipeOptions
  readonly #codec: LineCodec
  readonly #client: Client
  readonly #units = new Units(LINE_BYTES)
  readonly #resolve: (code: number) => void
  readonly #onSignal = (): void => void this.#finish()
  /** Read, and not yet said. */
  #texts: string[] = []
  #inputEnded = false
  #giveUp: NodeJS.Timeout | undefined
  #waiting = 0
  #complained = ''
  #failed = false
  #finished = false

  constructor(options: PipeOptions, resolve: (code: number) => void) {
    this.#options = options
    this.#resolve = resolve
    this.#codec = new LineCodec({ color: options.colours })
    this.#client = new Client(options.address, new Conversation(options.name, 0), {
      onTold: (message) => this.#clientOnTold(message),
      onChange: () => this.#clientOnChange(),
    })
  }

  begin(): void {
    const { input, output } = this.#options
    process.on('SIGINT', this.#onSignal).on('SIGTERM', this.#onSignal)
    input.on('data', (chunk: Buffer) => this.#inputOnData(chunk))
    input.on('end', () => this.#inputOnEnd())
    input.on('error', () => this.#inputOnEnd())
    output.on('error', (error: NodeJS.ErrnoException) => this.#outputOnError(error))
    output.on('drain', () => this.#client.link.setReading(true))
    this.#client.link.open()
  }

  #inputOnData(chunk: Buffer): void {
    this.#read(this.#units.push(chunk).lines)
  }

  #inputOnEnd(): void {
    if (this.#inputEnded) return
    this.#inputEnded = true
    this.#read([this.#units.end()])
  }

  #read(lines: readonly string[]): void {
    // What is sanitised here is as long as it will be there.
    const texts = lines.flatMap((line) => splitUtf8(sanitise(line), limits.textBytes))
    this.#texts = [...this.#texts, ...texts.filter((text) => text.trim() !== '')]
    this.#clientOnChange()
  }

  /** Says what has been read, as far as there is room for it, and reads on after that. */
  #feed(): void {
    const { pending, me } = this.#client.conversation
    const room = MOST_WAITING - pending.length
    if (me === undefined || room < MOST_WAITING / 2) return
    if (this.#texts.length > 0) this.#client.say(this.#texts.splice(0, room))
    else if (!this.#inputEnded) this.#options.input.resume()
  }

  #clientOnTold(message: Shown): void {
    if (message.type === 'error') this.#complain(message.message)
    if (message.type === 'lines') for (const line of message.lines) this.#complain(line)
    const lines = this.#options.json ? jsonLines(message) : this.#textLines(message)
    if (lines.length === 0) return
    if (!this.#options.output.write(lines.map((line) => `${line}\n`).join(''))) {
      this.#client.link.setReading(false)
    }
  }

  #textLines(message: Shown): string[] {
    if (message.type !== 'events') return []
    const me = this.#client.conversation.me?.id
    const events = message.events.filter(({ from }) => from.id !== me)
    return shownLines({ type: 'events', events }, this.#codec, this.#options.colours)
  }

  #clientOnChange(): void {
    const { connection } = this.#client
    if (connection.phase === 'ended') {
      this.#complain(connection.why)
      this.#failed = true
      void this.#finish()
      return
    }
    if (connection.phase === 'waiting') this.#complain(`${connection.why} Trying again.`)
    if (connection.phase === 'online') this.#complained = ''
    this.#options.input.pause()
    this.#feed()
    if (!this.#inputEnded) return
    const waiting = this.#unsaid
    if (waiting === 0 && connection.phase === 'online') void this.#finish()
    else if (waiting !== this.#waiting || this.#giveUp === undefined) this.#awaitProgress()
    this.#waiting = waiting
  }

  get #unsaid(): number {
    return this.#client.conversation.pending.length + this.#texts.length
  }

  #awaitProgress(): void {
    clearTimeout(this.#giveUp)
    this.#giveUp = setTimeout(() => void this.#finish(), GIVE_UP_MS)
  }

  #outputOnError({ code, message }: NodeJS.ErrnoException): void {
    // Whoever reads may have read enough: `oneroom connect --json | head`.
    if (code !== 'EPIPE') {
      this.#complain(`The output cannot be written: ${message}.`)
      this.#failed = true
    }
    void this.#finish()
  }

  /** Once for as long as it lasts. */
  #complain(sentence: string): void {
    if (this.#complained === sentence) return
    this.#complained = sentence
    this.#options.complain(sentence)
  }

  async #finish(): Promise<void> {
    if (this.#finished) return
    this.#finished = true
    clearTimeout(this.#giveUp)
    this.#options.input.pause().removeAllListeners('data')
    process.off('SIGINT', this.#onSignal).off('SIGTERM', this.#onSignal)
    const { refused } = this.#client.conversation
    const unsaid = this.#unsaid
    if (unsaid > 0) this.#complain(`${lines(unsaid)} not acknowledged.`)
    if (refused > 0) this.#complain(`${lines(refused)} refused.`)
    await this.#client.close()
    this.#resolve(this.#failed || unsaid > 0 || refused > 0 ? 1 : 0)
  }
}

function lines(count: number): string {
  return count === 1 ? '1 line was' : `${count} lines were`
}

function jsonLines(message: Shown): string[] {
  return message.type === 'events' ? message.events.map((event) => JSON.stringify(event)) : []
}
