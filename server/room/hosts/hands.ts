/** The raised hands of each room: a part of the rules, kept by room because all who enter are told. */
import type { PersonName } from '../../../shared/person.ts'
import type { LogKey } from '../log.ts'

const PREFIX = 'hand '

export const handKey = (id: string, log: LogKey) => `${PREFIX}${id} ${log}`

/** `at`: ISO 8601, UTC. */
type Hand = PersonName & { at: string }

export class Hands {
  /** By room, then by person. */
  readonly #raised = new Map<LogKey, Map<string, Hand>>()

  /** A rule was made or has ended; those that are no hands are passed over. */
  take(key: string, value: unknown): void {
    if (!key.startsWith(PREFIX)) return
    const space = key.indexOf(' ', PREFIX.length)
    const id = key.slice(PREFIX.length, space)
    const log = key.slice(space + 1)
    const there = this.#raised.get(log) ?? new Map<string, Hand>()
    there.delete(id)
    if (value !== null) there.set(id, { id, ...(value as Omit<Hand, 'id'>) })
    if (there.size > 0) this.#raised.set(log, there)
    else this.#raised.delete(log)
  }

  /** Those whose hands were raised after `since`, the first one longest. */
  in(log: LogKey, since: string): PersonName[] {
    const raised = [...(this.#raised.get(log)?.values() ?? [])].filter(({ at }) => at > since)
    // The store does not keep their order.
    raised.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0))
    return raised.map(({ id, name }) => ({ id, name }))
  }
}
