/** Raised hands: of the person, of others by a host, and the list of them. */
import type { Act, Order } from '../../../shared/acts.ts'
import { remainingText } from '../../../shared/duration.ts'
import type { Fault } from '../../../shared/errors.ts'
import type { PersonName } from '../../../shared/person.ts'
import type { Room } from '../room.ts'
import type { Self } from './self.ts'

export type Hand = Extract<Act, { type: 'hand' }>
export type MadeHand = { ok: true; act: Hand; hint?: string } | { ok: false; fault: Fault }

/** The act of a person who raises or lowers a hand. Everybody may, unless a host has muted this person. */
export async function ownHand(
  self: Self,
  { on }: Order,
  room: Room,
): Promise<MadeHand | undefined> {
  // What was done before counts.
  await self.posts.settled()
  const { lastKnown: person, rooms } = self
  if (self.state !== 'member' || person === undefined) return undefined
  const { id, name } = person
  const { hands } = room
  const isUp = hands.some((hand) => hand.id === id)
  const wanted = on ?? !isUp
  if (wanted === isUp) {
    return refused(`Your hand is ${isUp ? 'raised already' : 'not raised'}.`)
  }
  const act = { type: 'hand', person: { id, name }, on: wanted } as const
  if (!wanted) return { ok: true, act }
  const fault = rooms.hosts.muted(id)
  if (fault !== undefined) return { ok: false, fault }
  const left = rooms.hosts.handWait(id)
  if (left > 0) {
    const message = `Wait ${remainingText(left / 1000)} before you raise your hand again.`
    return { ok: false, fault: { code: 'slow_mode', message } }
  }
  const before = hands.length
  const hint =
    before === 0
      ? undefined
      : `${before} ${before === 1 ? 'hand was' : 'hands were'} raised before.`
  return { ok: true, act, ...(hint !== undefined && { hint }) }
}

/** The act of a host who lowers a hand. `person`: undefined for the one that was raised first. */
export function loweredHand(room: Room, person: PersonName | undefined): MadeHand {
  const { hands } = room
  const meant = person === undefined ? hands[0] : hands.find(({ id }) => id === person.id)
  if (meant !== undefined) return { ok: true, act: { type: 'hand', person: meant, on: false } }
  return refused(
    person === undefined ? 'No hand is raised.' : `${person.name} has not raised a hand.`,
  )
}

export async function listHands(self: Self, room: Room): Promise<void> {
  await self.posts.settled()
  self.reply(room.labelled({ type: 'hands', hands: room.hands }), room)
}

function refused(message: string): MadeHand {
  return { ok: false, fault: { code: 'bad_message', message } }
}
