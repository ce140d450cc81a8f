/**
 * Who came, went or changed name since the room was last told: collected, so that
 * many changes at once are one message.
 */
import type { Person, Presence } from '../../shared/protocol.ts'

export class PresenceChanges {
  readonly #joined = new Map<string, Person>()
  readonly #left = new Map<string, Person>()
  readonly #renamed = new Map<string, { id: string; was: string; name: string }>()

  /** Somebody who left and is back within one collection was never gone. */
  join(person: Person): void {
    const gone = this.#left.get(person.id)
    if (gone === undefined) {
      this.#joined.set(person.id, person)
    } else {
      this.#left.delete(person.id)
      this.rename(person, gone.name)
    }
  }

  /** Nobody is told of somebody who came and went within one collection. */
  leave(person: Person): void {
    const was = this.#renamed.get(person.id)?.was
    this.#renamed.delete(person.id)
    if (this.#joined.delete(person.id)) return
    this.#left.set(person.id, was === undefined ? person : { ...person, name: was })
  }

  rename(person: Person, was: string): void {
    if (this.#joined.has(person.id)) {
      this.#joined.set(person.id, person)
      return
    }
    const first = this.#renamed.get(person.id)?.was ?? was
    this.#renamed.set(person.id, { id: person.id, was: first, name: person.name })
  }

  /** The message that tells of them, or undefined where there is nothing to tell. */
  take(memberCount: number): Presence | undefined {
    const joined = [...this.#joined.values()]
    const left = [...this.#left.values()]
    const renamed = [...this.#renamed.values()].filter(({ was, name }) => was !== name)
    this.#joined.clear()
    this.#left.clear()
    this.#renamed.clear()
    if (joined.length + left.length + renamed.length === 0) return undefined
    return { type: 'presence', joined, left, renamed, memberCount }
  }
}
