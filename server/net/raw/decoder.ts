/**
 * A raw connection's bytes → lines: telnet taken out, the guard asked, the encoding
 * recognised, lines ended. Pure.
 *
 * MUST give no line before the guard has cleared the opening, and MUST cost a client
 * that speaks plain UTF-8 nothing but its lines.
 */
import {
  type Encoding,
  hasUtf16Mark,
  recogniseEncoding,
  type Transcoder,
  transcoderFor,
} from './encoding.ts'
import { inspectOpening, type Verdict } from './guard.ts'
import { type Line, LineDecoder } from './lines.ts'
import { TelnetDecoder } from './telnet.ts'

const IAC = 255
const NOTHING = new Uint8Array(0)
const NO_ANSWER: readonly number[] = []

export class RawDecoder {
  readonly #maxBytes: number
  #lines: LineDecoder
  /** Everything so far, until the guard has cleared it; then undefined. */
  #opening: Uint8Array | undefined = NOTHING
  #telnet: TelnetDecoder | undefined
  #encoding: Encoding | undefined
  #transcode: Transcoder | undefined

  /** `maxBytes`: longest line, in UTF-8 bytes. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#lines = new LineDecoder(maxBytes)
  }

  /** How the lines are ended, and how long they may be. */
  get lines(): LineDecoder {
    return this.#lines
  }

  /** Undefined as long as no telnet command has come. */
  get telnet(): TelnetDecoder | undefined {
    return this.#telnet?.recognised ? this.#telnet : undefined
  }

  /** Undefined until the opening is cleared. */
  get encoding(): Encoding | undefined {
    return this.#encoding
  }

  /** What was sent first and is not cleared yet; telnet's commands are not in it. */
  get opening(): Uint8Array | undefined {
    return this.#opening
  }

  /** Takes a chunk; answers bytes to be sent back at once. */
  push(chunk: Uint8Array): readonly number[] {
    let text = chunk
    let answer = NO_ANSWER
    if (this.#mayBeTelnet(chunk)) {
      this.#telnet ??= new TelnetDecoder()
      ;({ text, answer } = this.#telnet.push(chunk))
    }
    this.#lines.push(this.#transcode?.(text) ?? text)
    if (this.#opening !== undefined) this.#opening = joined(this.#opening, text)
    return answer
  }

  /** Asks the guard about the opening; once it is clear, next() gives lines. */
  inspect(come: 'more' | 'pause' | 'whole'): Verdict {
    if (this.#opening === undefined) return 'clear'
    const verdict = inspectOpening(this.#opening, come)
    if (verdict !== 'clear') return verdict
    const encoding = recogniseEncoding(this.#opening, come)
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

  #mayBeTelnet(chunk: Uint8Array): boolean {
    if (this.#encoding !== undefined && this.#encoding !== 'utf-8') return false
    if (this.#telnet !== undefined) return true
    return chunk.includes(IAC) && !(this.#opening?.length === 0 && hasUtf16Mark(chunk))
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}
