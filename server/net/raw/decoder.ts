/**
 * Decodes a raw connection's bytes into lines: separates telnet commands, inspects the
 * opening with the guard, recognises the encoding, and splits lines. Pure.
 *
 * The decoder MUST NOT return a line before the guard has cleared the opening. Decoding
 * plain UTF-8 MUST cost no more than splitting its lines.
 */
import { type Encoding, recogniseEncoding, type Transcoder, transcoderFor } from './encoding.ts'
import { inspectOpening, type Verdict } from './guard.ts'
import { type Line, LineDecoder } from './lines.ts'
import { beginsWithTelnet, IAC, TelnetDecoder } from './telnet.ts'

const NOTHING = new Uint8Array(0)
const NO_REPLY: readonly number[] = []

export class RawDecoder {
  readonly #maxBytes: number
  #lines: LineDecoder
  /** Bytes received so far, without telnet commands; undefined once the guard has cleared them. */
  #opening: Uint8Array | undefined = NOTHING
  #telnet: TelnetDecoder | undefined
  #encoding: Encoding | undefined
  #transcode: Transcoder | undefined

  /** `maxBytes`: longest line, in UTF-8 bytes. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#lines = new LineDecoder(maxBytes)
  }

  /** The decoder of lines: how the client ends them, and their longest length. */
  get lines(): LineDecoder {
    return this.#lines
  }

  /** Undefined until the client has sent a telnet command. */
  get telnet(): TelnetDecoder | undefined {
    return this.#telnet?.recognised ? this.#telnet : undefined
  }

  /** Undefined until the guard has cleared the opening. */
  get encoding(): Encoding | undefined {
    return this.#encoding
  }

  /** The first bytes until the guard has cleared them, without telnet commands. */
  get opening(): Uint8Array | undefined {
    return this.#opening
  }

  /** Takes a chunk and returns the bytes to send back at once. */
  push(chunk: Uint8Array): readonly number[] {
    const held = this.#opening
    if (held !== undefined && this.#telnet === undefined && (held[0] ?? chunk[0]) === IAC) {
      const bytes = joined(held, chunk)
      return beginsWithTelnet(bytes, 'more') ? this.#beginTelnet(bytes) : this.#take(chunk)
    }
    if (this.#isUtf8 && chunk.includes(IAC)) this.#telnet ??= new TelnetDecoder()
    return this.#take(chunk)
  }

  /**
   * Asks the guard about the opening. Once it is clear, next() returns lines. `come`: as for
   * `inspectOpening`.
   */
  inspect(come: 'more' | 'pause' | 'whole'): Verdict {
    if (this.#opening === undefined) return 'clear'
    if (this.#opening[0] === IAC && this.#telnet === undefined) {
      const telnet = beginsWithTelnet(this.#opening, come)
      if (telnet === undefined) return 'undecided'
      // A command that needs a reply would have been recognised when it arrived.
      if (telnet) this.#beginTelnet(this.#opening)
    }
    const verdict = inspectOpening(this.#opening, come)
    if (verdict !== 'clear') return verdict
    // From a telnet client, a leading FF was escaped: it begins no byte order mark.
    const escaped = this.#telnet !== undefined && this.#opening[0] === IAC
    const encoding = escaped ? 'utf-8' : recogniseEncoding(this.#opening, come)
    if (encoding === 'undecided') return encoding
    this.#encoding = encoding
    this.#transcode = transcoderFor(encoding)
    if (this.#transcode !== undefined) {
      this.#lines = new LineDecoder(this.#maxBytes)
      this.#lines.push(this.#transcode(this.#opening))
    }
    this.#opening = undefined
    return verdict
  }

  /** The next whole line, or undefined when more bytes are needed. */
  next(): Line | undefined {
    return this.#opening === undefined ? this.#lines.next() : undefined
  }

  get #isUtf8(): boolean {
    return this.#encoding === undefined || this.#encoding === 'utf-8'
  }

  /** Reads the opening again, as telnet. */
  #beginTelnet(opening: Uint8Array): readonly number[] {
    this.#telnet = new TelnetDecoder()
    this.#opening = NOTHING
    this.#lines = new LineDecoder(this.#maxBytes)
    return this.#take(opening)
  }

  #take(chunk: Uint8Array): readonly number[] {
    let text = chunk
    let reply = NO_REPLY
    if (this.#telnet !== undefined && this.#isUtf8) ({ text, reply } = this.#telnet.push(chunk))
    this.#lines.push(this.#transcode?.(text) ?? text)
    if (this.#opening !== undefined) this.#opening = joined(this.#opening, text)
    return reply
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}
