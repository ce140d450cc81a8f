/**
 * A session as data: how the next server goes on with a client that stays connected.
 *
 * MUST announce nothing: for all others, the person was never away.
 */
import type { ErrorCode } from '../../../shared/errors.ts'
import type { Named } from '../conversation.ts'
import type { LogKey } from '../log.ts'
import type { Greeting, Self } from './self.ts'
import { positionIn } from './view.ts'

/**
 * `new`: without a successful hello. `outside`: see `Self.state`; `knock`: what the client that waits
 * for a host has sent first. `rooms` and `conversations`: keys of their logs.
 */
export type HandedSession =
  | { type: 'new' }
  | {
      type: 'outside'
      hello: Greeting
      refusal: ErrorCode | undefined
      knock: string | undefined
    }
  | {
      type: 'member'
      person: string
      code: string | undefined
      lastPeer: Named | undefined
      lastTold: Named | undefined
      home: LogKey
      rooms: readonly LogKey[]
      conversations: readonly LogKey[]
    }

/** MUST be called when everything that was received is settled. */
export function handedSession(self: Self, knock: string | undefined): HandedSession {
  const { state, id, code, memberships, correspondence, hello, refusal, lastTold } = self
  if (state === 'outside') return { type: 'outside', hello, refusal, knock }
  if (state !== 'member' || id === undefined) return { type: 'new' }
  const { keys: conversations, lastPeer } = correspondence
  const { keys: rooms, home } = memberships
  return {
    type: 'member',
    person: id,
    code,
    lastPeer,
    lastTold,
    home: home.log.key,
    rooms,
    conversations,
  }
}

/** Returns the text of a knock that is to be repeated. `positions`: seq of the last event sent, by log. */
export async function goOn(
  self: Self,
  handed: HandedSession,
  positions: Record<LogKey, number>,
): Promise<string | undefined> {
  if (handed.type === 'new') return undefined
  if (handed.type === 'outside') {
    self.state = 'outside'
    self.hello = handed.hello
    self.refusal = handed.refusal
    return handed.knock
  }
  const { rooms, reader, memberships } = self
  const { person: id, code, home } = handed
  const arrival = rooms.people.arrive(reader, {}, await rooms.people.returning(id))
  if (!arrival.ok) {
    reader.close(arrival.fault.code, arrival.fault.message)
    return undefined
  }
  self.state = 'member'
  self.become(arrival.person)
  self.lastTold = handed.lastTold
  if (code !== undefined) self.comeInside(id, code)
  rooms.hosts.arrived(id, reader.source.name)
  for (const key of handed.rooms) {
    const room = rooms.openedRoom(key)
    if (room === undefined) continue
    room.hold()
    memberships.enter(room, arrival.person)
    if (key === home) memberships.settleIn(room)
    memberships.follow(room, positionIn(room, positions[key]).cursor)
    // Who was there while the servers changed is not in the log.
    if (!reader.isTyped) self.reply(room.snapshot(), room)
  }
  for (const key of handed.conversations) {
    const conversation = await rooms.conversationOf(key)
    if (conversation === undefined) continue
    if (rooms.people.readerOf(id) === reader) self.correspondence.goOn(conversation, positions[key])
    conversation.release()
  }
  if (handed.lastPeer !== undefined) self.correspondence.lastPeer = handed.lastPeer
  return undefined
}
