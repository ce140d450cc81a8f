/**
 * Commits: drafts for any logs → the store, in batches, so that all rooms share one commit.
 *
 * MUST have at most one append under way, so that there is one order. MUST settle every
 * draft exactly once, whatever fails.
 */
import type { Clock } from './clock.ts'
import type { Committed, Draft, RoomLog, Store } from './log.ts'
import type { Tally } from './tally.ts'

/** Drafts in one append, and UTF-16 units of text in them: bounds the delay and the segment. */
const BATCH_DRAFTS = 1024
const BATCH_SIZE = 262_144

/** Receives the outcome of a post; undefined if the store could not commit it. */
export type Settle = (committed: Committed | undefined) => void
type Posted = { log: RoomLog; draft: Draft; settle: Settle }

export type CommitsOptions = {
  store: Pick<Store, 'append'>
  clock: Clock
  tally: Tally
  /** Receives a fault of the store. The senders receive theirs through `settle`. */
  onLogFault: (error: unknown) => void
  /** Receives an error that a `settle` has thrown. */
  onBug: (error: unknown) => void
}

export class Commits {
  readonly #options: CommitsOptions
  #posted: Posted[] = []
  #timeStamp = { ms: Number.NaN, text: '' }
  /** Resolves when no draft waits; undefined while none does. */
  #committing: Promise<void> | undefined

  constructor(options: CommitsOptions) {
    this.#options = options
  }

  /**
   * Queues a draft for a log, which MUST stay open until it is settled. Drafts are committed in the
   * order of the calls.
   */
  post(log: RoomLog, draft: Omit<Draft, 'at'>, settle: Settle): void {
    this.#posted.push({ log, draft: { at: this.#now(), ...draft }, settle })
    // At the end of the turn, so that all drafts of this turn go into the same append.
    this.#committing ??= new Promise((resolve) => {
      this.#options.clock.turn(() => resolve(this.#commitAll()))
    })
  }

  /** Resolves when every posted draft is settled. */
  async settled(): Promise<void> {
    while (this.#committing !== undefined) await this.#committing
  }

  /** ISO 8601; formatted once a millisecond. */
  #now(): string {
    const ms = this.#options.clock.now()
    if (ms !== this.#timeStamp.ms) this.#timeStamp = { ms, text: new Date(ms).toISOString() }
    return this.#timeStamp.text
  }

  async #commitAll(): Promise<void> {
    while (this.#posted.length > 0) {
      const batch = this.#takeBatch()
      const committed = await this.#append(batch)
      batch.forEach(({ settle }, at) => {
        this.#settle(settle, committed?.[at])
      })
    }
    this.#committing = undefined
  }

  /** A bug in one sender MUST NOT stop the others. */
  #settle(settle: Settle, committed: Committed | undefined): void {
    try {
      settle(committed)
    } catch (error) {
      this.#options.onBug(error)
    }
  }

  #takeBatch(): Posted[] {
    let count = 0
    for (let size = 0; count < this.#posted.length && count < BATCH_DRAFTS; count += 1) {
      size += this.#posted[count]?.draft.text.length ?? 0
      if (size > BATCH_SIZE && count > 0) break
    }
    return this.#posted.splice(0, count)
  }

  async #append(drafts: readonly Posted[]): Promise<Committed[] | undefined> {
    const { store, clock, tally, onLogFault } = this.#options
    const began = clock.monotonic()
    try {
      return await store.append(drafts)
    } catch (error) {
      onLogFault(error)
      return undefined
    } finally {
      tally.onCommit(drafts.length, clock.monotonic() - began)
    }
  }
}
