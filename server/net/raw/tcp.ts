/**
 * The raw TCP port: sockets and their timers. RawInput reads the bytes, RawOutput writes them.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { lineDialect } from '../../../shared/dialect/line.ts'
import type { Network } from '../../room/doors/networks.ts'
import type { Part } from '../../room/encoded.ts'
import { admit } from '../connection/admission.ts'
import { Connection, type ConnectionOptions } from '../connection/connection.ts'
import type { Arrived, Input } from '../connection/input.ts'
import { afterSilence } from '../connection/silence.ts'
import type { Transport } from '../connection/transport.ts'
import { RawInput } from './input.ts'
import { RawOutput } from './output.ts'
import { forgetInput, refuse, rejectConnection } from './refusal.ts'

/**
 * Time, in ms, that the server waits for a client that speaks first, before it greets.
 * Browsers and TLS clients speak at once, so the server can reply to them in their protocol.
 */
const GREET_MS = 50
const KEEPALIVE_MS = 60_000

export type TcpOptions = ConnectionOptions & {
  /** Address of the page, for HTTP requests to this port. */
  webUrl: (socket: Socket) => string
}

/** The server, not yet listening. */
export function tcpServer(options: TcpOptions): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    const { source, refusal } = admit(socket.remoteAddress, options)
    if (refusal !== undefined) return rejectConnection(socket, refusal, options.connections)
    socket.setNoDelay().setKeepAlive(true, KEEPALIVE_MS)
    new TcpConnection(socket, source, options)
  })
}

class TcpConnection implements Transport, Input {
  readonly #socket: Socket
  readonly #options: TcpOptions
  readonly #input = new RawInput()
  readonly #output: RawOutput
  readonly #connection: Connection
  #closedBy = 'closed'
  readonly #connectedAt: number
  #cancelGreet: (() => void) | undefined
  #cancelSilence: (() => void) | undefined

  constructor(socket: Socket, source: Network, options: TcpOptions) {
    const { clock } = options.rooms
    this.#socket = socket
    this.#options = options
    this.#output = new RawOutput(socket, this.#input, options.rooms.tally)
    this.#connectedAt = clock.monotonic()
    this.#connection = new Connection(options, this, this, {
      dialect: lineDialect,
      via: 'tcp',
      remote: `${socket.remoteAddress}:${socket.remotePort}`,
      source,
    })
    this.#cancelGreet = afterSilence(clock, GREET_MS, () => {
      this.#cancelGreet = undefined
      this.#input.greetSilent()
      this.#connection.received()
    })
    socket.on('data', (chunk) => this.#socketOnData(chunk))
    socket.on('end', () => this.#socketOnEnd())
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#closedBy = error.code ?? error.message
    })
    socket.on('close', () => this.#socketOnClose())
  }

  #socketOnData(chunk: Buffer): void {
    this.#options.rooms.tally.bytesIn += chunk.length
    if (this.#connection.ignoresInput) return
    this.#cancelSilence?.()
    this.#output.negotiate(this.#input.push(chunk))
    this.#proceed()
  }

  /** What Node.js had read while the socket was paused. */
  #takeBuffered(): void {
    const rest: Buffer | null = this.#socket.read()
    if (rest === null) return
    this.#options.rooms.tally.bytesIn += rest.length
    if (!this.#connection.ignoresInput) this.#input.push(rest)
  }

  #socketOnEnd(): void {
    this.#cancelSilence?.()
    this.#input.end()
    this.#proceed()
  }

  #socketOnClose(): void {
    this.#cancelGreet?.()
    this.#cancelSilence?.()
    this.#takeBuffered()
    // A client that sends and closes at once may cause a reset before its end is seen.
    this.#input.end()
    this.#connection.gone(this.#closedBy)
  }

  /** Processes the input, or refuses the client if it is not a chat client. */
  #proceed(): void {
    const { refusal } = this.#input
    if (refusal === undefined) {
      this.#connection.received()
      return
    }
    this.#cancelGreet?.()
    this.#connection.gone(`refused: ${refusal}`)
    refuse(this.#socket, refusal, this.#options.webUrl(this.#socket))
  }

  next(): Arrived | undefined {
    const arrived = this.#input.next()
    if (arrived?.type === 'unit') this.#output.received()
    return arrived
  }

  flush(): void {
    this.#input.flush()
  }

  listen(): void {
    this.#socket.resume()
    this.#cancelSilence?.()
    const ms = this.#input.silenceMs
    const { clock } = this.#options.rooms
    this.#cancelSilence = ms === 0 ? undefined : afterSilence(clock, ms, () => this.#silent())
  }

  #silent(): void {
    this.#input.silent(this.#options.rooms.clock.monotonic() - this.#connectedAt)
    this.#proceed()
  }

  pause(): void {
    this.#cancelSilence?.()
    this.#socket.pause()
  }

  get echoes(): boolean {
    return this.#output.isInLockstep || this.#input.echoes
  }

  get isHeld(): boolean {
    return this.#output.isHeld
  }

  get columns(): number | undefined {
    return this.#input.columns
  }

  lockstep(on: boolean): void {
    this.#output.setLockstep(on)
  }

  end(): void {
    forgetInput(this.#socket)
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  write(parts: readonly Part[], done: () => void): boolean {
    return this.#output.write(parts, done)
  }
}
