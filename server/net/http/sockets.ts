/**
 * The TCP connections of the HTTP server, and the limits that hold for each of them.
 *
 * MUST bound how many connections are open, in total and for each network, and how much one
 * connection can make the server keep: one request is handled at a time, a few wait for it,
 * and the connection is closed when a write makes no progress.
 */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { capacity, MAX_REFUSING } from '../capacity.ts'
import { Quota, type QuotaLimits } from '../quota.ts'

/**
 * The quota is of open connections; a WebSocket is counted until its handshake. `listener`:
 * connections of the listener, also WebSockets and refused ones; more are closed without a
 * message. `stalledMs`: a connection on which no byte moves for this time is closed.
 */
export type SocketLimits = QuotaLimits & { listener: number; stalledMs: number }

/** `stalledMs`, unless a test sets another. */
const STALLED_MS = 30_000

export function socketLimits(): SocketLimits {
  const { http, chat } = capacity()
  return { ...http, listener: http.total + chat + MAX_REFUSING, stalledMs: STALLED_MS }
}

/** Pipelined requests that may wait on one connection. Browsers send none. */
const MAX_WAITING = 16
/** Time in which the head of a request must arrive, in ms, and the whole request. */
const HEADERS_MS = 10_000
const REQUEST_MS = 30_000
/** How often Node looks for connections that are over these times, in ms. */
const CHECK_MS = 5000
/** Reverse proxies keep idle connections for 60 s; the server must not be the first to close. */
const KEEP_ALIVE_MS = 72_000
/** Least time between two log lines about these limits, in ms. */
const LOG_MS = 10_000

/** The path of the WebSocket. */
export const WEBSOCKET_PATH = '/ws'

const NO_UPGRADE_TEXT =
  'This server upgrades connections at /ws to WebSocket, and no others. Send other requests without an Upgrade header; in Java, use HttpClient.Version.HTTP_1_1.\n'
const NO_UPGRADE = [
  'HTTP/1.1 400 Bad Request',
  'Content-Type: text/plain; charset=utf-8',
  `Content-Length: ${NO_UPGRADE_TEXT.length}`,
  'Connection: close',
  '',
  NO_UPGRADE_TEXT,
].join('\r\n')

const REFUSAL = [
  'HTTP/1.1 503 Service Unavailable',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Length: 0',
  'Retry-After: 10',
  'Connection: close',
  '\r\n',
].join('\r\n')

type Exchange = { request: IncomingMessage; response: ServerResponse; handle: RequestListener }
/** `exchanges`: the requests without a complete response, in order; the first is being handled. */
type Connection = { exchanges: Exchange[]; giveBack: () => void }

export class HttpSockets {
  readonly #log: FastifyBaseLogger
  readonly #limits: SocketLimits
  readonly #quota: Quota
  /** Never listens. Emits `upgrade` for each connection that may become a WebSocket. */
  readonly upgrades = createServer()
  readonly #open = new WeakMap<Socket, Connection>()
  #loggedAt = -Infinity

  constructor(log: FastifyBaseLogger, limits: SocketLimits) {
    this.#log = log
    this.#limits = limits
    this.#quota = new Quota(limits)
  }

  /** A server that does not listen yet. All servers of one HttpSockets share its limits. */
  server(handle: RequestListener): Server {
    const server = createServer({
      connectionsCheckingInterval: CHECK_MS,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    })
    server.maxConnections = this.#limits.listener
    server.timeout = this.#limits.stalledMs
    server.on('connection', (socket) => this.#serverOnConnection(socket))
    server.on('clientError', serverOnClientError)
    server.on('upgrade', (request, _socket, head) => this.#serverOnUpgrade(request, head))
    server.on('request', (request, response) => {
      this.#serverOnRequest({ request, response, handle })
    })
    return server
  }

  #serverOnConnection(socket: Socket): void {
    const giveBack = this.#quota.take(socket.remoteAddress)
    if (giveBack === undefined) {
      this.#warn(socket, 'HTTP connections are refused: too many are open')
      socket.end(REFUSAL, () => socket.destroy())
      return
    }
    this.#open.set(socket, { exchanges: [], giveBack })
    socket.once('close', giveBack)
  }

  /** A WebSocket counts as a chat connection from here on. */
  #serverOnUpgrade(request: IncomingMessage, head: Buffer): void {
    const { method, url, socket } = request
    const connection = this.#open.get(socket)
    if (connection?.exchanges.length !== 0) {
      // Neither the response to the earlier request nor the upgrade could be sent in order.
      socket.destroy()
    } else if (method === 'GET' && url?.split('?', 1)[0] === WEBSOCKET_PATH) {
      connection.giveBack()
      this.upgrades.emit('upgrade', request, socket, head)
    } else {
      socket.on('error', () => {})
      socket.end(NO_UPGRADE, () => socket.destroy())
    }
  }

  #serverOnRequest(exchange: Exchange): void {
    const { socket } = exchange.request
    const exchanges = this.#open.get(socket)?.exchanges
    // Requests that Node has parsed on a connection that is closed already.
    if (exchanges === undefined || socket.destroyed) return
    exchanges.push(exchange)
    if (exchanges.length === 1) this.#handleFirst(exchanges)
    else if (exchanges.length > 1 + MAX_WAITING) {
      this.#warn(socket, 'HTTP connections are closed: too many pipelined requests')
      socket.destroy()
    }
  }

  #handleFirst(exchanges: Exchange[]): void {
    const [first] = exchanges
    if (first === undefined) return
    const { request, response, handle } = first
    response.once('close', () => {
      exchanges.shift()
      if (!request.socket.destroyed) this.#handleFirst(exchanges)
    })
    handle(request, response)
  }

  #warn(socket: Socket, message: string): void {
    const now = performance.now()
    if (now - this.#loggedAt < LOG_MS) return
    this.#loggedAt = now
    this.#log.warn({ remote: socket.remoteAddress, open: this.#quota.total }, message)
  }
}

/** Fastify, whose listener is called after this one, logs the error with all its fields. */
function serverOnClientError(error: Error & { rawPacket?: Buffer }): void {
  // What the client has sent may contain a token.
  delete error.rawPacket
}
