/** What a host asks for → the act, or why it cannot be done. */
import type { Act, Order } from '../../../shared/acts.ts'
import type { Fault } from '../../../shared/errors.ts'
import type { PersonName } from '../../../shared/person.ts'
import { cutUtf8, sanitise } from '../../../shared/text.ts'
import type { Rooms } from '../rooms.ts'
import { isOperator, RELAY_ID } from '../token.ts'
import type { Ban } from './rules.ts'

/** Most UTF-8 bytes of a reason. */
const REASON_BYTES = 240

export type Made = { ok: true; act: Act } | { ok: false; fault: Fault }

/** Acts that a host cannot do to another host. */
const AGAINST: readonly Order['type'][] = ['unhost', 'mute', 'kick', 'ban', 'rename', 'observer']
/** Acts that end the connection of the person. */
const REMOVING: readonly Order['type'][] = ['kick', 'ban']

/** `by`: id of the host. `person`: of the order, if it names one. */
export function actOf(
  order: Order,
  by: string,
  person: PersonName | undefined,
  rooms: Rooms,
): Made {
  if (person === undefined) return actHere(order, rooms)
  const fault = objection(order, by, person, rooms)
  return fault === undefined ? actOn(order, person, rooms) : { ok: false, fault }
}

/** An act for everybody in a room. */
function actHere(order: Order, rooms: Rooms): Made {
  if (order.type === 'mute') return made({ type: 'mute', ...untilOf(order, rooms) })
  if (order.type === 'unmute') return made({ type: 'unmute' })
  if (order.type === 'slow') return made({ type: 'slow', seconds: order.seconds ?? 0 })
  if (order.type === 'lock' || order.type === 'unlock') return made({ type: order.type })
  if (order.type === 'approve') {
    return order.on === undefined
      ? bad('The act approve needs on.')
      : made({ type: 'approve', on: order.on })
  }
  return bad(`The act ${order.type} needs a person.`)
}

function actOn(order: Order, person: PersonName, rooms: Rooms): Made {
  const { type } = order
  const { hosts, people } = rooms
  switch (type) {
    case 'unhost':
    case 'unmute':
      return made({ type, person })
    case 'mute':
      return made({ type, person, ...untilOf(order, rooms) })
    case 'kick': {
      const reason = cutUtf8(sanitise(order.reason ?? '').trim(), REASON_BYTES)
      return made({ type, person, ...(reason !== '' && { reason }) })
    }
    case 'ban': {
      const before = banOf(person, rooms)?.address
      const address = order.address === true ? hosts.addressOf(person.id)?.mark : before
      if (order.address === true && address === undefined) {
        const { name } = person
        return bad(`The address of ${name} is not known: they were not here since the start.`)
      }
      const ban = { type, person, ...untilOf(order, rooms) } as const
      return made({ ...ban, ...(address !== undefined && { address }) })
    }
    case 'unban':
      return banOf(person, rooms) === undefined
        ? bad(`${person.name} is not banned.`)
        : made({ type, person })
    case 'rename': {
      const claim = people.names.claim(order.name ?? '', person.id)
      return claim.ok ? made({ type, person, name: claim.name }) : claim
    }
    case 'observer':
      return made({ type, person, on: order.on ?? !hosts.rules.isObserver(person.id) })
    default:
      return bad(`The act ${type} is not for a person.`)
  }
}

function banOf(person: PersonName, { hosts }: Rooms): Ban | undefined {
  return hosts.bans().find(({ id }) => id === person.id)
}

function objection(
  { type }: Order,
  by: string,
  { id, name }: PersonName,
  { hosts, people }: Rooms,
): Fault | undefined {
  const isConsole = isOperator(by)
  const isHost = hosts.rules.isHost(id)
  if (id === by) return { code: 'bad_message', message: 'That is you.' }
  if (type === 'unhost' && !isHost) return { code: 'bad_message', message: `${name} is no host.` }
  if (isHost && !isConsole && AGAINST.includes(type)) {
    const message = `${name} is a host. Only the server's own console can do that.`
    return { code: 'is_host', message }
  }
  if (isOperator(id) && AGAINST.includes(type)) {
    return { code: 'is_host', message: `${name} is at the console of a server.` }
  }
  if (id === RELAY_ID && REMOVING.includes(type)) {
    const message = 'The relay is an option of the server. It can be muted.'
    return { code: 'bad_message', message }
  }
  if (type !== 'kick' || people.names.get(id) !== undefined) return undefined
  return { code: 'person_unknown', message: `${name} is not here.` }
}

function untilOf({ seconds }: Order, { clock }: Rooms): { until?: string } {
  if (seconds === undefined) return {}
  return { until: new Date(clock.now() + seconds * 1000).toISOString() }
}

function made(act: Act): Made {
  return { ok: true, act }
}

function bad(message: string): Made {
  return { ok: false, fault: { code: 'bad_message', message } }
}
