/**
 * The proxies that the operator trusts (--trust-proxy), and what they tell about the clients of
 * their connections.
 *
 * A header MUST be read before any other byte of the connection is interpreted, and only from a
 * trusted proxy. A health check MUST NOT become a guest.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { BlockList, Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../room/clock.ts'
import { afterSilence } from '../connection/silence.ts'
import { HANDSHAKE } from '../listen/protocol.ts'
import { takeUnread, type Unread } from '../raw/socket.ts'
import { includes } from '../trust.ts'
import { clientOf } from './forwarded.ts'
import { readHeader } from './header.ts'

/** Silence, in ms, after which there is no header, since a client at a trusted address may send none. */
const HEADER_MS = 1000
/** The same within a header. Its specification allows for the retransmission of a segment, in 3 s. */
const REST_MS = 5000
/** Time, in ms, after which a connection of an unknown sender is no health check. */
const CHECK_MS = 10_000
/** The beginning of an HTTP request of a health check: one port may serve all protocols. */
const REQUEST = /^(GET|HEAD|OPTIONS) /
const REQUEST_BYTES = 8
/** Shortest time, in ms, between two log lines about invalid headers. */
const LOG_MS = 10_000
const NOTHING = Buffer.alloc(0)

export type ProxiesOptions = { trusted: BlockList; clock: Clock; log: FastifyBaseLogger }

export class Proxies {
  readonly #options: ProxiesOptions
  /**
   * Connections whose header is awaited, or the first byte after it; `maxConnections` of the listener
   * bounds them. The function gives one back, unread, unless its header was read.
   */
  readonly #waiting = new Map<Socket, () => Unread | undefined>()
  #isClosed = false
  #loggedAt = -Infinity

  constructor(options: ProxiesOptions) {
    this.#options = options
  }

  has(address: string | undefined): boolean {
    return address !== undefined && includes(this.#options.trusted, address)
  }

  /** The client of a request over a connection from `peer`. */
  clientOf(peer: string, headers: IncomingHttpHeaders): string {
    return clientOf(peer, headers, (address) => this.has(address))
  }

  /**
   * Takes the header off a connection that was just accepted, names the client (see `nameClient`),
   * and calls `accept`, unless the connection ends before. `speaksFirst`: the server of this port may
   * speak before the client does. A sender that may be a health check is then accepted only with
   * its first byte, and the proxy itself only with an HTTP request, which is no chat, or with TLS (see
   * `isHealthCheck`).
   */
  receive(socket: Socket, speaksFirst: boolean, accept: () => void): void {
    const { trusted } = this.#options
    const { remoteAddress } = socket
    // A client that has reset the connection already has no address. Some health checks do that.
    const mayBeProxy =
      remoteAddress === undefined ? trusted.rules.length > 0 : this.has(remoteAddress)
    if (this.#isClosed) socket.destroy()
    else if (mayBeProxy) this.#await(socket, speaksFirst, accept)
    else accept()
  }

  /** Gives back the connections whose header is awaited, for the next server. */
  release(): Unread[] {
    return [...this.#waiting.values()].flatMap((release) => release() ?? [])
  }

  /** Destroys the connections that wait, and all that come later. */
  close(): void {
    this.#isClosed = true
    for (const socket of this.#waiting.keys()) socket.destroy()
  }

  #await(socket: Socket, speaksFirst: boolean, accept: () => void): void {
    const { clock } = this.#options
    let held = NOTHING
    let awaits: 'header' | 'byte' | 'request' = 'header'
    let isPartial = false
    let cancel = (): void => {}
    const startSilence = (ms: number): void => {
      cancel()
      cancel = afterSilence(clock, ms, onSilence)
    }

    const done = (): void => {
      stop()
      if (held.length > 0) socket.unshift(held)
      accept()
    }
    const stop = (): void => {
      cancel()
      this.#waiting.delete(socket)
      socket.off('readable', socketOnReadable)
      for (const event of ['end', 'error']) socket.off(event, destroy)
      socket.off('close', stop)
    }
    const release = (): Unread | undefined => {
      if (awaits !== 'header') return undefined
      stop()
      return takeUnread(socket, held)
    }
    const destroy = (): void => {
      socket.destroy()
    }
    const refuse = (): void => {
      this.#warn(socket)
      socket.destroy()
    }

    function onSilence(): void {
      if (isPartial) refuse()
      else if (awaits === 'request') destroy()
      else done()
    }

    function socketOnReadable(): void {
      const chunk: Buffer | null = socket.read()
      if (chunk === null) return
      if (awaits !== 'request' || held.length < REQUEST_BYTES) held = Buffer.concat([held, chunk])
      if (awaits === 'header') read()
      else follow()
    }

    function read(): void {
      const reading = readHeader(held)
      isPartial = reading.type === 'partial'
      if (isPartial) startSilence(REST_MS)
      if (reading.type === 'none') done()
      else if (reading.type === 'invalid') refuse()
      if (reading.type !== 'found') return
      if (socket.remoteAddress === undefined) {
        // It may be of anybody, and there is no client any more.
        destroy()
        return
      }
      const { sender, bytes } = reading
      held = held.subarray(bytes)
      if (sender.type === 'proxied') nameClient(socket, sender.address, sender.port)
      if (!speaksFirst || sender.type === 'proxied') {
        done()
        return
      }
      awaits = sender.type === 'local' ? 'request' : 'byte'
      startSilence(CHECK_MS)
      follow()
    }

    function follow(): void {
      if (awaits === 'byte') {
        if (held.length > 0) done()
      } else if (held[0] === HANDSHAKE) {
        healthChecks.add(socket)
        done()
      } else if (REQUEST.test(held.toString('latin1', 0, REQUEST_BYTES))) {
        done()
      }
    }

    this.#waiting.set(socket, release)
    startSilence(HEADER_MS)
    socket.on('readable', socketOnReadable)
    for (const event of ['end', 'error']) socket.on(event, destroy)
    socket.on('close', stop)
  }

  #warn(socket: Socket): void {
    const { clock, log } = this.#options
    if (clock.monotonic() - this.#loggedAt < LOG_MS) return
    this.#loggedAt = clock.monotonic()
    log.warn({ proxy: socket.remoteAddress }, 'connections are closed: invalid PROXY headers')
  }
}

const healthChecks = new WeakSet<Socket>()

/** Whether a proxy checks with this connection that the server speaks TLS. It is of no guest. */
export function isHealthCheck(socket: Socket): boolean {
  return healthChecks.has(socket)
}

/** `stream` is TLS over the socket: what a proxy has told about the socket holds for it, too. */
export function passOn(socket: Socket, stream: Socket): void {
  nameClient(stream, socket.remoteAddress ?? '', socket.remotePort)
  if (healthChecks.has(socket)) healthChecks.add(stream)
}

/** What `nameClient` has named; undefined if it has not. */
export function namedClient(socket: Socket): { address: string; port: number } | undefined {
  if (!Object.hasOwn(socket, 'remoteAddress')) return undefined
  return { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }
}

/**
 * From now on, the socket's `remoteAddress` and `remotePort` are those of the client, not of the
 * proxy: logs, limits and bans read them there. Without `port`, it stays that of the proxy.
 */
export function nameClient(socket: Socket, address: string, port?: number): void {
  Object.defineProperty(socket, 'remoteAddress', { value: address, configurable: true })
  if (port === undefined) return
  Object.defineProperty(socket, 'remotePort', { value: port, configurable: true })
}
