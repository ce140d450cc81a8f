/** Shows the other members of a room that this person is writing, or stopped. */
import type { Session } from './session.ts'
import { peerOf } from './state.ts'

/** The shortest time between two notices. Milliseconds. */
const EVERY_MS = 3_000

export class TypingNotice {
  readonly #session: Session
  #sentAt = 0
  #room = ''

  constructor(session: Session) {
    this.#session = session
  }

  on(): void {
    const now = Date.now()
    const { room } = this.#session.peek()
    if (now - this.#sentAt < EVERY_MS) return
    if (!this.#send(true, room)) return
    this.#sentAt = now
    this.#room = room
  }

  /** A message was sent, with which the server ends the notice. */
  said(): void {
    this.#sentAt = 0
  }

  off(): void {
    if (this.#sentAt === 0) return
    // Leaving the room has ended it.
    if (!this.#session.peek().rooms.has(this.#room)) this.#sentAt = 0
    else if (this.#send(false, this.#room)) this.#sentAt = 0
  }

  #send(on: boolean, room: string): boolean {
    // There are no notices in a conversation.
    if (peerOf(room) !== '') return false
    return this.#session.send({ type: 'typing', on, ...this.#session.naming(room) })
  }
}
