/**
 * The people of this server as the other nodes learn of them. Without nodes, each change is done here
 * alone.
 */
import type { Fault } from '../../../shared/errors.ts'
import type { Person } from '../../../shared/protocol.ts'
import type { People } from '../people.ts'
import type { Room } from '../room.ts'
import type { Nodes, Place, Presence } from './nodes.ts'

/** Attempts to get a name, if each time a person at another node takes it first. */
const MOST_CLAIMS = 10

export class Everywhere {
  readonly #nodes: Nodes | undefined
  readonly #people: People

  constructor(nodes: Nodes | undefined, people: People) {
    this.#nodes = nodes
    this.#people = people
  }

  /** Whether there may be other nodes. */
  get hasNodes(): boolean {
    return this.#nodes !== undefined
  }

  /**
   * A person has arrived who enters this room. Resolves to the reason if the person cannot be here
   * under this name; the caller then calls `People.depart`.
   */
  async confirm({ id }: Person, room: Room): Promise<Fault | undefined> {
    const presence = this.#nodes && this.#people.presenceOf(id)
    if (presence === undefined) return undefined
    return this.#claim({ ...presence, rooms: [...presence.rooms, placeOf(room)] })
  }

  /** The same as `People.rename`, at all nodes. */
  async rename(id: string, raw: string, network: string | undefined): Promise<Fault | undefined> {
    const presence = this.#nodes && this.#people.presenceOf(id)
    if (presence === undefined) return this.#people.rename(id, raw, network)
    const wanted = this.#people.mayHave(id, raw, network)
    if (!wanted.ok) return wanted.fault
    const fault = await this.#claim({ ...presence, name: wanted.name })
    return fault ?? this.#people.rename(id, raw, network)
  }

  /** Another person at another node has the name, since the store was away from here. */
  async loseName(id: string): Promise<void> {
    const people = this.#people
    for (let attempt = 1; attempt <= MOST_CLAIMS; attempt += 1) {
      people.rename(id, people.names.guestName(), undefined)
      const presence = people.presenceOf(id)
      if (presence === undefined) return
      const fault = await this.#claim(presence)
      if (fault?.code !== 'name_taken') {
        const { name } = presence
        people.readerOf(id)?.deliver({ type: 'you_are', name, changed: true })
        return
      }
      await this.#nodes?.refresh()
    }
  }

  /** The rooms or the transport of a person have changed. */
  changed(id: string): void {
    const presence = this.#nodes && this.#people.presenceOf(id)
    if (presence !== undefined) this.#nodes?.change(presence)
  }

  /** A person is here no more. */
  left(id: string): void {
    this.#nodes?.leave(id)
  }

  /** If the person is at another node, their seat is stored then. */
  async askSeat(id: string): Promise<void> {
    await this.#nodes?.askSeat(id)
  }

  async #claim(presence: Presence): Promise<Fault | undefined> {
    try {
      return (await this.#nodes?.claim(presence)) === false ? { code: 'name_taken' } : undefined
    } catch {
      const message = 'The database is away. Try again in a moment.'
      return { code: 'log_unavailable', message }
    }
  }
}

export function placeOf({ log: { key }, about: { name } }: Room): Place {
  return { key, name }
}
