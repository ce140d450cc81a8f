/**
 * What is counted as it happens, for whoever looks after the server: plain numbers, so
 * that to count costs nothing. All of them only grow.
 */
import type { ErrorCode } from '../../shared/errors.ts'

export class Tally {
  /** Messages, actions and notices that were committed. */
  messages = 0
  /** Messages that were written to connections: each to each. */
  deliveries = 0
  bytesIn = 0
  bytesOut = 0
  /** Faults that were told to somebody, by their code. */
  readonly refusals = new Map<ErrorCode, number>()
  /** Told of each append: how many drafts it had, and how long it took, in ms. */
  onCommit: (drafts: number, ms: number) => void = () => {}

  refused(code: ErrorCode): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1)
  }
}
