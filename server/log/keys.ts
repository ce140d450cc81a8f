/** What the keys of logs say. `server/room/log.ts` has their forms. */
import type { LogKey } from '../room/log.ts'

export const LOBBY: LogKey = 'lobby'

/** Whether this is the log of a room that is not the lobby. */
export function isRoom(key: LogKey): boolean {
  return key.startsWith('room ')
}

/** The ids of the two people of a direct log; undefined for the log of a room. */
export function personsOf(key: LogKey): [first: string, second: string] | undefined {
  const [kind, first, second] = key.split(' ')
  return kind === 'direct' && first !== undefined && second !== undefined
    ? [first, second]
    : undefined
}
