/**
 * A stream of bytes → its lines: for NDJSON from the room, and for what is piped in.
 *
 * MUST hold no more than one line of at most `maxBytes` and one chunk.
 */
const LF = 10

export class Units {
  readonly #maxBytes: number
  #parts: Buffer[] = []
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
    if (over) lines.push(this.end())
    return { lines, over }
  }

  /** What is left; '' when there is nothing. */
  end(): string {
    const line = Buffer.concat(this.#parts).toString()
    this.#parts = []
    this.#bytes = 0
    return line.endsWith('\r') ? line.slice(0, -1) : line
  }

  #hold(part: Buffer): void {
    if (part.length === 0) return
    this.#parts.push(part)
    this.#bytes += part.length
  }
}
