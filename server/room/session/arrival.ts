/** How a session becomes a person, and in which room it begins: by hello, or by /resume. */
import { limits, PROTOCOL_VERSION } from '../../../shared/limits.ts'
import type { Hello } from '../../../shared/protocol.ts'
import type { Room } from '../room.ts'
import { personOf, tokenFor } from '../token.ts'
import type { Self } from './self.ts'
import { positionIn, viewOf } from './view.ts'

type Greeting = Omit<Hello, 'type' | 'protocol'>

/** `identity`: id of the person, if the server itself chose it: the console, a relay. */
export async function enter(
  self: Self,
  hello: Greeting,
  identity: string | undefined,
): Promise<void> {
  if (self.state !== 'new') return self.refuse({ code: 'hello_twice' })
  self.state = 'entering'
  const room = await arrive(self, hello, identity)
  const { person } = self
  if (room === undefined || person === undefined) {
    if (self.state === 'entering') self.state = 'new'
    return
  }
  const { clock, people, store } = self.rooms
  self.memberships.enter(room, person)
  self.memberships.settleIn(room)
  const { view, cursor } = await viewOf(room, hello, store.epoch)
  const isNew = hello.token === undefined && identity === undefined
  const direct = isNew ? [] : await self.correspondence.list(person.id)
  if (self.state !== 'entering') return
  self.state = 'member'
  const ignored = people.ignoredBy(person.id)
  self.reply(
    room.labelled({
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      you: person,
      token: tokenFor(person.id, store.secret),
      at: new Date(clock.now()).toISOString(),
      ...view,
      limits,
      ...(direct.length > 0 && { direct }),
      ...(ignored.length > 0 && { ignored: [...ignored] }),
    }),
  )
  self.memberships.follow(room, cursor)
  self.greeted()
  people.noteSeat(person.id, self.reader)
  if (self.reader.remembersSeat && !isNew) await self.correspondence.catchUp(person.id)
}

/** Returns the held room of the hello, with the person present; undefined after an error. */
async function arrive(
  self: Self,
  { room: roomName, name, token }: Greeting,
  identity: string | undefined,
): Promise<Room | undefined> {
  const { people, hosts, store } = self.rooms
  const room = await self.hold(roomName)
  if (room === undefined) return undefined
  const id = identity ?? (token === undefined ? undefined : personOf(token, store.secret))
  const returning = await people.returning(id)
  const refusal = identity === undefined ? hosts.refused(id, self.reader.network) : undefined
  if (refusal !== undefined) {
    room.release()
    self.reader.close(refusal.code, refusal.message)
    return undefined
  }
  const asked = name ?? returning?.seat?.name
  const instead =
    id === undefined || asked === undefined ? undefined : hosts.rules.nameInstead(id, asked)
  const wanted = instead ?? name
  const arrival =
    self.state === 'entering' ? people.arrive(self.reader, wanted, returning) : undefined
  if (arrival?.ok !== true) {
    room.release()
    if (arrival !== undefined) self.refuse(arrival.fault)
    return undefined
  }
  self.become(arrival.person)
  hosts.arrived(arrival.person.id, self.reader.network)
  return room
}

/** /resume: becomes the person of another connection, and reads on from its position. */
export async function resume(self: Self, code: string): Promise<void> {
  const { people, store } = self.rooms
  // Until its messages are in the log, their sender stays a member.
  await self.posts.settled()
  const id = personOf(code, store.secret)
  const seat = id === undefined ? undefined : await people.seatOf(id).catch(() => undefined)
  if (self.state !== 'member') return
  if (id === undefined || seat === undefined || people.comesTooLate(id, self.reader)) {
    return self.refuse({ code: 'resume_unknown' })
  }
  const refusal = self.rooms.hosts.refused(id, self.reader.network)
  if (refusal !== undefined) return self.reader.close(refusal.code, refusal.message)
  if (id === self.id) return self.reply({ type: 'you_are', name: seat.name, changed: false })
  const room = await self.rooms.reenter(seat.room, self.reader.network)
  if (self.state !== 'member') return room.release()
  // Leaves before it arrives, since the name may be the one that this connection has.
  self.depart(false)
  self.reader.stopFollowing()
  const arrival = people.arrive(self.reader, undefined, { id, seat, isRead: true })
  if (!arrival.ok) {
    room.release()
    return self.reader.close(arrival.fault.code)
  }
  self.become(arrival.person)
  self.rooms.hosts.arrived(id, self.reader.network)
  self.memberships.enter(room, arrival.person)
  self.memberships.settleIn(room)
  const { trimmed, skipped, missed, cursor } = positionIn(room, seat.positions[room.log.key])
  const { name } = arrival.person
  const resumed = { type: 'resumed', name, was: seat.name, trimmed, skipped, missed } as const
  self.reply(room.labelled(resumed), room)
  self.memberships.follow(room, cursor)
  await self.correspondence.catchUp(id)
}
