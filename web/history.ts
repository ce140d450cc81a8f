/**
 * Parts of the log, fetched over HTTP: unlike asking in the room, this takes none of the
 * turns that a person has to speak.
 */
import type { RoomEvent } from '../shared/protocol.ts'

export type Fetched = { epoch: string; events: readonly RoomEvent[]; more: boolean }

/** Below or above a seq, which is not included; null when it cannot be had now. */
export async function fetchEvents(
  direction: 'before' | 'after',
  seq: number,
  limit: number,
): Promise<Fetched | null> {
  try {
    const response = await fetch(`/api/events?${direction}=${seq}&limit=${limit}`)
    return response.ok ? ((await response.json()) as Fetched) : null
  } catch {
    return null
  }
}
