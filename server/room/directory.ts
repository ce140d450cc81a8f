/** Who is meant by an id, a name or a conversation, whether that person is present or not. */
import { foldName } from '../../shared/fold.ts'
import type { Named, Pair } from './conversation.ts'
import { personsOf } from './keys.ts'
import type { LogKey } from './log.ts'
import type { Roster } from './roster.ts'
import type { Seats } from './seats.ts'
import { isLikeId } from './token.ts'

export class Directory {
  readonly #names: Roster
  readonly #seats: Seats

  constructor(names: Roster, seats: Seats) {
    this.#names = names
    this.#seats = seats
  }

  /** The person with this id, or the one who has, or had last, this name. */
  async find(idOrName: string): Promise<Named | undefined> {
    const present = this.#names.get(idOrName)
    if (present !== undefined) return present
    // Another person can have this id as their name. The one with the id is meant, also if absent.
    const known = isLikeId(idOrName) ? await this.#seats.of(idOrName) : undefined
    return known === undefined ? this.named(idOrName) : { id: known.person, name: known.name }
  }

  /** The person who has, or had last, this name. */
  async named(name: string): Promise<Named | undefined> {
    const present = this.#names.named(name)
    if (present !== undefined) return present
    const seat = await this.#seats.named(foldName(name))
    return seat === undefined ? undefined : { id: seat.person, name: seat.name }
  }

  /** The two people of a conversation, under the names that they have now, or had last. */
  async pairOf(key: LogKey): Promise<Pair> {
    const [one, other] = personsOf(key) ?? ['', '']
    return [await this.#named(one), await this.#named(other)]
  }

  /** The person with whom this is a conversation of `id`. */
  async peerIn(key: LogKey, id: string): Promise<Named> {
    const [one, other] = await this.pairOf(key)
    return one.id === id ? other : one
  }

  async #named(id: string): Promise<Named> {
    const present = this.#names.get(id)
    const name = present?.name ?? (await this.#seats.of(id).catch(() => undefined))?.name
    return { id, name: name ?? id }
  }
}
