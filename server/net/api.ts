/**
 * The HTTP interface for programs: what was said, and where the raw port is.
 */
import type { FastifyInstance } from 'fastify'
import Type, { type Static } from 'typebox'
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

export async function apiRoutes(app: FastifyInstance, options: ApiOptions): Promise<void> {
  const { log, feed } = options.room

  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('Cache-Control')) reply.header('Cache-Control', 'no-store')
  })

  app.get('/api/address', async () => ({ tcp: options.tcpAddress() }))

  /** Answers `{epoch, head, events, more}`; `more`: there are others still in that direction. */
  app.get<{ Querystring: Static<typeof EventsQuery> }>(
    '/api/events',
    { schema: { querystring: EventsQuery } },
    async (request, reply) => {
      const { before, after, limit } = request.query
      if (before !== undefined && after !== undefined) {
        return reply.code(400).send({ error: 'Give before or after, not both.' })
      }
      // What is committed and not yet told is not to be read early.
      const head = feed.seq
      const found =
        after === undefined
          ? await log.before(Math.min(before ?? Infinity, head + 1), limit)
          : await log.read(after + 1, Math.min(limit, Math.max(0, head - after)))
      const events = found.filter(({ seq }) => seq <= head)
      const more =
        after === undefined
          ? (events[0]?.seq ?? 0) > log.first()
          : (events.at(-1)?.seq ?? head) < head
      return { epoch: log.epoch, head, events, more }
    },
  )
}
