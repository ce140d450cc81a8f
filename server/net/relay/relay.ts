/**
 * The relay: this room as one client of somebody else's TCP chat server. An edge like any
 * other, but for who called whom; while the other side is away it has a place in the log
 * and no queue.
 *
 * MUST give the other side's own words back to nobody who said them.
 */
import { connect, type Socket } from 'node:net'
import { type Address, addressText } from '../../../shared/address.ts'
import type { Decoded } from '../../../shared/dialect/dialect.ts'
import { relayDialect } from '../../../shared/dialect/relay.ts'
import { limits, PROTOCOL_VERSION } from '../../../shared/limits.ts'
import { nearestName } from '../../../shared/names.ts'
import { type Encoded, joined } from '../../room/feed.ts'
import type { Room } from '../../room/room.ts'
import { tokenFor } from '../../room/token.ts'
import { Edge, type EdgePlace } from '../connection/connection.ts'
import { isTaken, type Transport } from '../connection/transport.ts'
import { type Line, LineDecoder } from '../raw/lines.ts'
import { Echoes } from './echoes.ts'

/** Whom the other side is in the room, also after a restart. */
const RELAY_ID = 'relay'
/** The first wait before another attempt, in ms; each next one is twice the last. */
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 30_000
/** A connection that lasted this long begins the waits anew, in ms. */
const STEADY_MS = 5000
/** For a connection to be made, in ms. */
const CONNECT_MS = 10_000
const KEEPALIVE_MS = 60_000

export type RelayOptions = EdgePlace & { address: Address; format: string }

/** Keeps a connection to the other side, and its place in the log when there is none. */
export class Relay {
  readonly #options: RelayOptions
  #socket: Socket | undefined
  /** The last event that the other side was sent; undefined before the first connection. */
  #seq: number | undefined
  #wait = FIRST_WAIT_MS
  #closed = false
  #cancel: (() => void) | undefined

  constructor(options: RelayOptions) {
    this.#options = options
    this.#connect()
  }

  /** Tries no more; the connection there is ends with all the others. */
  close(): void {
    this.#closed = true
    this.#cancel?.()
    if (this.#socket?.connecting) this.#socket.destroy()
  }

  #connect(): void {
    const { room, address, edges } = this.#options
    const socket = connect({ ...address, noDelay: true, allowHalfOpen: true })
    this.#socket = socket
    let reason = 'closed'
    let connection: RelayConnection | undefined
    this.#cancel = room.clock.after(CONNECT_MS, () => socket.destroy(new Error('no answer')))
    socket.setKeepAlive(true, KEEPALIVE_MS)
    socket.on('error', (error: NodeJS.ErrnoException) => {
      reason = error.code ?? error.message
    })
    socket.on('connect', () => {
      this.#cancel?.()
      if (edges.refusal === undefined) {
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
    const { room, edges, address } = this.#options
    const relay = addressText(address)
    // Once for as long as it lasts: a server may be away for days.
    const level = this.#wait === FIRST_WAIT_MS ? 'warn' : 'debug'
    edges.log[level]({ relay, reason, waitMs: this.#wait }, 'the relay is not connected')
    this.#cancel = room.clock.after(this.#wait, () => this.#connect())
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT_MS)
  }
}

class RelayConnection implements Transport {
  readonly #socket: Socket
  readonly #room: Room
  readonly #edge: Edge
  readonly #echoes: Echoes
  readonly #decoder = new LineDecoder(limits.textBytes)
  readonly #connectedAt: number
  #read: Decoded[]
  #inputEnded = false
  #silent = false
  #cancelPause: (() => void) | undefined

  /** `seq`: of the last event that the other side has; undefined: it gets what comes now. */
  constructor(socket: Socket, { address, format, ...options }: RelayOptions, seq?: number) {
    const { room } = options
    this.#socket = socket
    this.#room = room
    this.#connectedAt = room.clock.monotonic()
    this.#echoes = new Echoes(format.includes('{name}'))
    const hello = {
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      name: nameFor(address, room),
      token: tokenFor(RELAY_ID, room.log.secret),
      ...(seq !== undefined && { epoch: room.log.epoch, seq }),
    } as const
    this.#read = [{ type: 'request', request: hello }]
    this.#edge = new Edge(options, this, {
      dialect: relayDialect(format),
      via: 'relay',
      remote: addressText(address),
    })
    socket.on('data', (chunk) => this.#socketOnData(chunk))
    socket.on('end', () => this.#socketOnEnd())
    this.#edge.intake.pump()
  }

  get seq(): number | undefined {
    return this.#edge.seq
  }

  get lastedMs(): number {
    return this.#room.clock.monotonic() - this.#connectedAt
  }

  gone(reason: string): void {
    this.#cancelPause?.()
    this.#edge.gone(reason)
  }

  #socketOnData(chunk: Buffer): void {
    this.#room.tally.bytesIn += chunk.length
    if (this.#edge.intake.stopped) return
    this.#silent = false
    this.#cancelPause?.()
    this.#decoder.push(chunk)
    this.#edge.intake.pump()
  }

  #socketOnEnd(): void {
    this.#inputEnded = true
    this.#edge.intake.pump()
  }

  next(): Decoded | undefined {
    const read = this.#read.shift()
    if (read !== undefined) return read
    const line = this.#decoder.next() ?? (this.#inputEnded ? this.#decoder.end() : undefined)
    return line === undefined ? undefined : this.#decode(line)
  }

  /** What is cut from a line that is too long is lost, and nobody there could be told. */
  #decode({ text }: Line): Decoded {
    return this.#echoes.take(text, this.#room.clock.monotonic())
      ? { type: 'nothing' }
      : this.#edge.dialect.decode(text)
  }

  /** All that came has been said. */
  onEmpty(): void {
    if (this.#inputEnded) {
      this.#socket.destroy()
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

  /** Many such programs end what they say with nothing but silence. */
  #awaitPause(): void {
    this.#cancelPause?.()
    const ms = this.#decoder.pauseMs()
    if (ms === 0) return
    this.#cancelPause = this.#room.clock.after(ms, () => {
      if (this.#edge.intake.waiting) return
      this.#silent = true
      this.#edge.intake.pump()
    })
  }

  setReading(reading: boolean): void {
    if (reading) this.#socket.resume()
    else this.#socket.pause()
  }

  write(batch: readonly Encoded[], done: () => void): boolean {
    const now = this.#room.clock.monotonic()
    for (const { units } of batch) for (const { text } of units) this.#echoes.sent(text, now)
    const bytes = joined(batch, 'lines')
    this.#room.tally.bytesOut += bytes.length
    this.#socket.write(bytes)
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

function nameFor({ host }: Address, { roster }: Room): string {
  const claim = roster.claim(nearestName(`relay ${host}`) ?? RELAY_ID, RELAY_ID)
  return claim.ok ? claim.name : (claim.fault.suggestion ?? RELAY_ID)
}
