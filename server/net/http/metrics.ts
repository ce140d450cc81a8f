/** `GET /metrics`: the metrics of the server in the text format of Prometheus. */
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { Rooms } from '../../room/rooms.ts'
import type { Connections } from '../connection/connections.ts'
import { needsCode } from './door.ts'

export async function metricsRoute(
  app: FastifyInstance,
  { rooms, connections }: { rooms: Rooms; connections: Connections },
): Promise<void> {
  let registry: Registry | undefined

  app.get('/metrics', { onRequest: needsCode(rooms, true) }, async (_request, reply) => {
    if (registry === undefined) {
      // Loaded at the first scrape: most servers have none, and start faster without it.
      const { metricsRegistry } = await import('./registry.ts')
      registry ??= metricsRegistry(rooms, connections)
    }
    const text = await registry.metrics()
    return reply.header('Cache-Control', 'no-store').type(registry.contentType).send(text)
  })
}
