/**
 * The people of this server as the other nodes learn of them. Without nodes, each change is done here
 * alone.
 */
import type { Fault } from '../../../shared/errors.ts'
import type { Person } from '../../../shared/protocol.ts'
import type { People } from '../people.ts'
import type { Room } from '../room.ts'
import type { Elsewhere, Nodes, Place, Presence } from './nodes.ts'

/** Attempts to get a name, if each time a person at another node takes it first. */
const MOST_CLAIMS = 10

/** `claims`: how many connections wait. `news`: the latest news that the person is at another node. */
type Arriving = { claims: number; news: Elsewhere | undefined }

export class Everywhere {
  readonly #nodes: Nodes | undefined
  readonly #people: People
  /** People whose arrival is not confirmed yet, by id. */
  readonly #arriving = new Map<string, Arriving>()

  constructor(nodes: Nodes | undefined, people: People) {
    this.#nodes = nodes
    this.#people = people
  }

  /** Whether there may be other nodes. */
  get hasNodes(): boolean {
    return this.#nodes !== undefined
  }

  /**
   * A person has arrived who enters this room. `words`: of the room code, if the person has given it.
   * Resolves to the reason if the person cannot be here under this name; the caller then calls
   * `People.depart` and `settle`.
   */
  async confirm({ id }: Person, room: Room, words: string | undefined): Promise<Fault | undefined> {
    const presence = this.#nodes && this.#people.presenceOf(id)
    if (presence === undefined) return undefined
    const arriving = this.#arriving.get(id) ?? { claims: 0, news: undefined }
    this.#arriving.set(id, arriving)
    arriving.claims += 1
    const rooms = [...presence.rooms, placeOf(room)]
    const fault = await this.#claim({ ...presence, rooms }, words)
    const isElsewhere = arriving.news !== undefined && (await this.#isElsewhere(id))
    arriving.claims -= 1
    if (fault !== undefined) return fault
    if (isElsewhere) return { code: 'replaced' }
    arriving.news = undefined
    this.settle(id)
    return undefined
  }

  /** An arrival is confirmed, or its caller has called `People.depart`. Takes news that has waited. */
  settle(id: string): void {
    const arriving = this.#arriving.get(id)
    if (arriving === undefined || arriving.claims > 0) return
    this.#arriving.delete(id)
    if (arriving.news !== undefined) this.#people.others?.present(arriving.news)
  }

  async #isElsewhere(id: string): Promise<boolean> {
    return (await this.#nodes?.isElsewhere(id).catch(() => false)) ?? false
  }

  /**
   * Returns whether the news that a person is at another node waits for the end of the person's arrival
   * here: it may be older than the arrival. Undefined: the person is at no other node.
   */
  defer(id: string, news: Elsewhere | undefined): boolean {
    const arriving = this.#arriving.get(id)
    if (arriving === undefined) return false
    arriving.news = news
    return true
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

  async #claim(presence: Presence, words?: string): Promise<Fault | undefined> {
    try {
      if ((await this.#nodes?.claim(presence, words)) === false) return { code: 'name_taken' }
    } catch {
      const message = 'The database is away. Try again in a moment.'
      return { code: 'log_unavailable', message }
    }
    const { id } = presence
    if (this.#people.isHere(id)) return undefined
    // Meanwhile, the news came that the person was at another node before, and ended the connection.
    this.left(id)
    this.#people.others?.gone(id)
    return { code: 'replaced' }
  }
}

export function placeOf({ log: { key }, about: { name } }: Room): Place {
  return { key, name }
}
