/**
 * Counters for the operator: plain numbers, so that counting costs almost nothing. They never
 * decrease.
 */
import type { ErrorCode } from '../../shared/errors.ts'

export class Tally {
  /** Committed messages, actions and notices. */
  messages = 0
  /** Messages written to connections, counted for each connection. */
  deliveries = 0
  bytesIn = 0
  bytesOut = 0
  /** Errors sent to clients, by code. */
  readonly refusals = new Map<ErrorCode, number>()
  /** Called after each append, with its number of drafts and its duration in ms. */
  onCommit: (drafts: number, ms: number) => void = () => {}

  refused(code: ErrorCode): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1)
  }
}
