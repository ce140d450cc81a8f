/**
 * Changes of the people of this server, on their way to the database: those of one turn of the event
 * loop in one statement, one statement at a time.
 *
 * MUST settle every change. After a fault, all changes that wait are given up: the node then writes
 * everybody who is here again.
 */
import { nameSkeleton } from '../../../shared/names.ts'
import type { Via } from '../../../shared/protocol.ts'
import type { Presence } from '../../room/nodes/nodes.ts'
import type { Writer } from './writer.ts'

/** Changes in one statement. */
const MOST_CHANGES = 500

/** See `present` in nodes.ts. */
export type Answer = 'ok' | 'name' | 'elsewhere'
type Kind = 'arrive' | 'return' | 'change'
type Change =
  | [
      kind: Kind,
      id: string,
      name: string,
      skeleton: string,
      via: Via,
      rooms: string,
      mark: string | null,
      words: string | null,
    ]
  | [kind: 'leave', id: string]
  | [kind: 'only', ids: readonly string[]]
type Settle = (answer: Answer | Error) => void

export class PeopleChanges {
  readonly #writer: Writer
  /** Id of this node. */
  readonly #node: string
  #queue: { change: Change; settle: Settle | undefined }[] = []
  #isWriting = false
  /** Whether the database may lack changes, because of a fault. */
  areLost = false

  constructor(writer: Writer, node: string) {
    this.#writer = writer
    this.#node = node
  }

  /** `words`: of the room code, if the person who arrives has given it. */
  put(kind: Kind, person: Presence, settle?: Settle, words: string | null = null): void {
    const { id, name, via, rooms, mark } = person
    const place = JSON.stringify(rooms)
    this.#add([kind, id, name, nameSkeleton(name), via, place, mark ?? null, words], settle)
  }

  leave(id: string): void {
    this.#add(['leave', id])
  }

  /** Nobody but these is here: that another has left may have been lost. */
  keepOnly(ids: readonly string[]): void {
    this.#add(['only', ids])
  }

  #add(change: Change, settle?: Settle): void {
    this.#queue.push({ change, settle })
    if (this.#isWriting) return
    this.#isWriting = true
    setImmediate(() => void this.#writeAll())
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, MOST_CHANGES)
      try {
        const [row] = await this.#writer.write<{ answers: Answer[] }>(
          'SELECT present($1::uuid, $2::text::jsonb) AS answers',
          [this.#node, JSON.stringify(batch.map(({ change }) => change))],
        )
        for (const [at, { settle }] of batch.entries()) settle?.(row?.answers[at] ?? 'ok')
      } catch (error) {
        this.areLost = true
        const givenUp = this.#queue
        this.#queue = []
        for (const { settle } of [...batch, ...givenUp]) settle?.(error as Error)
      }
    }
    this.#isWriting = false
  }
}
