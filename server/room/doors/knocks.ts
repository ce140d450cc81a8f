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

/** `decide`: called once, when a host has decided. */
type Waiting = { knock: Knock; network: string; decide: (isAdmitted: boolean) => void }

export class Knocks {
  readonly #clock: Clock
  readonly #onChange: (message: KnocksMessage) => void
  /** By number, the one that waits longest first. */
  readonly #waiting = new Map<number, Waiting>()
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
   * number; undefined if too many wait already.
   */
  add(
    source: Network,
    { text, name }: Caller,
    decide: (isAdmitted: boolean) => void,
  ): number | undefined {
    const all = [...this.#waiting.values()]
    const ofNetwork = all.filter(({ network }) => network === source.name)
    if (all.length >= MAX_WAITING || ofNetwork.length >= MAX_OF_NETWORK) return undefined
    this.#count += 1
    const at = new Date(this.#clock.now()).toISOString()
    const knock: Knock = {
      id: this.#count,
      address: source.name,
      ...(name !== undefined && { name }),
      text: text.slice(0, SHOWN_TEXT),
      at,
    }
    this.#waiting.set(knock.id, { knock, network: source.name, decide })
    this.#changed()
    return knock.id
  }

  /** The client has left, or has come in. `by`: id of the host who has decided. */
  remove(id: number, by?: string): void {
    const [oldest] = this.#waiting.keys()
    if (!this.#waiting.delete(id)) return
    const isFollowed = id === oldest && this.#waiting.size > 0
    if (isFollowed) this.#movedUp = { at: this.#clock.monotonic(), by }
    this.#changed()
  }

  /**
   * The host `by` decides; without `id`, about the client that has waited longest. `unread`: that is
   * another one since less than UNREAD_MS, so the host may mean the one before.
   */
  decide(
    id: number | undefined,
    isAdmitted: boolean,
    by: string,
  ): 'decided' | 'unread' | 'unknown' {
    const [oldest] = this.#waiting.keys()
    const waiting = this.#waiting.get(id ?? oldest ?? 0)
    if (waiting === undefined) return 'unknown'
    const isRead =
      this.#movedUp.by === by || this.#clock.monotonic() - this.#movedUp.at >= UNREAD_MS
    if (id === undefined && !isRead) return 'unread'
    this.remove(waiting.knock.id, by)
    waiting.decide(isAdmitted)
    return 'decided'
  }

  /** What a host receives who has just come; undefined if nobody waits. */
  get message(): KnocksMessage | undefined {
    const knocks = [...this.#waiting.values()].map(({ knock }) => knock)
    return knocks.length === 0 ? undefined : { type: 'knocks', knocks, added: knocks.length }
  }

  #changed(): void {
    this.#cancelNotice ??= this.#clock.after(NOTICE_MS, () => {
      this.#cancelNotice = undefined
      const knocks = [...this.#waiting.values()].map(({ knock }) => knock)
      const added = knocks.filter(({ id }) => id > this.#told).length
      this.#told = this.#count
      this.#onChange({ type: 'knocks', knocks, added })
    })
  }

  /** Leaves no timer. */
  close(): void {
    this.#cancelNotice?.()
  }
}
