/**
 * Typing notices: the members that type, broadcast at most once a second. They are not logged.
 *
 * MUST keep the cost independent of how many members type: at most MAX_TYPISTS of them are
 * broadcast.
 */
import type { Person } from '../../shared/protocol.ts'
import type { TypingNotice } from '../../shared/replies.ts'
import type { Clock } from './clock.ts'

/** Members broadcast as typing at the same time. Clients show no more names than this. */
const MAX_TYPISTS = 5
/** Shortest time between two broadcasts, in ms. */
const INTERVAL_MS = 1000
/** A notice is repeated after this time, in ms, since clients drop a notice after 6 s. */
const REPEAT_MS = 3000
/** A member that sends no further notice has stopped typing, in ms. */
const EXPIRES_MS = 6000

export class Typing {
  readonly #clock: Clock
  readonly #broadcast: (message: TypingNotice) => void
  /** Members that type, by id; the first began first. Times in ms. */
  readonly #typists = new Map<string, { person: Person; until: number }>()
  /** Members that were broadcast as typing, by id. Times in ms. */
  readonly #shown = new Map<string, { person: Person; at: number }>()
  /** Set while no broadcast may be sent. */
  #cancel: (() => void) | undefined

  constructor(clock: Clock, broadcast: (message: TypingNotice) => void) {
    this.#clock = clock
    this.#broadcast = broadcast
  }

  set(person: Person, on: boolean): void {
    if (on) {
      this.#typists.set(person.id, { person, until: this.#clock.monotonic() + EXPIRES_MS })
    } else if (!this.#typists.delete(person.id)) {
      return
    }
    if (this.#cancel === undefined) this.#flush()
  }

  /** Whether this member types. */
  has(id: string | undefined): boolean {
    return id !== undefined && this.#typists.has(id)
  }

  /** The person has another name now. */
  renamed(person: Person): void {
    const typist = this.#typists.get(person.id)
    if (typist !== undefined) this.#typists.set(person.id, { ...typist, person })
  }

  close(): void {
    this.#cancel?.()
  }

  #flush(): void {
    this.#cancel = undefined
    const now = this.#clock.monotonic()
    for (const [id, { until }] of this.#typists) if (until <= now) this.#typists.delete(id)
    const notices: TypingNotice[] = []
    for (const [id, { person }] of this.#shown) {
      if (this.#typists.has(id)) continue
      this.#shown.delete(id)
      notices.push({ type: 'typing', from: person, on: false })
    }
    for (const [id, { person }] of this.#typists) {
      const shown = this.#shown.get(id)
      if (shown === undefined ? this.#shown.size >= MAX_TYPISTS : now - shown.at < REPEAT_MS)
        continue
      this.#shown.set(id, { person, at: now })
      notices.push({ type: 'typing', from: person, on: true })
    }
    for (const notice of notices) this.#broadcast(notice)
    if (this.#typists.size + this.#shown.size > 0) {
      this.#cancel = this.#clock.after(INTERVAL_MS, () => this.#flush())
    }
  }
}
