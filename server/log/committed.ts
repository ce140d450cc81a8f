/** From the outcomes of an append to the events that readers receive. */
import type { RoomEvent } from '../../shared/protocol.ts'
import type { CommitListener, Committed } from '../room/log.ts'

/** Passes the new events on, if there are any. */
export function passOn(committed: readonly Committed[], listener: CommitListener): void {
  const events: RoomEvent[] = []
  for (const { event, repeated } of committed) if (!repeated) events.push(event)
  if (events.length > 0) listener(events)
}
