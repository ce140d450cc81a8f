/**
 * The HTTP interface for programs: what was said, and where the raw port is.
 */
import type { FastifyInstance } from 'fastify'
import Type, { type Static } from 'typebox'
import { errors } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import type { Room } from '../room/room.ts'

export type ApiOptions = { room: Room; tcpAddress: () => { host: string; port: number } }

const EventsQuery = Type.Object(
  {
    /** Events below this seq, the latest of them. */
    before: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Events above this seq, the earliest of them. */
    after: Type.Optional(Type.Integer({ minimum: 0 })),
    limit: Type.Integer({ minimum: 1, maximum: limits.historyEvents, default: 50 }),
  },
  { additionalProperties: false },
)

type EventsQuery = Static<typeof EventsQuery>

/** Requests that may read the log at once; the next one is told to try again. */
const MAX_READING = 64

export async function apiRoutes(app: FastifyInstance, options: ApiOptions): Promise<void> {
  let reading = 0

  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('Cache-Control')) reply.header('Cache-Control', 'no-store')
  })

  app.get('/api/address', async () => ({ tcp: options.tcpAddress() }))

  /** Answers `{epoch, head, events, more}`; `more`: there are others still in that direction. */
  app.get<{ Querystring: EventsQuery }>(
    '/api/events',
    { schema: { querystring: EventsQuery } },
    async (request, reply) => {
      const { before, after } = request.query
      if (before !== undefined && after !== undefined) {
        return reply.code(400).send({ error: 'Give before or after, not both.' })
      }
      if (reading === MAX_READING) {
        return reply.code(503).send({ error: 'Too many are reading at once. Try again.' })
      }
      reading += 1
      try {
        return await pageOf(request.query, options.room)
      } catch {
        return reply.code(503).send({ error: errors.history_unavailable.text })
      } finally {
        reading -= 1
      }
    },
  )
}

async function pageOf({ before, after, limit }: EventsQuery, { log, feed }: Room) {
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
