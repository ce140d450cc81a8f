/**
 * The conversations that are in memory: those that a connection follows, and those that a caller
 * holds.
 */
import type { ChannelOptions } from './channel.ts'
import { Conversation, type Pair } from './conversation.ts'
import { directKey } from './keys.ts'
import type { LogKey, Store } from './log.ts'

export class Conversations {
  readonly #store: Store
  readonly #options: ChannelOptions
  readonly #opened = new Map<LogKey, Conversation>()
  readonly #opening = new Map<LogKey, Promise<void>>()

  constructor(store: Store, options: ChannelOptions) {
    this.#store = store
    this.#options = options
  }

  /** The conversation of these two, held. Rejects if its log cannot be opened. `after`: see `Store.open`. */
  async hold(pair: Pair, after?: number): Promise<Conversation> {
    const key = directKey(pair[0].id, pair[1].id)
    for (;;) {
      const opened = this.#opened.get(key)
      if (opened !== undefined) {
        opened.hold()
        return opened
      }
      // Another caller may have closed it again before this one goes on.
      const opening = this.#opening.get(key) ?? this.#load(key, pair, after)
      this.#opening.set(key, opening)
      await opening
    }
  }

  async #load(key: LogKey, pair: Pair, after: number | undefined): Promise<void> {
    try {
      const log = await this.#store.open(key, '', after)
      const conversation = new Conversation(this.#options, pair, log, () => {
        this.#opened.delete(key)
        conversation.close()
      })
      this.#opened.set(key, conversation)
    } finally {
      this.#opening.delete(key)
    }
  }

  /** How many are in memory, for tests. */
  get size(): number {
    return this.#opened.size
  }

  close(): void {
    for (const conversation of this.#opened.values()) conversation.close()
  }
}
