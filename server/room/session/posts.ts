/**
 * The posts of one connection that wait for the log.
 *
 * MUST bound them: above a limit, the connection is not read until some are settled.
 */
import type { Channel } from '../channel.ts'
import type { Committed, Draft } from '../log.ts'
import type { Rooms } from '../rooms.ts'

/** UTF-16 units of posts that may wait for the log; above it the connection is not read. */
const MAX_UNSETTLED = 262_144
/** Added to the length of each post's text. */
const POST_OVERHEAD = 64

export class Posts {
  readonly #rooms: Rooms
  #unsettled = 0
  #onSettled: (() => void)[] = []

  constructor(rooms: Rooms) {
    this.#rooms = rooms
  }

  /**
   * Posts a draft to a channel, which MUST be held. `settle` receives the outcome; undefined if the
   * log could not commit it. The result resolves when the connection may be read again.
   */
  post(
    channel: Channel,
    draft: Omit<Draft, 'at'>,
    settle: (committed: Committed | undefined) => void,
  ): Promise<void> | undefined {
    const size = draft.text.length + POST_OVERHEAD
    this.#unsettled += size
    this.#rooms.post(channel, lasting(draft), (committed) => {
      this.#unsettled -= size
      for (const resolve of this.#onSettled.splice(0)) resolve()
      settle(committed)
    })
    return this.#unsettled < MAX_UNSETTLED ? undefined : this.#settledTo(MAX_UNSETTLED / 2)
  }

  /** Resolves when no post waits for the log. */
  settled(): Promise<void> {
    return this.#settledTo(0)
  }

  /** Resolves when at most `size` UTF-16 units of posts wait for the log. */
  async #settledTo(size: number): Promise<void> {
    while (this.#unsettled > size) {
      await new Promise<void>((resolve) => this.#onSettled.push(resolve))
    }
  }
}

/** The role and the node are what a person has now; an event stays as it is. */
function lasting(draft: Omit<Draft, 'at'>): Omit<Draft, 'at'> {
  const { id, name, via, role, node } = draft.from
  const isLasting = role === undefined && node === undefined
  return isLasting ? draft : { ...draft, from: { id, name, via } }
}
