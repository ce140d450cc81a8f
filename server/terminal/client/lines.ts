/**
 * A stream of bytes → its lines: for NDJSON from the server, and for the input of a pipe.
 *
 * MUST hold no more than one line of at most `maxBytes` and one chunk, and MUST NOT cut a
 * character in two.
 */
import { StringDecoder } from 'node:string_decoder'

const LF = 10

export class Lines {
  readonly #maxBytes: number
  readonly #decoder = new StringDecoder('utf8')
  #text = ''
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /**
   * The lines that end in this chunk, without their line breaks. `over`: a line exceeded the
   * limit; the part of it received so far is the last of the lines.
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

  /** The text after the last line break; '' if there is none. */
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
