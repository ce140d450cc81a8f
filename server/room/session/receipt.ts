/**
 * Receipts of clients that end their lines. Such a client receives none while others are in the
 * room. While nobody else is, each line is answered with its own event: a program that reads once
 * for each line it sends would wait for ever.
 */
import type { Room } from '../room.ts'
import { OPERATOR_ID } from '../token.ts'
import type { Self } from './self.ts'

/** Whether the client's own event, which is left out of what it receives, is its reply. */
export function needsReceipt({ reader, id }: Self, room: Room): boolean {
  return reader.awaitsAnswer && isAlone(id, room)
}

/** The operator is in the lobby whenever the server has a console, and need not be at it. */
function isAlone(id: string | undefined, { members }: Room): boolean {
  return members.list(3).every((person) => person.id === id || person.id === OPERATOR_ID)
}
