/** Reads the whole log over HTTP. */
import type { RoomEvent } from '../../shared/protocol.ts'

/** `room`: the lobby without it. */
export async function everything(webUrl: string, room?: string): Promise<RoomEvent[]> {
  const events: RoomEvent[] = []
  const query = room === undefined ? '' : `room=${encodeURIComponent(room)}&`
  for (let more = true; more; ) {
    const after = events.at(-1)?.seq ?? 0
    const response = await fetch(`${webUrl}/api/events?${query}after=${after}&limit=200`)
    const page = (await response.json()) as { events: RoomEvent[]; more: boolean }
    events.push(...page.events)
    more = page.more
  }
  return events
}
