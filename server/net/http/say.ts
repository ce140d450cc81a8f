/**
 * `/api/say`: messages from a script that is not in the room, in the forms in which programs send
 * them to chat services.
 *
 * MUST count a request before its body is read.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { Fault } from '../../../shared/errors.ts'
import { linesOf } from '../../../shared/lines.ts'
import { Hello, Say } from '../../../shared/requests.ts'
import type { Rate } from '../../room/rate.ts'
import type { Rooms } from '../../room/rooms.ts'
import { type Fields, readBody } from './body.ts'
import { messageFields } from './fields.ts'
import { hookRoutes } from './hooks.ts'
import type { OriginHook } from './origin.ts'
import { Speakers } from './speaker.ts'
import { Speech } from './speech.ts'
import { refuse } from './status.ts'

export type SayOptions = { rooms: Rooms; flood: Rate; refuseForeign: OriginHook }

const DEFAULT_NAME = 'http'
/** `curl -T` sends a file with PUT. */
const METHODS = ['POST', 'PUT']

/** Other fields are ignored, so that the interface can grow. */
const Message = Type.Object({
  text: Say.properties.text,
  name: Hello.properties.name,
  id: Say.properties.id,
  action: Say.properties.action,
  room: Say.properties.room,
})
const isMessage = Compile(Message)
const USAGE =
  'Send text, and optionally name, id, action and room: as JSON, as a form, or as plain text with ?name=NAME&id=ID&room=ROOM. Webhooks of Alertmanager, Grafana and GitHub go to /api/hooks/.'

const COMPRESSED = Object.assign(
  new Error('The server reads no compressed bodies: send it without Content-Encoding.'),
  { statusCode: 415 },
)

export async function sayRoute(
  app: FastifyInstance,
  { rooms, flood, refuseForeign }: SayOptions,
): Promise<void> {
  const speakers = new Speakers(rooms, flood)
  const speech = new Speech(rooms, speakers)

  // The signature of a body is of its bytes, so all bodies are read as such.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') throw COMPRESSED
      return body
    },
  )
  app.setErrorHandler((err: FastifyError, request, reply) => {
    const fault = faultOf(err, request)
    if (fault.code === 'log_unavailable') request.log.error({ err }, 'a request failed')
    refuse(reply, fault, rooms)
  })

  app.get('/api/say', async (_request, reply) => {
    const help = 'Send messages to /api/say with POST.\n'
    return reply.code(405).header('Allow', METHODS.join(', ')).type('text/plain').send(help)
  })

  app.route({
    method: METHODS,
    url: '/api/say',
    onRequest: [refuseForeign, speakers.admit],
    handler: say,
  })
  hookRoutes(app, { rooms, speakers, speech, refuseForeign })

  async function say(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const hook = await speakers.hookOf(request, reply)
    if (reply.sent) return reply
    const read = readBody(request.headers['content-type'], request.body as Buffer)
    if (!read.ok) return refuse(reply, read.fault, rooms)
    const { body } = read
    const given: Fields = {
      ...(request.query as object),
      ...(body.type === 'text' ? { text: body.text } : body.fields),
    }
    const message = messageFields(given)
    if (hook !== undefined) message.name = hook.name
    if (!isMessage.Check(message))
      return refuse(reply, { code: 'bad_message', message: USAGE }, rooms)
    const { text, name = DEFAULT_NAME, id, action = false, room } = message
    const isNameExact = typeof given.name === 'string'
    const lines = linesOf(text)
    if (lines.length === 0) return refuse(reply, { code: 'text_empty' }, rooms)
    return speech.say(request, reply, { lines, name, isNameExact, id, action, room }, hook)
  }
}

/** The fault for a request that Fastify could not read. */
function faultOf({ statusCode = 500, message }: FastifyError, request: FastifyRequest): Fault {
  if (statusCode >= 500) return { code: 'log_unavailable' }
  if (statusCode === 415) return { code: 'bad_message', message }
  if (statusCode !== 413) return { code: 'bad_message', message: USAGE }
  const most = request.routeOptions.bodyLimit
  return { code: 'text_too_long', message: `The body of a request has at most ${most} bytes here.` }
}
