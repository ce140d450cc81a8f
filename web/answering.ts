/** What the next message of the composer answers. */
import { signal } from '@preact/signals'
import type { Quote } from '../shared/protocol.ts'

/** `room`: in which it was chosen. `reply`: seq of the event that is answered. */
export type Answering = { room: string; reply: number; quote: Quote }

export const answering = signal<Answering | null>(null)

/** For a message in this room, which is sent now. */
export function takeAnswering(room: string): Answering | null {
  const { value } = answering
  if (value?.room !== room) return null
  answering.value = null
  return value
}
