/**
 * Knocks: clients that wait outside until a host lets them in.
 *
 * MUST tell the hosts at most once in NOTICE_MS, however many clients knock.
 */
import type { Knock, Knocks as KnocksMessage } from '../../../shared/replies.ts'
import type { Clock } from '../clock.ts'
import type { Network } from './networks.ts'

/** Most clients that wait, in all and of one network. */
const MAX_WAITING = 100
const MAX_OF_NETWORK = 10
/** UTF-16 units of the first message that hosts see. */
const SHOWN_TEXT = 200
const NOTICE_MS = 250
/** A host reads in this time, in ms, that another client is the first. */
const UNREAD_MS = 1000

/** `text`: '' if it has sent none. */
export type Caller = Pick<Knock, 'text' | 'name'>

/** A knock at this server, as the other servers on the same store learn of it. */
export type OwnKnock = Omit<Knock, 'id'> & { handle: number }

/**
 * A knock as the store has it. `handle`: if the client is at this server. `isAdmitted`: what a host at
 * another server has decided.
 */
export type SharedKnock = {
  knock: Knock
  handle: number | undefined
  isAdmitted: boolean | undefined
}

/** The other servers on the same store: their hosts see these knocks, and decide about them. */
export interface KnocksElsewhere {
  /** The knocks at this server have changed. */
  changed(): void
  /**
   * A host here decides about a client at another server. Resolves to false if it waits no more.
   * Rejects while the store is away.
   */
  decide(id: number, isAdmitted: boolean): Promise<boolean>
}

/**
 * `knock.id`: 0 until the store has given a number, if there are other servers. `decide`: called once,
 * when a host has decided.
 */
type Waiting = { knock: Knock; decide: (isAdmitted: boolean) => void }

export class Knocks {
  /** The rooms set it; undefined if there are no other servers. */
  elsewhere: KnocksElsewhere | undefined
  readonly #clock: Clock
  readonly #onChange: (message: KnocksMessage) => void
  /** The clients at this server, by handle; the one that waits longest first. */
  readonly #waiting = new Map<number, Waiting>()
  /** Those at other servers. */
  #distant: readonly Knock[] = []
  #count = 0
  /** When the first knock gave way to the next, in ms of the monotonic clock, and by which host. */
  #movedUp: { at: number; by: string | undefined } = { at: -Infinity, by: undefined }
  /** Number of the latest knock that the hosts know. */
  #told = 0
  #cancelNotice: (() => void) | undefined

  /** `onChange`: receives the message for all hosts. */
  constructor(clock: Clock, onChange: (message: KnocksMessage) => void) {
    this.#clock = clock
    this.#onChange = onChange
  }

  /**
   * Adds a client, with the first message that it has sent or the name that it asks for. Returns its
   * handle; undefined if too many wait already.
   */
  add(
    source: Network,
    { text, name }: Caller,
    decide: (isAdmitted: boolean) => void,
  ): number | undefined {
    const all = [...this.#waiting.values()].map(({ knock }) => knock).concat(this.#distant)
    const ofNetwork = all.filter(({ address }) => address === source.name)
    if (all.length >= MAX_WAITING || ofNetwork.length >= MAX_OF_NETWORK) return undefined
    this.#count += 1
    const handle = this.#count
    const at = new Date(this.#clock.now()).toISOString()
    const knock: Knock = {
      id: this.elsewhere === undefined ? handle : 0,
      address: source.name,
      ...(name !== undefined && { name }),
      text: text.slice(0, SHOWN_TEXT),
      at,
    }
    this.#change(undefined, () => this.#waiting.set(handle, { knock, decide }))
    this.elsewhere?.changed()
    return handle
  }

  /** The client has left, or has come in. `by`: id of the host who has decided. */
  remove(handle: number, by?: string): void {
    if (!this.#waiting.has(handle)) return
    this.#change(by, () => this.#waiting.delete(handle))
    this.elsewhere?.changed()
  }

  /**
   * The host `by` decides; without `id`, about the client that has waited longest. `unread`: that is
   * another one since less than UNREAD_MS, so the host may mean the one before. Rejects if the client
   * is at another server and the store is away.
   */
  async decide(
    id: number | undefined,
    isAdmitted: boolean,
    by: string,
  ): Promise<'decided' | 'unread' | 'unknown'> {
    const knocks = this.#knocks()
    const knock = id === undefined ? knocks[0] : knocks.find((one) => one.id === id)
    if (knock === undefined) return 'unknown'
    const isRead =
      this.#movedUp.by === by || this.#clock.monotonic() - this.#movedUp.at >= UNREAD_MS
    if (id === undefined && !isRead) return 'unread'
    for (const [handle, waiting] of this.#waiting) {
      if (waiting.knock !== knock) continue
      this.remove(handle, by)
      waiting.decide(isAdmitted)
      return 'decided'
    }
    this.#change(by, () => {
      this.#distant = this.#distant.filter((one) => one !== knock)
    })
    return (await this.elsewhere?.decide(knock.id, isAdmitted)) === true ? 'decided' : 'unknown'
  }

  /** What a host receives who has just come; undefined if nobody waits. */
  get message(): KnocksMessage | undefined {
    const knocks = this.#knocks()
    return knocks.length === 0 ? undefined : { type: 'knocks', knocks, added: knocks.length }
  }

  /** The clients that wait at this server. */
  own(): OwnKnock[] {
    return [...this.#waiting].map(
      ([
        handle,
        {
          knock: { id, ...rest },
        },
      ]) => ({ handle, ...rest }),
    )
  }

  /** Learns who waits at all servers, in the order of the numbers. */
  learn(all: readonly SharedKnock[]): void {
    this.#change(undefined, () => {
      for (const { handle, knock } of all) {
        const waiting = handle === undefined ? undefined : this.#waiting.get(handle)
        if (waiting !== undefined) waiting.knock.id = knock.id
      }
      this.#distant = all.flatMap(({ handle, knock, isAdmitted }) =>
        handle === undefined && isAdmitted === undefined ? knock : [],
      )
    })
    for (const { handle, isAdmitted } of all) {
      if (handle === undefined || isAdmitted === undefined) continue
      const waiting = this.#waiting.get(handle)
      this.remove(handle)
      waiting?.decide(isAdmitted)
    }
  }

  /** Those that hosts see, the one that waits longest first. */
  #knocks(): Knock[] {
    const own = [...this.#waiting.values()].flatMap(({ knock }) => (knock.id > 0 ? knock : []))
    return own.concat(this.#distant).sort((one, other) => one.id - other.id)
  }

  /** `by`: id of the host who has decided, if one has. */
  #change(by: string | undefined, change: () => void): void {
    const before = this.#knocks().map(({ id }) => id)
    change()
    const now = this.#knocks().map(({ id }) => id)
    if (now.join() === before.join()) return
    if (before.length > 0 && now.length > 0 && now[0] !== before[0]) {
      this.#movedUp = { at: this.#clock.monotonic(), by }
    }
    this.#cancelNotice ??= this.#clock.after(NOTICE_MS, () => {
      this.#cancelNotice = undefined
      const knocks = this.#knocks()
      const added = knocks.filter(({ id }) => id > this.#told).length
      this.#told = Math.max(this.#told, knocks.at(-1)?.id ?? 0)
      this.#onChange({ type: 'knocks', knocks, added })
    })
  }

  /** Leaves no timer. */
  close(): void {
    this.#cancelNotice?.()
  }
}
