/**
 * The WebSocket at /ws: frames ↔ the JSON dialect, or the line dialect for those who
 * ask for the subprotocol `oneroom.text`.
 *
 * MUST answer only pages that this server served: the Origin is held to the Host.
 */

import type { Socket } from 'node:net'
import fastifyWebsocket from '@fastify/websocket'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import type { Decoded, Dialect } from '../../shared/dialect/dialect.ts'
import { jsonDialect } from '../../shared/dialect/json.ts'
import { TAIL_EVENTS } from '../../shared/dialect/typed.ts'
import { errorMessage, errors } from '../../shared/errors.ts'
import { limits, PROTOCOL_VERSION } from '../../shared/limits.ts'
import { type Encoded, joined } from '../room/feed.ts'
import { Edge, type EdgePlace } from './connection/connection.ts'
import { isTaken, type Transport } from './connection/transport.ts'
import { refuseForeign } from './http/origin.ts'
import { REFUSED_MS } from './raw/refusal.ts'

const JSON_PROTOCOL = 'oneroom.v1'
const TEXT_PROTOCOL = 'oneroom.text'
/** Silence, in ms, after which the other side is asked for a sign of life, and given up. */
const PING_AFTER_MS = 20_000
const DEAD_AFTER_MS = 60_000

export type WebSocketOptions = EdgePlace & {
  /** The line dialect, for `oneroom.text`. */
  lineDialect: Dialect
}

export async function websocketRoute(
  app: FastifyInstance,
  options: WebSocketOptions,
): Promise<void> {
  await app.register(fastifyWebsocket, {
    options: {
      maxPayload: limits.frameBytes,
      perMessageDeflate: false,
      handleProtocols: (offered) =>
        [JSON_PROTOCOL, TEXT_PROTOCOL].find((protocol) => offered.has(protocol)) ?? false,
    },
  })
  const hooks = { preValidation: [refuseForeign, refuseUnknown], preHandler: letGoOfRequest }
  app.get('/ws', { websocket: true, ...hooks }, (socket, request) => {
    // The plugin's listener holds on to the request too, and the connection has its own.
    socket.removeAllListeners('error')
    const code = options.edges.refusal
    if (code !== undefined) {
      options.room.tally.refused(code)
      socket.on('error', () => {})
      socket.send(JSON.stringify(errorMessage({ code })))
      socket.close(errors[code].close, code)
      // One who does not answer would hold up the server's end.
      setTimeout(() => socket.terminate(), REFUSED_MS).unref()
    } else {
      new WebSocketConnection(socket, request.socket, options)
    }
  })
}

/** Nobody would speak who offers only protocols that we do not know. */
async function refuseUnknown(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const offered = request.headers['sec-websocket-protocol']
  if (offered === undefined) return
  const known = offered
    .split(',')
    .some((one) => [JSON_PROTOCOL, TEXT_PROTOCOL].includes(one.trim()))
  if (!known) {
    await reply.code(400).type('text/plain').send(`Offer ${JSON_PROTOCOL} or ${TEXT_PROTOCOL}.\n`)
  }
}

/** A socket keeps its last response, and that its request, for as long as it lives: 3 KB. */
async function letGoOfRequest(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (request.ws) reply.raw.detachSocket(request.raw.socket)
}

class WebSocketConnection implements Transport {
  /** What carries the frames. */
  readonly #stream: Socket
  readonly #socket: WebSocket
  readonly #options: WebSocketOptions
  readonly #dialect: Dialect
  readonly #edge: Edge
  /** Read, and not yet given to the session: at most what came in one chunk of the socket. */
  #read: Decoded[] = []
  #seen: number
  #closedBy: string | undefined

  constructor(socket: WebSocket, stream: Socket, options: WebSocketOptions) {
    const { room, lineDialect } = options
    this.#socket = socket
    this.#stream = stream
    this.#options = options
    const text = socket.protocol === TEXT_PROTOCOL
    this.#dialect = text ? lineDialect : jsonDialect
    this.#seen = room.clock.monotonic()
    this.#edge = new Edge(options, this, {
      dialect: this.#dialect,
      via: 'web',
      remote: `${stream.remoteAddress}:${stream.remotePort}`,
    })
    this.#edge.expectHello()
    // A Buffer, as long as `binaryType` is left alone.
    socket.on('message', (data, isBinary) => this.#socketOnMessage(data as Buffer, isBinary))
    socket.on('pong', () => this.#sawLife())
    socket.on('error', (error) => this.#socketOnError(error))
    socket.on('close', (code) => this.#socketOnClose(code))
    if (text) {
      const hello = { type: 'hello', protocol: PROTOCOL_VERSION, history: TAIL_EVENTS } as const
      this.#take({ type: 'request', request: hello })
    }
  }

  #socketOnMessage(data: Buffer, isBinary: boolean): void {
    this.#sawLife()
    this.#options.room.tally.bytesIn += data.length
    if (isBinary) {
      this.#edge.close('binary_frame')
      return
    }
    if (this.#edge.intake.stopped) return
    const text = String(data)
    if (this.#dialect === jsonDialect) this.#take(jsonDialect.decode(text))
    else for (const line of text.split(/\r\n|\n|\r/)) this.#take(this.#dialect.decode(line))
  }

  #socketOnError(error: Error & { code?: string }): void {
    this.#closedBy = error.code ?? error.message
  }

  #socketOnClose(code: number): void {
    this.#edge.gone(this.#closedBy ?? `closed ${code}`)
  }

  #take(decoded: Decoded): void {
    this.#read.push(decoded)
    this.#edge.intake.pump()
  }

  #sawLife(): void {
    this.#seen = this.#options.room.clock.monotonic()
  }

  onBeat(now: number): void {
    // Nobody who is left unread can be heard.
    if (this.#edge.intake.waiting) this.#seen = now
    if (now - this.#seen > DEAD_AFTER_MS) this.#socket.terminate()
    else if (now - this.#seen > PING_AFTER_MS) this.#socket.ping()
  }

  next(): Decoded | undefined {
    return this.#read.shift()
  }

  setReading(reading: boolean): void {
    if (reading) this.#socket.resume()
    else this.#socket.pause()
  }

  /**
   * Frames that were made once, beside ws and not through it: one buffer and one plain
   * write for each reader. Measured beside `ws.send` of the same frames, 200 readers: no
   * slower and no faster, within the noise. Safe while frames are whole, nothing is
   * compressed, and no close frame was sent.
   */
  write(batch: readonly Encoded[], done: () => void): boolean {
    if (this.#socket.readyState !== this.#socket.OPEN) return false
    const bytes = joined(batch, 'frames')
    this.#options.room.tally.bytesOut += bytes.length
    this.#stream.write(bytes)
    return isTaken(this.#stream, done)
  }

  end(code: number, reason: string): void {
    // The other side's close frame is still to be read.
    this.#socket.resume()
    this.#socket.close(code, reason)
  }

  destroy(): void {
    this.#socket.terminate()
  }
}
