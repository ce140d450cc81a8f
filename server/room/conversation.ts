/**
 * A conversation of two people: a channel that only these two read.
 *
 * MUST invite both of them, if they are connected, before it broadcasts, so that none of them
 * misses an event.
 */

import type { RoomEvent } from '../../shared/protocol.ts'
import type { Direct } from '../../shared/replies.ts'
import { Channel, type ChannelOptions } from './channel.ts'
import type { RoomLog } from './log.ts'
import type { People } from './people.ts'

/** A person of a conversation, under their latest name. */
export type Named = { id: string; name: string }
export type Pair = readonly [Named, Named]

export class Conversation extends Channel {
  readonly #people: People
  #pair: Pair

  constructor(options: ChannelOptions, pair: Pair, log: RoomLog, onUnused: () => void) {
    super(options, log, onUnused)
    this.#people = options.people
    this.#pair = pair
  }

  /** Both people, under the names that they have now, or had last. */
  get pair(): [Named, Named] {
    const [one, other] = this.#pair
    return [this.#latest(one), this.#latest(other)]
  }

  #latest({ id, name }: Named): Named {
    return { id, name: this.#people.names.get(id)?.name ?? name }
  }

  protected get isInhabited(): boolean {
    return false
  }

  eventsMessage(events: RoomEvent[]): Direct {
    return { type: 'direct', people: this.pair, events }
  }

  snapshot(): undefined {
    return undefined
  }

  protected prepareFor(events: readonly RoomEvent[]): void {
    this.#pair = this.pair
    for (const { id } of this.#pair) {
      const reader = this.#people.readerOf(id)
      const sender = events.findLast(({ from, act }) => from.id !== id && !act)?.from
      try {
        reader?.invite(this, sender)
      } catch (error) {
        if (reader !== undefined) this.failed(reader, error)
      }
    }
  }
}
