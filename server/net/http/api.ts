/**
 * The HTTP interface for programs: what was said, and where the raw port is.
 */
import type { FastifyInstance } from 'fastify'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Address } from '../../../shared/address.ts'
import { limits } from '../../../shared/limits.ts'
import type { Room } from '../../room/room.ts'
import { reachedAt } from '../addresses.ts'
import type { FloodRate } from '../connection/flood.ts'
import { refuse } from './status.ts'

export type ApiOptions = {
  room: Room
  /** `reached`: the host that was asked. */
  tcpAddress: (reached: string) => Address
  flood: FloodRate
}

const Limit = Type.Integer({ minimum: 1, maximum: limits.historyEvents })
const strict = { additionalProperties: false }
const EventsQuery = Type.Union([
  Type.Object({ limit: Limit }, strict),
  /** Events below this seq, the latest of them. */
  Type.Object({ limit: Limit, before: Type.Integer({ minimum: 1 }) }, strict),
  /** Events above this seq, the earliest of them. */
  Type.Object({ limit: Limit, after: Type.Integer({ minimum: 0 }) }, strict),
])
type EventsQuery = Static<typeof EventsQuery>
const isEventsQuery = Compile(EventsQuery)
const DEFAULT_EVENTS = 50
const USAGE = `Give before or after, a seq, and limit, 1 to ${limits.historyEvents}; all are whole numbers.`

/** Requests that may read the log at once; the next one is told to try again. */
const MAX_READING = 64

export async function apiRoutes(app: FastifyInstance, options: ApiOptions): Promise<void> {
  const { room } = options
  let reading = 0

  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('Cache-Control')) reply.header('Cache-Control', 'no-store')
  })

  /** `flood`: messages a second and at once; JSON has null for any number of them. */
  app.get('/api/address', async ({ hostname, socket }) => {
    const reached = hostname.replace(/^\[|\]$/g, '') || reachedAt(socket)
    return { tcp: options.tcpAddress(reached), flood: options.flood }
  })

  /** Answers `{epoch, head, events, more}`; `more`: there are others still in that direction. */
  app.get('/api/events', async (request, reply) => {
    const query = { limit: DEFAULT_EVENTS, ...numbersOf(request.query as object) }
    if (!isEventsQuery.Check(query)) {
      return refuse(reply, { code: 'bad_message', message: USAGE }, room)
    }
    if (reading === MAX_READING) {
      const message = 'Too many are reading at once. Try again.'
      return refuse(reply, { code: 'history_unavailable', message }, room)
    }
    reading += 1
    try {
      return await pageOf(query, room)
    } catch {
      return refuse(reply, { code: 'history_unavailable' }, room)
    } finally {
      reading -= 1
    }
  })
}

function numbersOf(query: object): Record<string, number> {
  return Object.fromEntries(Object.entries(query).map(([name, given]) => [name, Number(given)]))
}

async function pageOf(query: EventsQuery, { log, feed }: Room) {
  const { limit } = query
  const before = 'before' in query ? query.before : undefined
  const after = 'after' in query ? query.after : undefined
  // What is committed and not yet told is not to be read early.
  const head = feed.seq
  const found =
    after === undefined
      ? await log.before(Math.min(before ?? Infinity, head + 1), limit)
      : await log.read(after + 1, Math.min(limit, Math.max(0, head - after)))
  const events = found.filter(({ seq }) => seq <= head)
  const more =
    after === undefined ? (events[0]?.seq ?? 0) > log.first() : (events.at(-1)?.seq ?? head) < head
  return { epoch: log.epoch, head, events, more }
}
