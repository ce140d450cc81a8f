/**
 * `/api/hooks/…`: the webhooks of programs that cannot choose what they send. Each alert or event
 * becomes one line.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Rooms } from '../../room/rooms.ts'
import { Quota, type QuotaLimits } from '../quota.ts'
import { readBody } from './body.ts'
import { alertLines } from './hooks/alerts.ts'
import { githubLines } from './hooks/github.ts'
import type { OriginHook } from './origin.ts'
import type { Speakers } from './speaker.ts'
import type { Speech } from './speech.ts'
import { refuse } from './status.ts'

/** Bytes of a body: those of GitHub have tens of kilobytes, those of many alerts some hundreds. */
const BODY_BYTES = 1_048_576
/** Requests whose bodies are in memory. */
const READING: QuotaLimits = { total: 32, ofNetwork: 16 }

/** Body and request → lines, without any for an event of which nothing is said; undefined if it is none. */
type Read = (body: unknown, request: FastifyRequest) => string[] | undefined

const hooks: Record<string, Read> = {
  alertmanager: alertLines,
  grafana: alertLines,
  github: (body, { headers }) => githubLines(String(headers['x-github-event'] ?? ''), body),
}

type HookOptions = {
  rooms: Rooms
  speakers: Speakers
  speech: Speech
  refuseForeign: OriginHook
}

export function hookRoutes(
  app: FastifyInstance,
  { rooms, speakers, speech, refuseForeign }: HookOptions,
): void {
  const reading = new Quota(READING)
  /** Clients without a token, which may send a body slowly, do not keep out those with one. */
  const ofHooks = new Quota(READING)

  /** Until the response is sent or the connection is closed. */
  async function limitBodies(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const giveBack = (speakers.hasToken(request) ? ofHooks : reading).take(request.ip)
    if (giveBack === undefined) speakers.refuseForNow(reply, 1000)
    else reply.raw.once('close', giveBack)
  }

  /** Alertmanager repeats a request after a status of 500 and more, and drops it after 429. */
  async function askAgain(_: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (reply.statusCode === 429) reply.code(503)
  }

  for (const [source, read] of Object.entries(hooks)) {
    app.route({
      method: ['POST', 'PUT'],
      url: `/api/hooks/${source}`,
      bodyLimit: BODY_BYTES,
      onRequest: [refuseForeign, speakers.admit, limitBodies],
      onSend: askAgain,
      handler: (request, reply) => take(request, reply, source, read),
    })
  }

  async function take(
    request: FastifyRequest,
    reply: FastifyReply,
    source: string,
    read: Read,
  ): Promise<FastifyReply> {
    const hook = await speakers.hookOf(request, reply)
    if (reply.sent) return reply
    const given = readBody(request.headers['content-type'], request.body as Buffer)
    if (!given.ok) return refuse(reply, given.fault, rooms)
    const { body } = given
    const lines = body.type === 'fields' ? read(body.fields, request) : undefined
    if (lines === undefined) {
      const message = `The body is not a webhook of ${source}.`
      return refuse(reply, { code: 'bad_message', message }, rooms)
    }
    if (lines.length === 0) return reply.code(204).send()
    const { name, room } = request.query as Record<string, unknown>
    const said = {
      lines,
      name: typeof name === 'string' ? name : source,
      isNameExact: typeof name === 'string',
      id: deliveryOf(request),
      action: false,
      room: typeof room === 'string' ? room : undefined,
    }
    return speech.say(request, reply, said, hook)
  }
}

/** GitHub sends the same delivery again under the same id. */
function deliveryOf({ headers }: FastifyRequest): string | undefined {
  const id = headers['x-github-delivery']
  return typeof id === 'string' && /^[\w-]{1,64}$/.test(id) ? id : undefined
}
