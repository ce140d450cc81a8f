/**
 * The HTTP interface for programs: the rooms, their events, and the address of the raw port.
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Address } from '../../../shared/address.ts'
import { limits } from '../../../shared/limits.ts'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Rate } from '../../room/rate.ts'
import type { Room } from '../../room/room.ts'
import type { Rooms } from '../../room/rooms.ts'
import { reachedAt } from '../addresses.ts'
import { Quota, type QuotaLimits } from '../quota.ts'
import { needsCode } from './door.ts'
import { refuse } from './status.ts'

export type ApiOptions = {
  rooms: Rooms
  /** `reached`: the host name or address in the request. */
  tcpAddress: (reached: string) => Address
  flood: Rate
}

const Limit = Type.Integer({ minimum: 1, maximum: limits.historyEvents })
const strict = { additionalProperties: false }
const EventsQuery = Type.Union([
  Type.Object({ limit: Limit }, strict),
  /** The latest events below this seq. */
  Type.Object({ limit: Limit, before: Type.Integer({ minimum: 1 }) }, strict),
  /** The earliest events above this seq. */
  Type.Object({ limit: Limit, after: Type.Integer({ minimum: 0 }) }, strict),
])
type EventsQuery = Static<typeof EventsQuery>
const isEventsQuery = Compile(EventsQuery)
const DEFAULT_EVENTS = 50
const USAGE = `Send before or after (a seq) and limit (1 to ${limits.historyEvents}), all whole numbers, and room (a name).`

/** Most UTF-16 units of text in one response. Events that do not fit are left for the next page. */
const MAX_TEXT = 65_536
/** Requests without a complete response. Each one keeps up to some hundred kilobytes. */
const READING: QuotaLimits = { total: 16, ofNetwork: 4 }
/** Least time between two pages, in ms: reading must not take the event loop from the chat. */
const PAUSE_MS = 5
/** Time in which a client must take the response, in ms. */
const RESPONSE_MS = 60_000
const RETRY_SECONDS = 1
const BUSY = `Too many requests are under way. Retry after ${RETRY_SECONDS} second.`

export async function apiRoutes(app: FastifyInstance, options: ApiOptions): Promise<void> {
  const { rooms } = options
  const reading = new Quota(READING)
  const guarded = { onRequest: needsCode(rooms) }
  /** Fulfilled when the next page may be read. */
  let ready: Promise<unknown> = Promise.resolve()

  /** Reads one page at a time, so that chat is not delayed. */
  function nextPage(query: EventsQuery, room: Room): ReturnType<typeof pageOf> {
    const page = ready.then(() => pageOf(query, room, rooms.store.epoch))
    const pause = () => new Promise<void>((resolve) => rooms.clock.after(PAUSE_MS, resolve))
    ready = page.then(pause, pause)
    return page
  }

  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('Cache-Control')) reply.header('Cache-Control', 'no-store')
  })

  /** `flood`: messages per second, and at once; null in JSON: no limit. */
  app.get('/api/address', async ({ hostname, socket }) => {
    const reached = hostname.replace(/^\[|\]$/g, '') || reachedAt(socket)
    return { tcp: options.tcpAddress(reached), flood: options.flood }
  })

  /** Returns `{rooms, roomCount, open}`: the lobby first, then those with the most members. */
  app.get('/api/rooms', guarded, async () => {
    const { type: _type, ...list } = rooms.list()
    return list
  })

  /** Returns `{epoch, head, events, more}` of a room. `more`: its log has further events that way. */
  app.get('/api/events', guarded, async (request, reply) => {
    const { room: wanted, ...numbers } = request.query as Record<string, unknown>
    const query = { limit: DEFAULT_EVENTS, ...numbersOf(numbers) }
    if (!isEventsQuery.Check(query) || Array.isArray(wanted)) {
      return refuse(reply, { code: 'bad_message', message: USAGE }, rooms)
    }
    const giveBack = reading.take(request.ip)
    if (giveBack === undefined) {
      reply.header('Retry-After', RETRY_SECONDS)
      return refuse(reply, { code: 'too_fast', message: BUSY }, rooms)
    }
    const held = await rooms.find(wanted as string | undefined)
    try {
      if (!held.ok) return refuse(reply, held.fault, rooms)
      return await nextPage(query, held.room)
    } catch {
      return refuse(reply, { code: 'history_unavailable' }, rooms)
    } finally {
      if (held.ok) held.room.release()
      onceSent(request.socket, reply.raw, giveBack)
    }
  })
}

/** Calls back when the response was sent whole, or its connection is closed. */
function onceSent(socket: Socket, response: ServerResponse, callback: () => void): void {
  if (socket.destroyed) {
    callback()
    return
  }
  const timer = setTimeout(() => socket.destroy(), RESPONSE_MS)
  response.once('close', () => {
    clearTimeout(timer)
    callback()
  })
}

function numbersOf(query: object): Record<string, number> {
  return Object.fromEntries(Object.entries(query).map(([name, given]) => [name, Number(given)]))
}

async function pageOf(query: EventsQuery, { log, feed }: Room, epoch: string) {
  const { limit } = query
  const before = 'before' in query ? query.before : undefined
  const after = 'after' in query ? query.after : undefined
  // Events that are committed and not broadcast yet are left out.
  const head = feed.seq
  if (after === undefined) {
    const found = await log.before(Math.min(before ?? Infinity, head + 1), limit)
    const events = fitting(feed.current(found).reverse()).reverse()
    return { epoch, head, events, more: (events[0]?.seq ?? 0) > log.first() }
  }
  const found = await log.read(after + 1, Math.min(limit, Math.max(0, head - after)))
  const events = fitting(feed.current(found.filter(({ seq }) => seq <= head)))
  return { epoch, head, events, more: (events.at(-1)?.seq ?? head) < head }
}

/** The first events, as many as one response may have, and at least one. */
function fitting(events: RoomEvent[]): RoomEvent[] {
  let size = 0
  const end = events.findIndex(({ text }, at) => {
    size += text.length
    return size > MAX_TEXT && at > 0
  })
  return end === -1 ? events : events.slice(0, end)
}
