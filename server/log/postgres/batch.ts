/** From the drafts of an append to what the database takes, and back from its answer. */
import type { RoomEvent } from '../../../shared/protocol.ts'
import { rulesOf } from '../../room/hosts/rules.ts'
import type { Committed, Draft, RoomLog } from '../../room/log.ts'
import { placesByLog } from '../committed.ts'
import type { PostgresLog } from './log.ts'
import { type Group, groupOf } from './rows.ts'

/** What `append` answers for a group. `repeats`: [place, seq] of drafts whose ids were in the log. */
export type Answer = [before: number, head: number, repeats: [place: number, seq: number][] | null]

/** The drafts for one log. */
export type Part = {
  log: PostgresLog
  /** Where the drafts are in the append. */
  places: number[]
  /** The drafts whose ids differ, and for each place which of them it is. */
  drafts: Draft[]
  indexes: number[]
}

/** Ordered by key: all servers lock logs in the same order. */
export function partsOf(
  appended: readonly { log: RoomLog; draft: Draft }[],
  logOf: (log: RoomLog) => PostgresLog,
): Part[] {
  const keys = [...placesByLog(appended)].sort(([one], [other]) => (one < other ? -1 : 1))
  return keys.map(([, places]) => {
    const { log } = appended[places[0] as number] as { log: RoomLog }
    const drafts: Draft[] = []
    const known = new Map<string, number>()
    const indexes = places.map((place) => {
      const { draft } = appended[place] as { draft: Draft }
      const key = draft.id === undefined ? undefined : `${draft.from.id} ${draft.id}`
      const earlier = key === undefined ? undefined : known.get(key)
      if (earlier !== undefined) return earlier
      const index = drafts.push(draft) - 1
      if (key !== undefined) known.set(key, index)
      return index
    })
    return { log: logOf(log), places, drafts, indexes }
  })
}

export function groupsOf(parts: readonly Part[]): Group[] {
  return parts.map(({ log: { key, name }, drafts }) => groupOf(key, name, drafts))
}

/** The latest value of each rule that the drafts make, ordered by key: a fixed order for locks. */
export function changesOf(parts: readonly Part[]): [key: string, value: string | null][] {
  const values = new Map<string, string | null>()
  for (const { log, drafts } of parts) {
    for (const draft of drafts) {
      for (const { key, value } of rulesOf(draft, log.key)) {
        values.set(key, value === null ? null : JSON.stringify(value))
      }
    }
  }
  return [...values].sort(([one], [other]) => (one < other ? -1 : 1))
}

/**
 * The outcome of each draft of a part, at its place in `outcomes`. `earlier`: the events in the log that
 * are repeated, by seq. Returns the new events.
 */
export function outcomesOf(
  { drafts, places, indexes }: Part,
  [before, , repeats]: Answer,
  earlier: ReadonlyMap<number, RoomEvent>,
  outcomes: Committed[],
): RoomEvent[] {
  const repeated = new Map(repeats)
  const added: RoomEvent[] = []
  const events = drafts.map((draft, index) => {
    const seq = repeated.get(index)
    // Without its row, the event was deleted since.
    if (seq !== undefined) return earlier.get(seq) ?? { seq, ...draft }
    const event: RoomEvent = { seq: before + 1 + added.length, ...draft }
    added.push(event)
    return event
  })
  const seen = new Set(repeated.keys())
  for (const [at, index] of indexes.entries()) {
    const event = events[index] as RoomEvent
    outcomes[places[at] as number] = { event, repeated: seen.has(index) }
    seen.add(index)
  }
  return added
}
