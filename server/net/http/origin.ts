/**
 * Whose page a request comes from. A page of another site must not speak here in its
 * visitor's name (RFC 6455, section 10.2; for HTTP the same holds).
 */
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A hook that refuses what another site's page sends; programs that are no browser send no Origin. */
export async function refuseForeign(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { origin, host } = request.headers
  if (origin === undefined || isSameOrigin(origin, host)) return
  const help = `Not from ${origin}: open http://${host}/ instead.\n`
  await reply.code(403).type('text/plain').send(help)
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  return /^https?:$/.test(url?.protocol ?? '') && url?.host === host?.toLowerCase()
}
