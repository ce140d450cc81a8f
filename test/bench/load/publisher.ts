/** The publisher: as far ahead of the readers as the window allows, or at a fixed rate. */
import type { Client } from './client.ts'
import type { Speech } from './speech.ts'
import { MARK, stampedText, writeStamp } from './stamps.ts'

/** Most messages in one write. */
const BATCH = 4096

/** Now, in whole µs of this process. */
export function micros(): number {
  return Math.floor(performance.now() * 1000)
}

/** A batch of messages that all publishers of one speech write from, one after the other. */
export class Batch {
  readonly #bytes: Buffer
  readonly #size: number
  readonly #mark: number

  /** `size`: bytes of each message's text. */
  constructor(speech: Speech, size: number) {
    const one = speech.publish(stampedText(size))
    this.#size = one.length
    this.#mark = one.indexOf(MARK)
    this.#bytes = Buffer.concat(Array.from({ length: BATCH }, () => one))
  }

  /** A copy of the first `count` messages, at most BATCH, with the present time. */
  stamped(count: number): Buffer {
    const now = micros()
    for (let one = 0; one < count; one += 1) {
      writeStamp(this.#bytes, one * this.#size + this.#mark, now)
    }
    return Buffer.from(this.#bytes.subarray(0, count * this.#size))
  }
}

export class Publisher {
  sent = 0
  readonly client: Client
  readonly #batch: Batch

  constructor(client: Client, batch: Batch) {
    this.client = client
    this.#batch = batch
  }

  /** Sends `count` more messages, stamped with the present time. */
  send(count: number): void {
    for (let left = count; left > 0; left -= BATCH) {
      this.client.socket.write(this.#batch.stamped(Math.min(left, BATCH)))
    }
    this.sent += count
  }
}
