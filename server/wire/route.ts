/**
 * `GET /api/wire`: the wire view as lines of JSON, live. The bearer is the token of a person, the key of
 * the hosts, or, as `?key=`, what /wire has shown.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { LAB_FAULTS, type WireMessage } from '../../shared/wire.ts'
import { bearerOf } from '../net/http/door.ts'
import type { OriginHook } from '../net/http/origin.ts'
import { Paced } from '../net/http/paced.ts'
import { refuse } from '../net/http/status.ts'
import { Quota, type QuotaLimits } from '../net/quota.ts'
import type { Rooms } from '../room/rooms.ts'
import { personOf } from '../room/token.ts'
import type { Export, Watch } from './watch.ts'
import type { Viewer, Wire } from './wire.ts'

/** Time, in ms, between two looks at a wire; 0 of them while the client does not take what it got. */
const TICK_MS = 50
/** Bytes that a client has not taken, above which it gets the next rungs later. */
const MOST_UNTAKEN = 262_144
/** Looks after which a client that takes nothing is disconnected: 30 seconds. */
const STUCK_TICKS = 600
/** Looks at the list of connections: one in so many, and one more for each so many connections. */
const LIST_TICKS = 5
const LISTED_IN_TICK = 100
/** Looks at the kernel: one in so many. */
const KERNEL_TICKS = 40
/** The list is sent at least once in so many, so that a client that is gone is noticed. */
const ALIVE_TICKS = 200
const VIEWERS: QuotaLimits = { total: 200, ofNetwork: 20 }

/** With `?as=`: media type and ending of the name. */
const EXPORTS: Record<Export, [type: string, ending: string]> = {
  pcap: ['application/vnd.tcpdump.pcap', 'pcap'],
  text: ['text/plain; charset=utf-8', 'txt'],
  svg: ['image/svg+xml', 'svg'],
  nc: ['text/plain; charset=utf-8', 'sh'],
  python: ['text/plain; charset=utf-8', 'py'],
  c: ['text/plain; charset=utf-8', 'c'],
}

function isExport(as: unknown): as is Export {
  return typeof as === 'string' && Object.hasOwn(EXPORTS, as)
}

export type WireRouteOptions = { rooms: Rooms; wire: Wire; refuseForeign: OriginHook }

export async function wireRoute(app: FastifyInstance, options: WireRouteOptions): Promise<void> {
  const { rooms, wire, refuseForeign } = options
  const viewers = new Quota(VIEWERS)
  const paced = new Paced(rooms.clock)

  app.get('/api/wire', { onRequest: refuseForeign }, async (request, reply) => {
    reply.header('Cache-Control', 'no-store')
    const viewer = await viewerOf(request, rooms, wire)
    if (viewer === undefined) return refuse(reply, { code: 'not_host' }, rooms)
    if (viewer === 'too_fast') return refuse(reply, { code: 'too_fast' }, rooms)
    // While its key was checked, the client may have gone.
    if (request.raw.socket.destroyed) return reply.hijack()
    const { of, as } = request.query as { of?: unknown; as?: unknown }
    const giveBack = viewers.take(request.ip)
    if (giveBack === undefined) return refuse(reply, { code: 'too_fast' }, rooms)
    const watch = of === undefined ? undefined : wire.look(viewer, Number(of))
    if (of !== undefined && watch === undefined) {
      giveBack()
      return refuse(
        reply,
        { code: 'person_unknown', message: 'There is no such connection.' },
        rooms,
      )
    }
    if (watch !== undefined && isExport(as)) {
      const content = await paced
        .make(async () => watch.exported(as))
        .finally(() => {
          wire.leave(watch)
          giveBack()
        })
      const [type, ending] = EXPORTS[as]
      const name = `wire-${watch.connection.number}.${ending}`
      reply.header('Content-Disposition', `attachment; filename="${name}"`)
      return reply.type(type).send(content)
    }
    new Show(reply, { wire, rooms, viewer, watch }, giveBack)
    return reply
  })

  /** The fault lab. Returns `{count}`: how many connections it concerns. */
  app.post('/api/wire', { onRequest: refuseForeign }, async (request, reply) => {
    const viewer = await viewerOf(request, rooms, wire)
    if (viewer === 'too_fast') return refuse(reply, { code: 'too_fast' }, rooms)
    if (viewer?.type !== 'host') return refuse(reply, { code: 'not_host' }, rooms)
    const { body } = request
    if (isOrder.Check(body)) return { count: wire.lab(body) }
    return refuse(reply, { code: 'bad_message', message: ORDER_USAGE }, rooms)
  })
}

const ORDER_USAGE = `Send of (a number, or "raw") and fault (${LAB_FAULTS.join(', ')} (UDP only), reset (TCP only) or null), and all (true) for its room.`

const Order = Type.Object({
  of: Type.Union([Type.Integer(), Type.Literal('raw')]),
  fault: Type.Union([
    ...LAB_FAULTS.map((fault) => Type.Literal(fault)),
    Type.Literal('reset'),
    Type.Null(),
  ]),
  all: Type.Optional(Type.Boolean()),
})
const isOrder = Compile(Order)

async function viewerOf(
  request: FastifyRequest,
  { store, people, hosts, doors }: Rooms,
  wire: Wire,
): Promise<Viewer | 'too_fast' | undefined> {
  const { key } = request.query as { key?: unknown }
  if (typeof key === 'string') {
    const viewer = wire.viewerWith(key)
    return viewer !== undefined && mayView(viewer, hosts) ? viewer : undefined
  }
  const bearer = bearerOf(request)
  if (bearer === undefined) return undefined
  const id = personOf(bearer, store.secret)
  if (id !== undefined) {
    if (people.readerOf(id) === undefined) return undefined
    return { type: hosts.rules.isHost(id) ? 'host' : 'person', id }
  }
  const fault = await hosts.tryKey(bearer, doors.networks.of(request.ip).name)
  if (fault === undefined) return { type: 'host' }
  return fault.code === 'too_fast' ? 'too_fast' : undefined
}

/** Whether the person whose view it is may still see it: a host may be none any more. */
function mayView(viewer: Viewer, { rules }: Rooms['hosts']): boolean {
  const host = viewer.type === 'host' ? viewer.id : viewer.type === 'key' ? viewer.host : undefined
  return host === undefined || rules.isHost(host)
}

type Subject = { wire: Wire; rooms: Rooms; viewer: Viewer; watch: Watch | undefined }

/** One client that looks, until it is gone. */
class Show {
  readonly #reply: FastifyReply
  readonly #subject: Subject
  readonly #end: () => void
  #isOver = false
  #ticks = 0
  /** Of the next look at the list, and of the latest time that it was sent. */
  #listTick = 0
  #listSentTick = 0
  /** Looks in a row at which the client had not taken enough. */
  #stuckTicks = 0
  #shown = ''
  #version = 0
  #kernel = ''

  constructor(reply: FastifyReply, subject: Subject, giveBack: () => void) {
    const { wire, viewer, watch } = subject
    this.#reply = reply
    this.#subject = subject
    const endAttending = viewer.type === 'host' ? wire.attend() : () => {}
    this.#end = () => {
      this.#isOver = true
      if (watch !== undefined) wire.leave(watch)
      endAttending()
      giveBack()
    }
    reply.hijack()
    const { raw } = reply
    raw.once('close', this.#end)
    raw.socket?.setTimeout(0)
    raw.writeHead(200, {
      'Content-Type': 'application/x-ndjson; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    })
    this.#tick()
  }

  #tick(): void {
    if (this.#isOver) return
    const { rooms, viewer } = this.#subject
    if (!mayView(viewer, rooms.hosts)) {
      // Not in order: it may read nothing.
      this.#reply.raw.destroy()
      return
    }
    if (this.#reply.raw.writableLength >= MOST_UNTAKEN) {
      this.#stuckTicks += 1
      if (this.#stuckTicks === STUCK_TICKS) {
        this.#reply.raw.destroy()
        return
      }
    } else {
      this.#stuckTicks = 0
      if (this.#ticks >= this.#listTick) this.#showList()
      this.#showRungs()
      if (this.#ticks % KERNEL_TICKS === 0) void this.#showKernel()
    }
    this.#ticks += 1
    rooms.clock.after(TICK_MS, () => this.#tick())
  }

  #showList(): void {
    const { wire, viewer } = this.#subject
    this.#listTick = this.#ticks + LIST_TICKS + Math.floor(wire.openCount / LISTED_IN_TICK)
    const list = {
      type: 'stations',
      stations: wire.stations(viewer),
      isHost: viewer.type === 'host',
    } as const
    const text = JSON.stringify(list)
    if (text === this.#shown && this.#ticks - this.#listSentTick < ALIVE_TICKS) return
    this.#shown = text
    this.#listSentTick = this.#ticks
    this.#send(list)
  }

  #showRungs(): void {
    const { watch } = this.#subject
    if (watch === undefined || watch.version === this.#version) return
    const rungs = watch.since(this.#version)
    this.#version = watch.version
    this.#send({ type: 'rungs', of: watch.connection.number, rungs })
  }

  async #showKernel(): Promise<void> {
    const { watch } = this.#subject
    if (watch === undefined) return
    const kernel = await watch.kernel()
    const text = JSON.stringify(kernel)
    if (this.#isOver || kernel === undefined || text === this.#kernel) return
    this.#kernel = text
    this.#send({ type: 'kernel', of: watch.connection.number, kernel })
  }

  #send(message: WireMessage): void {
    this.#reply.raw.write(`${JSON.stringify(message)}\n`)
  }
}
