/**
 * The relay: one of the rooms as one client of another TCP chat server. The server opens this
 * connection itself; otherwise it is like any other. While the other server is away, the
 * relay keeps its position in the log, and queues nothing.
 *
 * MUST NOT echo a message back to the server it came from.
 */
import { connect, type Socket } from 'node:net'
import { type Address, addressText } from '../../../shared/address.ts'
import { relayDialect } from '../../../shared/dialect/relay.ts'
import { limits, PROTOCOL_VERSION } from '../../../shared/limits.ts'
import { nearestName } from '../../../shared/names.ts'
import { ownNetwork } from '../../room/doors/networks.ts'
import type { Part } from '../../room/encoded.ts'
import type { Rooms } from '../../room/rooms.ts'
import { TYPED } from '../../room/session/arrival.ts'
import { RELAY_ID } from '../../room/token.ts'
import { Connection, type ConnectionOptions } from '../connection/connection.ts'
import type { Arrived, Input } from '../connection/input.ts'
import { afterSilence } from '../connection/silence.ts'
import { isTaken, type Transport } from '../connection/transport.ts'
import { framedSlices, lfFraming, sizeOf, writeSlices } from '../raw/framing.ts'
import { type Line, LineDecoder } from '../raw/lines.ts'
import { Echoes } from './echoes.ts'

/** Time before the first retry, in ms. It doubles with each retry. */
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 30_000
/** A connection that lasted this long, in ms, resets the time before the next retry. */
const STEADY_MS = 5000
/** Timeout of a connection attempt, in ms. */
const CONNECT_MS = 10_000
const KEEPALIVE_MS = 60_000
/** What another Oneroom says to a client that sends lines. */
const CODE_NEEDED = `! ${TYPED.code_needed}`
const CODE_WRONG = `! ${TYPED.code_wrong}`

/**
 * `room`: which the other server is joined to; undefined: the lobby. `code`: the room code of the other
 * server, if it is a Oneroom that needs one.
 */
export type RelayOptions = ConnectionOptions & {
  address: Address
  room: string | undefined
  code: string | undefined
  format: string
}

/** Keeps a connection to the other server, and its position in the log while there is none. */
export class Relay {
  readonly #options: RelayOptions
  #socket: Socket | undefined
  /** seq of the last event sent to the other server; undefined before the first connection. */
  #seq: number | undefined
  #wait = FIRST_WAIT_MS
  #closed = false
  #cancel: (() => void) | undefined

  constructor(options: RelayOptions) {
    this.#options = options
    this.#connect()
  }

  /** Stops reconnecting. An open connection is closed with all others, by `Connections`. */
  close(): void {
    this.#closed = true
    this.#cancel?.()
    if (this.#socket?.connecting) this.#socket.destroy()
  }

  #connect(): void {
    const { rooms, address, connections } = this.#options
    const socket = connect({ ...address, noDelay: true, allowHalfOpen: true })
    this.#socket = socket
    let reason = 'closed'
    let connection: RelayConnection | undefined
    this.#cancel = rooms.clock.after(CONNECT_MS, () => socket.destroy(new Error('no response')))
    socket.setKeepAlive(true, KEEPALIVE_MS)
    socket.on('error', (error: NodeJS.ErrnoException) => {
      reason = error.code ?? error.message
    })
    socket.on('connect', () => {
      this.#cancel?.()
      if (connections.refusal === undefined) {
        connection = new RelayConnection(socket, this.#options, this.#seq)
      } else socket.destroy()
    })
    socket.on('close', () => {
      connection?.gone(reason)
      this.#seq = connection?.seq ?? this.#seq
      if (connection !== undefined && connection.lastedMs > STEADY_MS) this.#wait = FIRST_WAIT_MS
      this.#waitForNext(reason)
    })
  }

  #waitForNext(reason: string): void {
    this.#cancel?.()
    if (this.#closed) return
    const { rooms, connections, address } = this.#options
    const relay = addressText(address)
    // One warning for each outage, which may last for days.
    const level = this.#wait === FIRST_WAIT_MS ? 'warn' : 'debug'
    connections.log[level]({ relay, reason, waitMs: this.#wait }, 'the relay is not connected')
    this.#cancel = rooms.clock.after(this.#wait, () => this.#connect())
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT_MS)
  }
}

class RelayConnection implements Transport, Input {
  readonly #socket: Socket
  readonly #rooms: Rooms
  readonly #connection: Connection
  readonly #echoes: Echoes
  readonly #decoder = new LineDecoder(limits.textBytes)
  readonly #connectedAt: number
  /** Set until the other server has sent its first line. */
  #code: string | undefined
  #gaveCode = false
  /** That line, unless it asked for the code. */
  #first: Line | undefined
  /** The relay's own hello: before anything is received, or after the code was given. */
  #hello: Arrived | undefined
  #end: 'none' | 'received' | 'taken' = 'none'
  #silent = false
  /** Monotonic time, in ms, at which the latest bytes were received. */
  #receivedAt = 0
  #cancelSilence: (() => void) | undefined

  /** `seq`: of the last event that the other server has; undefined: it receives only new events. */
  constructor(
    socket: Socket,
    { address, room, code, format, ...options }: RelayOptions,
    seq?: number,
  ) {
    const { rooms } = options
    this.#socket = socket
    this.#rooms = rooms
    this.#connectedAt = rooms.clock.monotonic()
    this.#echoes = new Echoes(format.includes('{name}'))
    this.#code = code
    this.#hello = {
      type: 'request',
      request: {
        type: 'hello',
        protocol: PROTOCOL_VERSION,
        name: nearestName(`relay ${address.host}`) ?? RELAY_ID,
        take: 'suggestion',
        ...(room !== undefined && { room }),
        ...(seq !== undefined && { epoch: rooms.store.epoch, seq }),
      },
    }
    this.#connection = new Connection(options, this, this, {
      dialect: relayDialect(format),
      via: 'relay',
      remote: addressText(address),
      source: ownNetwork('relay', rooms.clock),
      identity: RELAY_ID,
    })
    socket.on('data', (chunk) => this.#socketOnData(chunk))
    socket.on('end', () => this.#socketOnEnd())
    this.#connection.received()
  }

  get seq(): number | undefined {
    const { session } = this.#connection
    return this.#connection.seqIn(session.home)
  }

  get lastedMs(): number {
    return this.#rooms.clock.monotonic() - this.#connectedAt
  }

  gone(reason: string): void {
    this.#cancelSilence?.()
    this.#connection.gone(reason)
  }

  #socketOnData(chunk: Buffer): void {
    this.#rooms.tally.bytesIn += chunk.length
    if (this.#connection.ignoresInput) return
    this.#silent = false
    this.#receivedAt = this.#rooms.clock.monotonic()
    this.#cancelSilence?.()
    this.#decoder.push(chunk)
    this.#connection.received()
  }

  #socketOnEnd(): void {
    this.#end = 'received'
    this.#cancelSilence?.()
    this.#connection.received()
  }

  /** The rest of a line over the limit is dropped: the other server accepts no error messages. */
  next(): Arrived | undefined {
    const hello = this.#hello
    if (hello !== undefined && (this.#code === undefined || this.#giveCode(this.#code))) {
      this.#hello = undefined
      return hello
    }
    for (;;) {
      const line = this.#nextLine()
      if (line === undefined) break
      if (this.#gaveCode && line.text === CODE_WRONG) {
        this.#socket.destroy(new Error('--relay-code is wrong'))
        continue
      }
      // The line may have waited for flood control longer than an echo is expected.
      if (!this.#echoes.take(line.text, this.#receivedAt)) return { type: 'unit', text: line.text }
    }
    if (this.#end !== 'received') return undefined
    this.#end = 'taken'
    return { type: 'end' }
  }

  #nextLine(): Line | undefined {
    const first = this.#first
    this.#first = undefined
    return first ?? this.#decoder.next() ?? this.#lastLine()
  }

  /**
   * Gives the code, if the other server asks for it in its first line. False while that line is not
   * received. Until then, the relay receives no events: the first one would be taken for the code.
   */
  #giveCode(code: string): boolean {
    const line = this.#nextLine()
    if (line === undefined) return false
    this.#code = undefined
    this.#gaveCode = line.text === CODE_NEEDED
    if (this.#gaveCode) this.#socket.write(`${code}\n`)
    else this.#first = line
    return true
  }

  /** The unfinished line, once the other server has ended its side, or has paused. */
  #lastLine() {
    if (this.#end !== 'none') return this.#decoder.end()
    if (!this.#silent) return undefined
    this.#silent = false
    return this.#decoder.pause()
  }

  flush(): void {
    this.#silent = true
  }

  listen(): void {
    this.#socket.resume()
    this.#cancelSilence?.()
    const ms = this.#decoder.pauseMs()
    this.#cancelSilence =
      ms === 0 ? undefined : afterSilence(this.#rooms.clock, ms, () => this.#pauseOver())
  }

  #pauseOver(): void {
    this.#silent = true
    this.#connection.received()
  }

  pause(): void {
    this.#cancelSilence?.()
    this.#socket.pause()
  }

  write(parts: readonly Part[], done: () => void): boolean {
    const now = this.#rooms.clock.monotonic()
    for (const { encoded, omit } of parts) {
      let omitted = 0
      encoded.units.forEach(({ text }, position) => {
        if (omit[omitted] === position) omitted += 1
        else this.#echoes.sent(text, now)
      })
    }
    const slices = framedSlices(parts, lfFraming)
    const size = sizeOf(slices)
    this.#rooms.tally.bytesOut += size
    writeSlices(this.#socket, slices, size)
    return isTaken(this.#socket, done)
  }

  end(): void {
    this.#socket.end()
    this.#socket.resume()
  }

  destroy(): void {
    this.#socket.destroy()
  }
}
