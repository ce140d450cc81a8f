/**
 * The raw TCP port: sockets and their timers. RawInput reads the bytes, RawOutput writes them.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { jsonDialect } from '../../../shared/dialect/json.ts'
import { lineDialect } from '../../../shared/dialect/line.ts'
import type { Network } from '../../room/doors/networks.ts'
import type { Part } from '../../room/encoded.ts'
import { admit } from '../connection/admission.ts'
import { Connection, type ConnectionOptions } from '../connection/connection.ts'
import type { HandedConnection, HandedSocket } from '../connection/handed.ts'
import type { Arrived, Input } from '../connection/input.ts'
import { afterSilence } from '../connection/silence.ts'
import type { Transport } from '../connection/transport.ts'
import type { TellApart } from '../listen/ports.ts'
import { isHealthCheck, type Proxies } from '../proxy/proxies.ts'
import { RawInput, type RawInputState } from './input.ts'
import type { LockstepState } from './lockstep.ts'
import { RawOutput } from './output.ts'
import { dismiss, forgetInput, refuse, rejectConnection } from './refusal.ts'
import { startReading, stopReading } from './socket.ts'

const KEEPALIVE_MS = 60_000

export type TcpOptions = ConnectionOptions & {
  proxies: Proxies
  /**
   * Time, in ms, that the server waits for a client that speaks first, before it greets. Browsers and
   * TLS clients speak at once, so the server can reply to them in their protocol.
   */
  greetMs: number
  /** Undefined if all connections are raw. */
  tellApart?: () => TellApart | undefined
  /** Address of the page, for HTTP requests to this port. */
  webUrl: (socket: Socket) => string
  /** Receives the clients of `Connections.handOver`; undefined if they cannot be handed over. */
  onHandedOver?: (handed: HandedSocket<HandedRaw>) => void
}

/** A raw connection as data, for the next server. `connectedMs`: time since it connected. */
export type HandedRaw = {
  connection: HandedConnection
  input: RawInputState
  lockstep: LockstepState
  linesWritten: number
  connectedMs: number
  address: string
}

/** The server, not yet listening. */
export function tcpServer(options: TcpOptions): Server {
  const own = (socket: Socket): void => acceptRaw(socket, options)
  return createServer({ allowHalfOpen: true }, (socket) => {
    options.proxies.receive(socket, true, () => {
      const tellApart = options.tellApart?.()
      if (tellApart === undefined) own(socket)
      else tellApart(socket, own)
    })
  })
}

/** Takes a raw client, whichever server has accepted its connection. */
export function acceptRaw(socket: Socket, options: TcpOptions): void {
  if (isHealthCheck(socket)) {
    dismiss(socket, options.connections)
    return
  }
  const { source, refusal } = admit(socket.remoteAddress, options)
  if (refusal !== undefined) {
    rejectConnection(socket, refusal, options.connections)
    return
  }
  socket.setNoDelay().setKeepAlive(true, KEEPALIVE_MS)
  new TcpConnection(socket, source, options)
}

/** Goes on with a client that another server had. `unsent`: see `HandedSocket`. */
export function goOn(
  socket: Socket,
  handed: HandedRaw,
  unsent: Uint8Array,
  options: TcpOptions,
): void {
  socket.allowHalfOpen = true
  const source = options.rooms.doors.networks.of(handed.address)
  new TcpConnection(socket, source, options, { ...handed, unsent })
  startReading(socket)
}

class TcpConnection implements Transport, Input {
  readonly socket: Socket
  readonly #options: TcpOptions
  readonly #input: RawInput
  readonly #output: RawOutput
  readonly #connection: Connection
  #closedBy = 'closed'
  readonly #connectedAt: number
  /** Of the client, for limits. */
  readonly #address: string
  #cancelGreet: (() => void) | undefined
  #cancelSilence: (() => void) | undefined

  constructor(
    socket: Socket,
    source: Network,
    options: TcpOptions,
    handed?: HandedRaw & { unsent: Uint8Array },
  ) {
    const { clock } = options.rooms
    const { connection } = handed ?? {}
    this.socket = socket
    this.#options = options
    this.#input = handed === undefined ? new RawInput() : RawInput.from(handed.input)
    if (connection !== undefined && connection.session.type !== 'new') {
      this.#input.goOn(connection)
    }
    this.#output = new RawOutput(socket, this.#input, options.rooms.tally)
    this.#connectedAt = clock.monotonic() - (handed?.connectedMs ?? 0)
    this.#address = handed?.address ?? socket.remoteAddress ?? ''
    this.#connection = new Connection(options, this, this, {
      dialect: connection?.dialect === 'json' ? jsonDialect : lineDialect,
      via: connection?.via ?? 'tcp',
      remote: `${this.#address}:${socket.remotePort}`,
      source,
      isHanded: handed !== undefined,
    })
    if (handed !== undefined) this.#output.goOn(handed)
    this.#cancelGreet = afterSilence(clock, options.greetMs, () => {
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
    if (handed === undefined) return
    this.#connection.received()
    // Between the two servers.
    if (socket.destroyed) this.#socketOnClose()
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
    const rest: Buffer | null = this.socket.read()
    if (rest === null) return
    this.#options.rooms.tally.bytesIn += rest.length
    if (!this.#connection.ignoresInput) this.#output.negotiate(this.#input.push(rest))
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
    refuse(this.socket, refusal, this.#options.webUrl(this.socket))
  }

  next(): Arrived | undefined {
    const arrived = this.#input.next()
    if (arrived?.type === 'unit') this.#output.received()
    return arrived
  }

  get backlog(): number {
    return this.#input.backlog
  }

  flush(): void {
    this.#input.flush()
  }

  listen(): void {
    this.socket.resume()
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
    this.socket.pause()
  }

  get echoes(): boolean {
    return this.#output.isInLockstep || this.#input.echoes
  }

  get awaitsAnswer(): boolean {
    return this.#input.awaitsAnswer(this.#output.lines)
  }

  get isHeld(): boolean {
    return this.#output.isHeld
  }

  get page(): string {
    return this.#options.webUrl(this.socket)
  }

  get columns(): number | undefined {
    return this.#input.columns
  }

  lockstep(on: boolean): void {
    this.#output.setLockstep(on)
  }

  get canHandOver(): boolean {
    // The state of TLS is in this process.
    const isPlain = !(this.socket instanceof TLSSocket)
    return isPlain && this.#options.onHandedOver !== undefined && !this.socket.destroyed
  }

  handOver(connection: HandedConnection): void {
    this.#cancelGreet?.()
    this.#cancelSilence?.()
    stopReading(this.socket)
    // First, because read() also emits what it returns.
    for (const event of ['data', 'end', 'close', 'error']) this.socket.removeAllListeners(event)
    this.socket.on('error', () => {})
    this.#takeBuffered()
    // Again, because read() makes the handle read what this process would keep.
    stopReading(this.socket)
    this.#options.onHandedOver?.({
      socket: this.socket,
      state: {
        connection,
        input: this.#input.state,
        lockstep: this.#output.state,
        linesWritten: this.#output.lines,
        connectedMs: this.#options.rooms.clock.monotonic() - this.#connectedAt,
        address: this.#address,
      },
      takeUnsent: () => this.#output.takeUnsent(),
    })
  }

  end(): void {
    forgetInput(this.socket)
    this.socket.end()
  }

  destroy(): void {
    this.socket.destroy()
  }

  write(parts: readonly Part[], done: () => void): boolean {
    return this.#output.write(parts, done)
  }
}
