/** What a client learns of a room when it enters, and where it reads on. */
import type { ResetReason, Welcome } from '../../../shared/replies.ts'
import type { Channel } from '../channel.ts'
import { latestFitting } from '../fitting.ts'
import { LISTED_MEMBERS } from '../members.ts'
import type { Cursor } from '../reader.ts'
import type { Room } from '../room.ts'
import type { Self } from './self.ts'

/** A reader that has missed more events receives the recent tail instead. */
const MAX_RESUME_EVENTS = 100_000

/** Where a client wants to continue, and how many of the latest events it wants otherwise. */
export type Place = { epoch?: string; seq?: number | undefined; history?: number }

export type View = Pick<
  Welcome,
  | 'epoch'
  | 'head'
  | 'resumed'
  | 'reset'
  | 'members'
  | 'memberCount'
  | 'events'
  | 'topic'
  | 'pinned'
  | 'house'
>

/**
 * A client may have read further at another node than this one has. Returns whether this one has now
 * read as far, if the log goes so far; otherwise the connection ends, and the client can come back.
 */
export async function reaches(
  { reader, rooms }: Self,
  { log }: Channel,
  { epoch, seq }: Place,
): Promise<boolean> {
  if (epoch !== rooms.store.epoch || seq === undefined) return true
  try {
    await log.reach?.(seq)
    return true
  } catch {
    reader.close('catch_up_failed')
    return false
  }
}

/** The view and the cursor are of the moment of the call. `epoch`: of the store. */
export async function viewOf(
  room: Room,
  place: Place,
  epoch: string,
): Promise<{ view: View; cursor: Cursor }> {
  const { feed, members, about } = room
  const head = feed.seq
  const position = feed.head
  const listed = members.list(LISTED_MEMBERS)
  const memberCount = members.size
  const reset = resetReason(room, place, epoch)
  const resumed = place.seq !== undefined && place.epoch !== undefined && reset === null
  const seq = resumed ? (place.seq ?? head) : head
  const tail = resumed ? 0 : (place.history ?? 0)
  const events = latestFitting((await room.latest(tail)).filter((event) => event.seq <= head))
  const pinned = await room.pinned()
  const { house } = room
  const view: View = {
    epoch,
    head,
    resumed: resumed ? { from: seq + 1, to: head } : null,
    reset,
    members: listed,
    memberCount,
    events,
    ...(about.topic !== '' && { topic: about.topic }),
    ...(pinned !== undefined && { pinned }),
    ...(house !== undefined && { house }),
  }
  return { view, cursor: { seq, until: head, position } }
}

function resetReason({ log, feed }: Room, place: Place, currentEpoch: string): ResetReason | null {
  const { epoch, seq } = place
  if (epoch === undefined || seq === undefined) return null
  if (epoch !== currentEpoch) return 'epoch'
  if (seq + 1 < log.first()) return 'trimmed'
  if (seq > feed.seq || feed.seq - seq > MAX_RESUME_EVENTS) return 'too_far'
  return null
}

/**
 * Where a reader that has received the events up to `seq` reads on; undefined: at the latest one.
 * `trimmed` and `skipped` count the events that it cannot receive.
 */
export function positionIn(
  { log, feed }: Channel,
  seq = feed.seq,
): { trimmed: number; skipped: number; missed: boolean; cursor: Cursor } {
  const trimmed = Math.max(0, log.first() - 1 - seq)
  const skipped = Math.max(0, feed.seq - seq - trimmed - MAX_RESUME_EVENTS)
  const from = Math.min(feed.seq, seq + trimmed + skipped)
  const cursor = { seq: from, until: feed.seq, position: feed.head }
  return { trimmed, skipped, missed: from < feed.seq, cursor }
}
