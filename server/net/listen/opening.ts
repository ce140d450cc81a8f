/**
 * A connection of which it is not known yet what it speaks: it waits for the first bytes, and
 * for the handshake if they begin TLS.
 *
 * MUST hand over the connection once, with all its bytes and its end unread, or destroy it
 * within OPENING_MS.
 */
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Clock } from '../../room/clock.ts'
import { afterSilence } from '../connection/silence.ts'
import { takeUnread, type Unread } from '../raw/socket.ts'
import { mayBeTls, type Protocol, protocolOf } from './protocol.ts'
import { HTTP_1, type Secure } from './secure.ts'

/** Longest time, in ms, until a connection is handed over. */
const OPENING_MS = 10_000
/** Bytes after which no more are waited for: longer than any first line that decides. */
const MAX_OPENING = 8192

/** Takes over a connection. `opening`: the bytes that it will read first. */
export type Edge = (socket: Socket, opening: Uint8Array) => void

/** What a port serves: at least one of `http` and `raw`. */
export type Port = {
  http?: Edge | undefined
  raw?: Edge | undefined
  /** Takes raw connections without TLS in place of `raw`. */
  plain?: Edge | undefined
  /** Silence, in ms, after which a client is one that waits for a greeting; 0: it is none. */
  silentMs: number
}

export class Opening {
  readonly #accepted: Socket
  readonly #port: Port
  readonly #clock: Clock
  readonly #secure: Secure | undefined
  readonly #onDone: (opening: Opening) => void
  /** The socket, or TLS over it. */
  #stream: Socket
  #bytes: Buffer = Buffer.alloc(0)
  #isInHandshake = false
  #isDone = false
  readonly #cancelDeadline: () => void
  #cancelSilence: (() => void) | undefined

  constructor(
    socket: Socket,
    port: Port,
    clock: Clock,
    secure: Secure | undefined,
    onDone: (opening: Opening) => void,
  ) {
    this.#accepted = socket
    this.#stream = socket
    this.#port = port
    this.#clock = clock
    this.#secure = secure
    this.#onDone = onDone
    socket.on('error', ignore)
    socket.on('close', this.#finish)
    this.#cancelDeadline = clock.after(OPENING_MS, () => this.#late())
    this.#read(socket)
  }

  destroy(): void {
    this.#accepted.destroy()
  }

  /** Gives the connection back, unread; undefined if TLS has begun, whose state is in this process. */
  release(): Unread | undefined {
    if (this.#isInHandshake || this.#stream !== this.#accepted) return undefined
    this.#finish()
    this.#stream.removeListener('readable', this.#streamOnReadable)
    return takeUnread(this.#accepted, this.#bytes)
  }

  /** Decides as if the client had been silent for long enough. */
  hurry(): void {
    if (!this.#isDone && !this.#isInHandshake) this.#pass(this.#port.raw ? 'raw' : 'http')
  }

  #read(stream: Socket): void {
    this.#stream = stream
    stream.on('readable', this.#streamOnReadable)
    const { silentMs } = this.#port
    if (silentMs === 0) return
    this.#cancelSilence = afterSilence(this.#clock, silentMs, () => {
      if (this.#bytes.length === 0) this.hurry()
      else this.#decide('pause')
    })
  }

  readonly #streamOnReadable = (): void => {
    const chunk: Buffer | null = this.#stream.read()
    if (chunk !== null) this.#bytes = Buffer.concat([this.#bytes, chunk])
    // Nothing is read only at the end of the stream.
    this.#decide(chunk === null || this.#bytes.length > MAX_OPENING ? 'whole' : 'more')
  }

  #decide(come: 'more' | 'pause' | 'whole'): void {
    const { http, raw } = this.#port
    const isShared = http !== undefined && raw !== undefined
    const protocol =
      isShared || mayBeTls(this.#bytes) ? protocolOf(this.#bytes, come) : raw ? 'raw' : 'http'
    if (protocol === undefined) return
    if (protocol === 'tls' && this.#secure !== undefined && this.#stream === this.#accepted) {
      this.#startHandshake(this.#secure)
    } else {
      this.#pass(protocol)
    }
  }

  #startHandshake(secure: Secure): void {
    this.#isInHandshake = true
    this.#unread()
    secure.begin(this.#accepted, (stream) => this.#handshaken(stream))
  }

  #handshaken(stream: TLSSocket): void {
    stream.on('error', ignore)
    this.#isInHandshake = false
    this.#stream = stream
    const { http, raw } = this.#port
    if (raw === undefined) this.#pass('http')
    else if (http === undefined) this.#pass('raw')
    // A browser that connects in advance may stay silent, and must not be greeted.
    else if (stream.alpnProtocol === HTTP_1) this.#pass('http')
    else this.#read(stream)
  }

  /** What the client has sent by now does not decide: at most a request that never ends. */
  #late(): void {
    const isSilent = this.#bytes.length === 0 || this.#isInHandshake
    if (isSilent) this.#accepted.destroy()
    else this.#pass(this.#port.http ? 'http' : 'raw')
  }

  #pass(protocol: Protocol): void {
    const { http, raw, plain } = this.#port
    const isPlain = this.#stream === this.#accepted
    const lines = isPlain && plain !== undefined ? plain : raw
    // TLS without a certificate, or inside TLS: the guard of the raw port refuses it.
    const edge = protocol === 'http' ? (http ?? lines) : (lines ?? http)
    const opening = this.#bytes
    this.#finish()
    this.#unread()
    edge?.(this.#stream, opening)
  }

  /** Puts the bytes back, for the next reader. */
  #unread(): void {
    this.#cancelSilence?.()
    this.#stream.removeListener('readable', this.#streamOnReadable)
    if (this.#bytes.length > 0) this.#stream.unshift(this.#bytes)
    this.#bytes = Buffer.alloc(0)
  }

  readonly #finish = (): void => {
    if (this.#isDone) return
    this.#isDone = true
    this.#cancelDeadline()
    this.#cancelSilence?.()
    this.#accepted.removeListener('close', this.#finish)
    this.#onDone(this)
  }
}

/** The close that follows ends the connection. */
function ignore(): void {}
