/**
 * The HTTP interface for programs: the rooms, their events, and the address of the raw port.
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Address } from '../../../shared/address.ts'
import { limits } from '../../../shared/limits.ts'
import type { RoomEvent } from '../../../shared/protocol.ts'
import { SearchRequest, Time } from '../../../shared/requests.ts'
import { REPLY_SIZE, sizeOf } from '../../room/fitting.ts'
import { rangeOf, seqAt } from '../../room/moment.ts'
import type { Rate } from '../../room/rate.ts'
import type { Room } from '../../room/room.ts'
import type { Rooms } from '../../room/rooms.ts'
import { isWildcard, reachedAt, withoutPrefix } from '../addresses.ts'
import type { Connections } from '../connection/connections.ts'
import { Quota, type QuotaLimits } from '../quota.ts'
import { isLoopback } from '../trust.ts'
import { needsCode } from './door.ts'
import { Following, wantsStream } from './following.ts'
import type { OriginHook } from './origin.ts'
import { Paced } from './paced.ts'
import { refuse } from './status.ts'
import { transcriptRoute } from './transcript.ts'

/** Whether raw clients can speak TLS: `also` or `only`. */
export type TlsUse = 'off' | 'also' | 'only'

export type ApiOptions = {
  refuseForeign: OriginHook
  rooms: Rooms
  connections: Connections
  /** Of `httpServer`. */
  countAsChat: (socket: Socket) => void
  /** `reached`: the host name or address in the request. */
  tcpAddress: (reached: string) => Address
  tls: TlsUse
  /** Undefined without UDP. */
  udpPort: () => number | undefined
  /** Where other machines reach the server, the best one first; none with a public address. */
  hosts: () => Promise<{ host: string; web: string }[]>
  /** The public address of the page. */
  page: URL | undefined
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
  /** The earliest events from this time on. */
  Type.Object({ limit: Limit, since: Time }, strict),
])
type EventsQuery = Static<typeof EventsQuery>
const isEventsQuery = Compile(EventsQuery)
const SearchQuery = Type.Object(
  {
    limit: Limit,
    query: SearchRequest.properties.query,
    from: SearchRequest.properties.from,
    /** The name that is mentioned. */
    mentions: SearchRequest.properties.from,
    since: SearchRequest.properties.since,
    until: SearchRequest.properties.until,
    /** Only events with a lower seq. */
    before: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  strict,
)
type SearchQuery = Static<typeof SearchQuery>
const isSearchQuery = Compile(SearchQuery)
const DEFAULT_EVENTS = 50
const USAGE = `Send before or after (a seq) and limit (1 to ${limits.historyEvents}), all whole numbers, or since (a time such as 2026-11-20T14:30:00Z), and room (a name).`

const SEARCH_USAGE =
  'Send query (words), from and mentions (names), since and until (times such as 2026-11-20T14:30:00Z), before (a seq), limit and room.'

/** Requests without a complete response. Each one keeps up to some hundred kilobytes. */
const READING: QuotaLimits = { total: 16, ofNetwork: 4 }
/** Time in which a client must take the response, in ms. */
const RESPONSE_MS = 60_000
const RETRY_SECONDS = 1
const BUSY = `Too many requests are under way. Retry after ${RETRY_SECONDS} second.`

export async function apiRoutes(app: FastifyInstance, options: ApiOptions): Promise<void> {
  const { rooms } = options
  const reading = new Quota(READING)
  const following = new Following(options)
  const guarded = { onRequest: needsCode(rooms) }
  const paced = new Paced(rooms.clock)
  transcriptRoute(app, { rooms, paced })

  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('Cache-Control')) reply.header('Cache-Control', 'no-store')
  })

  /**
   * `flood`: messages per second, and at once; null in JSON: no limit. `web`: the public address of
   * the page, if the operator has named it. `hosts`: where other machines reach the server, for a
   * client on this machine, whose own address is of no use to them.
   */
  app.get('/api/address', async ({ hostname, socket }) => {
    const reached = hostname.replace(/^\[|\]$/g, '') || reachedAt(socket)
    const isHere = isLoopback(withoutPrefix(socket.remoteAddress ?? ''))
    const isNamedHere = isLoopback(reached) || isWildcard(reached)
    const hosts = isHere && isNamedHere ? await options.hosts() : undefined
    const tcp = { ...options.tcpAddress(hosts?.[0]?.host ?? reached), tls: options.tls }
    const udp = options.udpPort()
    return { tcp, udp, flood: options.flood, web: options.page?.href, hosts }
  })

  /** Returns `{rooms, roomCount, open}`: the lobby first, then those with the most members. */
  app.get('/api/rooms', guarded, async () => {
    const { type: _type, ...list } = rooms.list()
    return list
  })

  /**
   * Returns `{epoch, head, events, more}` of a room, or follows it. `more`: its log has further events
   * that way.
   */
  app.get('/api/events', guarded, async (request, reply) => {
    reply.header('Vary', 'Accept')
    if (request.method === 'GET' && wantsStream(request)) return follow(request, reply)
    const { room: wanted, since, ...numbers } = request.query as Record<string, unknown>
    const time = since === undefined ? {} : { since }
    const query = { limit: DEFAULT_EVENTS, ...numbersOf(numbers), ...time }
    if (!isEventsQuery.Check(query) || Array.isArray(wanted)) {
      return refuse(reply, { code: 'bad_message', message: USAGE }, rooms)
    }
    return answer(request, reply, (room) =>
      paced.make(() => pageOf(query, room, rooms.store.epoch)),
    )
  })

  /** Returns `{epoch, head, events, more}`: what was found in a room. `more`: there may be older matches. */
  app.get('/api/search', guarded, async (request, reply) => {
    const { room: wanted, limit, before, ...words } = request.query as Record<string, unknown>
    const numbers = numbersOf({
      limit: limit ?? DEFAULT_EVENTS,
      ...(before !== undefined && { before }),
    })
    const query = { query: '', ...words, ...numbers }
    const isEmpty = Object.values(words).every((word) => word === '')
    if (isEmpty || !isSearchQuery.Check(query) || Array.isArray(wanted)) {
      return refuse(reply, { code: 'bad_message', message: SEARCH_USAGE }, rooms)
    }
    return answer(request, reply, (room) => foundIn(query, room, rooms.store.epoch))
  })

  /** Responds with what `read` returns about the room that the request names. */
  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    read: (room: Room) => Promise<unknown>,
  ): Promise<unknown> {
    const { room: wanted } = request.query as { room?: string }
    const giveBack = reading.take(request.ip)
    if (giveBack === undefined) {
      reply.header('Retry-After', RETRY_SECONDS)
      return refuse(reply, { code: 'too_fast', message: BUSY }, rooms)
    }
    const held = await rooms.find(wanted)
    try {
      if (!held.ok) return refuse(reply, held.fault, rooms)
      return await read(held.room)
    } catch {
      return refuse(reply, { code: 'history_unavailable' }, rooms)
    } finally {
      if (held.ok) held.room.release()
      onceSent(request.socket, reply.raw, giveBack)
    }
  }

  async function follow(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    await options.refuseForeign(request, reply)
    if (reply.sent) return reply
    const fault = await following.follow(request, reply)
    return fault === undefined ? reply : refuse(reply, fault, rooms)
  }
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
  const after =
    'since' in query
      ? (await seqAt(log, Date.parse(query.since))) - 1
      : 'after' in query
        ? query.after
        : undefined
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

async function foundIn(search: SearchQuery, { log, feed }: Room, epoch: string) {
  const { query, limit, from, mentions, since, until, before = Infinity } = search
  const head = feed.seq
  const { first, last = Infinity } = await rangeOf(log, since, until)
  const filter = { from, mentions, first, last: Math.min(last, before - 1) }
  const found = await log.search(query, limit, filter)
  // Events that are committed and not broadcast yet are left out.
  const fresh = feed.current(found.filter(({ seq }) => seq <= head))
  const events = fitting(fresh.reverse()).reverse()
  return { epoch, head, events, more: found.length === limit || events.length < found.length }
}

/** The first events, as many as one response may have, and at least one. The others are left for the next page. */
function fitting(events: RoomEvent[]): RoomEvent[] {
  let size = 0
  const end = events.findIndex((event, at) => {
    size += sizeOf(event)
    return size > REPLY_SIZE && at > 0
  })
  return end === -1 ? events : events.slice(0, end)
}
