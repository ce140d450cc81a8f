/**
 * The doors: who may come in. A server is open, or its people give a room code.
 *
 * MUST look at the stored code for each client that gives one, since `oneroom code` changes it
 * while the server runs.
 */
import type { Fault } from '../../../shared/errors.ts'
import type { Knocks as KnocksMessage } from '../../../shared/replies.ts'
import type { Clock } from '../clock.ts'
import type { Store } from '../log.ts'
import { Bucket } from '../rate.ts'
import { isExpired, isSameCode, newWords, normalWords, type RoomCode } from './code.ts'
import { Knocks } from './knocks.ts'
import type { Network, Networks } from './networks.ts'

/** `words`: the code to use; without them, the stored one, or a new one. */
export type DoorRule = { type: 'open' } | { type: 'code'; words: string | undefined }

/** Key of the rule that is the code. */
export const CODE_RULE = 'code'
/** Wrong codes of all networks together. */
const WRONG_CODES = { perSecond: 20, burst: 200 }
/** Most people who are remembered as admitted. */
const MAX_ADMITTED = 10_000

export type DoorsOptions = {
  store: Pick<Store, 'ruleOf' | 'keepRule' | 'nodes'>
  clock: Clock
  networks: Networks
  rule: DoorRule
}

/** What a client gives. `person`: its id, if it has proven it by a token. */
export type Visitor = { code?: string | undefined; person?: string | undefined }

/** `code`: the words that the person gave; undefined if none are needed. */
export type Admission = { ok: true; code: string | undefined } | { ok: false; fault: Fault }

const FREE: Admission = { ok: true, code: undefined }

export class Doors {
  readonly networks: Networks
  readonly knocks: Knocks
  /** Receives what hosts are to receive; the rooms replace it. */
  tellHosts: (message: KnocksMessage) => void = () => {}
  readonly #store: DoorsOptions['store']
  readonly #clock: Clock
  readonly #isOpen: boolean
  readonly #wrong: Bucket
  /** As last read from the store. */
  #code: RoomCode | undefined
  /** Ids of people who gave the code that is valid now; the first was admitted longest ago. */
  readonly #admitted = new Set<string>()

  /** Rejects if the store cannot be read or written. */
  static async open(options: DoorsOptions): Promise<Doors> {
    const { store, rule } = options
    const doors = new Doors(options)
    if (rule.type === 'open') return doors
    const stored = (await store.ruleOf(CODE_RULE)) as RoomCode | undefined
    const words = normalWords(rule.words ?? stored?.words ?? newWords())
    const isKept =
      stored?.words === words &&
      (rule.words === undefined || !isExpired(stored, options.clock.now()))
    doors.#code = isKept ? stored : { words }
    if (!isKept) await store.keepRule({ key: CODE_RULE, value: doors.#code })
    return doors
  }

  private constructor({ store, clock, networks, rule }: DoorsOptions) {
    this.networks = networks
    this.knocks = new Knocks(clock, (message) => this.tellHosts(message))
    this.#store = store
    this.#clock = clock
    this.#isOpen = rule.type === 'open'
    this.#wrong = new Bucket(WRONG_CODES, clock.monotonic())
  }

  get needsCode(): boolean {
    return !this.#isOpen
  }

  /** The words that open the doors, as far as this server knows; undefined if there are none. */
  get words(): string | undefined {
    const code = this.#code
    return code === undefined || isExpired(code, this.#clock.now()) ? undefined : code.words
  }

  /** Whether the client may come in. A wrong code counts against its network. */
  async check(source: Network, { code, person }: Visitor): Promise<Admission> {
    if (this.#isOpen || source.isTrusted) return FREE
    await this.#refresh()
    if (person !== undefined && (await this.#isAdmitted(person))) return inside(this.#code)
    if (code === undefined) return refused('code_needed')
    const now = this.#clock.monotonic()
    const ms = source.isLimited ? Math.max(source.wait('codes'), this.#wrong.wait(now)) : 0
    if (ms > 0) {
      const message = `Too many wrong codes. Wait ${Math.ceil(ms / 1000)} seconds.`
      return { ok: false, fault: { code: 'too_fast', message } }
    }
    const { words } = this
    if (words !== undefined && isSameCode(code, words)) return inside(this.#code)
    source.take('codes')
    if (source.isLimited) this.#wrong.take(now)
    return refused('code_wrong')
  }

  /** The person gave this code: they come in again without it, until it is changed. */
  remember(person: string, code: string | undefined): void {
    if (code !== this.#code?.words) return
    this.#admitted.delete(person)
    this.#admitted.add(person)
    if (this.#admitted.size <= MAX_ADMITTED) return
    const [oldest = ''] = this.#admitted
    this.#admitted.delete(oldest)
  }

  /** Whether the person has given the code that is valid now, here or at another server on the store. */
  async #isAdmitted(person: string): Promise<boolean> {
    if (this.#admitted.has(person)) return true
    const { nodes } = this.#store
    const words = this.#code?.words
    if (nodes === undefined || words === undefined) return false
    return nodes.hasGiven(person, words).catch(() => false)
  }

  /** While the store cannot be read, the last known code holds. */
  async #refresh(): Promise<void> {
    const stored = await this.#store.ruleOf(CODE_RULE).catch(() => undefined)
    if (stored === undefined) return
    const before = this.#code?.words
    this.#code = stored as RoomCode
    if (this.#code.words !== before) this.#admitted.clear()
  }
}

function inside(code: RoomCode | undefined): Admission {
  return { ok: true, code: code?.words }
}

function refused(code: 'code_needed' | 'code_wrong'): Admission {
  return { ok: false, fault: { code } }
}
