/**
 * The hosts of a server: their rules, their key, and what follows from an act when the log has
 * passed it on.
 */
import { durationText, remainingText } from '../../../shared/duration.ts'
import { errorMessage, type Fault } from '../../../shared/errors.ts'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Clock } from '../clock.ts'
import type { LogKey, Store } from '../log.ts'
import type { People } from '../people.ts'
import { Bucket } from '../rate.ts'
import { markOf, RELAY_ID } from '../token.ts'
import { Attempts } from './attempts.ts'
import {
  type HashedKey,
  hashKey,
  isKey,
  KEY_RULE,
  looksLikeKey,
  newHostKey,
  plainKey,
} from './key.ts'
import { Pace } from './pace.ts'
import { type Ban, Rules, rulesOf } from './rules.ts'

/** Keys tried by all networks together: hashing one takes a thread for a tenth of a second. */
const TRIED_KEYS = { perSecond: 1, burst: 20 }
/** Time, in ms, in which a person may raise a hand once: all readers are told. */
const HAND_MS = 5000
/** People whose network is remembered. */
const MAX_NETWORKS = 10_000

export class Hosts {
  readonly rules: Rules
  readonly #store: Store
  readonly #clock: Clock
  readonly #people: People
  readonly #attempts = new Attempts()
  readonly #pace = new Pace()
  readonly #tries: Bucket
  /** The key, once it was made or given here. Hosts know it, and could say it by mistake. */
  #known: string | undefined
  /** From which network people came last, by their id; the latest last. */
  readonly #networks = new Map<string, string>()

  constructor(store: Store, clock: Clock, people: People, readonlyDefault: boolean) {
    this.rules = new Rules(store.rules, readonlyDefault)
    this.#store = store
    this.#clock = clock
    this.#people = people
    this.#tries = new Bucket(TRIED_KEYS, clock.monotonic())
    people.names.roleOf = (id) => this.rules.roleOf(id)
    people.nameInstead = (id, name) => this.rules.nameInstead(id, name)
  }

  /** Stores the key `given`, or makes one if there is none; returns one that was made. */
  async prepareKey(given: string | undefined): Promise<string | undefined> {
    const isStored = this.#store.rules.some(({ key }) => key === KEY_RULE)
    if (given === undefined && isStored) return undefined
    const key = given ?? newHostKey()
    await this.#store.keepRule({ key: KEY_RULE, value: await hashKey(key) })
    this.#known = plainKey(key)
    return given === undefined ? key : undefined
  }

  /** Why the key makes nobody a host; undefined if it is right. Rejects if it cannot be read. */
  async tryKey(key: string, network: string): Promise<Fault | undefined> {
    const now = this.#clock.monotonic()
    // A network without attempts left MUST NOT use up those of all others.
    if (!this.#attempts.take(network, now) || this.#tries.wait(now) > 0) {
      return { code: 'too_fast', message: 'Too many wrong keys. Wait a minute and try again.' }
    }
    this.#tries.take(now)
    // From the store: another process may have set another key.
    const stored = (await this.#store.ruleOf(KEY_RULE)) as HashedKey | undefined
    if (stored === undefined || !(await isKey(key, stored))) return { code: 'host_key_wrong' }
    this.#attempts.giveBack(network)
    this.#known = plainKey(key)
    return undefined
  }

  /** Whether a text gives the key away. Only a host learns whether it is the right one. */
  holdsKey(text: string, id: string): boolean {
    if (looksLikeKey(text)) return true
    if (this.#known === undefined || !this.rules.isHost(id)) return false
    return plainKey(text).includes(this.#known)
  }

  /** Why a person may not write in a room, or to another person. */
  objection(id: string, log: LogKey | undefined): Fault | undefined {
    return this.rules.objection(id, log, this.#clock.now())
  }

  /** Why a person may write nowhere; undefined unless a host has muted them. */
  muted(id: string): Fault | undefined {
    const fault = this.objection(id, undefined)
    return fault?.code === 'muted' ? fault : undefined
  }

  /**
   * Why a person, who may write in the room, has to wait; otherwise the message counts. `who`: their
   * id, or the network of one who is no member.
   */
  tooSoon(who: string, log: LogKey): Fault | undefined {
    const seconds = this.rules.slowIn(log)
    if (seconds === 0 || this.rules.isHost(who) || who === RELAY_ID) return undefined
    const left = this.#pace.take(`${who} ${log}`, seconds * 1000, this.#clock.monotonic())
    if (left === 0) return undefined
    const message = `Wait ${remainingText(left / 1000)}: here, each person writes once in ${durationText(seconds)}.`
    return { code: 'slow_mode', message }
  }

  /** Time, in ms, that a person has to wait before raising a hand; 0: this one counts. */
  handWait(id: string): number {
    return this.#pace.take(`hand ${id}`, HAND_MS, this.#clock.monotonic())
  }

  /** Why nobody may come in as this person, or from this network. `id`: undefined for a new person. */
  refused(id: string | undefined, network: string): Fault | undefined {
    if (id === undefined && this.rules.isLocked) return { code: 'locked' }
    return this.rules.banned(id, markOf(network, this.#store.secret), this.#clock.now())
  }

  /** A person has come in. */
  arrived(id: string, network: string): void {
    this.#networks.delete(id)
    this.#networks.set(id, network)
    const [oldest] = this.#networks.keys()
    if (this.#networks.size > MAX_NETWORKS && oldest !== undefined) this.#networks.delete(oldest)
  }

  /** The mark of a person's network, and how many others share it now; undefined if it is unknown. */
  addressOf(id: string): { mark: string; sharing: number } | undefined {
    const network = this.#networks.get(id)
    const mark =
      this.#people.others?.markOf(id) ??
      (network === undefined ? undefined : markOf(network, this.#store.secret))
    return mark === undefined ? undefined : { mark, sharing: this.#people.sharing(mark, id) }
  }

  bans(): Ban[] {
    return this.rules.bans(this.#clock.now())
  }

  /** MUST be called with each event that the log of a room passes on, after it was broadcast. */
  take(event: RoomEvent, log: LogKey): void {
    const { act } = event
    if (act === undefined) return
    this.rules.take(rulesOf(event, log))
    switch (act.type) {
      case 'host':
      case 'unhost':
      case 'observer':
        this.#people.refreshRole(act.person.id)
        return
      case 'mute':
        if (act.person !== undefined) this.#tell(act.person.id)
        return
      case 'kick': {
        const reason = act.reason === undefined ? '.' : `: ${act.reason}`
        this.#people.expel(act.person.id, 'kicked', `${event.from.name} removed you${reason}`)
        return
      }
      case 'ban': {
        const fault = this.rules.banned(act.person.id, '', this.#clock.now())
        this.#people.expel(act.person.id, 'banned', fault?.message ?? '')
        return
      }
      case 'rename':
        void this.#people.giveName(act.person.id, act.name)
    }
  }

  /** Tells a person, in whatever room they are, that they may not write. */
  #tell(id: string): void {
    const fault = this.objection(id, undefined)
    if (fault !== undefined) this.#people.readerOf(id)?.deliver(errorMessage(fault))
  }
}
