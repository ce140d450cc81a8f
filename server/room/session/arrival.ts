/** How a session becomes a person, and in which room it begins: by hello, or by /resume. */

import type { ErrorCode, Fault } from '../../../shared/errors.ts'
import { limits, PROTOCOL_VERSION } from '../../../shared/limits.ts'
import type { Room } from '../room.ts'
import { personOf, tokenFor } from '../token.ts'
import { arriveEverywhere } from './everywhere.ts'
import type { Greeting, Self } from './self.ts'
import { positionIn, reaches, viewOf } from './view.ts'

/** For clients that type. */
export const TYPED = {
  code_needed: 'This room needs a code. Type it here.',
  code_wrong: 'That is not the code. Type it again, or wait until a host lets you in.',
  approval_needed: 'A host lets people in here. Type a line, which the hosts see, and wait.',
} satisfies Partial<Record<ErrorCode, string>>
const FREE = { ok: true, code: undefined } as const

/** `identity`: id of the person, if the server itself chose it: the console, a relay. */
export async function enter(
  self: Self,
  hello: Greeting,
  identity: string | undefined,
): Promise<void> {
  if (self.state !== 'new' && self.state !== 'outside') {
    return self.refuse({ code: 'hello_twice' })
  }
  self.state = 'entering'
  await self.rooms.arrivals.next()
  const room = await arrive(self, hello, identity)
  const { person } = self
  if (room === undefined || person === undefined) {
    if (self.state === 'entering') self.state = 'new'
    return
  }
  const { clock, doors, people, store } = self.rooms
  self.memberships.enter(room, person)
  self.memberships.settleIn(room)
  if (!(await reaches(self, room, hello))) return
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
      ...(doors.words !== undefined && { code: doors.words }),
    }),
  )
  self.memberships.follow(room, cursor)
  self.greeted()
  if (self.isHost) self.tellKnocks()
  if (self.rooms.others?.isStoreAway) self.reply({ type: 'log', available: false })
  people.noteSeat(person.id, self.reader)
  if (self.reader.remembersSeat && !isNew) await self.correspondence.catchUp(person.id)
}

/** Returns the held room of the hello, with the person present; undefined after an error. */
async function arrive(
  self: Self,
  hello: Greeting,
  identity: string | undefined,
): Promise<Room | undefined> {
  const { doors, hosts, people, store } = self.rooms
  const { room: roomName, token, code, ...wanted } = hello
  const known = token === undefined ? undefined : personOf(token, store.secret)
  const isKeptOut = (): boolean => {
    const refusal = hosts.refused(known, self.reader.source.name)
    if (refusal === undefined || identity !== undefined) return false
    self.reader.close(refusal.code, refusal.message)
    return true
  }
  if (isKeptOut()) return undefined
  const isChecked = identity === undefined && !self.isAdmitted
  const admission = isChecked
    ? await doors.check(self.reader.source, { code, person: known })
    : FREE
  if (!admission.ok) return stayOutside(self, hello, admission.fault)
  if (isChecked && known === undefined && hosts.rules.needsApproval) {
    return stayOutside(self, hello, { code: 'approval_needed' })
  }
  const id = identity ?? known
  const room = await self.hold(roomName, id)
  if (room === undefined) return undefined
  const returning = await people.returning(id)
  // While the room was opened, a host may have banned the person.
  if (isKeptOut()) {
    room.release()
    return undefined
  }
  const words = admission.code ?? (self.isAdmitted ? doors.words : undefined)
  const arrival =
    self.state === 'entering'
      ? await arriveEverywhere(self, wanted, returning, room, words)
      : undefined
  if (arrival?.ok !== true) {
    room.release()
    if (arrival?.ok !== false) return undefined
    const { code, message } = arrival.fault
    // A client that types sends no other hello.
    if (self.reader.isTyped && identity === undefined) self.reader.close(code, message)
    else self.refuse(arrival.fault)
    return undefined
  }
  self.become(arrival.person)
  if (admission.code !== undefined) self.comeInside(arrival.person.id, admission.code)
  else if (words !== undefined) doors.remember(arrival.person.id, words)
  hosts.arrived(arrival.person.id, self.reader.source.name)
  return room
}

/**
 * A client that types is asked for the code, or for a line that hosts see. Any other waits for a host
 * if it must or wants to; otherwise it sends another hello.
 */
function stayOutside(self: Self, hello: Greeting, fault: Fault): undefined {
  if (self.state !== 'entering') return
  const { code } = fault
  const knocks = code === 'approval_needed' || (code === 'code_needed' && hello.knock === true)
  self.state = self.reader.isTyped || knocks ? 'outside' : 'new'
  self.refusal = code
  self.hello = hello
  if (knocks && !self.reader.isTyped) return
  const message =
    self.reader.isTyped && code in TYPED ? TYPED[code as keyof typeof TYPED] : undefined
  self.refuse(message === undefined ? fault : { ...fault, message })
}

/** /resume alone: only its owner learns the code. */
export function showCode(self: Self): void {
  if (self.id === undefined) return
  self.reply({ type: 'code_is', code: tokenFor(self.id, self.rooms.store.secret) })
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
  const refusal = self.rooms.hosts.refused(id, self.reader.source.name)
  if (refusal !== undefined) return self.reader.close(refusal.code, refusal.message)
  if (id === self.id) return self.reply({ type: 'you_are', name: seat.name, changed: false })
  const room = await self.rooms.reenter(seat.room, self.reader.source.name)
  if (self.state !== 'member') return room.release()
  // While the room was opened, a host may have banned the person.
  const late = self.rooms.hosts.refused(id, self.reader.source.name)
  if (late !== undefined) {
    room.release()
    return self.reader.close(late.code, late.message)
  }
  const { code: given } = self
  // Leaves before it arrives, since the name may be the one that this connection has.
  self.depart(false)
  self.reader.stopFollowing()
  self.state = 'entering'
  const arrival = await arriveEverywhere(self, {}, { id, seat, isRead: true }, room, given)
  if (arrival?.ok !== true) {
    room.release()
    if (arrival !== undefined) self.reader.close(arrival.fault.code, arrival.fault.message)
    return
  }
  if (self.state === 'entering') self.state = 'member'
  self.become(arrival.person)
  if (given !== undefined) self.comeInside(id, given)
  self.rooms.hosts.arrived(id, self.reader.source.name)
  self.memberships.enter(room, arrival.person)
  self.memberships.settleIn(room)
  const seq = seat.positions[room.log.key]
  const canReach = await reaches(self, room, { epoch: store.epoch, seq })
  if (!canReach || self.state !== 'member') return
  const { trimmed, skipped, missed, cursor } = positionIn(room, seq)
  const { name } = arrival.person
  const resumed = { type: 'resumed', name, was: seat.name, trimmed, skipped, missed } as const
  self.reply(room.labelled(resumed), room)
  self.memberships.follow(room, cursor)
  await self.correspondence.catchUp(id)
}
