/**
 * What a request says: lines → one event in a room, or as few as can hold them.
 *
 * MUST NOT add or remove members, and MUST apply the limits of a chat connection: names, sizes. MUST
 * commit all lines of a request or none.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Fault } from '../../../shared/errors.ts'
import { limits } from '../../../shared/limits.ts'
import { messagesOf } from '../../../shared/lines.ts'
import { utf8Length } from '../../../shared/text.ts'
import type { Hook } from '../../room/doors/hooks.ts'
import type { Draft } from '../../room/log.ts'
import { checkMessage } from '../../room/message.ts'
import type { Room } from '../../room/room.ts'
import type { Rooms } from '../../room/rooms.ts'
import type { Claim } from '../../room/roster.ts'
import { idOfName } from '../../room/token.ts'
import { networkOf } from '../addresses.ts'
import { Quota, type QuotaLimits } from '../quota.ts'
import type { Speakers } from './speaker.ts'
import { refuse } from './status.ts'

/** Requests that may wait for the log at once. */
const WAITING: QuotaLimits = { total: 512, ofNetwork: 128 }

/**
 * `lines`: of a message. `name`: of the sender, unless it is a hook. `isNameExact`: otherwise a free
 * name near it can take its place. `id`: of the request; with several messages, each has this id and
 * its number.
 */
export type Said = {
  lines: readonly string[]
  name: string
  isNameExact: boolean
  id: string | undefined
  action: boolean
  room: string | undefined
}
type Drafts = { ok: true; drafts: Omit<Draft, 'at'>[] } | { ok: false; fault: Fault }

export class Speech {
  readonly #rooms: Rooms
  readonly #speakers: Speakers
  readonly #waiting = new Quota(WAITING)

  constructor(rooms: Rooms, speakers: Speakers) {
    this.#rooms = rooms
    this.#speakers = speakers
  }

  /**
   * Sends 201 and the committed event, with `ok`, and with the name of its room unless that is the lobby;
   * for lines that do not fit into one message, `events`. Sends 200 and the earlier events if the same was
   * sent before under this name and id; 409 if that was something else.
   */
  async say(
    request: FastifyRequest,
    reply: FastifyReply,
    said: Said,
    hook: Hook | undefined,
  ): Promise<FastifyReply> {
    const rooms = this.#rooms
    const read = this.#draftsOf(said, hook)
    if (!read.ok) return refuse(reply, read.fault, rooms)
    const { drafts } = read
    const giveBack = this.#waiting.take(request.ip)
    if (giveBack === undefined) return this.#speakers.refuseForNow(reply, 1000)
    const network = networkOf(request.ip)
    const held = await rooms.enter(said.room, network)
    if (!held.ok) {
      giveBack()
      return refuse(reply, held.fault, rooms)
    }
    const { room } = held
    const objection = this.#objection(drafts, room, network, hook)
    const committed = objection === undefined ? await rooms.postTogether(room, drafts) : undefined
    room.release()
    giveBack()
    if (objection !== undefined) return refuse(reply, objection, rooms)
    if (committed === undefined) return refuse(reply, { code: 'log_unavailable' }, rooms)
    this.#speakers.count(request, drafts.length - 1)
    const isSame = committed.every(({ event: { redacted, text, kind } }, at) => {
      return redacted !== undefined || (text === drafts[at]?.text && kind === drafts[at]?.kind)
    })
    if (!isSame) return refuse(reply, { code: 'id_used' }, rooms)
    const isRepeated = committed.every(({ repeated }) => repeated)
    const events = committed.map(({ event }) => event)
    const [only] = events
    const answer = events.length === 1 && only !== undefined ? only : { events }
    // Senders for Slack, such as Alertmanager, report a failure without `ok`.
    return reply.code(isRepeated ? 200 : 201).send({ ...room.labelled(answer), ok: true })
  }

  #draftsOf(said: Said, hook: Hook | undefined): Drafts {
    const { hosts, hooks, store } = this.#rooms
    const { lines, id, action } = said
    if (lines.length > limits.textLines) {
      const message = `A request has at most ${limits.textLines} lines.`
      return { ok: false, fault: { code: 'text_too_long', message } }
    }
    const texts: string[] = []
    for (const message of messagesOf(lines, utf8Length)) {
      const checked = checkMessage(message, store.secret)
      if (!checked.ok) return checked
      if (hosts.holdsKey(checked.text, '')) return { ok: false, fault: { code: 'key_said' } }
      texts.push(checked.text)
    }
    const claim = this.#claim(said, hook)
    if (!claim.ok) return claim
    const kind = action ? 'action' : 'message'
    const speaker = hook === undefined ? idOfName(claim.name, store.secret) : hooks.idOf(hook)
    const from = { id: speaker, name: claim.name, via: 'http' } as const
    const drafts = texts.map((text, at): Omit<Draft, 'at'> => {
      if (id === undefined) return { kind, from, text }
      return { kind, from, text, id: texts.length === 1 ? id : `${id} ${at + 1}/${texts.length}` }
    })
    return { ok: true, drafts }
  }

  #claim({ name, isNameExact }: Said, hook: Hook | undefined): Claim {
    const { people, hooks } = this.#rooms
    const claim =
      hook === undefined
        ? people.names.claim(name, '')
        : people.names.claim(hook.name, hooks.idOf(hook))
    // Somebody can have the name of a hook who took it before the hook was known here.
    const isExact = hook === undefined && isNameExact
    if (claim.ok || isExact || claim.fault.suggestion === undefined) return claim
    return { ok: true, name: claim.fault.suggestion }
  }

  /** Why the sender may not write there now. The rules of hosts that are for people do not bind a hook. */
  #objection(
    drafts: readonly Omit<Draft, 'at'>[],
    { log }: Room,
    network: string,
    hook: Hook | undefined,
  ): Fault | undefined {
    const { hosts } = this.#rooms
    const id = drafts[0]?.from.id ?? ''
    if (hook !== undefined) {
      const muted = hosts.objection(id, log.key)
      return hosts.refused(id, network) ?? (muted?.code === 'observer' ? undefined : muted)
    }
    if (drafts.length > 1 && hosts.rules.slowIn(log.key) > 0) {
      return { code: 'slow_mode', message: 'Send one message at a time: slow mode is on.' }
    }
    return (
      hosts.refused(undefined, network) ??
      hosts.refused(id, network) ??
      hosts.objection(id, log.key) ??
      hosts.tooSoon(`http ${network}`, log.key)
    )
  }
}
