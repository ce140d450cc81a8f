/**
 * Telnet's commands (RFC 854) taken out of the bytes, and what is to be answered.
 * Nothing is offered, every option is refused once (RFC 1143), and a client that has
 * sent no command sees none.
 *
 * MUST keep its place over chunk borders, and MUST hold nothing of a subnegotiation.
 */
const IAC = 255
const [SE, AYT, SB, WILL, WONT, DO, DONT] = [240, 246, 250, 251, 252, 253, 254]
/** EOF, of RFC 1184. */
const LOWEST_COMMAND = 236
/** RFC 860: a client that asks for it may discard all output until it is answered. */
const TIMING_MARK = 6

type State = 'data' | 'command' | 'option' | 'sub' | 'sub command'

export class TelnetDecoder {
  #state: State = 'data'
  #verb = 0
  /** Options that were refused already: an answer to an answer would go on for ever. */
  readonly #refused = new Set<number>()

  /** The chunk's text, and bytes to send back at once; the chunk itself when it has no command. */
  push(chunk: Uint8Array): { text: Uint8Array; answer: number[] } {
    const answer: number[] = []
    if (this.#state === 'data' && !chunk.includes(IAC)) return { text: chunk, answer }
    const text: number[] = []
    for (const byte of chunk) this.#take(byte, text, answer)
    return { text: Uint8Array.from(text), answer }
  }

  #take(byte: number, text: number[], answer: number[]): void {
    switch (this.#state) {
      case 'data':
        if (byte === IAC) this.#state = 'command'
        else text.push(byte)
        return
      case 'command':
        this.#command(byte, text, answer)
        return
      case 'option':
        this.#state = 'data'
        this.#refuse(byte, answer)
        return
      case 'sub':
        if (byte === IAC) this.#state = 'sub command'
        return
      case 'sub command':
        this.#state = byte === SE ? 'data' : 'sub'
    }
  }

  #command(byte: number, text: number[], answer: number[]): void {
    this.#state = 'data'
    // Below the commands it was none: text of another encoding, which is to be seen as such.
    if (byte < LOWEST_COMMAND) text.push(IAC, byte)
    else if (byte === IAC) text.push(IAC)
    else if (byte === SB) this.#state = 'sub'
    else if (byte === AYT) answer.push(...'[Yes]\r\n'.split('').map((one) => one.charCodeAt(0)))
    else if (byte >= (WILL as number) && byte <= (DONT as number)) {
      this.#verb = byte
      this.#state = 'option'
    }
  }

  #refuse(option: number, answer: number[]): void {
    const reply = this.#verb === DO ? WONT : this.#verb === WILL ? DONT : undefined
    if (reply === undefined) return
    const key = (reply << 8) | option
    if (option !== TIMING_MARK && this.#refused.has(key)) return
    this.#refused.add(key)
    answer.push(IAC, reply, option)
  }
}
