/**
 * Telnet (RFC 854): separates commands from text, and gives the bytes to send back. The
 * server offers no options. It accepts a client's window size and terminal type (RFC 1073,
 * RFC 1091) and refuses all other options (RFC 1143: it replies to changes, never to
 * replies).
 *
 * The decoder MUST keep its place over chunk borders, even if urgent data is lost. It MUST
 * hold only a few bytes of a subnegotiation, and MUST send nothing to a client that has
 * sent no command.
 */
export const IAC = 255
const [SE, DM, IP, AYT, SB, WILL, WONT, DO, DONT] = [
  240, 242, 244, 246, 250, 251, 252, 253, 254,
] as const
/** End of file (RFC 1184). The lowest command code. */
const EOF = 236
/** RFC 860. A client that asks for it may discard all output until the server replies. */
const TIMING_MARK = 6
const [TERMINAL_TYPE, IS, SEND] = [24, 0, 1] as const
const WINDOW_SIZE = 31
const [TAB, LF, CR] = [9, 10, 13] as const
const YES = [...'[Yes]\r\n'].map((char) => char.charCodeAt(0))

/** Longest subnegotiation, in bytes. The rest of its line is discarded. */
const SUB_BYTES = 4096
/** Bytes kept of a subnegotiation: a size has 4, a terminal type at most 40 (RFC 1091). */
const KEPT_BYTES = 48

/** Bytes of the reply to one chunk; above it, Are You There and Timing Mark get no reply. */
const MAX_REPLY = 64
/** The text of the chunk that is being read, shared by all decoders: push() returns a copy. */
let scratch = new Uint8Array(0)

const SPACE = 32
const isAsciiText = (byte: number) =>
  (byte >= SPACE && byte < 0x7f) || byte === TAB || byte === LF || byte === CR

/** `discard`: the rest of the line after a subnegotiation that was too long. */
type State = 'data' | 'command' | 'option' | 'sub' | 'sub command' | 'discard'

/** All that the text and the replies to come depend on. */
export type TelnetState = {
  recognised: boolean
  columns: number
  terminal: string | undefined
  interrupted: boolean
  ended: boolean
  state: State
  verb: number
  sub: readonly number[]
  subBytes: number
  accepted: readonly number[]
  refused: readonly number[]
}

export class TelnetDecoder {
  /** Whether the client has sent a command, which makes it a telnet client. */
  recognised = false
  /** Width of the client's window in columns; 0 if unknown. */
  columns = 0
  /** The client's terminal type in capitals, if the client sent it. */
  terminal: string | undefined
  /** Whether the client has sent Interrupt Process (Ctrl-C). */
  interrupted = false
  /** Whether the client has sent End of File. Later bytes are discarded. */
  ended = false
  /** Bytes of text in `scratch`. */
  #length = 0
  #state: State = 'data'
  #verb = 0
  #sub: number[] = []
  #subBytes = 0
  readonly #accepted = new Set<number>()
  /** Verb and option of each refusal sent. Refusing again could start an endless loop. */
  readonly #refused = new Set<number>()

  /** Goes on where another decoder was. */
  static from(state: TelnetState): TelnetDecoder {
    const decoder = new TelnetDecoder()
    decoder.recognised = state.recognised
    decoder.columns = state.columns
    decoder.terminal = state.terminal
    decoder.interrupted = state.interrupted
    decoder.ended = state.ended
    decoder.#state = state.state
    decoder.#verb = state.verb
    decoder.#sub = [...state.sub]
    decoder.#subBytes = state.subBytes
    for (const option of state.accepted) decoder.#accepted.add(option)
    for (const key of state.refused) decoder.#refused.add(key)
    return decoder
  }

  get state(): TelnetState {
    const { recognised, columns, terminal, interrupted, ended } = this
    return {
      ...{ recognised, columns, terminal, interrupted, ended },
      state: this.#state,
      verb: this.#verb,
      sub: this.#sub,
      subBytes: this.#subBytes,
      accepted: [...this.#accepted],
      refused: [...this.#refused],
    }
  }

  /** Returns the chunk's text, and the bytes to send back at once. */
  push(chunk: Uint8Array): { text: Uint8Array; reply: number[] } {
    const reply: number[] = []
    // One byte more: an IAC of the chunk before can turn out to be text.
    if (scratch.length <= chunk.length) scratch = new Uint8Array(chunk.length + 1)
    this.#length = 0
    for (const byte of chunk) if (!this.ended) this.#take(byte, reply)
    return { text: scratch.slice(0, this.#length), reply }
  }

  #take(byte: number, reply: number[]): void {
    switch (this.#state) {
      case 'data':
        if (byte === IAC) this.#state = 'command'
        // A data mark whose IAC was lost as urgent data. No UTF-8 text begins with this byte.
        else if (!(this.recognised && byte === DM)) this.#put(byte)
        return
      case 'command':
        this.#command(byte, reply)
        return
      case 'option':
        this.#state = 'data'
        this.#negotiate(byte, reply)
        return
      case 'sub':
        this.#subBytes += 1
        if (byte === IAC) this.#state = 'sub command'
        else if (this.#subBytes > SUB_BYTES) this.#discard(byte)
        else this.#keep(byte)
        return
      case 'discard':
        if (byte === IAC) this.#state = 'sub command'
        else this.#discard(byte)
        return
      case 'sub command':
        this.#state = 'sub'
        if (byte === IAC) this.#keep(byte)
        else if (byte === SE) this.#endSub()
        // The client did not end the subnegotiation.
        else this.#command(byte, reply)
    }
  }

  #command(byte: number, reply: number[]): void {
    this.#state = 'data'
    if (byte < EOF) {
      // Not a command: text in another encoding, which stays visible as such; or, from a
      // telnet client, an IAC whose command was lost as urgent data.
      if (!this.recognised) this.#put(IAC)
      this.#put(byte)
      return
    }
    if (byte === IAC) {
      this.#put(IAC)
      return
    }
    this.recognised = true
    if (byte === EOF) this.ended = true
    else if (byte === IP) this.interrupted = true
    else if (byte === AYT && reply.length < MAX_REPLY) reply.push(...YES)
    else if (byte === SB) {
      this.#state = 'sub'
      this.#sub = []
      this.#subBytes = 0
    } else if (byte >= WILL) {
      this.#verb = byte
      this.#state = 'option'
    }
  }

  #negotiate(option: number, reply: number[]): void {
    const accepted = this.#accepted.has(option)
    switch (this.#verb) {
      case WILL:
        if (option !== WINDOW_SIZE && option !== TERMINAL_TYPE) {
          this.#refuse(DONT, option, reply)
        } else if (!accepted) {
          this.#accepted.add(option)
          reply.push(IAC, DO, option)
          if (option === TERMINAL_TYPE) reply.push(IAC, SB, option, SEND, IAC, SE)
        }
        return
      case WONT:
        if (accepted) reply.push(IAC, DONT, option)
        this.#accepted.delete(option)
        return
      case DO:
        if (option === TIMING_MARK && reply.length < MAX_REPLY) reply.push(IAC, WONT, option)
        else this.#refuse(WONT, option, reply)
    }
  }

  #put(byte: number): void {
    scratch[this.#length] = byte
    this.#length += 1
  }

  #refuse(verb: number, option: number, reply: number[]): void {
    const key = (verb << 8) | option
    if (this.#refused.has(key)) return
    this.#refused.add(key)
    reply.push(IAC, verb, option)
  }

  /** Ends at a line end: the end of the subnegotiation may have been lost as urgent data. */
  #discard(byte: number): void {
    this.#state = byte === LF || byte === CR ? 'data' : 'discard'
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

/**
 * Whether a connection whose first byte is FF begins with telnet, and not with UTF-16:
 * IAC DONT has the bytes of a UTF-16 byte order mark. It is telnet if another command
 * follows, or nothing but ASCII text: UTF-16 has NULs at least in its line ends. Undefined
 * if more bytes are needed and `come` is `more`.
 */
export function beginsWithTelnet(
  opening: Uint8Array,
  come: 'more' | 'pause' | 'whole',
): boolean | undefined {
  const [, verb, option, next, command] = opening
  const undecided = come === 'more' ? undefined : true
  if (verb === undefined) return undecided
  if (verb !== DONT) return true
  // FF FE alone is a byte order mark without text.
  if (option === undefined) return come === 'more' ? undefined : false
  if (next === undefined) return undecided
  if (next === IAC) return command === undefined ? undecided : command >= EOF
  return option < SPACE && opening.subarray(3).every(isAsciiText) ? undecided : false
}

/** Terminals with 256 colours, or that ignore the escape sequence for a colour they lack. */
const COLOR_TERMINALS =
  /COLOR|XTERM|SCREEN|TMUX|RXVT|PUTTY|LINUX|KONSOLE|VTE|GNOME|KITTY|ALACRITTY|FOOT|ITERM|MINTTY|CYGWIN/

export function hasColors(terminal: string): boolean {
  return COLOR_TERMINALS.test(terminal)
}
