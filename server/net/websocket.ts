/**
 * The WebSocket at /ws: messages in the JSON dialect, or lines for clients that offer the
 * subprotocol `oneroom.text`.
 *
 * MUST accept only pages that this server served: the Origin MUST match the Host.
 */

import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import fastifyWebsocket from '@fastify/websocket'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import { jsonDialect } from '../../shared/dialect/json.ts'
import { lineDialect } from '../../shared/dialect/line.ts'
import { LINE_HELLO } from '../../shared/dialect/typed.ts'
import { type ErrorCode, errorMessage, errors } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import type { Network } from '../room/doors/networks.ts'
import type { Part } from '../room/encoded.ts'
import { admit } from './connection/admission.ts'
import { Connection, type ConnectionOptions } from './connection/connection.ts'
import type { Arrived, Input } from './connection/input.ts'
import { isTaken, type Transport } from './connection/transport.ts'
import type { OriginHook } from './http/origin.ts'
import { WEBSOCKET_PATH } from './http/sockets.ts'
import { type Framing, framedSlices, sizeOf, writeSlices } from './raw/framing.ts'
import { REFUSED_MS } from './raw/refusal.ts'

const JSON_PROTOCOL = 'oneroom.v1'
const TEXT_PROTOCOL = 'oneroom.text'
/** Fragments of a message, and TCP chunks of a frame: each costs some 100 bytes beside its content. */
const MAX_PARTS = 256
/** Time without a message, in ms, after which the server sends a ping, and closes the connection. */
const PING_AFTER_MS = 20_000
const DEAD_AFTER_MS = 60_000
/** Pings and pongs of one client between two beats; more close the connection. */
const MAX_CONTROL_FRAMES = 500
/** Bytes of a length in the buffer of WebSocketInput. */
const LENGTH_BYTES = 4
const NOTHING = Buffer.alloc(0)
const UPGRADE_HELP = 'Connect here with a WebSocket.\n'
/** First byte of a text frame that is a whole message. */
const FINAL_TEXT = 0x81

/** `upgrades`: emits `upgrade` for the connections that may become WebSockets. */
export async function websocketRoute(
  app: FastifyInstance,
  upgrades: Server,
  options: ConnectionOptions,
  refuseForeign: OriginHook,
): Promise<void> {
  await app.register(fastifyWebsocket, {
    options: {
      server: upgrades,
      maxPayload: limits.frameBytes,
      maxFragments: MAX_PARTS,
      maxBufferedChunks: MAX_PARTS,
      perMessageDeflate: false,
      handleProtocols: (offered) =>
        [JSON_PROTOCOL, TEXT_PROTOCOL].find((protocol) => offered.has(protocol)) ?? false,
    },
  })
  // The page asks what is in the way if HTTP reaches the server and the WebSocket does not.
  app.post(WEBSOCKET_PATH, { onRequest: refuseForeign }, async (_request, reply) => {
    return reply.code(426).header('Upgrade', 'websocket').type('text/plain').send(UPGRADE_HELP)
  })
  const hooks = { preValidation: [refuseForeign, refuseUnknown], preHandler: letGoOfRequest }
  app.get(WEBSOCKET_PATH, { websocket: true, ...hooks }, (socket, request) => {
    // The plugin's listener keeps the request in memory, and the connection has its own listener.
    socket.removeAllListeners('error')
    const { source, refusal } = admit(request.socket.remoteAddress, options)
    if (refusal === undefined) new WebSocketConnection(socket, request.socket, source, options)
    else reject(socket, refusal, options.connections.rejecting.take(source.name))
  })
}

/** `giveBack`: called when the client is gone; without it, there is no time for the reason. */
function reject(socket: WebSocket, code: ErrorCode, giveBack: (() => void) | undefined): void {
  socket.on('error', () => {})
  if (giveBack === undefined) {
    socket.terminate()
    return
  }
  socket.on('close', giveBack)
  socket.send(JSON.stringify(errorMessage({ code })))
  socket.close(errors[code].close ?? 1011, code)
  // A client that does not close would delay a stop of the server.
  setTimeout(() => socket.terminate(), REFUSED_MS).unref()
}

/** Rejects a client that offers only unknown subprotocols, before it is upgraded. */
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

/** An upgraded socket would keep its request and response in memory: 3 KB. */
async function letGoOfRequest(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (request.ws) reply.raw.detachSocket(request.raw.socket)
}

/**
 * The input of a WebSocket. ws parses everything that is in its buffer even after pause(),
 * so messages are kept here as bytes, and decoded one at a time.
 */
export class WebSocketInput implements Input {
  /** Whether each message may have several lines, which are one unit each. */
  readonly #splitsLines: boolean
  readonly #steps: Arrived[] = []
  /** Messages, each after its length in LENGTH_BYTES; unread from #start to #end. */
  #buffer: Buffer = NOTHING
  #start = 0
  #end = 0
  /** The rest of the message of which lines are taken; undefined if there is none. */
  #lines: string | undefined

  constructor(splitsLines: boolean, first: readonly Arrived[] = []) {
    this.#splitsLines = splitsLines
    this.#steps.push(...first)
  }

  /** `message`: valid UTF-8. It is copied. */
  push(message: Buffer): void {
    this.#reserve(LENGTH_BYTES + message.length)
    this.#end = this.#buffer.writeUInt32LE(message.length, this.#end)
    this.#end += message.copy(this.#buffer, this.#end)
  }

  /** Makes space for more bytes at #end. */
  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return
    const unread = this.#buffer.subarray(this.#start, this.#end)
    const size = unread.length + bytes
    const buffer = Buffer.allocUnsafe(unread.length === 0 ? size : 2 * size)
    unread.copy(buffer)
    this.#buffer = buffer
    this.#end = unread.length
    this.#start = 0
  }

  get backlog(): number {
    let count = this.#lines === undefined ? 0 : this.#lines.split('\n').length
    for (let at = this.#start; at < this.#end; count += 1) {
      at += LENGTH_BYTES + this.#buffer.readUInt32LE(at)
    }
    return count
  }

  next(): Arrived | undefined {
    const step = this.#steps.shift()
    if (step !== undefined) return step
    if (this.#lines !== undefined) return { type: 'unit', text: this.#nextLine(this.#lines) }
    if (this.#start === this.#end) {
      this.#buffer = NOTHING
      this.#start = this.#end = 0
      return undefined
    }
    const length = this.#buffer.readUInt32LE(this.#start)
    const from = this.#start + LENGTH_BYTES
    this.#start = from + length
    const text = this.#buffer.toString('utf8', from, this.#start)
    return { type: 'unit', text: this.#splitsLines ? this.#nextLine(text) : text }
  }

  #nextLine(text: string): string {
    const lineEnd = /\r\n|\n|\r/.exec(text)
    this.#lines = lineEnd === null ? undefined : text.slice(lineEnd.index + lineEnd[0].length)
    return lineEnd === null ? text : text.slice(0, lineEnd.index)
  }
}

class WebSocketConnection implements Transport {
  /** The socket below the WebSocket. */
  readonly socket: Socket
  readonly #socket: WebSocket
  readonly #options: ConnectionOptions
  readonly #input: WebSocketInput
  readonly #connection: Connection
  /** Monotonic time, in ms, of the last message or pong. */
  #seenAt: number
  /** Pings and pongs since the last beat. */
  #controlFrames = 0
  #closedBy: string | undefined

  constructor(socket: WebSocket, stream: Socket, source: Network, options: ConnectionOptions) {
    this.#socket = socket
    this.socket = stream
    this.#options = options
    const isText = socket.protocol === TEXT_PROTOCOL
    this.#input = new WebSocketInput(isText, isText ? [LINE_HELLO] : [])
    this.#seenAt = options.rooms.clock.monotonic()
    this.#connection = new Connection(options, this, this.#input, {
      dialect: isText ? lineDialect : jsonDialect,
      via: 'web',
      remote: `${stream.remoteAddress}:${stream.remotePort}`,
      source,
    })
    // A Buffer, as long as `binaryType` is not changed.
    socket.on('message', (data, isBinary) => this.#socketOnMessage(data as Buffer, isBinary))
    for (const frame of ['ping', 'pong'] as const) {
      socket.on(frame, () => this.#socketOnControlFrame())
    }
    socket.on('error', (error: Error & { code?: string }) => {
      this.#closedBy = error.code ?? error.message
    })
    socket.on('close', (code) => this.#connection.gone(this.#closedBy ?? `closed ${code}`))
    this.#connection.received()
  }

  #socketOnMessage(data: Buffer, isBinary: boolean): void {
    this.#sawLife()
    this.#options.rooms.tally.bytesIn += data.length
    if (isBinary) {
      this.#connection.close('binary_frame')
      return
    }
    if (this.#connection.ignoresInput) return
    this.#input.push(data)
    this.#connection.received()
  }

  /** Pause does not stop them, so they are limited apart from flood control. */
  #socketOnControlFrame(): void {
    this.#sawLife()
    this.#controlFrames += 1
    if (this.#controlFrames <= MAX_CONTROL_FRAMES) return
    this.#closedBy = 'too many pings or pongs'
    this.#socket.terminate()
  }

  #sawLife(): void {
    this.#seenAt = this.#options.rooms.clock.monotonic()
  }

  beat(now: number): void {
    this.#controlFrames = 0
    // While the socket is paused, no pong can be received.
    if (this.#socket.isPaused) this.#seenAt = now
    if (now - this.#seenAt > DEAD_AFTER_MS) this.#socket.terminate()
    else if (now - this.#seenAt > PING_AFTER_MS) this.#socket.ping()
  }

  listen(): void {
    if (this.#socket.isPaused) this.#socket.resume()
  }

  pause(): void {
    this.#socket.pause()
  }

  write(parts: readonly Part[], done: () => void): boolean {
    if (this.#socket.readyState !== this.#socket.OPEN) return false
    const slices = framedSlices(parts, textFrames)
    const size = sizeOf(slices)
    this.#options.rooms.tally.bytesOut += size
    // Beside ws, whose send() makes a header for each reader and message. Without compression,
    // ws keeps no messages of its own that these could overtake.
    writeSlices(this.socket, slices, size)
    return isTaken(this.socket, done)
  }

  end(code: number, reason: string): void {
    // The close frame of the client is still to be read.
    this.#socket.resume()
    this.#socket.close(code, reason)
  }

  destroy(): void {
    this.#socket.terminate()
  }
}

/** Each unit is one unmasked text frame (RFC 6455, section 5.2), made once for all readers. */
const textFrames: Framing = (units) => {
  const ends: number[] = []
  const pieces: Buffer[] = []
  let end = 0
  for (const { text } of units) {
    const payload = Buffer.from(text)
    const header = textFrameHeader(payload.length)
    pieces.push(header, payload)
    end += header.length + payload.length
    ends.push(end)
  }
  return { bytes: Buffer.concat(pieces, end), ends }
}

function textFrameHeader(bytes: number): Buffer {
  if (bytes < 126) return Buffer.from([FINAL_TEXT, bytes])
  const header = Buffer.alloc(bytes < 65_536 ? 4 : 10)
  header[0] = FINAL_TEXT
  header[1] = header.length === 4 ? 126 : 127
  header.writeUIntBE(bytes, header.length === 4 ? 2 : 4, header.length === 4 ? 2 : 6)
  return header
}
