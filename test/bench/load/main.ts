/**
 * The load generator, a process of its own: `node load.js SPEC` opens the connections,
 * publishes, counts, and prints one Result. It ends by itself.
 */
import { createHistogram } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { Client, type Endpoint, type Load } from './client.ts'
import { micros, Publisher } from './publisher.ts'
import { usageOf } from './usage.ts'

export type Spec = {
  /** Of the server, whose CPU time and memory are read. */
  pid: number
  /** Readers take turns among these. */
  readers: Endpoint[]
  readerCount: number
  publisher: Endpoint
  /** Bytes of text in each message. */
  size: number
  /** Always so many messages ahead of the readers, or so many messages per second. */
  pace: { ahead: number } | { perSecond: number }
  /** Before it is measured, and while it is. */
  warmSeconds: number
  seconds: number
  /** After all have left. */
  settleSeconds: number
}

export type Result = {
  deliveries: number
  seconds: number
  /** Deliveries of the whole run that did not arrive. */
  lost: number
  /** CPU time of the server, and of this process. */
  serverCpuSeconds: number
  loadCpuSeconds: number
  p50Ms: number
  p99Ms: number
  /** Resident memory of the server without connections, with all, after the load, and after all have left. */
  emptyBytes: number
  joinedBytes: number
  loadedBytes: number
  closedBytes: number
  /** Time until all have joined. */
  joinSeconds: number
}

/** Connections that are opened at once. */
const OPENING = 500
/** How long the last deliveries may take. */
const DRAIN_MS = 30_000
const ALIVE_MS = 15_000

const spec = JSON.parse(process.argv[2] ?? '') as Spec
const delays = createHistogram()
let delivered = 0
let measuring = false
let onDelivered: () => void = () => {}

const load: Load = {
  everyStamp: 'perSecond' in spec.pace,
  onMessages(_client, count) {
    delivered += count
    onDelivered()
  },
  onStamp(sentAt) {
    if (measuring) delays.record(Math.max(1, micros() - sentAt))
  },
  onLost(why) {
    throw new Error(`A connection was lost: ${why}`)
  },
}

/** The publisher reads too, and is not counted: some servers tell it its own words. */
const silent: Load = { ...load, onMessages() {}, onStamp() {} }

const empty = usageOf(spec.pid)
const opened = micros()
const clients: Client[] = []
for (let from = 0; from < spec.readerCount; from += OPENING) {
  const few = Math.min(OPENING, spec.readerCount - from)
  const group = Array.from({ length: few }, (_, one) => {
    const number = from + one
    return new Client(spec.readers[number % spec.readers.length] as Endpoint, load).join(number)
  })
  clients.push(...(await Promise.all(group)))
}
const publishing = await new Client(spec.publisher, silent).join(spec.readerCount)
const joinSeconds = (micros() - opened) / 1e6
const publisher = new Publisher(publishing, spec.size)
const alive = setInterval(() => {
  for (const { socket, speech } of clients) if (speech.alive) socket.write(speech.alive)
}, ALIVE_MS)
// The joins are still being broadcast.
await wait(Math.min(5000, 500 + spec.readerCount * 4))
const joined = usageOf(spec.pid)

/** Publishes for so long; resolves when the time is over. */
async function run(seconds: number): Promise<void> {
  const { pace } = spec
  const until = micros() + seconds * 1e6
  if ('ahead' in pace) {
    await new Promise<void>((resolve) => {
      let due = false
      const refill = (): void => {
        due = false
        if (micros() >= until) {
          onDelivered = () => {}
          resolve()
          return
        }
        const ahead = publisher.sent - delivered / spec.readerCount
        const room = Math.floor(pace.ahead - ahead)
        if (room > 0) publisher.send(room)
      }
      onDelivered = () => {
        if (due) return
        due = true
        setImmediate(refill)
      }
      onDelivered()
    })
    return
  }
  const began = micros()
  const sentBefore = publisher.sent
  while (micros() < until) {
    const due = Math.floor(((micros() - began) / 1e6) * pace.perSecond) + 1
    const count = sentBefore + due - publisher.sent
    if (count > 0) publisher.send(count)
    const next = began + (due * 1e6) / pace.perSecond
    await wait(Math.max(0, (next - micros()) / 1000))
  }
}

await run(spec.warmSeconds)
measuring = true
const before = { delivered, at: micros(), usage: usageOf(spec.pid), own: process.cpuUsage() }
await run(spec.seconds)
const after = { delivered, at: micros(), usage: usageOf(spec.pid) }
const own = process.cpuUsage(before.own)
measuring = false
const drained = micros() + DRAIN_MS * 1000
while (delivered < publisher.sent * spec.readerCount && micros() < drained) await wait(10)
clearInterval(alive)
const loaded = usageOf(spec.pid)
for (const { socket } of [...clients, publishing]) socket.destroy()
await wait(spec.settleSeconds * 1000)
const closed = usageOf(spec.pid)

const result: Result = {
  deliveries: after.delivered - before.delivered,
  seconds: (after.at - before.at) / 1e6,
  lost: publisher.sent * spec.readerCount - delivered,
  serverCpuSeconds: after.usage.cpuSeconds - before.usage.cpuSeconds,
  loadCpuSeconds: (own.user + own.system) / 1e6,
  p50Ms: delays.percentile(50) / 1000,
  p99Ms: delays.percentile(99) / 1000,
  emptyBytes: empty.residentBytes,
  joinedBytes: joined.residentBytes,
  loadedBytes: loaded.residentBytes,
  closedBytes: closed.residentBytes,
  joinSeconds,
}
console.log(JSON.stringify(result))
process.exit(0)
