/**
 * `GET /api/events` as Server-Sent Events: a reader with a cursor in one room, like every connection.
 * It is no member: nobody is told that it comes and goes.
 *
 * MUST count as a connection, for all limits. MUST end exactly once, and leave no timer.
 */
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Codec, Dialect } from '../../../shared/dialect/dialect.ts'
import type { Ignored } from '../../../shared/dialect/ignoring.ts'
import { errorMessage } from '../../../shared/errors.ts'
import type { Via } from '../../../shared/protocol.ts'
import type { Joined } from '../../../shared/replies.ts'
import type { Network } from '../../room/doors/networks.ts'
import type { Part } from '../../room/encoded.ts'
import type { Cursor, Ending } from '../../room/reader.ts'
import type { Room } from '../../room/room.ts'
import type { Rooms } from '../../room/rooms.ts'
import type { Connections } from '../connection/connections.ts'
import { Outbox, type OutboxOwner } from '../connection/outbox.ts'
import { afterSilence } from '../connection/silence.ts'
import { isTaken, type Transport } from '../connection/transport.ts'
import { blockFraming, framedSlices, sizeOf, writeSlices } from '../raw/framing.ts'

/** Time, in ms, in which a client takes the last block and closes the connection. */
const LINGER_MS = 2000
/** A line that clients ignore: proxies and clients see that the connection is alive. */
const HEARTBEAT = ':\n\n'
const NOBODY: Ignored = new Set()

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  // nginx would keep events until its buffer is full.
  'X-Accel-Buffering': 'no',
}

export type StreamOptions = { rooms: Rooms; connections: Connections; dialect: Dialect }

/** `person`: id of the reader, if a token has proven it. */
export type StreamStart = {
  room: Room
  source: Network
  person: string | undefined
  welcome: Joined
  cursor: Cursor
}

/** Takes the connection over until it is closed. The caller has admitted it, and holds the room. */
export function startStream(
  request: FastifyRequest,
  reply: FastifyReply,
  options: StreamOptions,
  start: StreamStart,
): void {
  reply.hijack()
  const { raw } = reply
  // The response ends with the connection, so that blocks are written as they are, not in chunks.
  raw.shouldKeepAlive = false
  raw.useChunkedEncodingByDefault = false
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) raw.setHeader(name, value)
  }
  raw.writeHead(200, HEADERS)
  raw.flushHeaders()
  new EventStream(request.raw.socket, options, start)
}

class EventStream implements Transport, OutboxOwner {
  readonly via: Via = 'http'
  readonly dialect: Dialect
  readonly codec: Codec
  readonly source: Network
  readonly omits = undefined
  readonly ignored = NOBODY
  readonly #socket: Socket
  readonly #options: StreamOptions
  readonly #room: Room
  readonly #person: string | undefined
  readonly #outbox: Outbox
  readonly #number: number
  #state: 'open' | 'ending' | 'gone' = 'open'
  #ending: Ending | undefined
  /** Whether something was written since the last beat. */
  #hasWritten = true
  #cancelLinger: (() => void) | undefined

  constructor(
    socket: Socket,
    options: StreamOptions,
    { room, source, person, welcome, cursor }: StreamStart,
  ) {
    const { rooms, connections, dialect } = options
    this.#socket = socket
    this.#options = options
    this.#room = room
    this.#person = person
    this.source = source
    this.dialect = dialect
    this.codec = dialect.open()
    this.#outbox = new Outbox(rooms, this, this)
    this.#number = connections.add(this)
    const remote = `${socket.remoteAddress}:${socket.remotePort}`
    connections.log.info({ connection: this.#number, remote, via: this.via }, 'connected')
    // A client that reads nothing is closed by beat(), and one in a quiet room is not.
    socket.setTimeout(0)
    socket.once('close', () => this.#gone())
    this.#outbox.deliver(welcome)
    this.#outbox.follow(room, cursor)
    room.addReader(this)
    this.wake()
  }

  get lag(): number {
    return this.#outbox.lag
  }

  wake(): void {
    if (this.#state === 'open') this.#outbox.wake()
  }

  write(parts: readonly Part[], done: () => void): boolean {
    const slices = framedSlices(parts, blockFraming)
    const size = sizeOf(slices)
    this.#options.rooms.tally.bytesOut += size
    this.#hasWritten = true
    writeSlices(this.#socket, slices, size)
    return isTaken(this.#socket, done)
  }

  /** Nothing is received. */
  listen(): void {}

  pause(): void {}

  end(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** Events that the reader needs cannot be read. */
  lost(): void {
    this.#outbox.stopFollowing()
    this.close('catch_up_failed')
  }

  /** A bug in the server. It ends this connection only. */
  failed(err: unknown): void {
    const { log } = this.#options.connections
    log.error({ connection: this.#number, err }, 'a connection failed')
    this.destroy()
  }

  /** Says why after everything that the feed holds now, and ends. */
  close(ending: Ending, message?: string): void {
    if (this.#state !== 'open') return
    this.#state = 'ending'
    this.#ending = ending
    const { rooms } = this.#options
    this.#cancelLinger = afterSilence(rooms.clock, LINGER_MS, () => this.destroy())
    if (ending !== 'bye') {
      rooms.tally.refused(ending)
      const fault = { code: ending, ...(message !== undefined && { message }) }
      this.#outbox.deliver(errorMessage(fault), this.#room)
    }
    this.#outbox.finish(() => this.end())
  }

  /** Called every few seconds, with the monotonic time in ms. */
  beat(now: number): void {
    if (this.#state !== 'open') return
    const { rooms, connections } = this.#options
    const ban = rooms.hosts.refused(this.#person ?? '', this.source.name)
    if (ban !== undefined) this.close(ban.code, ban.message)
    else if (this.#outbox.stalledFor(now) > connections.stalledMs) this.close('too_slow')
    // Between two writes, which are whole blocks.
    if (!this.#hasWritten && this.#socket.writableLength === 0) this.#socket.write(HEARTBEAT)
    this.#hasWritten = false
  }

  /** It has no messages of its own. */
  giveUp(): void {}

  #gone(): void {
    const { connections } = this.#options
    this.#state = 'gone'
    this.#cancelLinger?.()
    connections.gone(this)
    const reason = this.#ending ?? 'closed'
    connections.log.info({ connection: this.#number, reason }, 'left')
    this.#room.removeReader(this)
    this.#outbox.stop()
    this.#outbox.release()
    connections.delete(this)
  }
}
