/**
 * A client that speaks and reads at any of several nodes: when it loses its connection, or gets no
 * answer, it goes on at another node with its token and its position, and sends again what was not
 * acknowledged.
 */
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { RoomEvent } from '../../shared/protocol.ts'
import type { ServerMessage, Welcome } from '../../shared/replies.ts'

/** Messages that are sent and not acknowledged. */
const AHEAD = 4
/** Between two messages, in ms, and before it connects again. */
const PAUSE_MS = 50
/** A client that has waited so long for an answer, in ms, goes to another node. */
const PATIENCE_MS = 2500

/** Who said an event, and its id: the same for all readers. */
export const keyOf = ({ from, id }: RoomEvent) => `${from.id} ${id}`

export class Chatter {
  readonly name: string
  /** Its own messages: id → seq. */
  readonly acknowledged = new Map<string, number>()
  /** What it has read: seq → key. */
  readonly heard = new Map<number, string>()
  /** Gaps, doubles and resets that MUST NOT be. */
  readonly faults: string[] = []
  /** The latest seq that it has read. */
  seq: number | undefined
  /** The id of its person. */
  id = ''
  readonly #pick: () => string
  readonly #unanswered = new Set<string>()
  /** Of these messages, those to send now. */
  #due: string[] = []
  #said = 0
  #isTalking = true
  #isLeaving = false
  /** The test has finished. */
  #isOver = false
  #socket: WebSocket | undefined
  #isGreeted = false
  /** When the server has answered last, in ms of the monotonic clock. */
  #answeredAt = 0
  #token: string | undefined
  #epoch: string | undefined
  #onLeft: () => void = () => {}

  /** `pick`: chooses the node, as the URL of its page, for the next connection. */
  constructor(name: string, pick: () => string) {
    this.name = name
    this.#pick = pick
    const timer = setInterval(() => this.#tick(), PAUSE_MS)
    onTestFinished(() => {
      clearInterval(timer)
      this.#isOver = true
      this.#socket?.terminate()
    })
    this.#connect()
  }

  /** Whether everything that it has said was acknowledged. */
  get isAnswered(): boolean {
    return this.#unanswered.size === 0
  }

  /** Says nothing new. */
  fallSilent(): void {
    this.#isTalking = false
  }

  /** Leaves the room in order. */
  leave(): Promise<void> {
    this.#isLeaving = true
    return new Promise((resolve) => {
      this.#onLeft = resolve
      if (this.#isGreeted) this.#send({ type: 'bye' })
    })
  }

  #connect(): void {
    const address = `${this.#pick().replace('http', 'ws')}/ws`
    const socket = new WebSocket(address, 'oneroom.v1', { handshakeTimeout: PATIENCE_MS })
    this.#socket = socket
    this.#isGreeted = false
    this.#answeredAt = performance.now()
    socket.on('open', () => {
      const [token, epoch, seq] = [this.#token, this.#epoch, this.seq]
      const place = token === undefined ? {} : { token, epoch, seq }
      this.#send({ type: 'hello', protocol: 1, name: this.name, take: 'suggestion', ...place })
    })
    socket.on('message', (data) => {
      // What comes after it was given up is of no use.
      if (this.#socket === socket) this.#take(JSON.parse(String(data)))
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#socket = undefined
      if (this.#isLeaving && this.#isGreeted) this.#onLeft()
      else if (!this.#isOver) setTimeout(() => this.#connect(), PAUSE_MS)
    })
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message))
  }

  #take(message: ServerMessage): void {
    this.#answeredAt = performance.now()
    if (message.type === 'welcome') this.#greet(message)
    if (message.type === 'events') this.#read(message.events)
    if (message.type !== 'error') return
    if (!this.#isGreeted) this.#socket?.terminate()
    else if (message.id !== undefined) this.#due.push(message.id)
  }

  #greet({ you, token, epoch, head, resumed, reset, events }: Welcome): void {
    const mayReset = this.#epoch === undefined || this.#epoch !== epoch
    if (resumed === null && !mayReset) this.faults.push(`${this.name}: reset ${reset}`)
    if (this.id !== '' && this.id !== you.id) this.faults.push(`${this.name}: another person`)
    this.#isGreeted = true
    this.id = you.id
    this.#token = token
    this.#epoch = epoch
    if (resumed === null) {
      this.seq = (events[0]?.seq ?? head + 1) - 1
      this.#read(events)
    }
    this.#due = [...this.#unanswered]
    if (this.#isLeaving) this.#send({ type: 'bye' })
  }

  #read(events: readonly RoomEvent[]): void {
    for (const event of events) {
      const { seq, from, id } = event
      const isOwn = from.id === this.id && id !== undefined
      const expected = (this.seq ?? 0) + 1
      // The answer to a message that was sent again is the first event of that id.
      const isAnswer = isOwn && seq < expected
      if (seq !== expected && !isAnswer) {
        this.faults.push(`${this.name}: ${seq} in place of ${expected}`)
      }
      if (!isAnswer) this.seq = seq
      this.heard.set(seq, keyOf(event))
      if (!isOwn) continue
      this.acknowledged.set(id, seq)
      this.#unanswered.delete(id)
    }
  }

  #tick(): void {
    const isWaiting = this.#unanswered.size > 0 || !this.#isGreeted
    if (isWaiting && performance.now() - this.#answeredAt > PATIENCE_MS) this.#socket?.terminate()
    if (!this.#isGreeted || this.#socket?.readyState !== WebSocket.OPEN) return
    if (this.#isTalking && this.#unanswered.size < AHEAD) {
      this.#said += 1
      const id = `${this.name} ${this.#said}`
      if (this.#unanswered.size === 0) this.#answeredAt = performance.now()
      this.#unanswered.add(id)
      this.#due.push(id)
    }
    for (const id of this.#due.splice(0)) {
      if (this.#unanswered.has(id)) this.#send({ type: 'say', id, text: id })
    }
  }
}
