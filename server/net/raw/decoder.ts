/**
 * Decodes a raw connection's bytes into lines: separates telnet commands, inspects the
 * opening with the guard, recognises the encoding, and splits lines. Pure.
 *
 * The decoder MUST NOT return a line before the guard has cleared the opening. Decoding
 * plain UTF-8 MUST cost no more than splitting its lines.
 */
import {
  type Encoding,
  recogniseEncoding,
  type Transcoder,
  type TranscoderState,
  transcoderFor,
} from './encoding.ts'
import { inspectOpening, type Verdict } from './guard.ts'
import { isLengths, LengthDecoder, type LengthState } from './lengths.ts'
import { type Line, LineDecoder, type LineState, MARK, PAUSE_MS } from './lines.ts'
import { RecordFilter, type RecordState } from './records.ts'
import { beginsWithTelnet, IAC, TelnetDecoder, type TelnetState } from './telnet.ts'

const NOTHING = new Uint8Array(0)
const NO_REPLY: readonly number[] = []

/** All that the lines to come depend on. */
export type DecoderState = {
  lines: LineState
  opening: Uint8Array | undefined
  telnet: TelnetState | undefined
  encoding: Encoding | undefined
  transcoding: TranscoderState
  lengths: LengthState | undefined
  records: RecordState
}

export class RawDecoder {
  readonly #maxBytes: number
  #lines: LineDecoder
  /** Bytes received so far, without telnet commands; undefined once the guard has cleared them. */
  #opening: Uint8Array | undefined = NOTHING
  #telnet: TelnetDecoder | undefined
  #encoding: Encoding | undefined
  #transcode: Transcoder | undefined
  /** Of `#transcode`. */
  #transcoding: TranscoderState = { tail: NOTHING }
  #lengths: LengthDecoder | undefined
  #records = new RecordFilter()

  /** `maxBytes`: longest line, in UTF-8 bytes. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#lines = new LineDecoder(maxBytes)
  }

  /** Goes on where another decoder was. `maxBytes`: as for the constructor. */
  static from(maxBytes: number, state: DecoderState): RawDecoder {
    const decoder = new RawDecoder(maxBytes)
    const { encoding, telnet, lengths } = state
    decoder.#lines = LineDecoder.from(state.lines)
    decoder.#opening = state.opening
    decoder.#telnet = telnet && TelnetDecoder.from(telnet)
    decoder.#encoding = encoding
    decoder.#transcoding = state.transcoding
    decoder.#transcode = encoding && transcoderFor(encoding, state.transcoding)
    decoder.#lengths = lengths && LengthDecoder.from(lengths)
    decoder.#records = RecordFilter.from(state.records)
    return decoder
  }

  get state(): DecoderState {
    return {
      lines: this.#lines.state,
      opening: this.#opening,
      telnet: this.#telnet?.state,
      encoding: this.#encoding,
      transcoding: this.#transcoding,
      lengths: this.#lengths?.state,
      records: this.#records.state,
    }
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
    if (come === 'more' && isMarkBegun(this.#opening)) return 'undecided'
    const verdict = inspectOpening(this.#opening, come)
    if (verdict !== 'clear') return verdict
    // From a telnet client, a leading FF was escaped: it begins no byte order mark.
    const escaped = this.#telnet !== undefined && this.#opening[0] === IAC
    const encoding = escaped ? 'utf-8' : recogniseEncoding(this.#opening, come)
    if (encoding === 'undecided') return encoding
    this.#encoding = encoding
    this.#transcode = transcoderFor(encoding, this.#transcoding)
    if (isLengths(encoding)) this.#lengths = new LengthDecoder(encoding)
    if (!this.#isUtf8) {
      this.#records = new RecordFilter()
      this.#lines = new LineDecoder(this.#maxBytes)
      this.#lines.push(this.#decoded(this.#opening))
    }
    this.#opening = undefined
    return verdict
  }

  /** The next whole line, or undefined when more bytes are needed. */
  next(): Line | undefined {
    return this.#opening === undefined ? this.#lines.next() : undefined
  }

  /** As `LineDecoder.pauseMs`, also for what is decided before the lines. */
  pauseMs(): number {
    // A byte order mark alone.
    if (this.#opening?.length === 0) return 0
    const isDue = this.#records.awaitsPause || this.#lengths?.awaitsPause === true
    return this.#lines.pauseMs() || (isDue ? PAUSE_MS : 0)
  }

  /** As `LineDecoder.pause`. */
  pause(): Line | undefined {
    this.#settle()
    return this.#lines.next() ?? this.#lines.pause()
  }

  /** As `LineDecoder.end`. */
  end(): Line | undefined {
    this.#settle()
    return this.#lines.next() ?? this.#lines.end()
  }

  /** Nothing follows for now: decides about the bytes that are held before the lines. */
  #settle(): void {
    if (this.#records.awaitsPause) this.#lines.push(this.#records.settle())
    if (this.#lengths?.awaitsPause === true) {
      this.#lines.push(this.#lengths.refute())
      this.#forgetLengths()
    }
  }

  #decoded(bytes: Uint8Array): Uint8Array {
    if (this.#transcode !== undefined) return this.#transcode(bytes)
    if (this.#lengths === undefined) return this.#records.push(bytes)
    const text = this.#lengths.push(bytes)
    if (this.#lengths.isRefuted) this.#forgetLengths()
    return text
  }

  /** The messages have no lengths: the client may end them with a pause. */
  #forgetLengths(): void {
    this.#lengths = undefined
    this.#lines.forgetEnding()
  }

  get #isUtf8(): boolean {
    return this.#encoding === undefined || this.#encoding === 'utf-8'
  }

  /** Reads the opening again, as telnet. */
  #beginTelnet(opening: Uint8Array): readonly number[] {
    this.#telnet = new TelnetDecoder()
    this.#opening = NOTHING
    this.#lines = new LineDecoder(this.#maxBytes)
    this.#records = new RecordFilter()
    return this.#take(opening)
  }

  #take(chunk: Uint8Array): readonly number[] {
    let text = chunk
    let reply = NO_REPLY
    if (this.#telnet !== undefined && this.#isUtf8) ({ text, reply } = this.#telnet.push(chunk))
    this.#lines.push(this.#decoded(text))
    if (this.#opening !== undefined) this.#opening = withoutMark(joined(this.#opening, text))
    return reply
  }
}

/** Whether the byte order mark of UTF-8 has begun, and its rest is still to come. */
function isMarkBegun(opening: Uint8Array): boolean {
  return opening.length < MARK.length && opening.every((byte, at) => byte === MARK[at])
}

/** The lines are without their marks anyway. */
function withoutMark(opening: Uint8Array): Uint8Array {
  return MARK.every((byte, at) => opening[at] === byte) ? opening.subarray(MARK.length) : opening
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}
