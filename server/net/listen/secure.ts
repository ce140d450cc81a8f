/**
 * TLS for connections that are accepted already, with a certificate that can be replaced while
 * the server runs: connections keep theirs, new ones get the new one.
 *
 * MUST bound how many handshakes are under way: each one costs memory and time before anything
 * is known of the client. The others wait, in the kernel's buffers.
 */
import type { Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../room/clock.ts'
import { passOn } from '../proxy/proxies.ts'
import { Quota } from '../quota.ts'
import {
  CertificateFault,
  type CertificateFiles,
  type Pair,
  readPair,
  weaknesses,
} from './certificate.ts'

/** The only protocol that is offered (RFC 7301). Raw clients ask for none. */
export const HTTP_1 = 'http/1.1'
const HANDSHAKES = { total: 1024, ofNetwork: 64 }
/** Time between two looks at the files, in ms. */
const LOOK_MS = 2000

/** Shortest time, in ms, between two log lines about failed handshakes. */
const FAILED_LOG_MS = 10_000

type Waiting = { socket: Socket; done: (stream: TLSSocket) => void }

export type SecureOptions = {
  files: CertificateFiles
  /** Host names and addresses of the server. */
  names: readonly string[]
  clock: Clock
  log: FastifyBaseLogger
}

export class Secure {
  readonly #options: SecureOptions
  readonly #server: ReturnType<typeof createServer>
  readonly #handshakes = new Quota(HANDSHAKES)
  /** What is called after the handshake of a socket. */
  readonly #underWay = new WeakMap<Socket, (stream: TLSSocket) => void>()
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiting>()
  #pair: Pair
  /** The latest fault of the files, so that a lasting one is logged once. */
  #fault = ''
  /** Failed handshakes since the latest log line about them. */
  #failed = 0
  #failedLogAt = -Infinity
  #cancelLook: (() => void) | undefined
  #isClosed = false

  /** `pair`: what the files have now. */
  constructor(options: SecureOptions, pair: Pair) {
    this.#options = options
    this.#pair = pair
    // It never listens.
    this.#server = createServer({ ...pair, ALPNProtocols: [HTTP_1] })
    this.#server.on('secureConnection', (stream) => this.#serverOnSecure(stream))
    this.#server.on('tlsClientError', (error, stream) => {
      this.#noteFailed(error.message)
      stream.destroy()
    })
    this.#lookLater()
  }

  /** Reasons for which clients refuse the certificate, as sentences. */
  get weaknesses(): string[] {
    return weaknesses(this.#pair, this.#options.names, this.#options.clock.now())
  }

  /** Logs failed handshakes, a few lines for many of them. */
  #noteFailed(reason: string): void {
    this.#failed += 1
    const now = this.#options.clock.monotonic()
    if (now - this.#failedLogAt < FAILED_LOG_MS) return
    this.#options.log.info({ reason, count: this.#failed }, 'TLS handshakes failed')
    this.#failed = 0
    this.#failedLogAt = now
  }

  /** Speaks TLS over the socket. The caller MUST destroy the socket if it takes too long. */
  begin(socket: Socket, done: (stream: TLSSocket) => void): void {
    const waiting = { socket, done }
    if (this.#start(waiting)) return
    this.#waiting.add(waiting)
    socket.once('close', () => this.#waiting.delete(waiting))
  }

  /** Returns false if too many handshakes are under way. */
  #start({ socket, done }: Waiting): boolean {
    const giveBack = this.#handshakes.take(socket.remoteAddress)
    if (giveBack === undefined) return false
    const finish = (): void => {
      socket.removeListener('close', finish)
      giveBack()
      this.#startNext()
    }
    socket.on('close', finish)
    // A client that leaves during the handshake is to free its place.
    socket.allowHalfOpen = false
    this.#underWay.set(socket, (stream) => {
      stream.allowHalfOpen = true
      passOn(socket, stream)
      finish()
      done(stream)
    })
    this.#server.emit('connection', socket)
    return true
  }

  #startNext(): void {
    for (const waiting of this.#waiting) {
      if (waiting.socket.destroyed || !this.#start(waiting)) continue
      this.#waiting.delete(waiting)
      return
    }
  }

  #serverOnSecure(stream: TLSSocket): void {
    // Node.js has no public way from the stream to the socket below it.
    const { _parent: socket } = stream as unknown as { _parent: Socket }
    this.#underWay.get(socket)?.(stream)
  }

  /** Reads the files again. If they cannot be used, the certificate stays. */
  async reload(): Promise<void> {
    const { files, log } = this.#options
    try {
      const pair = await readPair(files)
      this.#fault = ''
      if (pair.cert === this.#pair.cert && pair.key === this.#pair.key) return
      this.#server.setSecureContext(pair)
      this.#pair = pair
      log.info('the certificate was replaced')
      for (const sentence of this.weaknesses) log.warn(sentence)
    } catch (error) {
      if (!(error instanceof CertificateFault)) throw error
      if (error.message !== this.#fault) log.warn(`${error.message} The earlier certificate stays.`)
      this.#fault = error.message
    }
  }

  /** Reads the files, since not all file systems tell about changes and replaced links. */
  #lookLater(): void {
    if (this.#isClosed) return
    const { clock, log } = this.#options
    this.#cancelLook = clock.after(LOOK_MS, () => {
      this.reload()
        .catch((err) => log.error({ err }, 'the certificate could not be reloaded'))
        .finally(() => this.#lookLater())
    })
  }

  close(): void {
    this.#isClosed = true
    this.#cancelLook?.()
  }
}
