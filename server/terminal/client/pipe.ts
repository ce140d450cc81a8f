/**
 * `oneroom connect` in a pipe: sends each line of its input as a message, and writes the
 * messages of others to its output, as text or as one JSON object a line. It ends when its
 * input has ended and every message is acknowledged.
 *
 * MUST NOT read its input faster than the server accepts messages, or the connection
 * faster than its output is read.
 */
import type { Readable, Writable } from 'node:stream'
import { LineCodec, splitUtf8 } from '../../../shared/dialect/line.ts'
import { limits } from '../../../shared/limits.ts'
import { sanitise } from '../../../shared/text.ts'
import { type Shown, shownLines } from '../editor/style.ts'
import { Client } from './client.ts'
import { Conversation } from './conversation.ts'
import { Lines } from './lines.ts'
import type { Destination } from './tls.ts'

/** Limit on pending messages; the input is paused above it. */
const MOST_PENDING = 64
/** After the end of the input: the time limit for the next acknowledgement. */
const GIVE_UP_MS = 30_000
/** Bytes of one line of the input; a longer line is sent in parts. */
const LINE_BYTES = 65_536
/** After a signal or a failure: the time limit for the reader of the output. */
const FLUSH_MS = 1_000

export type PipeOptions = {
  address: Destination
  /** Undefined for the lobby. */
  room: string | undefined
  name: string | undefined
  /** The room code; undefined: none is given. */
  code: string | undefined
  /** One JSON object for each event, instead of text. */
  json: boolean
  colours: boolean
  input: Readable
  output: Writable
  /** Reports a problem to the person who started the command. */
  complain: (sentence: string) => void
}

/** Resolves with the exit code. */
export function pipe(options: PipeOptions): Promise<number> {
  return new Promise((resolve) => new Pipe(options, resolve).begin())
}

class Pipe {
  readonly #options: PipeOptions
  readonly #codec: LineCodec
  readonly #client: Client
  readonly #lines = new Lines(LINE_BYTES)
  readonly #resolve: (code: number) => void
  readonly #onSignal = (): void => void this.#finish('interrupted')
  /** Texts that were read and not sent yet. */
  #texts: string[] = []
  #inputEnded = false
  #giveUp: NodeJS.Timeout | undefined
  /** Unacknowledged messages at the last change. */
  #waiting = 0
  #lastComplaint = ''
  #finished = false

  constructor(options: PipeOptions, resolve: (code: number) => void) {
    this.#options = options
    this.#resolve = resolve
    this.#codec = new LineCodec({ color: options.colours })
    const conversation = new Conversation(options.name, 0, options.room)
    conversation.code = options.code
    this.#client = new Client(options.address, conversation, {
      onMessage: (message) => this.#clientOnMessage(message),
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
    output.on('drain', () => this.#client.setReading(true))
    this.#client.open()
  }

  #inputOnData(chunk: Buffer): void {
    this.#takeLines(this.#lines.push(chunk).lines)
  }

  #inputOnEnd(): void {
    if (this.#inputEnded) return
    this.#inputEnded = true
    this.#takeLines([this.#lines.end()])
  }

  #takeLines(lines: readonly string[]): void {
    // The server sanitises again, which changes nothing: the parts keep their length.
    const texts = lines.flatMap((line) => splitUtf8(sanitise(line), limits.textBytes))
    this.#texts = [...this.#texts, ...texts.filter((text) => text.trim() !== '')]
    this.#clientOnChange()
  }

  /** Sends the texts for which there is room, and resumes the input after the last one. */
  #feed(): void {
    const { pending, me } = this.#client.conversation
    const room = MOST_PENDING - pending.length
    if (me === null || room < MOST_PENDING / 2) return
    if (this.#texts.length > 0) this.#client.say(this.#texts.splice(0, room))
    else if (!this.#inputEnded) this.#options.input.resume()
  }

  #clientOnMessage(message: Shown): void {
    if (message.type === 'error' || message.type === 'knocking') this.#complain(message.message)
    if (this.#client.lacksCode) {
      this.#complain('Give the code of the room with --code.')
      void this.#finish('failed')
      return
    }
    if (message.type === 'lines') for (const line of message.lines) this.#complain(line)
    const lines = this.#options.json ? jsonLines(message) : this.#textLines(message)
    if (lines.length === 0) return
    const isAccepted = this.#options.output.write(lines.map((line) => `${line}\n`).join(''))
    if (!isAccepted) this.#client.setReading(false)
  }

  #textLines(message: Shown): string[] {
    if (message.type !== 'events') return []
    const me = this.#client.conversation.me?.id
    const events = message.events.filter(({ from }) => from.id !== me)
    return shownLines({ type: 'events', events }, this.#codec, this.#options.colours)
  }

  #clientOnChange(): void {
    if (this.#finished) return
    const { phase } = this.#client.conversation.connection
    if (phase === 'ended') {
      this.#complain(this.#client.trouble)
      void this.#finish('failed')
      return
    }
    if (phase === 'waiting') this.#complain(`${this.#client.trouble} Trying again.`)
    if (phase === 'online') this.#lastComplaint = ''
    this.#options.input.pause()
    this.#feed()
    if (!this.#inputEnded) return
    const waiting = this.#unacknowledged
    if (waiting === 0 && phase === 'online') void this.#finish('complete')
    else if (waiting !== this.#waiting || this.#giveUp === undefined) this.#startGiveUp()
    this.#waiting = waiting
  }

  get #unacknowledged(): number {
    return this.#client.conversation.pending.length + this.#texts.length
  }

  #startGiveUp(): void {
    clearTimeout(this.#giveUp)
    this.#giveUp = setTimeout(() => void this.#finish('failed'), GIVE_UP_MS)
  }

  #outputOnError({ code, message }: NodeJS.ErrnoException): void {
    // The reader may have read enough: `oneroom connect --json | head`.
    if (code === 'EPIPE') {
      void this.#finish('complete')
      return
    }
    this.#complain(`The output cannot be written: ${message}.`)
    void this.#finish('failed')
  }

  /** Reports the same problem once for as long as it lasts. */
  #complain(sentence: string): void {
    if (this.#lastComplaint === sentence) return
    this.#lastComplaint = sentence
    this.#options.complain(sentence)
  }

  async #finish(how: 'complete' | 'interrupted' | 'failed'): Promise<void> {
    if (this.#finished) return
    this.#finished = true
    clearTimeout(this.#giveUp)
    this.#options.input.pause().removeAllListeners('data')
    process.off('SIGINT', this.#onSignal).off('SIGTERM', this.#onSignal)
    const { refused } = this.#client.conversation
    const unacknowledged = this.#unacknowledged
    if (unacknowledged > 0) this.#complain(`${lines(unacknowledged)} not acknowledged.`)
    if (refused > 0) this.#complain(`${lines(refused)} refused.`)
    await this.#client.close()
    // Without a time limit, output without a reader would keep the process alive.
    if (how !== 'complete') setTimeout(() => process.exit(), FLUSH_MS).unref()
    this.#resolve(how === 'failed' || unacknowledged > 0 || refused > 0 ? 1 : 0)
  }
}

function lines(count: number): string {
  return count === 1 ? '1 line was' : `${count} lines were`
}

function jsonLines(message: Shown): string[] {
  return message.type === 'events' ? message.events.map((event) => JSON.stringify(event)) : []
}
