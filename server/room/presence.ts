/**
 * Changes of membership since the last broadcast, collected so that many changes at once
 * are one message.
 */
import type { Person } from '../../shared/protocol.ts'
import type { Presence } from '../../shared/replies.ts'

export class PresenceChanges {
  readonly #joined = new Map<string, Person>()
  readonly #left = new Map<string, Person>()
  readonly #renamed = new Map<string, { id: string; was: string; name: string }>()
  readonly #moved = new Map<string, Person>()
  readonly #roles = new Map<string, Person>()

  /** A member that left and joined again within one collection did neither. */
  join(person: Person): void {
    const gone = this.#left.get(person.id)
    if (gone === undefined) {
      this.#joined.set(person.id, person)
      return
    }
    this.#left.delete(person.id)
    this.rename(person, gone.name)
    if (person.via !== gone.via) this.move(person)
    if (person.role !== gone.role) this.changeRole(person)
  }

  /** A member that joined and left within one collection is not mentioned. */
  leave(person: Person): void {
    const was = this.#renamed.get(person.id)?.was
    this.#renamed.delete(person.id)
    this.#moved.delete(person.id)
    this.#roles.delete(person.id)
    if (this.#joined.delete(person.id)) return
    this.#left.set(person.id, was === undefined ? person : { ...person, name: was })
  }

  rename(person: Person, was: string): void {
    if (this.#joined.has(person.id)) {
      this.#joined.set(person.id, person)
      return
    }
    for (const changed of [this.#moved, this.#roles]) {
      if (changed.has(person.id)) changed.set(person.id, person)
    }
    const first = this.#renamed.get(person.id)?.was ?? was
    this.#renamed.set(person.id, { id: person.id, was: first, name: person.name })
  }

  /** The member continues over another kind of connection. */
  move(person: Person): void {
    if (this.#joined.has(person.id)) this.#joined.set(person.id, person)
    else this.#moved.set(person.id, person)
    if (this.#roles.has(person.id)) this.#roles.set(person.id, person)
  }

  changeRole(person: Person): void {
    if (this.#joined.has(person.id)) this.#joined.set(person.id, person)
    else this.#roles.set(person.id, person)
    if (this.#moved.has(person.id)) this.#moved.set(person.id, person)
  }

  /** Whether a change of this person is collected. */
  has(id: string): boolean {
    return [this.#joined, this.#left, this.#renamed, this.#moved].some((changes) => changes.has(id))
  }

  /** The message with all changes; undefined if there are none. */
  take(memberCount: number): Presence | undefined {
    const joined = [...this.#joined.values()]
    const left = [...this.#left.values()]
    const renamed = [...this.#renamed.values()].filter(({ was, name }) => was !== name)
    const moved = [...this.#moved.values()]
    const roles = [...this.#roles.values()]
    this.clear()
    const changes = [joined, left, renamed, moved, roles]
    if (changes.every(({ length }) => length === 0)) return undefined
    return {
      type: 'presence',
      joined,
      left,
      renamed,
      memberCount,
      ...(moved.length > 0 && { moved }),
      ...(roles.length > 0 && { roles }),
    }
  }

  clear(): void {
    this.#joined.clear()
    this.#left.clear()
    this.#renamed.clear()
    this.#moved.clear()
    this.#roles.clear()
  }
}
