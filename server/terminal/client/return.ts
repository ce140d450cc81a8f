/** What a person is shown after a reconnection. */
import type { ClientState } from '../../../shared/client/state.ts'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Welcome } from '../../../shared/replies.ts'
import type { Shown } from '../editor/style.ts'

/** `before`: the state before the connection broke. `events`: those of `welcome` to be shown. */
export function returned(
  before: ClientState,
  { you, reset }: Welcome,
  events: RoomEvent[],
): Shown[] {
  const lines = [
    ...(before.me?.name === you.name ? [] : [`* You are ${you.name} now.`]),
    ...(reset === null ? [] : [missing[reset]]),
  ]
  return [
    ...(lines.length === 0 ? [] : [{ type: 'lines' as const, lines }]),
    ...(events.length === 0 ? [] : [{ type: 'events' as const, events }]),
  ]
}

const missing = {
  epoch: '* The room started a new log; these are its latest messages.',
  trimmed: '* Some of the messages that you missed are no longer kept.',
  too_far: '* You missed more messages than can be shown; these are the latest.',
}
