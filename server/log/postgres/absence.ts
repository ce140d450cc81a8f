/** The times in which the database does not answer the tail. */
import { NoAnswer } from './fault.ts'

/** After this time, in ms, people learn that the database is away. Shorter absences are not worth a notice. */
const AWAY_MS = 2000
/** A timer that runs more than this late, in ms, shows that this process itself was suspended. */
const SUSPENDED_MS = 500

export type AbsenceOptions = {
  /** The first look of an absence has failed, or has no answer yet. */
  onFault: (error: unknown) => void
  /** A look has succeeded, `ms` after the beginning of the first that has not. */
  onRecovery: (ms: number) => void
  /** The database is away, or is back. */
  onAway: (isAway: boolean) => void
}

export class Absence {
  readonly #options: AbsenceOptions
  /** When the first look began that has not succeeded, in ms of the monotonic clock. */
  #since: number | undefined
  #timer: NodeJS.Timeout | undefined
  #hasFailed = false
  #isAway = false

  constructor(options: AbsenceOptions) {
    this.#options = options
  }

  /** A look at the database begins. */
  begin(): void {
    this.#since ??= performance.now()
    if (this.#timer === undefined) this.#arm()
  }

  #arm(): void {
    const due = performance.now() + AWAY_MS
    this.#timer = setTimeout(() => {
      // The answer may have arrived while this process was suspended.
      if (performance.now() - due > SUSPENDED_MS) return this.#arm()
      this.#isAway = true
      this.fail(new NoAnswer())
      this.#options.onAway(true)
    }, AWAY_MS)
  }

  fail(error: unknown): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    this.#options.onFault(error)
  }

  succeed(): void {
    const { onRecovery, onAway } = this.#options
    this.close()
    if (this.#hasFailed) onRecovery(performance.now() - (this.#since ?? 0))
    if (this.#isAway) onAway(false)
    this.#since = undefined
    this.#hasFailed = false
    this.#isAway = false
  }

  /** Leaves no timer. */
  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
