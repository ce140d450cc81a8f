/** One raw connection of the load: it joins the room, then counts the messages that it receives. */
import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { type Speech, type SpeechName, speeches } from './speech.ts'
import { StampCounter } from './stamps.ts'

/** All clients read into the same buffer, one at a time. */
const buffer = Buffer.allocUnsafeSlow(262_144)

/** Time limit for one step of joining. */
const JOIN_MS = 20_000

/** Rooms whose first clients have the same address, since a server limits how many one can make. */
const ROOMS_OF_ADDRESS = 250

export type Endpoint = { speech: SpeechName; port: number }

/** Called for each chunk, with the number of messages in it. */
export type Load = {
  /** Whether the time of each message is wanted, or one of every chunk. */
  everyStamp: boolean
  onMessages(count: number): void
  onStamp(micros: number): void
  /** The bytes themselves, only until it returns. */
  onChunk?(chunk: Buffer): void
  onLost(why: string): void
}

export class Client {
  readonly socket: Socket
  readonly speech: Speech
  #text: string | undefined = ''
  #until: { pattern: string; arrived: () => void } | undefined
  readonly #counter = new StampCounter()
  readonly #load: Load
  readonly #room: number

  /** `room`: in which it will be; 0: the one that the server begins with. */
  constructor({ speech, port }: Endpoint, load: Load, room = 0) {
    this.speech = speeches[speech]
    this.#load = load
    this.#room = room
    this.socket = createConnection({
      host: '127.0.0.1',
      localAddress: `127.0.0.${1 + Math.floor(room / ROOMS_OF_ADDRESS)}`,
      port,
      noDelay: true,
      onread: { buffer, callback: (length) => this.#read(length) },
    })
    this.socket.on('error', (error) => load.onLost(error.message))
  }

  /** Resolves once the client is a reader. */
  async join(number: number): Promise<this> {
    await once(this.socket, 'connect')
    for (const { send, until } of this.speech.steps(number, this.#room)) {
      this.#text = ''
      const seen = new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => {
          reject(new Error(`No ${until} within ${JOIN_MS} ms, but ${this.#text?.slice(-200)}`))
        }, JOIN_MS)
        this.#until = {
          pattern: until,
          arrived() {
            clearTimeout(late)
            resolve()
          },
        }
      })
      if (send.length > 0) this.socket.write(send)
      await seen
    }
    this.#text = undefined
    return this
  }

  #read(length: number): true {
    if (this.#text !== undefined) {
      this.#text += buffer.toString('latin1', 0, length)
      if (this.#until !== undefined && this.#text.includes(this.#until.pattern)) {
        this.#until.arrived()
        this.#until = undefined
      }
    }
    const { probe } = this.speech
    // A probe comes alone, so that it is looked for in small chunks only.
    if (
      probe !== undefined &&
      length < 512 &&
      buffer.toString('latin1', 0, length).includes(probe.probe)
    ) {
      this.socket.write(probe.answer)
    }
    // A greeting may contain messages of an earlier run.
    if (this.#text !== undefined) return true
    this.#load.onChunk?.(buffer.subarray(0, length))
    const count = this.#counter.count(buffer, length, this.#load.everyStamp, this.#load.onStamp)
    if (count > 0) this.#load.onMessages(count)
    return true
  }
}
