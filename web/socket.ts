/**
 * The connection to the room: one WebSocket at a time, opened again when it
 * ends. It knows how to come back, not what is said; it calls back and draws
 * nothing.
 *
 * After `open()` there MUST always be a socket, a timer that will open one, or a
 * state that a person has to end (`stopped`, or a refused name).
 */
import type { ClientMessage, Hello, ServerMessage } from '../shared/protocol.ts'
import type { Connection } from './state.ts'

const SUBPROTOCOL = 'oneroom.v1'
/** The first wait is up to this long, each next one up to twice the last. */
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 15_000
/** A connection that lasted this long starts the waits from the beginning. */
const STEADY_MS = 5_000
/** From the first byte sent to `welcome`; after it the attempt is given up. */
const WELCOME_MS = 10_000
/** Close code of the error table: another connection continues this session. */
const REPLACED = 4001

export type SocketEvents = {
  /** What to say first, asked for at the moment of saying it. */
  createHello(): Hello
  onMessage(message: ServerMessage): void
  onConnection(connection: Connection): void
}

export class RoomSocket {
  /** When the server was last heard, milliseconds since 1970. */
  heardAt = 0
  readonly #url: string
  readonly #events: SocketEvents
  #socket: WebSocket | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #attempts = 0
  #welcomedAt = 0
  #refused = false

  constructor(url: string, events: SocketEvents) {
    this.#url = url
    this.#events = events
  }

  /** Comes into the room, or says hello again where the last one was refused. */
  open(): void {
    if (this.#refused && this.#socket?.readyState === WebSocket.OPEN) {
      this.#greet()
      return
    }
    this.#attempts = 0
    this.#connect()
  }

  /** Tries at once if an attempt is only waiting for its time. */
  wake(): void {
    if (this.#timer !== undefined && this.#socket === null) this.#connect()
  }

  /** Leaves a connection that seems dead for a new one; the session goes on. */
  renew(): void {
    if (this.#welcomedAt !== 0) this.#connect()
  }

  /** True when the message was given to a connection that is in the room. */
  send(message: ClientMessage): boolean {
    const socket = this.#socket
    if (this.#welcomedAt === 0 || socket?.readyState !== WebSocket.OPEN) return false
    socket.send(JSON.stringify(message))
    return true
  }

  /** Says goodbye and stays away. */
  leave(): void {
    this.send({ type: 'bye' })
    this.#drop()
    this.#events.onConnection({ phase: 'idle' })
  }

  #connect(): void {
    this.#drop()
    this.#events.onConnection({ phase: 'connecting' })
    const socket = new WebSocket(this.#url, SUBPROTOCOL)
    this.#socket = socket
    this.#timer = setTimeout(() => this.#lose(), WELCOME_MS)
    socket.onopen = () => {
      if (socket === this.#socket) this.#greet()
    }
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (socket === this.#socket) this.#receive(data)
    }
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#ended(code)
    }
  }

  #greet(): void {
    this.#refused = false
    this.#startDeadline()
    this.#socket?.send(JSON.stringify(this.#events.createHello()))
  }

  #startDeadline(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#lose(), WELCOME_MS)
  }

  #receive(data: unknown): void {
    this.heardAt = Date.now()
    const message = JSON.parse(String(data)) as ServerMessage
    if (message.type === 'welcome') {
      this.#welcomedAt = Date.now()
      this.#clearTimer()
    } else if (message.type === 'error' && message.code.startsWith('name_')) {
      if (this.#welcomedAt === 0) {
        this.#refused = true
        this.#clearTimer()
      }
    }
    this.#events.onMessage(message)
  }

  #lose(): void {
    this.#ended(0)
  }

  #ended(code: number): void {
    const refused = this.#refused
    if (this.#welcomedAt !== 0 && Date.now() - this.#welcomedAt >= STEADY_MS) this.#attempts = 0
    this.#drop()
    if (code === REPLACED) {
      this.#events.onConnection({ phase: 'stopped' })
    } else if (refused) {
      // A person is choosing a name: the form opens the next connection.
      this.#events.onConnection({ phase: 'idle' })
    } else {
      this.#waitForNext()
    }
  }

  #waitForNext(): void {
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts)
    // Between half and all of it, so that a room of thousands does not come back in one instant.
    const wait = longest * (0.5 + Math.random() / 2)
    this.#attempts++
    this.#timer = setTimeout(() => this.#connect(), wait)
    this.#events.onConnection({ phase: 'waiting', retryAt: Date.now() + wait })
  }

  #drop(): void {
    const socket = this.#socket
    this.#socket = null
    this.#welcomedAt = 0
    this.#refused = false
    this.#clearTimer()
    socket?.close(1000)
  }

  #clearTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

/** The room's address beside the page's. */
export function roomUrl({ protocol, host }: Location): string {
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/ws`
}
