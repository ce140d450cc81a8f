/**
 * Reactions for clients that show lines: all of a busy moment in one message, when things are quiet.
 *
 * MUST hold no more than MOST_MESSAGES messages and, for each, the signs that one message can have.
 */
import type { PersonName } from '../../shared/person.ts'
import type { RoomEvent } from '../../shared/protocol.ts'
import { type Given, given, type React, reactionsOf } from '../../shared/reactions.ts'
import type { Reacted } from '../../shared/replies.ts'
import type { Clock } from './clock.ts'
import { quoteOf } from './quote.ts'

/** Time without any event after which things are quiet, and the longest wait for it, in ms. */
const QUIET_MS = 3000
const LONGEST_MS = 15_000
/** Messages that people react to within one wait; reactions to others are shown by /history only. */
const MOST_MESSAGES = 20

export type FoldingOptions = {
  clock: Clock
  /** The event with this seq as it is now. */
  find: (seq: number) => Promise<RoomEvent | undefined>
  /** The events without the texts that were taken away since they were found. */
  current: (events: readonly RoomEvent[]) => RoomEvent[]
  broadcast: (message: Reacted) => void
  onBug: (error: unknown) => void
}

export class Folding {
  readonly #options: FoldingOptions
  /** By seq of the message. */
  #waiting = new Map<number, Given[]>()
  /** When the first of them came, on the monotonic clock. */
  #since = 0
  #cancel: (() => void) | undefined

  constructor(options: FoldingOptions) {
    this.#options = options
  }

  /** New events of the room. */
  take(events: readonly RoomEvent[]): void {
    const { clock } = this.#options
    for (const { act, from } of events) if (act?.type === 'react') this.#note(act, from)
    if (this.#waiting.size === 0) return
    const now = clock.monotonic()
    if (this.#cancel === undefined) this.#since = now
    this.#cancel?.()
    const ms = Math.min(QUIET_MS, this.#since + LONGEST_MS - now)
    this.#cancel = clock.after(Math.max(0, ms), () => this.#tell())
  }

  /** A sign that is taken back before it was told is not told. */
  #note(act: React, from: PersonName): void {
    const known = this.#waiting.get(act.seq)
    if (known === undefined && (!act.on || this.#waiting.size >= MOST_MESSAGES)) return
    const all = given(known ?? [], act, from)
    if (all.length === 0) this.#waiting.delete(act.seq)
    else this.#waiting.set(act.seq, all)
  }

  #tell(): void {
    const waiting = this.#waiting
    this.#waiting = new Map()
    this.#cancel = undefined
    this.#broadcast(waiting).catch(this.#options.onBug)
  }

  async #broadcast(waiting: ReadonlyMap<number, readonly Given[]>): Promise<void> {
    const { find, current, broadcast } = this.#options
    const found: RoomEvent[] = []
    for (const seq of waiting.keys()) {
      // Without the log, the reactions are told by /history only.
      const event = await find(seq).catch(() => undefined)
      if (event !== undefined) found.push(event)
    }
    // A text may have been taken away while the next one was read.
    const messages = current(found).flatMap((event) => {
      const quote = quoteOf(event)
      const all = waiting.get(event.seq) ?? []
      return quote === undefined ? [] : [{ seq: event.seq, quote, reactions: reactionsOf(all) }]
    })
    if (messages.length > 0 && !this.#isClosed) broadcast({ type: 'reacted', messages })
  }

  #isClosed = false

  /** Leaves no timer. */
  close(): void {
    this.#isClosed = true
    this.#cancel?.()
  }
}
