/**
 * Senders that each wait for their own event, a process of its own: `node senders.js SPEC`
 * prints how many messages a second came back, and how long each took. It ends by itself.
 */
import { createHistogram } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { Client, type Endpoint } from './client.ts'
import { micros } from './publisher.ts'

export type SendersSpec = {
  endpoint: Endpoint
  senders: number
  warmSeconds: number
  seconds: number
}

export type SendersResult = { perSecond: number; p50Ms: number; p99Ms: number }

const spec = JSON.parse(process.argv[2] ?? '') as SendersSpec
const delays = createHistogram()
let came = 0
let sending = true

/** Says one thing after the other, each when the one before has come back. */
class Sender {
  readonly #client: Client
  readonly #mark: Buffer
  readonly #message: Buffer
  #sentAt = 0

  constructor(client: Client, number: number) {
    // Unique over the senders of all processes, which share the room.
    const mark = `@${process.pid}.${number}@`
    this.#client = client
    this.#mark = Buffer.from(mark)
    this.#message = client.speech.publish(mark.padEnd(100, 'x'))
  }

  send(): void {
    this.#sentAt = micros()
    this.#client.socket.write(this.#message)
  }

  /** Its own event is recognised by its mark, in any dialect. */
  read(chunk: Buffer): void {
    if (!chunk.includes(this.#mark)) return
    delays.record(Math.max(1, micros() - this.#sentAt))
    came += 1
    if (sending) this.send()
  }
}

const senders: Sender[] = []
for (let number = 0; number < spec.senders; number += 1) {
  let sender: Sender | undefined
  const client = new Client(spec.endpoint, {
    everyStamp: false,
    onMessages() {},
    onStamp() {},
    onChunk: (chunk) => sender?.read(chunk),
    onLost(why) {
      throw new Error(`A connection was lost: ${why}`)
    },
  })
  await client.join(number)
  sender = new Sender(client, number)
  senders.push(sender)
}
for (const sender of senders) sender.send()
await wait(spec.warmSeconds * 1000)
delays.reset()
const before = { came, at: micros() }
await wait(spec.seconds * 1000)
const seconds = (micros() - before.at) / 1e6
const result: SendersResult = {
  perSecond: (came - before.came) / seconds,
  p50Ms: delays.percentile(50) / 1000,
  p99Ms: delays.percentile(99) / 1000,
}
sending = false
console.log(JSON.stringify(result))
process.exit(0)
