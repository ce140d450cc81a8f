/** The publisher: as far ahead of the readers as the window allows, or at a fixed rate. */
import type { Client } from './client.ts'
import { MARK, stampedText, writeStamp } from './stamps.ts'

/** Most messages in one write. */
const BATCH = 4096

/** Now, in whole µs of this process. */
export function micros(): number {
  return Math.floor(performance.now() * 1000)
}

export class Publisher {
  sent = 0
  readonly #client: Client
  readonly #batch: Buffer
  readonly #size: number
  readonly #mark: number

  /** `size`: bytes of each message's text. */
  constructor(client: Client, size: number) {
    this.#client = client
    const one = client.speech.publish(stampedText(size))
    this.#size = one.length
    this.#mark = one.indexOf(MARK)
    this.#batch = Buffer.concat(Array.from({ length: BATCH }, () => one))
  }

  /** Sends `count` more messages, stamped with the present time. */
  send(count: number): void {
    for (let left = count; left > 0; left -= BATCH) {
      const now = micros()
      const few = Math.min(left, BATCH)
      for (let one = 0; one < few; one += 1) {
        writeStamp(this.#batch, one * this.#size + this.#mark, now)
      }
      // The batch is written over when it is used again.
      this.#client.socket.write(Buffer.from(this.#batch.subarray(0, few * this.#size)))
    }
    this.sent += count
  }
}
