/**
 * What the writer knows of logs: where they begin and end, and how far upkeep has come. Holds
 * the open logs, and those that wait for upkeep.
 *
 * MUST change only after a COMMIT.
 */
import type { LogKey } from '../../room/log.ts'
import type { ExtentRow } from './statements.ts'

export type Extent = {
  readonly key: LogKey
  /** How the room is shown; stored with the first event. */
  name: string
  /** undefined before the first event. */
  number: number | undefined
  first: number
  head: number
  /** seq of the last event that is in the full-text index. */
  indexed: number
  isOpen: boolean
}
/** Of a log that has events. */
export type Stored = Extent & { number: number }

export class Extents {
  readonly #byKey = new Map<LogKey, Extent>()
  readonly #waiting = new Set<Stored>()
  #backlog = 0

  /** How many events of these logs are not in the full-text index. */
  get backlog(): number {
    return this.#backlog
  }

  /** Logs that may have something to index or to delete; the first has waited longest. */
  get waiting(): ReadonlySet<Stored> {
    return this.#waiting
  }

  get(key: LogKey): Extent | undefined {
    return this.#byKey.get(key)
  }

  open(extent: Extent): void {
    this.#hold(extent)
    extent.isOpen = true
    if (isStored(extent) && extent.indexed < extent.head) this.#waiting.add(extent)
  }

  release(extent: Extent): void {
    extent.isOpen = false
    if (!isStored(extent) || !this.#waiting.has(extent)) this.#byKey.delete(extent.key)
  }

  /** To call when events were appended. */
  extend(extent: Extent, number: number, head: number): void {
    this.#backlog += head - extent.head
    extent.head = head
    this.#waiting.add(Object.assign(extent, { number }))
  }

  /** To call when events were indexed or deleted. */
  advance(extent: Stored, indexed: number, first: number): void {
    this.#backlog -= indexed - extent.indexed
    extent.indexed = indexed
    extent.first = first
  }

  /** Puts the log behind all others that wait for upkeep. */
  wait(extent: Stored): void {
    this.#hold(extent)
    this.#waiting.delete(extent)
    this.#waiting.add(extent)
  }

  /** To call when the log has nothing to index or to delete. */
  rest(extent: Stored): void {
    this.#waiting.delete(extent)
    if (!extent.isOpen) this.#byKey.delete(extent.key)
  }

  #hold(extent: Extent): void {
    if (this.#byKey.has(extent.key)) return
    this.#byKey.set(extent.key, extent)
    this.#backlog += extent.head - extent.indexed
  }
}

export function emptyExtent(key: LogKey, name: string): Extent {
  return { key, name, number: undefined, first: 1, head: 0, indexed: 0, isOpen: false }
}

export function extentOf([number, key, name, indexed, first, head]: ExtentRow): Stored {
  return { key, name, number, first: first ?? 1, head: head ?? 0, indexed, isOpen: false }
}

function isStored(extent: Extent): extent is Stored {
  return extent.number !== undefined
}
