/** `/metrics`, for Prometheus: what the server does, in numbers. */
import type { FastifyInstance } from 'fastify'
import type { Room } from '../../room/room.ts'
import type { Connections } from '../connection/connections.ts'
import type { MetricsRegistry } from './registry.ts'

export async function metricsRoute(
  app: FastifyInstance,
  { room, connections }: { room: Room; connections: Connections },
): Promise<void> {
  let registry: MetricsRegistry | undefined

  app.get('/metrics', async (_request, reply) => {
    if (registry === undefined) {
      // Most servers are never asked: they are to start without it.
      const { metricsRegistry } = await import('./registry.ts')
      registry ??= metricsRegistry(room, connections)
    }
    const text = await registry.text()
    return reply.header('Cache-Control', 'no-store').type(registry.contentType).send(text)
  })

  app.addHook('onClose', async () => registry?.close())
}
