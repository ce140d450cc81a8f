/**
 * What a search looks for: words, which engines can find in an index, and a filter, which looks
 * at one event after the other.
 *
 * MUST have a limit on the events that it looks at: a rare name, or no words, would otherwise
 * cost a pass through the whole log.
 */
import { foldName } from '../../shared/fold.ts'
import { mentions } from '../../shared/mention.ts'
import type { RoomEvent } from '../../shared/protocol.ts'
import { isReaction } from '../../shared/reactions.ts'
import { hasWords, queryWords } from '../../shared/words.ts'
import type { Filter } from '../room/log.ts'

/** Most events that one search looks at, of those that have the words. */
export const MAX_EXAMINED = 50_000

export class Finding {
  /** The words of the query, and before them those of the name that is mentioned. */
  readonly words: readonly string[]
  /** seqs, both included. */
  readonly first: number
  readonly last: number
  /** Whether any event that has the words, except a reaction, is found. */
  readonly isPlain: boolean
  readonly #isNothing: boolean
  readonly #query: readonly string[]
  readonly #from: string | undefined
  readonly #mentions: string | undefined
  #examined = 0

  constructor(query: string, { from, mentions, first, last }: Filter) {
    this.words = queryWords(`${mentions ?? ''} ${query}`)
    this.first = first ?? 1
    this.last = last ?? Infinity
    this.isPlain = from === undefined && mentions === undefined
    const isEverything = this.isPlain && first === undefined && (last ?? Infinity) === Infinity
    this.#isNothing = isEverything && this.words.length === 0
    this.#query = queryWords(query)
    this.#from = from === undefined ? undefined : foldName(from)
    this.#mentions = mentions
  }

  /** Nothing is looked for, or enough was looked at. */
  get isOver(): boolean {
    return this.#isNothing || this.#examined >= MAX_EXAMINED
  }

  /** Whether an event without an index is found. */
  fits(event: RoomEvent): boolean {
    return hasWords(event.text, this.#query) && this.passes(event)
  }

  /** Whether an event that has the words is found. Reactions are not: they would take the place of messages. */
  passes(event: RoomEvent): boolean {
    const { seq, from, text } = event
    this.#examined += 1
    if (isReaction(event) || seq < this.first || seq > this.last) return false
    const name = foldName(from.name)
    if (this.#from !== undefined && name !== this.#from) return false
    return (
      this.#mentions === undefined ||
      (name !== foldName(this.#mentions) && mentions(text, this.#mentions))
    )
  }
}
