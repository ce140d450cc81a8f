/** What a reader hears of: messages that arrived between two states. */
import { type EventEntry, othersAfter } from './entry.ts'
import type { State } from './model.ts'
import type { RoomState } from './room.ts'
import { roomsOf } from './rooms.ts'

/** `room`: the one in which the message arrived. */
export type Arrival = EventEntry & { room: string }

/** Messages of others in all rooms. */
export function arrivals(before: State, after: State): Arrival[] {
  return roomsOf(after).flatMap((there) => {
    const { room } = there
    const fresh = freshIn(room === before.room ? before : before.rooms.get(room), there)
    return fresh.map((entry) => ({ ...entry, room }))
  })
}

/** None of a replay. */
function freshIn(before: RoomState | undefined, after: RoomState): EventEntry[] {
  if (after.seq === before?.seq || after.epoch !== before?.epoch) return []
  const known = Math.max(before.seq, after.replayTo)
  return [...othersAfter(after.entries, known), ...othersAfter(after.ahead, known)]
}
