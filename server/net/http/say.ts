/**
 * `POST /api/say`: one message from a script that is not in the room.
 *
 * MUST NOT add or remove members, and MUST apply the limits of a chat connection: names,
 * sizes, flood control. MUST count a request before its body is read.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Fault } from '../../../shared/errors.ts'
import { Hello, Say } from '../../../shared/requests.ts'
import type { Committed, Draft } from '../../room/log.ts'
import { checkMessage } from '../../room/message.ts'
import { Bucket, type Rate } from '../../room/rate.ts'
import type { Room } from '../../room/room.ts'
import type { Rooms } from '../../room/rooms.ts'
import { idOfName } from '../../room/token.ts'
import { networkOf } from '../addresses.ts'
import { Quota, type QuotaLimits } from '../quota.ts'
import { needsCode } from './door.ts'
import { refuseForeign } from './origin.ts'
import { refuse } from './status.ts'

export type SayOptions = { rooms: Rooms; flood: Rate }

/** Messages that may wait for the log at once. */
const WAITING: QuotaLimits = { total: 512, ofNetwork: 128 }
/** Networks whose rate is remembered; the one whose last request is the oldest is forgotten first. */
const MAX_NETWORKS = 10_000
const DEFAULT_NAME = 'http'

/** Other fields are ignored, so that the interface can grow. */
const Message = Type.Object({
  text: Say.properties.text,
  name: Hello.properties.name,
  id: Say.properties.id,
  action: Say.properties.action,
  room: Say.properties.room,
})
type Message = Static<typeof Message>
const isMessage = Compile(Message)
const USAGE =
  'Send text, and optionally name, id, action and room: as JSON, as a form, or as plain text with ?name=NAME&id=ID&room=ROOM.'

/**
 * Returns 201 and the committed event, with the name of its room unless that is the lobby. Returns
 * 200 and the earlier event if the same message was sent before under this name and id; 409 if that
 * was a different message.
 */
export async function sayRoute(app: FastifyInstance, { rooms, flood }: SayOptions): Promise<void> {
  const rates = new Rates(flood)
  const waiting = new Quota(WAITING)

  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => readForm(body),
  )

  function errorHandler(err: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
    const fault = faultOf(err)
    if (fault.code === 'log_unavailable') {
      request.log.error({ err }, 'a request for /api/say failed')
    }
    refuse(reply, fault, rooms)
  }

  function refuseForNow(reply: FastifyReply, ms: number): FastifyReply {
    reply.header('Retry-After', Math.ceil(ms / 1000))
    return refuse(reply, { code: 'too_fast' }, rooms)
  }

  async function refuseTooFast(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const own = rates.take(request.ip, rooms.clock.monotonic())
    const source = rooms.doors.networks.of(request.ip)
    const ms = own > 0 ? own : source.wait('messages')
    if (ms === 0) source.take('messages')
    if (ms > 0) await refuseForNow(reply, ms)
  }

  app.get('/api/say', async (_request, reply) => {
    const help = 'Send messages to /api/say with POST.\n'
    return reply.code(405).header('Allow', 'POST').type('text/plain').send(help)
  })

  const hooks = { onRequest: [refuseForeign, refuseTooFast, needsCode(rooms)], errorHandler }
  app.post('/api/say', hooks, async (request, reply) => {
    const { query, body } = request
    const message = {
      ...readFlag(query as Record<string, unknown>),
      ...(typeof body === 'string' ? { text: body } : (body as object)),
    }
    if (!isMessage.Check(message))
      return refuse(reply, { code: 'bad_message', message: USAGE }, rooms)
    const read = readMessage(message, rooms)
    if (!read.ok) return refuse(reply, read.fault, rooms)
    const giveBack = waiting.take(request.ip)
    if (giveBack === undefined) return refuseForNow(reply, 1000)
    const held = await rooms.enter(message.room, networkOf(request.ip))
    const objection = held.ok
      ? (rooms.hosts.refused(undefined, networkOf(request.ip)) ??
        rooms.hosts.refused(read.draft.from.id, networkOf(request.ip)) ??
        rooms.hosts.objection(read.draft.from.id, held.room.log.key) ??
        rooms.hosts.tooSoon(`http ${networkOf(request.ip)}`, held.room.log.key))
      : undefined
    if (held.ok && objection !== undefined) {
      held.room.release()
      giveBack()
      return refuse(reply, objection, rooms)
    }
    const committed = held.ok ? await commit(held.room, read.draft) : undefined
    giveBack()
    if (!held.ok) return refuse(reply, held.fault, rooms)
    if (committed === undefined) return refuse(reply, { code: 'log_unavailable' }, rooms)
    const { event, repeated } = committed
    const { text, kind, redacted } = event
    const isSame = redacted !== undefined || (text === read.draft.text && kind === read.draft.kind)
    if (!isSame) return refuse(reply, { code: 'id_used' }, rooms)
    return reply.code(repeated ? 200 : 201).send(held.room.labelled(event))
  })

  /** Resolves to undefined if the log could not commit it. Releases the room. */
  async function commit(room: Room, draft: Omit<Draft, 'at'>): Promise<Committed | undefined> {
    const committed = await new Promise<Committed | undefined>((resolve) => {
      rooms.post(room, draft, resolve)
    })
    room.release()
    return committed
  }
}

/**
 * The fields of a form that has `text`; otherwise the body as plain text, since `curl -d` sends
 * everything as a form.
 */
function readForm(body: string): object | string {
  const form = new URLSearchParams(body)
  const isForm = form.has('text') && [...form.keys()].every((key) => key in Message.properties)
  return isForm ? readFlag(Object.fromEntries(form)) : body
}

/** In a form and in a query, `action` is text. */
function readFlag(fields: Record<string, unknown>): object {
  const { action } = fields
  return action === 'true' || action === 'false' ? { ...fields, action: action === 'true' } : fields
}

/** A request → the draft of its event, or why it is refused. */
function readMessage(
  { text, name = DEFAULT_NAME, id, action }: Message,
  { people, hosts, store }: Rooms,
): { ok: true; draft: Omit<Draft, 'at'> } | { ok: false; fault: Fault } {
  const line = text.replace(/\r?\n$/, '')
  if (/[\r\n]/.test(line)) {
    const message = 'A message is one line. Send each line as a message of its own.'
    return { ok: false, fault: { code: 'bad_message', message } }
  }
  const said = checkMessage(line, store.secret)
  if (!said.ok) return said
  if (hosts.holdsKey(said.text, '')) return { ok: false, fault: { code: 'key_said' } }
  const claim = people.names.claim(name, '')
  if (!claim.ok) return claim
  const from = { id: idOfName(claim.name, store.secret), name: claim.name, via: 'http' } as const
  const kind = action === true ? 'action' : 'message'
  return { ok: true, draft: { kind, from, text: said.text, ...(id !== undefined && { id }) } }
}

/** Flood control for each network. */
class Rates {
  readonly #flood: Rate
  readonly #of = new Map<string, { flood: Bucket; freeAt: number }>()

  constructor(flood: Rate) {
    this.#flood = flood
  }

  /** Counts a message and returns 0, or returns how many ms its sender has to wait first. */
  take(address: string, now: number): number {
    const network = networkOf(address)
    const rate = this.#of.get(network) ?? { flood: new Bucket(this.#flood, now), freeAt: now }
    // Inserted again, so that the first entry is the one with the oldest last request.
    this.#of.delete(network)
    this.#of.set(network, rate)
    if (this.#of.size > MAX_NETWORKS) this.#of.delete(this.#of.keys().next().value as string)
    if (now < rate.freeAt) return rate.freeAt - now
    rate.freeAt = now + rate.flood.take(now)
    return 0
  }
}

/** The fault for a request that Fastify could not read. */
function faultOf({ statusCode = 500, code }: FastifyError): Fault {
  if (statusCode >= 500) return { code: 'log_unavailable' }
  if (statusCode === 413) return { code: 'text_too_long' }
  const json = code === 'FST_ERR_CTP_INVALID_JSON_BODY'
  return json ? { code: 'bad_json' } : { code: 'bad_message', message: USAGE }
}
