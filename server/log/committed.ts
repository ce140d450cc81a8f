/** From the drafts of an append to the events that the readers of each log receive. */
import type { RoomEvent } from '../../shared/protocol.ts'
import type { CommitListener, Committed, Draft, LogKey, RoomLog } from '../room/log.ts'

/** The indexes of the drafts of each log, in their order. */
export function placesByLog(
  drafts: readonly { log: RoomLog; draft: Draft }[],
): Map<LogKey, number[]> {
  const places = new Map<LogKey, number[]>()
  for (const [at, { log }] of drafts.entries()) {
    const earlier = places.get(log.key)
    if (earlier === undefined) places.set(log.key, [at])
    else earlier.push(at)
  }
  return places
}

/** Passes the new events of one log on, if there are any. */
export function passOn(committed: readonly Committed[], listener: CommitListener): void {
  const events: RoomEvent[] = []
  for (const { event, repeated } of committed) if (!repeated) events.push(event)
  if (events.length > 0) listener(events)
}
