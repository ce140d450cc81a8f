/** Reactions of a session to messages. */
import type { Order } from '../../../shared/acts.ts'
import type { Fault } from '../../../shared/errors.ts'
import { foldName } from '../../../shared/fold.ts'
import type { RoomEvent } from '../../../shared/protocol.ts'
import { givenOf, MESSAGE_SIGNS, PERSON_SIGNS } from '../../../shared/reactions.ts'
import { sanitise } from '../../../shared/text.ts'
import type { Room } from '../room.ts'
import { recentIn } from './answer.ts'
import { post } from './hosting.ts'
import type { Self } from './self.ts'

/** A set of whole emoji needs the flag `v`, which TypeScript does not take in a literal for this target. */
const SETS = 'v'
/** One emoji as it is recommended for general interchange (UTS #51). */
const EMOJI = new RegExp('^\\p{RGI_Emoji}$', SETS)
/** Asks for the coloured form of a character that has two. */
const COLOURED = '\ufe0f'

/** Gives a message a sign, or takes it back. Without `seq` and `person`: the latest of anybody else. */
export async function react(self: Self, order: Order, room: Room): Promise<void> {
  const sign = emojiOf(order.sign ?? '')
  if (sign === undefined) return self.refuse(bad('A reaction is one emoji, such as 👍.'))
  const fault = self.objectionIn(room)
  if (fault !== undefined) return self.refuse(fault)
  let event: RoomEvent | undefined
  try {
    event = await target(self, order, room)
  } catch {
    return self.refuse({ code: 'history_unavailable' })
  }
  if (self.state !== 'member' || self.id === undefined) return
  if (event === undefined || event.act !== undefined) return self.refuse({ code: 'event_unknown' })
  const all = givenOf(event)
  const own = all.filter(([, id]) => id === self.id)
  const isGiven = own.some(([one]) => one === sign)
  const on = order.on ?? !isGiven
  const objection = on && !isGiven ? full(event, all.length, own.length) : undefined
  if (objection !== undefined) return self.refuse(objection)
  // Nothing changes.
  if (on === isGiven) return
  const { id, name } = event.from
  await post(self, room, { type: 'react', seq: event.seq, person: { id, name }, sign, on })
}

function full({ redacted }: RoomEvent, all: number, own: number): Fault | undefined {
  if (redacted !== undefined) return bad('The message is removed.')
  if (own >= PERSON_SIGNS) {
    return bad(`You can react to a message with at most ${PERSON_SIGNS} signs.`)
  }
  return all >= MESSAGE_SIGNS ? bad('The message has enough reactions.') : undefined
}

/** Rejects if the log cannot be read. */
async function target(
  self: Self,
  { seq, person }: Order,
  room: Room,
): Promise<RoomEvent | undefined> {
  const recent = await recentIn(self, room)
  if (seq !== undefined) return room.event(seq)
  if (person === undefined) return recent.findLast(({ from }) => from.id !== self.id)
  const name = foldName(person.replace(/^@/u, ''))
  return recent.findLast(
    ({ from }) => foldName(from.name) === name || (!self.reader.isTyped && from.id === person),
  )
}

function emojiOf(sign: string): string | undefined {
  const found = [sign, sign + COLOURED].find((one) => EMOJI.test(one))
  return found !== undefined && sanitise(found) === found ? found : undefined
}

function bad(message: string): Fault {
  return { code: 'bad_message', message }
}
