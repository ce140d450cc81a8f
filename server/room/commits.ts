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
/**
 * How long an append waits for more drafts: half of the time that the append before it took, but at
 * most so many ms. Senders that wait for their own event send again within it, and one commit then
 * holds the messages of all. On a database with many servers, each commit holds up the others.
 */
const GATHER_MS = 4
const GATHER_PART = 0.5

/** Receives the outcome of a post; undefined if the store could not commit it. */
export type Settle = (committed: Committed | undefined) => void
/** `isJoined`: committed together with the one before it. */
type Posted = { log: RoomLog; draft: Draft; settle: Settle; isJoined: boolean }

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
  /** As many drafts as the senders of the latest append may send again, and until when they may. */
  #expected = { count: 0, until: 0 }
  /** Ends the wait for them. */
  #onExpected = (): void => {}

  constructor(options: CommitsOptions) {
    this.#options = options
  }

  /**
   * Queues a draft for a log, which MUST stay open until it is settled. Drafts are committed in the
   * order of the calls.
   */
  post(log: RoomLog, draft: Omit<Draft, 'at'>, settle: Settle, isJoined = false): void {
    this.#posted.push({ log, draft: { at: this.#now(), ...draft }, settle, isJoined })
    if (this.#posted.length >= this.#expected.count) this.#onExpected()
    // At the end of the turn, so that all drafts of this turn go into the same append.
    this.#committing ??= new Promise((resolve) => {
      this.#options.clock.turn(() => resolve(this.#commitAll()))
    })
  }

  /**
   * Queues drafts for one log that are committed in one append, which they can make larger than the
   * limits of a batch. Resolves to undefined if the store could not commit them.
   */
  async postTogether(
    log: RoomLog,
    drafts: readonly Omit<Draft, 'at'>[],
  ): Promise<Committed[] | undefined> {
    const outcomes = await Promise.all(
      drafts.map(
        (draft, at) =>
          new Promise<Committed | undefined>((settle) => this.post(log, draft, settle, at > 0)),
      ),
    )
    return outcomes.every((outcome) => outcome !== undefined) ? outcomes : undefined
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
      await this.#gather()
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

  /** Waits for the senders of the latest append to send again, for a bounded time. */
  async #gather(): Promise<void> {
    const { clock } = this.#options
    const { count, until } = this.#expected
    const ms = until - clock.monotonic()
    if (this.#posted.length >= count || ms <= 0) return
    await new Promise<void>((resolve) => {
      const cancel = clock.after(ms, resolve)
      this.#onExpected = () => {
        cancel()
        resolve()
      }
    })
    this.#onExpected = () => {}
  }

  #takeBatch(): Posted[] {
    let count = 0
    for (let size = 0; count < this.#posted.length; count += 1) {
      const { draft, isJoined } = this.#posted[count] as Posted
      size += draft.text.length
      const isFull = count >= BATCH_DRAFTS || size > BATCH_SIZE
      if (isFull && count > 0 && !isJoined) break
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
      const ended = clock.monotonic()
      const gathering = Math.min(GATHER_MS, (ended - began) * GATHER_PART)
      this.#expected = { count: drafts.length + this.#posted.length, until: ended + gathering }
      tally.onCommit(drafts.length, ended - began)
    }
  }
}
