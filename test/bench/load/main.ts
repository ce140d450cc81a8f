/**
 * The load generator, a process of its own: `node load.js SPEC` opens the connections,
 * publishes, counts, and prints one Result. It ends by itself.
 */
import { createHistogram } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import type { Endpoint } from './client.ts'
import { Batch, micros } from './publisher.ts'
import { LoadRoom } from './room.ts'
import { speeches } from './speech.ts'
import { usageOf } from './usage.ts'

export type Spec = {
  /** Of the server, whose CPU time and memory are read. */
  pid: number
  /** Readers take turns among these. */
  readers: Endpoint[]
  readerCount: number
  /** The readers are spread over so many rooms. Each has a publisher. */
  roomCount: number
  publisher: Endpoint
  /** Bytes of text in each message. */
  size: number
  /**
   * Each publisher always so many messages ahead of its readers, or all publishers in turn so many
   * messages per second.
   */
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
let measuring = false

const load = {
  everyStamp: 'perSecond' in spec.pace,
  onStamp(sentAt: number) {
    if (measuring) delays.record(Math.max(1, micros() - sentAt))
  },
  onLost(why: string) {
    throw new Error(`A connection was lost: ${why}`)
  },
}

const rooms = Array.from({ length: spec.roomCount }, (_, number) => new LoadRoom(number, load))
const roomAt = (place: number): LoadRoom => rooms[place % rooms.length] as LoadRoom
const sum = (figure: (room: LoadRoom) => number): number =>
  rooms.reduce((total, room) => total + figure(room), 0)
const deliveries = (): number => sum(({ delivered }) => delivered)

/** Opens `count` connections, a part of them at once. */
async function open(count: number, one: (number: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < count; from += OPENING) {
    const few = Math.min(OPENING, count - from)
    await Promise.all(Array.from({ length: few }, (_, at) => one(from + at)))
  }
}

const empty = usageOf(spec.pid)
const opened = micros()
await open(spec.readerCount, (number) => {
  const room = Math.floor((number * spec.roomCount) / spec.readerCount)
  const endpoint = spec.readers[number % spec.readers.length] as Endpoint
  return roomAt(room).addReader(endpoint, number)
})
const batch = new Batch(speeches[spec.publisher.speech], spec.size)
await open(spec.roomCount, (number) =>
  roomAt(number).addPublisher(spec.publisher, spec.readerCount + number, batch),
)
const joinSeconds = (micros() - opened) / 1e6
const clients = rooms.flatMap((room) => room.clients)
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
    await Promise.all(rooms.map((room) => room.saturate(pace.ahead, until)))
    return
  }
  const began = micros()
  for (let sent = 0; micros() < until; ) {
    const due = Math.floor(((micros() - began) / 1e6) * pace.perSecond) + 1
    for (; sent < due; sent += 1) roomAt(sent).send(1)
    const next = began + (due * 1e6) / pace.perSecond
    await wait(Math.max(0, (next - micros()) / 1000))
  }
}

await run(spec.warmSeconds)
measuring = true
const before = {
  delivered: deliveries(),
  at: micros(),
  usage: usageOf(spec.pid),
  own: process.cpuUsage(),
}
await run(spec.seconds)
const after = { delivered: deliveries(), at: micros(), usage: usageOf(spec.pid) }
const own = process.cpuUsage(before.own)
measuring = false
const drained = micros() + DRAIN_MS * 1000
while (sum(({ missing }) => missing) > 0 && micros() < drained) await wait(10)
clearInterval(alive)
const loaded = usageOf(spec.pid)
for (const { socket } of clients) socket.destroy()
await wait(spec.settleSeconds * 1000)
const closed = usageOf(spec.pid)

const result: Result = {
  deliveries: after.delivered - before.delivered,
  seconds: (after.at - before.at) / 1e6,
  lost: sum(({ missing }) => missing),
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
