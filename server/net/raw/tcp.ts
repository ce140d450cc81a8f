/**
 * The raw TCP port: bytes ↔ the line dialect, or the JSON dialect, for any program that
 * opens a socket.
 *
 * MUST NOT let anyone in before the guard has cleared the first line, or a short
 * silence has shown that the client waits for us to speak.
 */
import { createServer, type Server, type Socket } from 'node:net'
import type { Decoded, Dialect } from '../../../shared/dialect/dialect.ts'
import { isHello, jsonDialect } from '../../../shared/dialect/json.ts'
import { TAIL_EVENTS } from '../../../shared/dialect/typed.ts'
import type { Fault } from '../../../shared/errors.ts'
import { limits, PROTOCOL_VERSION } from '../../../shared/limits.ts'
import { type Encoded, joined } from '../../room/feed.ts'
import { Edge, type EdgePlace } from '../connection/connection.ts'
import { isTaken, type Transport } from '../connection/transport.ts'
import { readable } from '../writes.ts'
import { encodingAdvice, INTERRUPT_ADVICE, NUL_ADVICE, unendedAdvice } from './advice.ts'
import { RawDecoder } from './decoder.ts'
import type { Line } from './lines.ts'
import { READ_BYTES, Turns } from './lockstep.ts'
import { answerHttp, forgetInput, turnAway } from './refusal.ts'
import { hasColors, type TelnetDecoder } from './telnet.ts'

/**
 * How long, in ms, the server waits for a client that speaks first, before it greets.
 * Browsers and TLS clients speak at once, so that they can be answered in their own way.
 */
const GREET_MS = 50
/** Beyond so much at once it runs together in the client's own buffer, however it is written. */
const CROWDED_BYTES = 4 * READ_BYTES
/** How long words that may be the start of an HTTP request wait for the rest of it, in ms. */
const OPENING_MS = 5000
/** How long a line may wait for its end, in ms, before its sender is told that it does. */
const UNENDED_MS = 3000
const KEEPALIVE_MS = 60_000
/** Bytes of ours that its client has not taken, beyond which telnet is not answered. */
const UNTAKEN_BYTES = 131_072
const BRACE = 0x7b

/** What a client of lines says without knowing it. */
const LINE_HELLO: Decoded = {
  type: 'request',
  request: { type: 'hello', protocol: PROTOCOL_VERSION, history: TAIL_EVENTS },
}

export type TcpOptions = EdgePlace & {
  dialect: Dialect
  /** Where the page is, for those who came to the wrong port. */
  webUrl: (socket: Socket) => string
}

/** The server, not yet listening. */
export function tcpServer(options: TcpOptions): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.setKeepAlive(true, KEEPALIVE_MS)
    const { refusal } = options.edges
    if (refusal === undefined) new TcpConnection(socket, options)
    else turnAway(socket, refusal, options)
  })
}

class TcpConnection implements Transport {
  readonly #socket: Socket
  readonly #options: TcpOptions
  readonly #decoder = new RawDecoder(limits.textBytes)
  readonly #edge: Edge
  /** Made when the client asks for it. */
  #turns: Turns | undefined
  /** Read, and not yet given to the session. */
  #read: Decoded[] = []
  /** Its first words have been let in, or it has none and waits for ours. */
  #entered = false
  /** It has been given a hello, its own or ours. */
  #greeted = false
  #inputEnded = false
  /** The client has made a pause since its last byte. */
  #silent = false
  /** It has sent before it read, and ended no line, as lock-step programs do. */
  #spokeFirst = false
  /** That had something in them. */
  #lines = 0
  /** Its telnet has told the name of its terminal, and that was heeded. */
  #terminalKnown = false
  /** What it has been told about its way of sending. */
  #advised: readonly string[] = []
  #closedBy = 'closed'
  readonly #connectedAt: number
  readonly #cancelGreet: () => void
  #cancelPause: (() => void) | undefined

  constructor(socket: Socket, options: TcpOptions) {
    this.#socket = socket
    this.#options = options
    this.#connectedAt = options.room.clock.monotonic()
    this.#edge = new Edge(options, this, {
      dialect: options.dialect,
      via: 'tcp',
      remote: `${socket.remoteAddress}:${socket.remotePort}`,
    })
    this.#cancelGreet = options.room.clock.after(GREET_MS, () => this.#greetSilent())
    socket.on('data', (chunk) => this.#socketOnData(chunk))
    socket.on('end', () => this.#socketOnEnd())
    socket.on('error', (error) => this.#socketOnError(error))
    socket.on('close', () => this.#socketOnClose())
  }

  #socketOnData(chunk: Buffer): void {
    this.#options.room.tally.bytesIn += chunk.length
    if (this.#edge.intake.stopped) return
    this.#silent = false
    this.#cancelPause?.()
    this.#answer(this.#decoder.push(chunk))
    const { opening, telnet } = this.#decoder
    if (telnet !== undefined) this.#telnetOnData(telnet)
    if (opening !== undefined) this.#inspect(opening.length > limits.textBytes ? 'whole' : 'more')
    if (telnet?.ended) this.#socketOnEnd()
    else if (this.#entered) this.#edge.intake.pump()
    else this.#awaitPause()
  }

  #answer(bytes: readonly number[]): void {
    // Whoever reads nothing must not make us keep answers for them.
    if (bytes.length === 0 || this.#socket.writableLength > UNTAKEN_BYTES) return
    this.#options.room.tally.bytesOut += bytes.length
    this.#socket.write(Uint8Array.from(bytes))
  }

  /** What a client shows of itself before it is greeted decides how it came. */
  #telnetOnData(telnet: TelnetDecoder): void {
    if (!this.#entered) this.#edge.via = 'telnet'
    if (telnet.terminal !== undefined && !this.#terminalKnown) {
      this.#terminalKnown = true
      if (hasColors(telnet.terminal)) this.#edge.speak(this.#edge.dialect.styled({ color: true }))
    }
    if (telnet.interrupted && this.#greeted) this.#advise('interrupt', INTERRUPT_ADVICE)
  }

  #socketOnEnd(): void {
    if (this.#inputEnded) return
    this.#inputEnded = true
    this.#inspect('whole')
    if (this.#entered) this.#edge.intake.pump()
    // It came and went without a word: a port scan, a health check.
    else this.#socket.end()
  }

  #socketOnError(error: NodeJS.ErrnoException): void {
    this.#closedBy = error.code ?? error.message
  }

  #socketOnClose(): void {
    this.#cancelGreet()
    this.#cancelPause?.()
    this.#edge.gone(this.#closedBy)
  }

  /** The client waits for us to speak first. What it says later is still inspected. */
  #greetSilent(): void {
    if (this.#decoder.opening?.length !== 0) return
    this.#greet()
    this.#enter()
  }

  #enter(): void {
    this.#entered = true
    this.#cancelGreet()
    this.#edge.intake.pump()
  }

  #greet(): void {
    if (this.#greeted) return
    this.#greeted = true
    this.#read.unshift(LINE_HELLO)
  }

  /** Lets the client in, unless what it sent first is not chat. */
  #inspect(come: 'more' | 'pause' | 'whole'): void {
    const { opening } = this.#decoder
    if (opening === undefined || opening.length === 0) return
    const verdict = this.#decoder.inspect(come)
    if (verdict === 'undecided') return
    if (verdict !== 'clear') {
      this.#cancelPause?.()
      this.#cancelGreet()
      this.#edge.gone(`refused: ${verdict}`)
      if (verdict === 'http') answerHttp(this.#socket, this.#options.webUrl(this.#socket))
      else this.#socket.destroy()
      return
    }
    this.#spokeFirst = !this.#entered
    // Until its first line is whole it may be a hello.
    if (opening[0] !== BRACE) this.#greet()
    const advice = encodingAdvice(this.#decoder.encoding ?? 'utf-8')
    if (advice !== undefined) this.#advise('encoding', advice)
    this.#enter()
  }

  next(): Decoded | undefined {
    const read = this.#read.shift()
    if (read !== undefined) return read
    if (this.#decoder.opening !== undefined) return undefined
    const end = (): Line | undefined => (this.#inputEnded ? this.#decoder.lines.end() : undefined)
    const line = this.#decoder.next() ?? end()
    if (line === undefined) return undefined
    this.#take(line)
    return this.#read.shift()
  }

  /** Puts what the line asks for, and what is to be told of it, in the way of the session. */
  #take({ text, cut }: Line): void {
    if (text.trim() !== '') this.#lines += 1
    this.#turns?.earn()
    if (this.#lines === 1 && isHello(text)) this.#speakJson()
    this.#greet()
    const { dialect } = this.#edge
    // Half an object is none.
    if (!(cut && dialect === jsonDialect)) this.#read.push(dialect.decode(text))
    if (cut) this.#read.push({ type: 'fault', fault: this.#tooLong() })
    if (this.#decoder.lines.droppedNul) this.#advise('nul', NUL_ADVICE)
  }

  #tooLong(): Fault {
    const code = 'line_too_long'
    if (this.#edge.dialect !== jsonDialect) return { code }
    return {
      code,
      message: `A line is at most ${limits.frameBytes} bytes long; yours was left out.`,
    }
  }

  /** What it has been shown in lines before stays shown; whoever it was then leaves. */
  #speakJson(): void {
    if (this.#greeted) this.#edge.startOver()
    this.#greeted = true
    this.#edge.via = 'json'
    this.#edge.speak(jsonDialect)
    this.#edge.expectHello()
    this.#decoder.lines.maxBytes = limits.frameBytes
  }

  /** Tells the client, once for each kind, how to send better. */
  #advise(kind: string, message: string): void {
    if (this.#advised.includes(kind)) return
    this.#advised = [...this.#advised, kind]
    this.#read.push({ type: 'fault', fault: { code: 'not_lines', message } })
  }

  onEmpty(): void {
    if (this.#inputEnded) {
      void this.#edge.ended()
      return
    }
    const line = this.#silent ? this.#decoder.lines.pause() : undefined
    this.#silent = false
    if (line === undefined) {
      this.#awaitPause()
    } else {
      this.#take(line)
      this.#edge.intake.pump()
    }
  }

  #awaitPause(): void {
    this.#cancelPause?.()
    // Refused: there is nobody to wait for.
    if (this.#socket.writableEnded || this.#socket.destroyed) return
    const { clock } = this.#options.room
    const { lines } = this.#decoder
    const ms = lines.pauseMs()
    if (ms > 0) this.#cancelPause = clock.after(ms, () => this.#paused())
    // Somebody who types may well think about the end of a line.
    else if (lines.waiting > 0 && !lines.typed) {
      this.#cancelPause = clock.after(UNENDED_MS, () => this.#lineWaits())
    } else this.#cancelPause = undefined
  }

  #paused(): void {
    // Nobody is silent whom we do not listen to; when all has been read the wait begins anew.
    if (this.#edge.intake.waiting) return
    this.#silent = true
    const waited = this.#options.room.clock.monotonic() - this.#connectedAt
    this.#inspect(waited > OPENING_MS ? 'whole' : 'pause')
    if (this.#decoder.opening === undefined) this.#edge.intake.pump()
    else this.#awaitPause()
  }

  #lineWaits(): void {
    if (this.#edge.intake.waiting) return
    this.#advise('unended', unendedAdvice(this.#decoder.lines.waiting))
    this.#edge.intake.pump()
  }

  /**
   * It reads once for each thing it sends: its own line is the receipt, but for what it
   * said before it was greeted, which the greeting answers.
   */
  echoes(): boolean {
    if (this.#turns?.on) return true
    return this.#decoder.lines.unterminated && !(this.#spokeFirst && this.#lines < 2)
  }

  isHeld(): boolean {
    return this.#turns?.holds ?? false
  }

  get columns(): number {
    return this.#decoder.telnet?.columns || Infinity
  }

  takeTurns(on: boolean): boolean {
    if (on) this.#turns ??= new Turns((part, done) => this.#socket.write(part, () => done()))
    this.#turns?.turn(on)
    return true
  }

  setReading(reading: boolean): void {
    if (reading) this.#socket.resume()
    else this.#socket.pause()
  }

  end(): void {
    forgetInput(this.#socket)
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  write(batch: readonly Encoded[], done: () => void): boolean {
    const { telnet, lines } = this.#decoder
    const bytes = joined(batch, telnet === undefined ? 'lines' : 'telnetLines')
    this.#options.room.tally.bytesOut += bytes.length
    if (this.#turns?.on) {
      this.#turns.write(bytes, done)
      return false
    }
    const apart = bytes.length > READ_BYTES && bytes.length <= CROWDED_BYTES
    if (!apart || lines.terminated || telnet !== undefined || this.#edge.dialect === jsonDialect) {
      this.#socket.write(bytes)
    } else {
      for (const part of readable(batch)) this.#socket.write(part)
    }
    return isTaken(this.#socket, done)
  }
}
