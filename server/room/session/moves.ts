/** How a session goes from room to room. */
import type { Move } from '../../../shared/dialect/dialect.ts'
import type { Join } from '../../../shared/requests.ts'
import type { Room } from '../room.ts'
import type { Self } from './self.ts'
import { reaches, viewOf } from './view.ts'

/** Most rooms that one connection can be in. */
const MAX_JOINED = 100

/** Enters a room, besides those that the connection is in (`join`), or instead of its home. */
export async function join(self: Self, request: Join | Move): Promise<void> {
  const { memberships, reader } = self
  const { room: name } = request
  if (memberships.named(name) !== undefined) {
    return self.refuse({ code: 'already_in_room', room: name })
  }
  if (memberships.count >= MAX_JOINED) {
    return self.refuse({ code: 'too_many_rooms', room: name })
  }
  if (!reader.source.allows('joins')) return self.refuse({ code: 'too_fast', room: name })
  if (request.type === 'move') await finishIn(self, memberships.home)
  const room = await self.hold(name)
  const { person } = self
  if (room === undefined) return
  if (self.state !== 'member' || person === undefined) return room.release()
  const before = memberships.home
  memberships.enter(room, person)
  if (!(await reaches(self, room, request))) return
  const { view, cursor } = await viewOf(room, request, self.rooms.store.epoch)
  if (self.state !== 'member') return
  if (request.type === 'move') {
    reader.unfollow(before)
    memberships.exit(before, person, false)
    memberships.settleIn(room)
  }
  // For a room that is not followed yet: it comes before everything of that room.
  self.reply({ type: 'joined', room: room.about.name, ...view }, room)
  memberships.follow(room, cursor)
}

/** Leaves a room, and keeps the connection. */
export async function leaveRoom(self: Self, room: Room): Promise<void> {
  await finishIn(self, room)
  if (self.state !== 'member') return
  self.reader.unfollow(room)
  self.memberships.exit(room, self.person, false)
  self.reply({ type: 'left', room: room.about.name })
}

/** Before a room is left: its reader receives what was said until now, its own messages included. */
async function finishIn(self: Self, room: Room): Promise<void> {
  // Until its messages are in the log, their sender stays a member.
  await self.posts.settled()
  await self.reader.written(room)
}
