/** Keys of logs: what they say, and how they are made. `log.ts` has their forms. */
import type { LogKey } from './log.ts'

export const LOBBY: LogKey = 'lobby'
const ROOM = 'room '
const DIRECT = 'direct '

export function roomKey(foldedName: string): LogKey {
  return ROOM + foldedName
}

/** The folded name of a room that is not the lobby; undefined for another log. */
export function roomOf(key: LogKey): string | undefined {
  return key.startsWith(ROOM) ? key.slice(ROOM.length) : undefined
}

export function directKey(one: string, other: string): LogKey {
  return DIRECT + [one, other].sort().join(' ')
}

/** The ids of the two people of a direct log; undefined for the log of a room. */
export function personsOf(key: LogKey): [first: string, second: string] | undefined {
  if (!key.startsWith(DIRECT)) return undefined
  const [first, second] = key.slice(DIRECT.length).split(' ')
  return first !== undefined && second !== undefined ? [first, second] : undefined
}
