/**
 * Names that are kept for the people who have registered them, also while these are away.
 *
 * MUST have at most one name of each person, and no two names that look alike: a name is registered
 * only by the person who has it now. MUST keep a name free for its owner until the store has
 * forgotten it.
 */
import type { Fault } from '../../shared/errors.ts'
import { nameSkeleton } from '../../shared/names.ts'
import type { Registered, Store } from './log.ts'

/** Most registered names; above it, no further person can register one. */
export const MAX_REGISTERED = 10_000

const UNAVAILABLE: Fault = {
  code: 'log_unavailable',
  message: 'The server cannot record names right now. Try again later.',
}

export class Registrations {
  readonly #store: Store
  readonly #isOn: boolean
  /** By the skeleton of the name, with those that the store is about to record. */
  readonly #bySkeleton = new Map<string, Registered>()
  /** Person id → their name. */
  readonly #names = new Map<string, string>()

  /** `isOn`: whether the operator allows them; otherwise those that are stored have no effect. */
  constructor(store: Store, isOn: boolean) {
    this.#store = store
    this.#isOn = isOn
    this.replace(store.registered)
  }

  /** `stored`: the names that the store has now. */
  replace(stored: readonly Registered[]): void {
    this.#bySkeleton.clear()
    this.#names.clear()
    for (const one of this.#isOn ? stored : []) {
      this.#bySkeleton.set(nameSkeleton(one.name), one)
      this.#names.set(one.person, one.name)
    }
  }

  /** The registered name with this skeleton, and whose it is. */
  of(skeleton: string): Registered | undefined {
    return this.#bySkeleton.get(skeleton)
  }

  nameOf(person: string): string | undefined {
    return this.#names.get(person)
  }

  /**
   * Registers the name that the person has now, in place of the one before; undefined: no name.
   * Resolves to the reason if it cannot, and otherwise when the store has recorded it.
   */
  async register(person: string, name: string | undefined): Promise<Fault | undefined> {
    if (!this.#isOn) return { code: 'register_off' }
    const isFirst = name !== undefined && !this.#names.has(person)
    if (isFirst && this.#bySkeleton.size >= MAX_REGISTERED) return { code: 'register_full' }
    // Nobody else can take the name while the store records it.
    if (name !== undefined) this.#bySkeleton.set(nameSkeleton(name), { person, name })
    try {
      await this.#store.register(person, name)
    } catch {
      this.#forget(name, this.#names.get(person))
      return UNAVAILABLE
    }
    this.#forget(this.#names.get(person), name)
    if (name === undefined) this.#names.delete(person)
    else this.#names.set(person, name)
    return undefined
  }

  /** Frees `name`, unless it looks like `kept`, which stays. */
  #forget(name: string | undefined, kept: string | undefined): void {
    if (name === undefined) return
    const skeleton = nameSkeleton(name)
    if (kept === undefined || nameSkeleton(kept) !== skeleton) this.#bySkeleton.delete(skeleton)
  }
}
