/**
 * The raw TCP port: bytes ↔ the line dialect, for any program that opens a socket.
 *
 * MUST NOT let anyone in before the guard has cleared the first line, or a short
 * silence has shown that the client waits for us to speak.
 */
import { createServer, type Server, type Socket } from 'node:net'
import type { Decoded, Dialect } from '../../shared/dialect/dialect.ts'
import { splitUtf8 } from '../../shared/dialect/line.ts'
import { TAIL_EVENTS } from '../../shared/dialect/typed.ts'
import { type ErrorCode, errorMessage } from '../../shared/errors.ts'
import { limits, PROTOCOL_VERSION } from '../../shared/limits.ts'
import { inspectOpening, type Refusal } from '../../shared/wire/guard.ts'
import { type Line, LineDecoder } from '../../shared/wire/lines.ts'
import { TelnetDecoder } from '../../shared/wire/telnet.ts'
import { type Encoded, joined } from '../room/feed.ts'
import type { FloodRate } from '../room/flood.ts'
import type { Room } from '../room/room.ts'
import { Edge, isTaken, type Transport } from './edge.ts'
import type { Edges } from './edges.ts'
import { READ_BYTES, Turns } from './turns.ts'

/**
 * How long, in ms, the server waits for a client that speaks first, before it greets.
 * Browsers and TLS clients speak at once, so that they can be answered in their own way.
 */
const GREET_MS = 50
/** Beyond so much at once it runs together in the client's own buffer, however it is written. */
const CROWDED_BYTES = 4 * READ_BYTES
/** How long words that may be the start of an HTTP request wait for the rest of it, in ms. */
const OPENING_MS = 5000
const KEEPALIVE_MS = 60_000
/** How long a refused client has to read why, in ms. */
const REFUSED_MS = 1000
const NOTHING = Buffer.alloc(0)

export type TcpOptions = {
  room: Room
  edges: Edges
  flood: FloodRate
  dialect: Dialect
  /** Where the page is, for those who came to the wrong port. */
  webUrl: () => string
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

class TcpConnection {
  readonly #socket: Socket
  readonly #options: TcpOptions
  readonly #telnet = new TelnetDecoder()
  readonly #decoder = new LineDecoder(limits.textBytes)
  readonly #edge: Edge
  /** Made when the client asks for it. */
  #turns: Turns | undefined
  /** The first bytes, until the guard has cleared them. */
  #opening: Buffer | undefined = NOTHING
  /** Read, and not yet given to the session. */
  #read: Decoded[] = []
  #entered = false
  #inputEnded = false
  /** The client has made a pause since its last byte. */
  #silent = false
  /** It has sent before it read, and ended no line, as lock-step programs do. */
  #spokeFirst = false
  #lines = 0
  #closedBy = 'closed'
  readonly #connectedAt: number
  readonly #cancelGreet: () => void
  #cancelPause: (() => void) | undefined

  constructor(socket: Socket, options: TcpOptions) {
    this.#socket = socket
    this.#options = options
    this.#connectedAt = options.room.clock.monotonic()
    this.#edge = new Edge({
      ...options,
      via: 'tcp',
      remote: `${socket.remoteAddress}:${socket.remotePort}`,
      transport: this.#transport(),
      next: () => this.#next(),
      onEmpty: () => this.#inputRead(),
      echoes: () => this.#readsByTurns(),
      takeTurns: (on) => this.#takeTurns(on),
      isHeld: () => this.#turns?.holds ?? false,
    })
    this.#cancelGreet = options.room.clock.after(GREET_MS, () => this.#greetSilent())
    socket.on('data', (chunk) => this.#socketOnData(chunk))
    socket.on('end', () => this.#socketOnEnd())
    socket.on('error', (error) => this.#socketOnError(error))
    socket.on('close', () => this.#socketOnClose())
  }

  /**
   * It reads once for each thing it sends: its own line is the receipt, but for what it
   * said before it was greeted, which the greeting answers.
   */
  #readsByTurns(): boolean {
    if (this.#turns?.on) return true
    return this.#decoder.unterminated && !(this.#spokeFirst && this.#lines < 2)
  }

  #takeTurns(on: boolean): boolean {
    if (on) this.#turns ??= new Turns((part, done) => this.#socket.write(part, () => done()))
    this.#turns?.turn(on)
    return true
  }

  #socketOnData(chunk: Buffer): void {
    this.#silent = false
    this.#cancelPause?.()
    const { text, answer } = this.#telnet.push(chunk)
    if (answer.length > 0) this.#socket.write(Uint8Array.from(answer))
    this.#decoder.push(text)
    if (this.#opening !== undefined) {
      this.#opening = Buffer.concat([this.#opening, text])
      this.#inspect(this.#opening.length > limits.textBytes ? 'whole' : 'more')
    }
    if (this.#opening === undefined) this.#edge.intake.pump()
    else this.#awaitPause()
  }

  #socketOnEnd(): void {
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
    if (this.#opening?.length === 0) this.#enter()
  }

  #enter(): void {
    if (this.#entered) return
    this.#entered = true
    this.#cancelGreet()
    const hello = { type: 'hello', protocol: PROTOCOL_VERSION, history: TAIL_EVENTS } as const
    this.#read.unshift({ type: 'request', request: hello })
    this.#edge.intake.pump()
  }

  /** Lets the client in, unless what it sent first is not chat. */
  #inspect(come: 'more' | 'pause' | 'whole'): void {
    if (this.#opening === undefined || this.#opening.length === 0) return
    const verdict = inspectOpening(this.#opening, come)
    if (verdict === 'undecided') return
    if (verdict === 'clear') {
      this.#spokeFirst = !this.#entered
      this.#opening = undefined
      this.#enter()
    } else {
      this.#refuse(verdict)
    }
  }

  #refuse(refusal: Refusal): void {
    this.#cancelGreet()
    this.#cancelPause?.()
    this.#edge.gone(`refused: ${refusal}`)
    if (refusal !== 'http') {
      this.#socket.destroy()
      return
    }
    this.#forgetInput()
    this.#socket.end(httpAnswer(this.#options.webUrl()))
    this.#options.room.clock.after(REFUSED_MS, () => this.#socket.destroy())
  }

  /** What still comes is read and forgotten: unread bytes would make the end a reset. */
  #forgetInput(): void {
    this.#socket.removeAllListeners('data').removeAllListeners('end').resume()
  }

  #next(): Decoded | undefined {
    const read = this.#read.shift()
    if (read !== undefined) return read
    if (this.#opening !== undefined) return undefined
    const line = this.#decoder.next() ?? (this.#inputEnded ? this.#decoder.end() : undefined)
    return line === undefined ? undefined : this.#decode(line)
  }

  #decode({ text, cut }: Line): Decoded {
    this.#lines += 1
    this.#turns?.earn()
    if (cut) this.#read.push({ type: 'fault', fault: { code: 'line_too_long' } })
    return this.#options.dialect.decode(text)
  }

  #inputRead(): void {
    if (this.#inputEnded) {
      void this.#edge.ended()
      return
    }
    const line = this.#silent ? this.#decoder.pause() : undefined
    this.#silent = false
    if (line === undefined) {
      this.#awaitPause()
    } else {
      this.#read.push(this.#decode(line))
      this.#edge.intake.pump()
    }
  }

  #awaitPause(): void {
    this.#cancelPause?.()
    const ms = this.#decoder.pauseMs()
    this.#cancelPause =
      ms === 0 ? undefined : this.#options.room.clock.after(ms, () => this.#paused())
  }

  #paused(): void {
    // Nobody is silent whom we do not listen to; when all has been read the wait begins anew.
    if (this.#edge.intake.waiting) return
    this.#silent = true
    const waited = this.#options.room.clock.monotonic() - this.#connectedAt
    this.#inspect(waited > OPENING_MS ? 'whole' : 'pause')
    if (this.#opening === undefined) this.#edge.intake.pump()
    else this.#awaitPause()
  }

  #transport(): Transport {
    const socket = this.#socket
    return {
      write: (batch, done) => {
        const bytes = joined(batch, 'lines')
        if (this.#turns?.on) {
          this.#turns.write(bytes, done)
          return false
        }
        const whole =
          this.#decoder.terminated || bytes.length <= READ_BYTES || bytes.length > CROWDED_BYTES
        const parts = whole ? [bytes] : readable(batch)
        for (const part of parts) socket.write(part)
        return isTaken(socket, done)
      },
      setReading: (reading) => {
        if (reading) socket.resume()
        else socket.pause()
      },
      end: () => {
        this.#forgetInput()
        socket.end()
      },
      destroy: () => socket.destroy(),
    }
  }
}

/**
 * For what may be a program that reads once for each thing it sends: a write for each
 * message, and for each 1024 bytes of whole characters of one that is longer.
 */
export function readable(batch: readonly Encoded[]): Uint8Array[] {
  return batch.flatMap(({ lines, units }) =>
    lines.length <= READ_BYTES
      ? [lines]
      : units.flatMap(({ text }) =>
          splitUtf8(`${text}\n`, READ_BYTES).map((part) => Buffer.from(part)),
        ),
  )
}

function httpAnswer(webUrl: string): string {
  const body = `This port is for raw TCP clients such as nc. The page is at ${webUrl}\n`
  return [
    'HTTP/1.1 400 Bad Request',
    'Content-Type: text/plain; charset=utf-8',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n')
}

function turnAway(socket: Socket, code: ErrorCode, { edges, dialect }: TcpOptions): void {
  edges.log.warn({ remote: socket.remoteAddress, code }, 'turned away')
  const [unit] = dialect.encode(errorMessage({ code }))
  socket.on('error', () => {})
  socket.end(`${unit?.text}\n`)
  setTimeout(() => socket.destroy(), REFUSED_MS).unref()
}
