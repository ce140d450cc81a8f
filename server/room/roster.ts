/**
 * Who is in the room. Nothing here is said or sent; the room tells of changes.
 *
 * MUST keep names apart: no two members share a name, compared as RFC 8266 does,
 * nor a skeleton (UTS #39), by which one could pass for the other.
 */
import type { Fault } from '../../shared/errors.ts'
import { checkName, foldName, nameSkeleton, nearestName, suggestName } from '../../shared/names.ts'
import type { Person, Via } from '../../shared/protocol.ts'

/** Id and name of the operator at the server's own console. */
export const OPERATOR_ID = 'server'
export const OPERATOR_NAME = 'Server'
/** Id of the relay, the same after each restart. */
export const RELAY_ID = 'relay'

/** Nobody else may speak as the machine itself. */
const reserved = new Set([OPERATOR_NAME, 'System', 'Oneroom'].map(nameSkeleton))

export class Roster {
  readonly #byId = new Map<string, Person>()
  /** Skeleton of each name here → the id of its owner. */
  readonly #bySkeleton = new Map<string, string>()
  #guests = 0

  get size(): number {
    return this.#byId.size
  }

  get(id: string): Person | undefined {
    return this.#byId.get(id)
  }

  /** At most `limit` members, in the order in which they came. */
  list(limit: number): Person[] {
    const people: Person[] = []
    for (const person of this.#byId.values()) {
      if (people.length === limit) break
      people.push(person)
    }
    return people
  }

  /** The name as it will stand, or why `id` cannot have it and which one is free. */
  claim(raw: string, id: string): { ok: true; name: string } | { ok: false; fault: Fault } {
    const checked = checkName(raw)
    if (!checked.ok) {
      const near = nearestName(raw)
      const suggestion = near === undefined ? undefined : this.#freeName(near, id)
      return {
        ok: false,
        fault: { ...checked.fault, ...(suggestion !== undefined && { suggestion }) },
      }
    }
    const { name } = checked
    if (this.#isFree(name, id)) return { ok: true, name }
    const owner = this.get(this.#bySkeleton.get(nameSkeleton(name)) ?? '')
    const suggestion = this.#freeName(name, id)
    if (owner === undefined || foldName(owner.name) === foldName(name)) {
      return { ok: false, fault: { code: 'name_taken', suggestion } }
    }
    const message = `${name} looks like ${owner.name}, who is here.`
    return { ok: false, fault: { code: 'name_lookalike', message, suggestion } }
  }

  guestName(): string {
    for (;;) {
      this.#guests += 1
      const name = `guest-${this.#guests}`
      if (this.#isFree(name, '')) return name
    }
  }

  /** Adds a person under a name that claim() allowed. */
  add(id: string, name: string, via: Via): Person {
    const person = { id, name, via }
    this.#byId.set(id, person)
    this.#bySkeleton.set(nameSkeleton(name), id)
    return person
  }

  /** Replaces the person, so that events already said keep the name they were said under. */
  rename(id: string, name: string): void {
    const person = this.#byId.get(id)
    if (person === undefined) return
    this.#bySkeleton.delete(nameSkeleton(person.name))
    this.add(id, name, person.via)
  }

  remove(id: string): void {
    const person = this.#byId.get(id)
    if (person === undefined) return
    this.#byId.delete(id)
    this.#bySkeleton.delete(nameSkeleton(person.name))
  }

  #freeName(name: string, id: string): string {
    return this.#isFree(name, id)
      ? name
      : suggestName(name, (candidate) => this.#isFree(candidate, id))
  }

  #isFree(name: string, id: string): boolean {
    const skeleton = nameSkeleton(name)
    if (reserved.has(skeleton)) return id === OPERATOR_ID
    const owner = this.#bySkeleton.get(skeleton)
    return owner === undefined || owner === id
  }
}
