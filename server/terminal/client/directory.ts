/** The list of rooms: their names, and whether it was the person who asked for it. */
import type { RoomList } from '../../../shared/replies.ts'

export class Directory {
  /** The rooms of the last list, by their names. */
  names: readonly string[] = []
  /** Lists that the person asked for and that have not arrived. */
  #wanted = 0

  /** For a new connection, on which nothing was asked for. */
  begin(): void {
    this.#wanted = 0
  }

  want(): void {
    this.#wanted += 1
  }

  /** Returns whether the person asked for the list. */
  take({ rooms }: RoomList): boolean {
    this.names = rooms.map(({ name }) => name)
    const isWanted = this.#wanted > 0
    if (isWanted) this.#wanted -= 1
    return isWanted
  }
}
