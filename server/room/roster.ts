/**
 * The people of the server and their names. The roster sends nothing; the rooms announce changes.
 *
 * No two people MUST have names that are the same (RFC 8266) or look alike: the roster
 * compares their skeletons (UTS #39).
 */
import { randomInt } from 'node:crypto'
import type { Fault } from '../../shared/errors.ts'
import { foldName } from '../../shared/fold.ts'
import { checkName, nameSkeleton, nearestName, suggestName } from '../../shared/names.ts'
import type { Person, Role, Via } from '../../shared/protocol.ts'
import type { Registered } from './log.ts'
import type { Registrations } from './registrations.ts'
import { holdsToken, isOperator } from './token.ts'

/** Why a name that contains a token is refused, for people and for rooms. */
export const CODE_IN_NAME =
  'A name cannot contain a /resume code, with which another person could impersonate its owner.'

/** The name that only an operator may have. */
export const OPERATOR_NAME = 'Server'

/** Names of the server itself, which no other person may have. */
const reservedSkeletons = new Set([OPERATOR_NAME, 'System', 'Oneroom'].map(nameSkeleton))
/** Numbers and signs around a name, as in `Server-2` and `✓Server`. */
const SIGNS = '[\\p{N}\\p{P}\\p{Z}\\p{M}\\p{S}\\p{Lm}]+'
const firstSigns = new RegExp(`^${SIGNS}`, 'u')
const lastSigns = new RegExp(`${SIGNS}$`, 'u')

/** Whether the name is one of the server itself, also with numbers or signs around it. */
export function isReserved(name: string): boolean {
  const shorter = name.replace(lastSigns, '')
  // A digit at the beginning can stand for a letter, as in `5erver`.
  return [name, shorter, name.replace(firstSigns, ''), shorter.replace(firstSigns, '')].some(
    (one) => reservedSkeletons.has(nameSkeleton(one)),
  )
}

/** `holder`: id of the person who has the name, or one that looks like it. */
export type Claim = { ok: true; name: string } | { ok: false; fault: Fault; holder?: string }

export class Roster {
  /** The role of a person with this id, if they have one. */
  roleOf: (id: string) => Role | undefined = () => undefined
  /** The hook whose name has this skeleton. */
  hookOf: (skeleton: string) => Registered | undefined = () => undefined
  readonly #byId = new Map<string, Person>()
  /** Skeleton of each member's name → the member's id. */
  readonly #bySkeleton = new Map<string, string>()
  readonly #registrations: Pick<Registrations, 'of'>
  readonly #secret: Uint8Array
  #guests = 0
  /** Name of this node; undefined if it is the only one. */
  node: string | undefined

  /** `secret`: the key of the tokens, which no name contains. */
  constructor(registrations: Pick<Registrations, 'of'>, secret: Uint8Array) {
    this.#registrations = registrations
    this.#secret = secret
  }

  get size(): number {
    return this.#byId.size
  }

  get(id: string): Person | undefined {
    return this.#byId.get(id)
  }

  /** The person who has this name; another name that looks like it does not count. */
  named(name: string): Person | undefined {
    const person = this.get(this.#bySkeleton.get(nameSkeleton(name)) ?? '')
    return person !== undefined && foldName(person.name) === foldName(name) ? person : undefined
  }

  /**
   * Returns the name as it will be shown. Otherwise the reason why `id` cannot have it, with a
   * free name near it if there is one.
   */
  claim(raw: string, id: string): Claim {
    if (holdsToken(raw, this.#secret)) {
      return { ok: false, fault: { code: 'name_invalid', message: CODE_IN_NAME } }
    }
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
    const free = this.#freeName(name, id)
    const suggestion = free === undefined ? {} : { suggestion: free }
    const skeleton = nameSkeleton(name)
    const registered = this.#keptFor(skeleton)
    if (registered !== undefined && registered.person !== id) {
      return { ok: false, fault: { ...registeredFault(name, registered.name), ...suggestion } }
    }
    const owner = this.get(this.#bySkeleton.get(skeleton) ?? '')
    if (owner === undefined) return { ok: false, fault: { code: 'name_taken', ...suggestion } }
    const { id: holder } = owner
    if (foldName(owner.name) === foldName(name)) {
      return { ok: false, fault: { code: 'name_taken', ...suggestion }, holder }
    }
    const message = `${name} looks like ${owner.name}, who is here.`
    return { ok: false, fault: { code: 'name_lookalike', message, ...suggestion }, holder }
  }

  /** `spread`: the number is one of so many; more than 1 if other nodes take numbers at the same time. */
  guestName(spread = 1): string {
    for (;;) {
      this.#guests += 1
      const name = `guest-${this.#guests + randomInt(spread)}`
      if (this.#isFree(name, '')) return name
    }
  }

  /** Adds a person with a name that claim() returned. */
  add(id: string, name: string, via: Via, node = this.node): Person {
    const role = this.roleOf(id)
    const person: Person = role === undefined ? { id, name, via } : { id, name, via, role }
    if (node !== undefined) person.node = node
    this.#byId.set(id, person)
    this.#bySkeleton.set(nameSkeleton(name), id)
    return person
  }

  /** Replaces the person object, so that earlier events keep the earlier name. */
  rename(id: string, name: string): void {
    const person = this.#byId.get(id)
    if (person === undefined) return
    this.#bySkeleton.delete(nameSkeleton(person.name))
    this.add(id, name, person.via, person.node)
  }

  remove(id: string): void {
    const person = this.#byId.get(id)
    if (person === undefined) return
    this.#byId.delete(id)
    const skeleton = nameSkeleton(person.name)
    // A person at another node may have been faster.
    if (this.#bySkeleton.get(skeleton) === id) this.#bySkeleton.delete(skeleton)
  }

  /** Returns `name`, or a free name near it; undefined if there is none, as for `Server`. */
  #freeName(name: string, id: string): string | undefined {
    if (this.#isFree(name, id)) return name
    if (isReserved(name) && !isOperator(id)) return undefined
    const near = suggestName(name, (candidate) => this.#isFree(candidate, id))
    return this.#isFree(near, id) ? near : undefined
  }

  /** Whose name has this skeleton, also while they are away. */
  #keptFor(skeleton: string): Registered | undefined {
    return this.hookOf(skeleton) ?? this.#registrations.of(skeleton)
  }

  #isFree(name: string, id: string): boolean {
    if (isReserved(name) && !isOperator(id)) return false
    // Clients can name a person by the id.
    if (name !== id && this.#byId.has(name)) return false
    const skeleton = nameSkeleton(name)
    const { person = id } = this.#keptFor(skeleton) ?? {}
    return person === id && (this.#bySkeleton.get(skeleton) ?? id) === id
  }
}

/** Why a person cannot have a name that another has registered, or one that looks like it. */
function registeredFault(name: string, registered: string): Fault {
  return foldName(name) === foldName(registered)
    ? { code: 'name_taken', message: `${registered} is registered: only its owner can use it.` }
    : { code: 'name_lookalike', message: `${name} looks like ${registered}, which is registered.` }
}
