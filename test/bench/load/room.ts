/** A room of the load: its readers and its publisher. */
import { Client, type Endpoint, type Load } from './client.ts'
import { type Batch, micros, Publisher } from './publisher.ts'

export class LoadRoom {
  /** Messages that its readers have received, of all readers together. */
  delivered = 0
  readonly #number: number
  readonly #load: Load
  readonly #readers: Client[] = []
  #publisher: Publisher | undefined
  #onDelivered: () => void = () => {}

  /** `number`: 0 is the room that a server begins with. */
  constructor(number: number, load: Omit<Load, 'onMessages'>) {
    this.#number = number
    const onMessages = (count: number): void => {
      this.delivered += count
      this.#onDelivered()
    }
    this.#load = { ...load, onMessages }
  }

  /** `number`: of the client. */
  async addReader(endpoint: Endpoint, number: number): Promise<void> {
    this.#readers.push(await new Client(endpoint, this.#load, this.#number).join(number))
  }

  /** The publisher reads too, and is not counted: some servers tell it its own words. */
  async addPublisher(endpoint: Endpoint, number: number, batch: Batch): Promise<void> {
    const silent: Load = { ...this.#load, onMessages() {}, onStamp() {} }
    const client = await new Client(endpoint, silent, this.#number).join(number)
    this.#publisher = new Publisher(client, batch)
  }

  get clients(): Client[] {
    return this.#publisher === undefined
      ? this.#readers
      : [...this.#readers, this.#publisher.client]
  }

  get sent(): number {
    return this.#publisher?.sent ?? 0
  }

  /** Deliveries that have not arrived yet. */
  get missing(): number {
    return this.sent * this.#readers.length - this.delivered
  }

  send(count: number): void {
    this.#publisher?.send(count)
  }

  /** Keeps the publisher so many messages ahead of the readers. `until`: in µs of this process. */
  saturate(ahead: number, until: number): Promise<void> {
    return new Promise((resolve) => {
      let due = false
      const refill = (): void => {
        due = false
        if (micros() >= until) {
          this.#onDelivered = () => {}
          resolve()
          return
        }
        const free = Math.floor(ahead - this.missing / this.#readers.length)
        if (free > 0) this.send(free)
      }
      this.#onDelivered = () => {
        if (due) return
        due = true
        setImmediate(refill)
      }
      this.#onDelivered()
    })
  }
}
