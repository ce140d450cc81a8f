/**
 * Rules: what the acts of hosts have made, by key. An act makes the same rules whenever and wherever
 * it is read, so a store can keep them beside the events, and every node comes to the same ones.
 *
 * MUST have no timers: times are compared with the clock when a rule is used.
 */

import { remainingText } from '../../../shared/duration.ts'
import type { Fault } from '../../../shared/errors.ts'
import { nameSkeleton } from '../../../shared/names.ts'
import type { PersonName } from '../../../shared/person.ts'
import type { Role, RoomEvent } from '../../../shared/protocol.ts'
import type { House } from '../../../shared/replies.ts'
import type { LogKey } from '../log.ts'
import { isOperator, RELAY_ID } from '../token.ts'
import { Hands, handKey } from './hands.ts'

/** `value`: JSON; null for a rule that has ended. */
export type Rule = { key: string; value: unknown }

/** `until`: ISO 8601; without it, until it is taken back. `by`: name of the host. */
type Lasting = { name: string; by: string; until?: string }
/** `address`: the mark of a network, if that is banned, too. */
export type Ban = Lasting & { id: string; address?: string }

/** Keys. A person is given by their id, a room by the key of its log. */
export const HOST_PREFIX = 'host '
const hostKey = (id: string) => HOST_PREFIX + id
const slowKey = (log: LogKey) => `slow ${log}`
const pinKey = (log: LogKey) => `pin ${log}`
const lessonKey = (log: LogKey) => `lesson ${log}`
const LOCK_KEY = 'lock'
const APPROVE_KEY = 'approve'
const muteKey = (id: string) => `mute ${id}`
const BAN_PREFIX = 'ban '
const banKey = (id: string) => BAN_PREFIX + id
/** By the skeleton of the name that was taken away. */
const nameKey = (id: string, name: string) => `name ${id} ${nameSkeleton(name)}`
const observerKey = (id: string) => `observer ${id}`
const quietKey = (log: LogKey) => `quiet ${log}`
const voiceKey = (log: LogKey, id: string) => `voice ${id} ${log}`

/** What an event changes. `log`: where the act was done. */
export function rulesOf(
  { act, at, from }: Pick<RoomEvent, 'act' | 'at' | 'from'>,
  log: LogKey,
): Rule[] {
  if (act === undefined) return []
  const by = from.name
  switch (act.type) {
    case 'host':
      // A person who has the key is trusted again.
      return [
        rule(hostKey(act.person.id), { name: act.person.name }),
        end(muteKey(act.person.id)),
        end(observerKey(act.person.id)),
      ]
    case 'unhost':
      return [end(hostKey(act.person.id))]
    case 'mute': {
      const { person, until } = act
      const lasting = { name: person?.name ?? '', by, ...(until !== undefined && { until }) }
      if (person === undefined) return [rule(quietKey(log), { ...lasting, at })]
      return [rule(muteKey(person.id), lasting), end(voiceKey(log, person.id))]
    }
    case 'unmute':
      return act.person === undefined
        ? [end(quietKey(log))]
        : [end(muteKey(act.person.id)), rule(voiceKey(log, act.person.id), { at })]
    case 'ban': {
      const { person, until, address } = act
      const lasting = { name: person.name, by, ...(until !== undefined && { until }) }
      return [rule(banKey(person.id), { ...lasting, ...(address !== undefined && { address }) })]
    }
    case 'unban':
      return [end(banKey(act.person.id))]
    case 'rename': {
      const { person, name } = act
      return [rule(nameKey(person.id, person.name), { name }), end(nameKey(person.id, name))]
    }
    case 'observer':
      return [rule(observerKey(act.person.id), { on: act.on })]
    case 'slow':
      return [act.seconds === 0 ? end(slowKey(log)) : rule(slowKey(log), { seconds: act.seconds })]
    case 'lock':
      return [rule(LOCK_KEY, { by })]
    case 'unlock':
      return [end(LOCK_KEY)]
    case 'approve':
      return [act.on ? rule(APPROVE_KEY, { by }) : end(APPROVE_KEY)]
    case 'pin':
      return [act.seq === 0 ? end(pinKey(log)) : rule(pinKey(log), { seq: act.seq })]
    case 'lesson':
      return [rule(lessonKey(log), { seq: act.seq, at })]
    case 'hand': {
      const key = handKey(act.person.id, log)
      return [act.on ? rule(key, { name: act.person.name, at }) : end(key)]
    }
    default:
      return []
  }
}

function rule(key: string, value: object): Rule {
  return { key, value }
}

function end(key: string): Rule {
  return { key, value: null }
}

export class Rules {
  readonly #values = new Map<string, unknown>()
  /** The keys of the bans that include an address, by the mark of its network. */
  readonly #byAddress = new Map<string, Set<string>>()
  readonly #hands = new Hands()
  readonly #readonlyDefault: boolean

  /** `stored`: those of the store. `readonlyDefault`: whether people are observers unless a host ended it. */
  constructor(stored: readonly Rule[], readonlyDefault = false) {
    this.#readonlyDefault = readonlyDefault
    this.take(stored)
  }

  take(rules: readonly Rule[]): void {
    for (const { key, value } of rules) {
      if (key.startsWith(BAN_PREFIX)) this.#noteAddress(key, value as Ban | null)
      this.#hands.take(key, value)
      // Inserted again, so that the latest is the last.
      this.#values.delete(key)
      if (value !== null) this.#values.set(key, value)
    }
  }

  /** MUST be called before the rule with this key is replaced. */
  #noteAddress(key: string, ban: Ban | null): void {
    const before = (this.#values.get(key) as Ban | undefined)?.address
    if (before !== undefined) {
      const bans = this.#byAddress.get(before)
      bans?.delete(key)
      if (bans?.size === 0) this.#byAddress.delete(before)
    }
    if (ban?.address === undefined) return
    const bans = this.#byAddress.get(ban.address) ?? new Set()
    this.#byAddress.set(ban.address, bans.add(key))
  }

  isHost(id: string): boolean {
    return isOperator(id) || this.#values.has(hostKey(id))
  }

  roleOf(id: string): Role | undefined {
    if (this.isHost(id)) return 'host'
    return this.isObserver(id) ? 'observer' : undefined
  }

  isObserver(id: string): boolean {
    const set = this.#values.get(observerKey(id)) as { on: boolean } | undefined
    return set?.on ?? (this.#readonlyDefault && !this.isHost(id) && id !== RELAY_ID)
  }

  get isLocked(): boolean {
    return this.#values.has(LOCK_KEY)
  }

  /** Whether each new person waits until a host lets them in. */
  get needsApproval(): boolean {
    return this.#values.has(APPROVE_KEY)
  }

  /** The rules that hold in a room now; undefined if none is on. */
  houseOf(log: LogKey, now: number): House | undefined {
    const slow = this.slowIn(log)
    const quiet = this.#lasting(quietKey(log), now)
    const house: House = {
      ...(slow > 0 && { slow }),
      ...(quiet !== undefined && { mutedAll: true }),
      ...(quiet?.until !== undefined && { mutedUntil: quiet.until }),
      ...(this.isLocked && { locked: true }),
      ...(this.needsApproval && { approve: true }),
      ...(this.#readonlyDefault && { readonlyDefault: true }),
    }
    return Object.keys(house).length === 0 ? undefined : house
  }

  /** The time in which a person may write once in the room, in seconds; 0: no limit. */
  slowIn(log: LogKey): number {
    return (this.#values.get(slowKey(log)) as { seconds: number } | undefined)?.seconds ?? 0
  }

  /** seq of the event that is pinned in the room; undefined if none is. */
  pinIn(log: LogKey): number | undefined {
    return (this.#values.get(pinKey(log)) as { seq: number } | undefined)?.seq
  }

  /** The seq up to which those who enter the room are shown nothing at first; 0: no lesson was begun. */
  lessonIn(log: LogKey): number {
    return this.#lesson(log)?.seq ?? 0
  }

  #lesson(log: LogKey): { seq: number; at: string } | undefined {
    return this.#values.get(lessonKey(log)) as { seq: number; at: string } | undefined
  }

  /** Those whose hands were raised in this lesson, present or not, the first one longest. */
  handsIn(log: LogKey): PersonName[] {
    return this.#hands.in(log, this.#lesson(log)?.at ?? '')
  }

  /** Why the person may not come in; undefined if they may. `mark`: of their network. */
  banned(id: string | undefined, mark: string, now: number): Fault | undefined {
    const own = id === undefined ? undefined : this.#lasting(banKey(id), now)
    if (own !== undefined)
      return { code: 'banned', message: `You are banned${lengthOf(own, now)}.` }
    const keys = [...(this.#byAddress.get(mark) ?? [])]
    const its = keys.map((key) => this.#lasting(key, now)).find((ban) => ban !== undefined)
    if (its === undefined || (id !== undefined && this.isHost(id))) return undefined
    return { code: 'banned', message: `Your address is banned${lengthOf(its, now)}.` }
  }

  /** The bans whose time is not over, the latest last. */
  bans(now: number): Ban[] {
    const keys = [...this.#values.keys()].filter((key) => key.startsWith(BAN_PREFIX))
    return keys.flatMap((key) => {
      const ban = this.#lasting(key, now) as Omit<Ban, 'id'> | undefined
      return ban === undefined ? [] : { id: key.slice(BAN_PREFIX.length), ...ban }
    })
  }

  /** The name that a host gave the person, if hosts took `name` away, or one that looks like it. */
  nameInstead(id: string, name: string): string | undefined {
    let given: string | undefined
    // Each name leads to a later one: an act ends the rule for the name that it gives.
    for (let next: string | undefined = name; next !== undefined; ) {
      next = (this.#values.get(nameKey(id, next)) as { name: string } | undefined)?.name
      given = next ?? given
    }
    return given
  }

  /**
   * Why the person may not write; undefined if they may. `log`: of the room; undefined for a direct
   * message. `now`: ms since the Unix epoch.
   */
  objection(id: string, log: LogKey | undefined, now: number): Fault | undefined {
    const mute = this.#lasting(muteKey(id), now)
    if (mute !== undefined)
      return { code: 'muted', message: `You are muted${lengthOf(mute, now)}.` }
    if (this.isObserver(id)) return { code: 'observer' }
    if (this.isHost(id) || log === undefined) return undefined
    const quiet = this.#lasting(quietKey(log), now)
    if (quiet === undefined || this.#maySpeakIn(log, id)) return undefined
    return { code: 'muted', message: `Everybody here is muted${lengthOf(quiet, now)}.` }
  }

  /** Whether a host has unmuted the person after everybody there was muted. */
  #maySpeakIn(log: LogKey, id: string): boolean {
    const quiet = this.#values.get(quietKey(log)) as { at: string }
    const voice = this.#values.get(voiceKey(log, id)) as { at: string } | undefined
    return voice !== undefined && voice.at >= quiet.at
  }

  /** Undefined if there is no such rule, or its time is over. */
  #lasting(key: string, now: number): Lasting | undefined {
    const value = this.#values.get(key) as Lasting | undefined
    if (value?.until === undefined || Date.parse(value.until) > now) return value
    return undefined
  }
}

/** ` for 9 more minutes`, or nothing if no end is set. */
function lengthOf({ until }: Lasting, now: number): string {
  return until === undefined ? '' : ` for ${remainingText((Date.parse(until) - now) / 1000)}`
}
