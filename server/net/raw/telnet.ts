/**
 * Telnet (RFC 854) taken out of the bytes of a client, and what is to be answered.
 * Nothing is offered to anybody. Of what a client offers, its window's size and its
 * terminal's name are accepted (RFC 1073, RFC 1091), all else is refused (RFC 1143:
 * changes are answered, answers are not).
 *
 * MUST keep its place over chunk borders, also where an urgent byte was lost, MUST hold
 * no more than a few bytes of a subnegotiation, and MUST answer nothing to a client that
 * has sent no command.
 */
const [IAC, SE, DM, IP, AYT, SB, WILL, WONT, DO, DONT] = [
  255, 240, 242, 244, 246, 250, 251, 252, 253, 254,
] as const
/** Of RFC 1184, and the lowest command there is. */
const EOF = 236
/** RFC 860: a client that asks for it may discard all output until it is answered. */
const TIMING_MARK = 6
const [TERMINAL_TYPE, IS, SEND] = [24, 0, 1] as const
const WINDOW_SIZE = 31
const YES = [...'[Yes]\r\n'].map((char) => char.charCodeAt(0))

/** Bytes after which a subnegotiation that has not ended is given up. */
const SUB_BYTES = 4096
/** So much of one is kept: four bytes of a size, forty of a terminal's name (RFC 1091). */
const KEPT_BYTES = 48

type State = 'data' | 'command' | 'option' | 'sub' | 'sub command'

export class TelnetDecoder {
  /** Whether any command has come: it is a telnet client. */
  recognised = false
  /** Width of the client's window; 0 while it is not known. */
  columns = 0
  /** The name of its terminal, in capitals, if it has told one. */
  terminal: string | undefined
  /** Whether it has asked to be interrupted, as Ctrl-C does. */
  interrupted = false
  /** Whether it has said that this was all. What comes after is dropped. */
  ended = false
  #state: State = 'data'
  #verb = 0
  #sub: number[] = []
  #subBytes = 0
  readonly #accepted = new Set<number>()
  /** An answer to each of these was given: one to an answer would go on for ever. */
  readonly #refused = new Set<number>()

  /** The chunk's text, and bytes to send back at once. */
  push(chunk: Uint8Array): { text: Uint8Array; answer: number[] } {
    const answer: number[] = []
    const text: number[] = []
    for (const byte of chunk) if (!this.ended) this.#take(byte, text, answer)
    return { text: Uint8Array.from(text), answer }
  }

  #take(byte: number, text: number[], answer: number[]): void {
    switch (this.#state) {
      case 'data':
        if (byte === IAC) this.#state = 'command'
        // A mark whose IAC was lost on its way as urgent data; in UTF-8 it begins nothing.
        else if (!(this.recognised && byte === DM)) text.push(byte)
        return
      case 'command':
        this.#command(byte, text, answer)
        return
      case 'option':
        this.#state = 'data'
        this.#negotiate(byte, answer)
        return
      case 'sub':
        this.#subBytes += 1
        if (byte === IAC) this.#state = 'sub command'
        else this.#keep(byte)
        if (this.#subBytes > SUB_BYTES) this.#state = 'data'
        return
      case 'sub command':
        this.#state = 'sub'
        if (byte === IAC) this.#keep(byte)
        else if (byte === SE) this.#endSub()
        // Its end was forgotten.
        else this.#command(byte, text, answer)
    }
  }

  #command(byte: number, text: number[], answer: number[]): void {
    this.#state = 'data'
    if (byte < EOF) {
      // It was no command: text of another encoding, to be seen as such; or from a telnet
      // client, an IAC whose command was lost as urgent data.
      if (!this.recognised) text.push(IAC)
      text.push(byte)
      return
    }
    if (byte === IAC) {
      text.push(IAC)
      return
    }
    this.recognised = true
    if (byte === EOF) this.ended = true
    else if (byte === IP) this.interrupted = true
    else if (byte === AYT) answer.push(...YES)
    else if (byte === SB) {
      this.#state = 'sub'
      this.#sub = []
      this.#subBytes = 0
    } else if (byte >= WILL) {
      this.#verb = byte
      this.#state = 'option'
    }
  }

  #negotiate(option: number, answer: number[]): void {
    const accepted = this.#accepted.has(option)
    switch (this.#verb) {
      case WILL:
        if (option !== WINDOW_SIZE && option !== TERMINAL_TYPE) {
          this.#refuse(DONT, option, answer)
        } else if (!accepted) {
          this.#accepted.add(option)
          answer.push(IAC, DO, option)
          if (option === TERMINAL_TYPE) answer.push(IAC, SB, option, SEND, IAC, SE)
        }
        return
      case WONT:
        if (accepted) answer.push(IAC, DONT, option)
        this.#accepted.delete(option)
        return
      case DO:
        if (option === TIMING_MARK) answer.push(IAC, WONT, option)
        else this.#refuse(WONT, option, answer)
    }
  }

  #refuse(verb: number, option: number, answer: number[]): void {
    const key = (verb << 8) | option
    if (this.#refused.has(key)) return
    this.#refused.add(key)
    answer.push(IAC, verb, option)
  }

  #keep(byte: number): void {
    if (this.#sub.length < KEPT_BYTES) this.#sub.push(byte)
  }

  #endSub(): void {
    this.#state = 'data'
    const [option, ...rest] = this.#sub
    if (option === WINDOW_SIZE && rest.length === 4) {
      this.columns = ((rest[0] as number) << 8) | (rest[1] as number)
    } else if (option === TERMINAL_TYPE && rest[0] === IS) {
      this.terminal = String.fromCharCode(...rest.slice(1)).toUpperCase()
    }
  }
}

/** Terminals that have the 256 colours, or pass over the sequence for one that they have not. */
const COLOR_TERMINALS =
  /COLOR|XTERM|SCREEN|TMUX|RXVT|PUTTY|LINUX|KONSOLE|VTE|GNOME|KITTY|ALACRITTY|FOOT|ITERM|MINTTY|CYGWIN/

export function hasColors(terminal: string): boolean {
  return COLOR_TERMINALS.test(terminal)
}
