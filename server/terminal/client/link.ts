/**
 * The connection to the room's raw port, opened again when it breaks. It speaks JSON, one
 * object a line, and knows how to come back, not what is said.
 *
 * MUST sanitise all that it gets: what answers may be any program. After `open()` there
 * MUST always be a socket, a timer that will open one, or an end that was told of.
 */
import { connect, type Socket } from 'node:net'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { type Address, addressText } from '../../../shared/address.ts'
import {
  type ClientMessage,
  type Hello,
  type ServerMessage,
  serverMessages,
} from '../../../shared/protocol.ts'
import { sanitise } from '../../../shared/text.ts'
import { Units } from './lines.ts'

/** The first wait is up to this long, each next one up to twice the last. */
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 15_000
/** From the first try to `welcome`; after it the attempt is given up. */
const WELCOME_MS = 10_000
/** One line of the room; an answer of 200 messages of 4096 bytes fits in it. */
const LINE_BYTES = 8 * 1024 * 1024
const KEEPALIVE_MS = 30_000
/** How long a goodbye may take, in ms. */
const BYE_MS = 1000

/** `waiting`: until `retryAt`, in ms since 1970. `why`: a sentence. */
export type Connection =
  | { phase: 'connecting' }
  | { phase: 'online' }
  | { phase: 'waiting'; retryAt: number; why: string }
  /** The room was never reached, or will not have us again. */
  | { phase: 'ended'; why: string }

export type LinkEvents = {
  /** What to say first, asked for at the moment of saying it. */
  hello(): Hello
  onMessage(message: ServerMessage): void
  onConnection(connection: Connection): void
}

const check = Compile(Type.Union(Object.values(serverMessages)))

export class Link {
  /** When the room was last heard, in ms since 1970. */
  heardAt = 0
  readonly #address: Address
  readonly #events: LinkEvents
  #socket: Socket | undefined
  #timer: NodeJS.Timeout | undefined
  #attempts = 0
  #welcomed = false
  #everWelcomed = false
  #why = ''
  #reading = true

  constructor(address: Address, events: LinkEvents) {
    this.#address = address
    this.#events = events
  }

  /** Also leaves a connection that seems dead for a new one. */
  open(): void {
    this.#drop()
    this.#events.onConnection({ phase: 'connecting' })
    this.#why = 'The room has closed the connection.'
    const socket = connect({ ...this.#address, noDelay: true })
    const units = new Units(LINE_BYTES)
    this.#socket = socket
    this.#timer = setTimeout(
      () => this.#broken(socket.connecting ? this.#unreachable : this.#stranger),
      WELCOME_MS,
    )
    socket.setKeepAlive(true, KEEPALIVE_MS)
    socket.on('connect', () => this.greet())
    socket.on('data', (chunk: Buffer) => {
      const { lines, over } = units.push(chunk)
      for (const line of over ? lines.slice(0, -1) : lines) {
        if (socket === this.#socket) this.#receive(line)
      }
      if (over && socket === this.#socket) this.#broken('The room sent a line without an end.')
    })
    if (!this.#reading) socket.pause()
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (socket === this.#socket) this.#broken(reason(error, this.#address))
    })
    socket.on('close', () => {
      if (socket === this.#socket) this.#broken(this.#why)
    })
  }

  /** Says hello, again where the last one was refused. */
  greet(): void {
    this.#socket?.write(`${JSON.stringify(this.#events.hello())}\n`)
  }

  /** True when the message was given to a connection that is in the room. */
  send(message: ClientMessage): boolean {
    if (!this.#welcomed || this.#socket?.writable !== true) return false
    this.#socket.write(`${JSON.stringify(message)}\n`)
    return true
  }

  /** Stops and starts reading, for a reader of ours that is slower than the room. */
  setReading(reading: boolean): void {
    this.#reading = reading
    if (reading) this.#socket?.resume()
    else this.#socket?.pause()
  }

  /** Says goodbye and stays away; answers when the room has closed, or has taken too long. */
  async leave(): Promise<void> {
    const socket = this.#socket
    const said = this.send({ type: 'bye' })
    this.#socket = undefined
    clearTimeout(this.#timer)
    if (socket === undefined) return
    if (said) {
      socket.end()
      socket.setTimeout(BYE_MS, () => socket.destroy())
      await new Promise((resolve) => socket.once('close', resolve))
    }
    socket.destroy()
  }

  #receive(line: string): void {
    this.heardAt = Date.now()
    const message = parsed(line)
    if (message === undefined) {
      if (!this.#welcomed) this.#lineBeforeWelcome(line)
      return
    }
    if (message.type === 'welcome') {
      clearTimeout(this.#timer)
      this.#welcomed = true
      this.#everWelcomed = true
      this.#attempts = 0
    }
    if (message.type === 'error') this.#why = message.message
    this.#events.onMessage(message)
    if (message.type === 'welcome') this.#events.onConnection({ phase: 'online' })
    if (message.type === 'error' && message.code === 'replaced') this.#end(this.#why)
  }

  /** A room that was faster than our hello greets in lines; one that is full says so in one. */
  #lineBeforeWelcome(line: string): void {
    if (/^[!*] /.test(line)) this.#why = sanitise(line.slice(2))
    else if (!line.startsWith('{')) this.#why = this.#stranger
  }

  get #stranger(): string {
    return `${addressText(this.#address)} does not answer as Oneroom does.`
  }

  get #unreachable(): string {
    return `${addressText(this.#address)} cannot be reached.`
  }

  #broken(why: string): void {
    this.#drop()
    if (!this.#everWelcomed) {
      this.#end(why)
      return
    }
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts)
    // Between half and all of it, so that a room of thousands does not come back in one instant.
    const wait = longest * (0.5 + Math.random() / 2)
    this.#attempts += 1
    this.#timer = setTimeout(() => this.open(), wait)
    this.#events.onConnection({ phase: 'waiting', retryAt: Date.now() + wait, why })
  }

  #end(why: string): void {
    this.#drop()
    this.#events.onConnection({ phase: 'ended', why })
  }

  #drop(): void {
    const socket = this.#socket
    this.#socket = undefined
    this.#welcomed = false
    clearTimeout(this.#timer)
    socket?.destroy()
  }
}

/** Undefined for what is not of the protocol. */
function parsed(line: string): ServerMessage | undefined {
  try {
    const value: unknown = JSON.parse(line, safe)
    return check.Check(value) ? (value as ServerMessage) : undefined
  } catch {
    return undefined
  }
}

function safe(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? sanitise(value) : value
}

function reason({ code, message }: NodeJS.ErrnoException, address: Address): string {
  const where = addressText(address)
  switch (code) {
    case 'ECONNREFUSED':
      return `Nobody answers at ${where}: the connection was refused.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `There is no host ${address.host} that this machine can find.`
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${where} cannot be reached.`
    case 'ECONNRESET':
    case 'EPIPE':
      return `The connection to ${where} broke.`
    default:
      return `The connection to ${where} failed: ${message}.`
  }
}
