/**
 * A store in memory, which a restart loses. It promises only the order of the events of each
 * log, and that an id of a person is committed once in a log.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { type Rule, rulesOf } from '../room/hosts/rules.ts'
import { personsOf } from '../room/keys.ts'
import type {
  Committed,
  Draft,
  LogKey,
  Registered,
  RoomLog,
  Seat,
  Store,
  StoredRoom,
} from '../room/log.ts'
import { placesByLog } from './committed.ts'
import { MemoryLog } from './memory/log.ts'
import { MemorySeats } from './memory/seats.ts'
import { reactingOf, redactionsOf } from './redactions.ts'
import { SearchQueue } from './searches.ts'

/**
 * Most events in memory, of all logs together, also if the options allow more. Above that, the
 * logs with the most events lose their oldest. Each log keeps its latest event.
 */
const MAX_EVENTS = 100_000
/** Most logs of which a direct one can be made: each keeps its latest event. */
const MAX_LOGS = 20_000
/** Events are deleted in steps of a quarter, so that the cost for each event is constant. */
const SPARE = 1.25

/** `retain`: how many of the latest events of each log are kept; 0: MAX_EVENTS in all. */
export function memoryStore(retain = 0): Store {
  return new MemoryStore(retain || MAX_EVENTS)
}

class MemoryStore implements Store {
  readonly epoch = randomUUID()
  readonly secret = randomBytes(32)
  readonly rooms: readonly StoredRoom[] = []
  readonly lobbyTopic = ''
  readonly registered: readonly Registered[] = []
  readonly rules: readonly Rule[] = []
  readonly #retain: number
  /** Open logs, and those that have events. */
  readonly #logs = new Map<LogKey, MemoryLog>()
  /** The direct logs of each person that have events. */
  readonly #direct = new Map<string, Set<MemoryLog>>()
  readonly #seats = new MemorySeats()
  readonly #rules = new Map<string, unknown>()
  readonly #searches = new SearchQueue()
  /** How many events all logs have. */
  #size = 0

  constructor(retain: number) {
    this.#retain = retain
  }

  async open(key: LogKey): Promise<RoomLog> {
    const known = this.#logs.get(key)
    const isDirect = personsOf(key) !== undefined
    if (known === undefined && isDirect && this.#logs.size >= MAX_LOGS) {
      throw new Error('too many logs')
    }
    const log = known ?? this.#create(key)
    this.#logs.set(key, log)
    return log
  }

  async append(drafts: readonly { log: RoomLog; draft: Draft }[]): Promise<Committed[]> {
    const places = [...placesByLog(drafts)].map(
      ([key, places]) => [this.#logs.get(key) as MemoryLog, places] as const,
    )
    const committed: Committed[] = []
    for (const [log, at] of places) {
      const size = log.size
      for (const place of at) {
        const { draft } = drafts[place] as { draft: Draft }
        committed[place] = log.commit(draft)
        for (const rule of rulesOf(draft, log.key)) this.#keep(rule)
        for (const redaction of redactionsOf([draft])) log.redact(redaction)
        for (const reacting of reactingOf([draft])) log.react(reacting)
      }
      if (size === 0) this.#noteDirect(log)
      if (log.size >= this.#retain * SPARE) log.trim(this.#retain)
      this.#size += log.size - size
    }
    if (this.#size >= MAX_EVENTS * SPARE) this.#trim()
    for (const [log, at] of places) log.passOn(at.map((place) => committed[place] as Committed))
    return committed
  }

  async keepSeats(seats: readonly Seat[]): Promise<void> {
    this.#seats.keep(seats)
  }

  async register(person: string, name: string | undefined): Promise<void> {
    this.#seats.register(person, name)
  }

  async seatOf(person: string): Promise<Seat | undefined> {
    return this.#seats.of(person)
  }

  async seatNamed(foldedName: string): Promise<Seat | undefined> {
    return this.#seats.named(foldedName)
  }

  async directLogsOf(person: string, limit: number): Promise<{ key: LogKey; head: number }[]> {
    const logs = [...(this.#direct.get(person) ?? [])]
    const at = (log: MemoryLog) => Date.parse(log.latest?.at ?? '')
    logs.sort((one, other) => at(other) - at(one))
    return logs.slice(0, limit).map((log) => ({ key: log.key, head: log.head() }))
  }

  async ruleOf(key: string): Promise<unknown> {
    return this.#rules.get(key)
  }

  async keepRule(rule: Rule): Promise<void> {
    this.#keep(rule)
  }

  #keep({ key, value }: Rule): void {
    if (value === null) this.#rules.delete(key)
    else this.#rules.set(key, value)
  }

  health(): 'ok' {
    return 'ok'
  }

  async close(): Promise<void> {}

  #create(key: LogKey): MemoryLog {
    const onRelease = (log: MemoryLog): void => {
      if (log.size === 0) this.#logs.delete(key)
    }
    return new MemoryLog({ key, searches: this.#searches, onRelease })
  }

  #noteDirect(log: MemoryLog): void {
    for (const person of personsOf(log.key) ?? []) {
      const logs = this.#direct.get(person) ?? new Set()
      this.#direct.set(person, logs.add(log))
    }
  }

  /** Leaves MAX_EVENTS. */
  #trim(): void {
    const logs = [...this.#logs.values()]
    const most = Math.max(
      1,
      shareOf(
        MAX_EVENTS,
        logs.map(({ size }) => size),
      ),
    )
    for (const log of logs) log.trim(most)
    this.#size = logs.reduce((sum, { size }) => sum + size, 0)
  }
}

/** The greatest limit for each of these sizes with which their sum is at most `total`. */
function shareOf(total: number, sizes: number[]): number {
  let left = total
  let share = total
  for (const [at, size] of sizes.sort((one, other) => one - other).entries()) {
    share = Math.floor(left / (sizes.length - at))
    if (size > share) return share
    left -= size
  }
  return share
}
