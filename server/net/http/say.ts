/**
 * `POST /api/say`: one message from a script, which is never in the room itself.
 *
 * MUST join and leave nobody, and MUST hold its senders to what holds for everybody else:
 * names, limits, flood control.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Fault } from '../../../shared/errors.ts'
import { Hello, Say } from '../../../shared/protocol.ts'
import type { Committed, Draft } from '../../room/log.ts'
import { checkMessage } from '../../room/message.ts'
import type { Room } from '../../room/room.ts'
import { idOfName } from '../../room/token.ts'
import { Flood, type FloodRate } from '../connection/flood.ts'
import { refuseForeign } from './origin.ts'
import { refuse } from './status.ts'

export type SayOptions = { room: Room; flood: FloodRate }

/** Requests that may wait for the log at once, from everybody together. */
const MAX_WAITING = 512
/** Addresses whose rate is remembered; of more, those heard longest ago are forgotten. */
const MAX_ADDRESSES = 10_000
const DEFAULT_NAME = 'http'

const Message = Type.Object(
  {
    text: Say.properties.text,
    name: Hello.properties.name,
    id: Say.properties.id,
    action: Say.properties.action,
  },
  { additionalProperties: false },
)
type Message = Static<typeof Message>
const isMessage = Compile(Message)
const USAGE =
  'Give text, and name and id if you like: as JSON, as a form, or text alone with ?name=NAME&id=ID.'

/** Answers 201 and the committed event, or 200 and the first one that had the same name and id. */
export async function sayRoute(app: FastifyInstance, { room, flood }: SayOptions): Promise<void> {
  const rates = new Rates(flood)
  let waiting = 0

  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => readForm(body),
  )

  function errorHandler(err: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
    const fault = faultOf(err)
    if (fault.code === 'log_unavailable') {
      request.log.error({ err }, 'a message could not be taken')
    }
    refuse(reply, fault, room)
  }

  app.post('/api/say', { preValidation: refuseForeign, errorHandler }, async (request, reply) => {
    const { query, body } = request
    const message = {
      ...(query as object),
      ...(typeof body === 'string' ? { text: body } : (body as object)),
    }
    if (!isMessage.Check(message))
      return refuse(reply, { code: 'bad_message', message: USAGE }, room)
    const read = readMessage(message, room)
    if (!read.ok) return refuse(reply, read.fault, room)
    const wait = rates.take(request.ip, room.clock.monotonic())
    if (wait > 0 || waiting === MAX_WAITING) {
      reply.header('Retry-After', Math.ceil(wait / 1000) || 1)
      return refuse(reply, { code: 'too_fast' }, room)
    }
    waiting += 1
    const committed = await new Promise<Committed | undefined>((resolve) => {
      room.post(read.draft, resolve)
    })
    waiting -= 1
    if (committed === undefined) return refuse(reply, { code: 'log_unavailable' }, room)
    return reply.code(committed.repeated ? 200 : 201).send(committed.event)
  })
}

/** What was sent as it is, unless it is a form with a text in it: `curl -d` calls all of it a form. */
function readForm(body: string): object | string {
  const form = new URLSearchParams(body)
  const isForm = form.has('text') && [...form.keys()].every((key) => key in Message.properties)
  return isForm ? Object.fromEntries(form) : body
}

/** What is to be said, by somebody who has no place in the room. */
function readMessage(
  { text, name = DEFAULT_NAME, id, action }: Message,
  { roster, log }: Room,
): { ok: true; draft: Omit<Draft, 'at'> } | { ok: false; fault: Fault } {
  const line = text.replace(/\r?\n$/, '')
  if (/[\r\n]/.test(line)) {
    const message = 'A message is one line; send each by itself.'
    return { ok: false, fault: { code: 'bad_message', message } }
  }
  const said = checkMessage(line, log.secret)
  if (!said.ok) return said
  const claim = roster.claim(name, '')
  if (!claim.ok) return claim
  const from = { id: idOfName(claim.name, log.secret), name: claim.name, via: 'http' } as const
  const kind = action === true ? 'action' : 'message'
  return { ok: true, draft: { kind, from, text: said.text, ...(id !== undefined && { id }) } }
}

/** When each address may speak again. */
class Rates {
  readonly #flood: FloodRate
  readonly #of = new Map<string, { flood: Flood; freeAt: number }>()

  constructor(flood: FloodRate) {
    this.#flood = flood
  }

  /** Counts a message of this address and answers 0; or how many ms it must wait for that. */
  take(address: string, now: number): number {
    const rate = this.#of.get(address) ?? { flood: new Flood(this.#flood, now), freeAt: now }
    // Put in again, so that the first is the one heard longest ago.
    this.#of.delete(address)
    this.#of.set(address, rate)
    if (this.#of.size > MAX_ADDRESSES) this.#of.delete(this.#of.keys().next().value as string)
    if (now < rate.freeAt) return rate.freeAt - now
    rate.freeAt = now + rate.flood.take(now)
    return 0
  }
}

/** Why a message could not be read at all. */
function faultOf({ statusCode = 500, code }: FastifyError): Fault {
  if (statusCode >= 500) return { code: 'log_unavailable' }
  if (statusCode === 413) return { code: 'text_too_long' }
  const json = code === 'FST_ERR_CTP_INVALID_JSON_BODY'
  return json ? { code: 'bad_json' } : { code: 'bad_message', message: USAGE }
}
