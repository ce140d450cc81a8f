/** What a session does as a host, and how it becomes one. */
import { type Act, actText, type Order } from '../../../shared/acts.ts'
import type { Fault } from '../../../shared/errors.ts'
import type { HostRequest, PersonName } from '../../../shared/protocol.ts'
import { cutUtf8, sanitise } from '../../../shared/text.ts'
import type { Room } from '../room.ts'
import { OPERATOR_ID, RELAY_ID } from '../roster.ts'
import type { Self } from './self.ts'

/** Most UTF-8 bytes of a reason, and of an unknown name that the error repeats. */
const REASON_BYTES = 240
const NAME_BYTES = 96

/** Becomes a host, if the key is right. */
export async function becomeHost(self: Self, { key }: HostRequest, room: Room): Promise<void> {
  const { hosts } = self.rooms
  const { id } = self
  if (id === undefined) return
  if (hosts.rules.isHost(id)) {
    return self.refuse({ code: 'bad_message', message: 'You are a host already.' })
  }
  let fault: Fault | undefined
  try {
    fault = await hosts.tryKey(key, self.reader.network)
  } catch {
    fault = { code: 'history_unavailable' }
  }
  const { person } = self
  if (self.state !== 'member' || person === undefined) return
  if (fault !== undefined) return self.refuse(fault)
  const { name } = person
  return post(self, room, { type: 'host', person: { id, name } })
}

/** Carries out an act of a host. */
export async function act(self: Self, order: Order, room: Room): Promise<void> {
  const { id } = self
  if (id === undefined || !self.rooms.hosts.rules.isHost(id))
    return self.refuse({ code: 'not_host' })
  const found = order.person === undefined ? undefined : await findPerson(self, order.person)
  if (self.state !== 'member' || (order.person !== undefined && found === undefined)) return
  const made = actOf(order, found, self.rooms.clock.now())
  if ('fault' in made) return self.refuse(made.fault)
  const fault = found === undefined ? undefined : objection(self, made.act, found)
  if (fault !== undefined) return self.refuse(fault)
  return post(self, room, made.act, order.seconds)
}

/** The act of an order, or what it lacks. `now`: ms since the Unix epoch. */
function actOf(
  { type, seconds, reason }: Order,
  person: PersonName | undefined,
  now: number,
): { act: Act } | { fault: Fault } {
  const until = seconds === undefined ? {} : { until: new Date(now + seconds * 1000).toISOString() }
  const whom = person === undefined ? {} : { person }
  if (type === 'mute') return { act: { type, ...whom, ...until } }
  if (type === 'unmute') return { act: { type, ...whom } }
  if (person === undefined) {
    return { fault: { code: 'bad_message', message: `The act ${type} needs a person.` } }
  }
  if (type === 'unhost') return { act: { type, person } }
  const why = cutUtf8(sanitise(reason ?? '').trim(), REASON_BYTES)
  return { act: { type, person, ...(why !== '' && { reason: why }) } }
}

/** Why this host cannot do that to this person. */
function objection(self: Self, { type }: Act, { id, name }: PersonName): Fault | undefined {
  const { rules } = self.rooms.hosts
  const isConsole = self.id === OPERATOR_ID
  if (id === self.id) return { code: 'bad_message', message: 'That is you.' }
  if (type === 'unhost' && !rules.isHost(id)) {
    return { code: 'bad_message', message: `${name} is no host.` }
  }
  if (type === 'unhost' && !isConsole) {
    return { code: 'is_host', message: "Only the server's own console can do that." }
  }
  if (type !== 'unmute' && rules.isHost(id) && !isConsole) {
    return {
      code: 'is_host',
      message: `${name} is a host. Only the server's own console can do that.`,
    }
  }
  if (type !== 'kick') return undefined
  if (id === RELAY_ID) {
    return {
      code: 'bad_message',
      message: 'The relay is an option of the server. It can be muted.',
    }
  }
  if (self.rooms.people.names.get(id) !== undefined) return undefined
  return { code: 'person_unknown', message: `${name} is not here.` }
}

/** The person with this id or name, present or not; undefined after an error. */
async function findPerson(self: Self, given: string): Promise<PersonName | undefined> {
  let found: PersonName | undefined
  try {
    found = await self.rooms.people.find(given)
  } catch {
    self.refuse({ code: 'history_unavailable' })
    return undefined
  }
  if (found !== undefined) return { id: found.id, name: found.name }
  const message = `There is nobody called ${sanitise(cutUtf8(given, NAME_BYTES))}.`
  self.refuse({ code: 'person_unknown', message })
  return undefined
}

/** The result resolves when the connection may be read again. */
function post(self: Self, room: Room, act: Act, seconds?: number): Promise<void> | undefined {
  const from = self.lastKnown
  if (from === undefined) return undefined
  const text = actText(act, seconds)
  return self.posts.post(room, { kind: 'act', from, text, act }, (committed) => {
    if (committed === undefined) self.refuse({ code: 'log_unavailable' })
    else self.reply({ type: 'acted', text }, room)
  })
}
