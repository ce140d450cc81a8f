/**
 * One TCP connection to the room's raw port, as a transport of the shared connection: JSON
 * in both directions, one object a line.
 *
 * MUST sanitise everything it receives, keys too: the other side may be any program.
 */
import type { Socket } from 'node:net'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { type Address, addressText } from '../../../shared/address.ts'
import type { Transport, TransportEvents } from '../../../shared/client/connection.ts'
import { type ServerMessage, serverMessages } from '../../../shared/replies.ts'
import type { ClientMessage } from '../../../shared/requests.ts'
import { sanitise, sanitiseLines } from '../../../shared/text.ts'
import { Lines } from './lines.ts'
import { type Destination, openSocket, tlsReason } from './tls.ts'

/** Bytes of one line from the server; a response of 200 messages of 4096 bytes fits. */
const LINE_BYTES = 8 * 1024 * 1024
const KEEPALIVE_MS = 30_000
/** Time limit for the goodbye to arrive. */
const BYE_MS = 1_000

const CLOSED = 'The server closed the connection.'

const check = Compile(Type.Union(Object.values(serverMessages)))

export class TcpTransport implements Transport {
  /** Resolves when the connection has closed. */
  readonly closed: Promise<void>
  readonly #socket: Socket
  readonly #address: Address
  readonly #events: TransportEvents
  readonly #lines = new Lines(LINE_BYTES)
  #why = CLOSED
  #isRoom = false

  constructor(address: Destination, events: TransportEvents) {
    this.#address = address
    this.#events = events
    const { socket, connected } = openSocket(address)
    this.#socket = socket
    this.#socket.setKeepAlive(true, KEEPALIVE_MS)
    this.#socket.on(connected, () => events.opened())
    this.#socket.on('data', (chunk: Buffer) => this.#socketOnData(chunk))
    this.#socket.on('error', (error) => events.closed(reason(error, address)))
    this.closed = new Promise((resolve) => {
      this.#socket.on('close', () => {
        events.closed(this.#why)
        resolve()
      })
    })
  }

  get silence(): string {
    if (this.#socket.connecting) return `${addressText(this.#address)} cannot be reached.`
    return this.#isRoom ? 'The server did not let this client in.' : stranger(this.#address)
  }

  send(message: ClientMessage): boolean {
    if (!this.#socket.writable) return false
    this.#socket.write(`${JSON.stringify(message)}\n`)
    return true
  }

  close(afterBye: boolean): void {
    if (!afterBye) {
      this.#socket.destroy()
      return
    }
    this.#socket.setTimeout(BYE_MS, () => this.#socket.destroy())
    this.#socket.resume().end()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  #socketOnData(chunk: Buffer): void {
    const { lines, over } = this.#lines.push(chunk)
    for (const line of over ? lines.slice(0, -1) : lines) this.#receive(line)
    if (over) this.#events.closed('The server sent a line that is too long.')
  }

  #receive(line: string): void {
    const message = parsed(line)
    if (message !== undefined) {
      this.#isRoom = true
      this.#events.received(message)
    } else if (!this.#isRoom) {
      this.#takeText(line)
    }
  }

  /** A server that did not wait for the hello greets in text; a full one says so in text. */
  #takeText(line: string): void {
    if (/^[!*] /.test(line)) this.#why = sanitise(line.slice(2))
    else if (line.startsWith('HTTP/')) this.#why = pagePort(this.#address)
    else if (!line.startsWith('{') && this.#why === CLOSED) this.#why = stranger(this.#address)
  }
}

/** Undefined if the line is not a message of the protocol. */
export function parsed(line: string): ServerMessage | undefined {
  try {
    const value: unknown = JSON.parse(line, sanitised)
    return check.Check(value) ? (value as ServerMessage) : undefined
  } catch {
    return undefined
  }
}

/** A reviver for `JSON.parse`. Fields that the protocol does not know stay, with safe keys. */
function sanitised(key: string, value: unknown): unknown {
  if (typeof value === 'string') return key === 'text' ? sanitiseLines(value) : sanitise(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const keys = Object.keys(value)
  if (keys.every((key) => sanitise(key) === key)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [sanitise(key), item]))
}

function pagePort(address: Address): string {
  return `${addressText(address)} speaks HTTP: it is the address of a page. Use the port for nc.`
}

function stranger(address: Address): string {
  return `${addressText(address)} is not a Oneroom server.`
}

function reason(error: NodeJS.ErrnoException, address: Address): string {
  const { code, message } = error
  const place = addressText(address)
  switch (code) {
    case 'ECONNREFUSED':
      return `No server listens at ${place}: the connection was refused.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host ${address.host} was not found.`
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${place} cannot be reached.`
    case 'ECONNRESET':
    case 'EPIPE':
      return `The connection to ${place} broke.`
    default:
      return tlsReason(error, address) ?? `The connection to ${place} failed: ${message}.`
  }
}
