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
import type { TellApart } from '../listen/ports.ts'
import { nameClient, type Proxies } from '../proxy/proxies.ts'
import { type Public, withoutPrefix } from '../public.ts'
import { Quota, type QuotaLimits } from '../quota.ts'

/**
 * The quota is of open connections; a WebSocket is counted until its handshake, and a stream of
 * events until it begins. `listener`: connections of the listener, also WebSockets and refused ones;
 * more are closed without a message. `stalledMs`: a connection on which no byte moves for this time is closed.
 */
export type SocketLimits = QuotaLimits & { listener: number; stalledMs: number }

/** `stalledMs`, unless a test sets another. */
const STALLED_MS = 30_000

/** What is before the server: proxies that it trusts, and the addresses that people use. */
export type BeforeServer = {
  proxies: Proxies
  public: Public
  /** Undefined if all connections are of HTTP without TLS. */
  tellApart?: TellApart | undefined
  /** Whether raw clients use this port, too: see `Proxies.receive`. */
  isShared?: boolean
}

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
/** `peer`: the address of the connection, whichever client of a proxy it is used for. */
type Connection = { exchanges: Exchange[]; giveBack: () => void; peer: string }

export class HttpSockets {
  readonly #log: FastifyBaseLogger
  readonly #limits: SocketLimits
  readonly #before: BeforeServer
  readonly #proxies: Proxies
  readonly #public: Public
  readonly #quota: Quota
  /** Never listens. Emits `upgrade` for each connection that may become a WebSocket. */
  readonly upgrades = createServer()
  readonly #open = new WeakMap<Socket, Connection>()
  #loggedAt = -Infinity

  constructor(log: FastifyBaseLogger, limits: SocketLimits, before: BeforeServer) {
    this.#log = log
    this.#limits = limits
    this.#before = before
    this.#proxies = before.proxies
    this.#public = before.public
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
    const serve = server.listeners('connection')
    const own = (socket: Socket): void => {
      for (const listener of serve) listener.call(server, socket)
      this.#serverOnConnection(socket)
    }
    const { tellApart = (socket) => own(socket), isShared = false } = this.#before
    server.removeAllListeners('connection').on('connection', (socket: Socket) => {
      this.#proxies.receive(socket, isShared, () => tellApart(socket, own))
    })
    server.on('clientError', serverOnClientError)
    server.on('upgrade', (request, _socket, head) => this.#serverOnUpgrade(request, head))
    server.on('request', (request, response) => {
      this.#serverOnRequest({ request, response, handle })
    })
    return server
  }

  #serverOnConnection(socket: Socket): void {
    const peer = socket.remoteAddress ?? ''
    const giveBack = this.#quota.take(peer, this.#proxies.has(peer))
    if (giveBack === undefined) {
      this.#warn(socket, 'HTTP connections are refused: too many are open')
      socket.end(REFUSAL, () => socket.destroy())
      return
    }
    this.#open.set(socket, { exchanges: [], giveBack, peer })
    socket.once('close', giveBack)
  }

  /** A stream of events, which is open for long, counts as a chat connection from here on. */
  countAsChat(socket: Socket): void {
    this.#open.get(socket)?.giveBack()
  }

  /** A WebSocket counts as a chat connection from here on. */
  #serverOnUpgrade(request: IncomingMessage, head: Buffer): void {
    request.url = withoutPrefix(request.url ?? '', this.#public)
    const { method, url, socket } = request
    const connection = this.#open.get(socket)
    if (connection?.exchanges.length !== 0) {
      // Neither the response to the earlier request nor the upgrade could be sent in order.
      socket.destroy()
    } else if (method === 'GET' && url.split('?', 1)[0] === WEBSOCKET_PATH) {
      connection.giveBack()
      this.#nameClient(request, connection)
      this.upgrades.emit('upgrade', request, socket, head)
    } else {
      socket.on('error', () => {})
      socket.end(NO_UPGRADE, () => socket.destroy())
    }
  }

  #serverOnRequest(exchange: Exchange): void {
    const { socket } = exchange.request
    const connection = this.#open.get(socket)
    // Requests that Node has parsed on a connection that is closed already.
    if (connection === undefined || socket.destroyed) return
    const { exchanges } = connection
    exchange.request.url = withoutPrefix(exchange.request.url ?? '', this.#public)
    exchanges.push(exchange)
    if (exchanges.length === 1) this.#handleFirst(connection)
    else if (exchanges.length > 1 + MAX_WAITING) {
      this.#warn(socket, 'HTTP connections are closed: too many pipelined requests')
      socket.destroy()
    }
  }

  #handleFirst(connection: Connection): void {
    const { exchanges } = connection
    const [first] = exchanges
    if (first === undefined) return
    const { request, response, handle } = first
    response.once('close', () => {
      exchanges.shift()
      if (!request.socket.destroyed) this.#handleFirst(connection)
    })
    this.#nameClient(request, connection)
    handle(request, response)
  }

  /** A proxy uses one connection for requests of several clients, which are handled one at a time. */
  #nameClient({ socket, headers }: IncomingMessage, { peer }: Connection): void {
    if (this.#proxies.has(peer)) nameClient(socket, this.#proxies.clientOf(peer, headers))
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
