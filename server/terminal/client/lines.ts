/**
 * A stream of bytes → its lines: for NDJSON from the room, and for what is piped in.
 *
 * MUST hold no more than one line of at most `maxBytes` and one chunk, and MUST NOT cut a
 * character in two.
 */
import { StringDecoder } from 'node:string_decoder'

const LF = 10

export class Units {
  readonly #maxBytes: number
  readonly #decoder = new StringDecoder('utf8')
  #text = ''
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /**
   * The lines that end in this chunk, without their ends. `over`: a line has grown beyond
   * the limit; what there was of it is the last of the lines.
   */
  push(chunk: Buffer): { lines: string[]; over: boolean } {
    const lines: string[] = []
    let rest = chunk
    for (let end = rest.indexOf(LF); end >= 0; end = rest.indexOf(LF)) {
      this.#hold(rest.subarray(0, end))
      lines.push(this.end())
      rest = rest.subarray(end + 1)
    }
    this.#hold(rest)
    const over = this.#bytes > this.#maxBytes
    if (over) lines.push(this.#take())
    return { lines, over }
  }

  /** What is left; '' when there is nothing. */
  end(): string {
    this.#text += this.#decoder.end()
    return this.#take()
  }

  #take(): string {
    const line = this.#text
    this.#text = ''
    this.#bytes = 0
    return line.endsWith('\r') ? line.slice(0, -1) : line
  }

  #hold(part: Buffer): void {
    this.#text += this.#decoder.write(part)
    this.#bytes += part.length
  }
}
