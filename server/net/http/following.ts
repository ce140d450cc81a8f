/** A request for `GET /api/events` as a stream → where it begins, and the stream. */
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sseDialect } from '../../../shared/dialect/sse.ts'
import type { Fault } from '../../../shared/errors.ts'
import { limits } from '../../../shared/limits.ts'
import type { Rooms } from '../../room/rooms.ts'
import { type Place, viewOf } from '../../room/session/view.ts'
import { personOf } from '../../room/token.ts'
import { admit } from '../connection/admission.ts'
import type { Connections } from '../connection/connections.ts'
import { Quota, type QuotaLimits } from '../quota.ts'
import { bearerOf } from './door.ts'
import { sendFault } from './status.ts'
import { startStream } from './stream.ts'

/** `SEQ/EPOCH`, or the seq alone, which is then of the present epoch. */
const LAST_ID = /^(\d{1,15})(?:\/([\w-]{1,64}))?$/
const USAGE = `Send Last-Event-ID or after (a seq), history (0 to ${limits.historyEvents}), and room (a name).`

/**
 * Streams that wait for their turn to start. Many, since all clients come back at once after a restart,
 * and a browser does not come back after a refusal.
 */
const STARTING: QuotaLimits = { total: 2000, ofNetwork: 500 }

/** Whether the client asks for a stream: browsers send the header, and curl sends no such one. */
export function wantsStream({ headers, query }: FastifyRequest): boolean {
  return (
    headers.accept?.includes('text/event-stream') === true ||
    'stream' in (query as Record<string, unknown>)
  )
}

type FollowingOptions = {
  rooms: Rooms
  connections: Connections
  /** Of `httpServer`. */
  countAsChat: (socket: Socket) => void
}

export class Following {
  readonly #rooms: Rooms
  readonly #connections: Connections
  readonly #countAsChat: FollowingOptions['countAsChat']
  readonly #dialect: ReturnType<typeof sseDialect>
  readonly #starting = new Quota(STARTING)

  constructor({ rooms, connections, countAsChat }: FollowingOptions) {
    this.#rooms = rooms
    this.#connections = connections
    this.#countAsChat = countAsChat
    this.#dialect = sseDialect(rooms.store.epoch)
  }

  /** Returns why there is no stream; undefined if it has begun, or the response is sent. */
  async follow(request: FastifyRequest, reply: FastifyReply): Promise<Fault | undefined> {
    const rooms = this.#rooms
    const { room: wanted } = request.query as Record<string, unknown>
    const place = placeOf(request, rooms.store.epoch)
    if (place === undefined || Array.isArray(wanted)) {
      return { code: 'bad_message', message: USAGE }
    }
    const giveBack = this.#starting.take(request.ip)
    if (giveBack === undefined) return { code: 'too_fast' }
    await rooms.arrivals.next()
    giveBack()
    const held = await rooms.find(wanted as string | undefined)
    if (!held.ok) return held.fault
    const { room } = held
    try {
      // A client may have read further at another node than this one has.
      if (place.seq !== undefined && place.epoch === rooms.store.epoch) {
        await room.log.reach?.(place.seq)
      }
      const { view, cursor } = await viewOf(room, place, rooms.store.epoch)
      if (request.raw.socket.destroyed) {
        reply.hijack()
        return undefined
      }
      const { source, refusal } = admit(request.ip, {
        rooms,
        connections: this.#connections,
      })
      if (refusal !== undefined) {
        sendFault(reply, { code: refusal })
        return undefined
      }
      const token = bearerOf(request)
      const person = token === undefined ? undefined : personOf(token, rooms.store.secret)
      const welcome = { type: 'joined', room: room.about.name, ...view } as const
      const options = { rooms, connections: this.#connections, dialect: this.#dialect }
      this.#countAsChat(request.raw.socket)
      startStream(request, reply, options, { room, source, person, welcome, cursor })
      return undefined
    } catch {
      return { code: 'history_unavailable' }
    } finally {
      room.release()
    }
  }
}

/** Last-Event-ID goes before the query, which a browser repeats when it reconnects. */
function placeOf({ headers, query }: FastifyRequest, epoch: string): Place | undefined {
  const given = query as Record<string, unknown>
  const last = headers['last-event-id'] ?? given.after
  const history = Number(given.history ?? 0)
  if (!Number.isInteger(history) || history < 0 || history > limits.historyEvents) return undefined
  if (last === undefined || last === '') return { history }
  const [, seq, itsEpoch = epoch] = LAST_ID.exec(String(last)) ?? []
  return seq === undefined ? undefined : { seq: Number(seq), epoch: itsEpoch, history }
}
