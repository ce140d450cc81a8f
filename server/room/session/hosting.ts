/** What a session does as a host, and how it becomes one. */
import { type Act, actText, type Order } from '../../../shared/acts.ts'
import { othersShare } from '../../../shared/dialect/replies.ts'
import type { Fault } from '../../../shared/errors.ts'
import { foldName } from '../../../shared/fold.ts'
import { limits } from '../../../shared/limits.ts'
import type { PersonName } from '../../../shared/person.ts'
import type { RoomEvent } from '../../../shared/protocol.ts'
import { TAKE_BACK_MS } from '../../../shared/redaction.ts'
import type { HostRequest } from '../../../shared/requests.ts'
import { cutUtf8, sanitise } from '../../../shared/text.ts'
import type { Channel } from '../channel.ts'
import { actOf } from '../hosts/orders.ts'
import type { Room } from '../room.ts'
import { shownBefore } from '../shown.ts'
import { holdsToken } from '../token.ts'
import { loweredHand, type MadeHand, ownHand } from './hands.ts'
import { react } from './reacting.ts'
import type { Self } from './self.ts'

/** Most UTF-8 bytes of an unknown name that the error repeats. */
const NAME_BYTES = 96

/** Becomes a host, if the key is right. */
export async function becomeHost(self: Self, { key }: HostRequest, room: Room): Promise<void> {
  if (self.isHost) return self.refuse({ code: 'bad_message', message: 'You are a host already.' })
  let fault: Fault | undefined
  try {
    fault = await self.rooms.hosts.tryKey(key, self.reader.source.name)
  } catch {
    fault = { code: 'history_unavailable' }
  }
  const { person } = self
  if (self.state !== 'member' || person === undefined) return
  if (fault !== undefined) return self.refuse(fault)
  const { id, name } = person
  self.tellKnocks()
  return post(self, room, { type: 'host', person: { id, name } })
}

/**
 * Carries out an act of a host. Everybody can raise a hand, react, and take back their own messages for a
 * while.
 */
export async function act(self: Self, order: Order, room: Room): Promise<void> {
  if (order.type === 'react') return react(self, order, room)
  if (order.type === 'hand') {
    const made = await ownHand(self, order, room)
    return made && postHand(self, room, made)
  }
  if (!self.isHost) {
    return order.type === 'redact'
      ? actOnEvent(self, order, room)
      : self.refuse({ code: 'not_host' })
  }
  // Reasons and new names are texts.
  const muted = self.id === undefined ? undefined : self.rooms.hosts.muted(self.id)
  if (muted !== undefined) return self.refuse(muted)
  if (order.type === 'redact' || order.type === 'pin') return actOnEvent(self, order, room)
  const person = order.person === undefined ? undefined : await findPerson(self, order, room)
  const { id } = self
  if (self.state !== 'member' || id === undefined || !self.isHost) return
  if (order.person !== undefined && person === undefined) return
  if (order.type === 'lower') return postHand(self, room, loweredHand(room, person))
  if (order.type === 'lesson') {
    await self.posts.settled()
    const seq = order.on === false ? 0 : room.feed.seq
    return seq === room.lesson
      ? self.refuse({ code: 'bad_message', message: 'Nothing was said since the last mark.' })
      : post(self, room, { type: 'lesson', seq })
  }
  const made = actOf(order, id, person, self.rooms)
  if (!made.ok) return self.refuse(made.fault)
  return post(self, room, made.act, order.seconds)
}

/** To a person who takes back the latest of their messages. */
export const NOTHING_SAID: Fault = {
  code: 'event_unknown',
  message: 'You have said nothing here that you can take back.',
}

/**
 * Pins an event, or takes its text away: the one with this seq, or the latest of a person. Without both,
 * ends the pin, or takes away the latest own text.
 */
async function actOnEvent(self: Self, { type, seq, person }: Order, room: Room): Promise<void> {
  if (type === 'pin' && seq === undefined && person === undefined) {
    return post(self, room, { type, seq: 0 })
  }
  // The event may be one that this person has just posted.
  await self.posts.settled()
  let event: RoomEvent | undefined
  try {
    event =
      seq === undefined && person === undefined
        ? await findEvent(room, undefined, self.id, false)
        : await findEvent(room, seq, person, self.reader.isTyped)
  } catch {
    return self.refuse({ code: 'history_unavailable' })
  }
  if (self.state !== 'member') return
  if (event === undefined) {
    const isOwn = seq === undefined && person === undefined
    return self.refuse(isOwn ? NOTHING_SAID : { code: 'event_unknown' })
  }
  const fault = self.isHost ? undefined : objectionTo(event, self)
  if (fault !== undefined) return self.refuse(fault)
  if (event.act !== undefined || event.redacted !== undefined) {
    const message = event.act
      ? `An act of a host cannot be ${type === 'pin' ? 'pinned' : 'removed'}.`
      : 'It is removed already.'
    return self.refuse({ code: 'bad_message', message })
  }
  if (type === 'pin') return post(self, room, { type, seq: event.seq })
  const isTopic = event.kind === 'topic' && event.text === room.about.topic
  const { id, name } = event.from
  return post(self, room, {
    type: 'redact',
    seq: event.seq,
    person: { id, name },
    ...(isTopic && { topic: true }),
  })
}

/** Why a person, not as a host, may not take the text of the event away. */
export function objectionTo({ from, at }: RoomEvent, { id, rooms }: Self): Fault | undefined {
  if (from.id !== id) return { code: 'not_host' }
  return rooms.clock.now() - Date.parse(at) > TAKE_BACK_MS ? { code: 'too_late' } : undefined
}

/** Rejects if the log cannot be read. */
async function findEvent(
  { log, feed }: Room,
  seq: number | undefined,
  person = '',
  isTyped: boolean,
): Promise<RoomEvent | undefined> {
  if (seq !== undefined) {
    const [event] = seq <= feed.seq ? await log.read(seq, 1) : []
    return event?.seq === seq ? event : undefined
  }
  const recent = await shownBefore(log, feed.seq + 1, limits.historyEvents)
  // Also of a sender that never was a member. A name that is typed can be like an id.
  const isMeant = ({ id, name }: PersonName) =>
    (!isTyped && id === person) || foldName(name) === foldName(person)
  return recent.findLast(({ from, act, redacted }) => !act && !redacted && isMeant(from))
}

/** The sender of a message in the room that never was a member, such as a script over HTTP. */
async function senderIn(self: Self, room: Room, given: string): Promise<PersonName | undefined> {
  await self.posts.settled()
  return (await findEvent(room, undefined, given, self.reader.isTyped))?.from
}

/** The person with this id or name, present or not; undefined after an error. */
async function findPerson(
  self: Self,
  { type, person: given = '' }: Order,
  room: Room,
): Promise<PersonName | undefined> {
  const { hosts } = self.rooms
  let found: PersonName | undefined
  if (type === 'unban') {
    // Another person can have the name by now.
    const isMeant = (one: PersonName) => one.id === given || foldName(one.name) === foldName(given)
    found = hosts.bans().findLast(isMeant)
  }
  try {
    found ??= (await self.findPerson(given)) ?? (await senderIn(self, room, given))
  } catch {
    self.refuse({ code: 'history_unavailable' })
    return undefined
  }
  if (found !== undefined) return { id: found.id, name: found.name }
  const message = `There is nobody called ${sanitise(cutUtf8(given, NAME_BYTES))}.`
  self.refuse({ code: 'person_unknown', message })
  return undefined
}

function postHand(self: Self, room: Room, made: MadeHand): Promise<void> | void {
  return made.ok ? post(self, room, made.act, undefined, made.hint) : self.refuse(made.fault)
}

/** Resolves when the act has taken effect, so that it holds for the next request of this host. */
export async function post(
  self: Self,
  channel: Channel,
  act: Act,
  seconds?: number,
  also?: string,
): Promise<void> {
  const from = self.lastKnown
  if (from === undefined) return
  const text = actText(act, seconds, from.id)
  // A reason or a new name is a text like any other.
  if (holdsToken(text, self.rooms.store.secret)) return self.refuse({ code: 'code_said' })
  if (self.holdsKey(text)) return self.refuse({ code: 'key_said' })
  // Before the act, which may close the connection that has the address.
  const hint = also ?? hintAfter(self, act)
  void self.posts.post(channel, { kind: 'act', from, text, act }, (committed) => {
    if (committed === undefined) self.refuse({ code: 'log_unavailable' })
    else self.reply({ type: 'acted', text, ...(hint !== undefined && { hint }) }, channel)
  })
  await self.posts.settled()
}

/** After a ban: who else it concerns, or how to ban the address, too. */
function hintAfter(self: Self, act: Act): string | undefined {
  if (act.type !== 'ban') return undefined
  const address = self.rooms.hosts.addressOf(act.person.id)
  if (address === undefined) return undefined
  const { sharing } = address
  if (act.address !== undefined) {
    return sharing === 0
      ? undefined
      : `! ${othersShare(sharing)} this address, from which only hosts can come back.`
  }
  const { name } = act.person
  const others = sharing === 0 ? '' : `, which ${othersShare(sharing)}`
  const quoted = name.includes(' ') ? `"${name}"` : name
  return `/ban ${quoted} address also bans the address${others}.`
}

/** Lists those who are banned. */
export async function listBans(self: Self): Promise<void> {
  if (!self.isHost) return self.refuse({ code: 'not_host' })
  // The reply includes a ban of this host.
  await self.posts.settled()
  const bans = self.rooms.hosts.bans().map(({ id, name, by, until, address }) => {
    const sharing = self.rooms.hosts.addressOf(id)?.sharing
    return {
      person: { id, name },
      by,
      ...(until !== undefined && { until }),
      address: address !== undefined,
      ...(sharing !== undefined && { sharing }),
    }
  })
  self.reply({ type: 'bans', bans })
}
