/**
 * What becomes of pending messages that the server rejects. Those that it may accept later stay
 * and are sent again; all others are given up.
 */
import { type Pending, withFault } from '../../../shared/client/pending.ts'
import { type ClientState, takeRejection } from '../../../shared/client/state.ts'
import { type ErrorCode, errors } from '../../../shared/errors.ts'
import type { ErrorMessage } from '../../../shared/replies.ts'

/** A host has forbidden it for a while: the person decides whether to send it again. */
const FORBIDDEN: ReadonlySet<string> = new Set(['muted', 'slow_mode'])

/** The messages that are pending afterwards, and what is shown. */
export type Verdict = { pending: readonly Pending[]; shown: ErrorMessage[] }

export class Rejection {
  /** Messages that were given up. */
  refused = 0
  /** The last acknowledgement, as `progressAt`, before the rejection that was shown last. */
  #shownAt: number | undefined

  /** Undefined if the error is about no pending message. */
  ofMessage(state: ClientState, error: ErrorMessage): Verdict | undefined {
    const rejected = takeRejection(state, error)
    if (rejected === undefined) return undefined
    if (isRetryable(error) && !FORBIDDEN.has(error.code)) {
      const message = 'The server cannot record messages right now.'
      return this.#forNow(rejected.pending, { ...error, message }, state.progressAt)
    }
    return this.#forGood(state.pending, [error.id as string], error)
  }

  /** Of the messages `theirs` of the room `name`, which cannot be entered again. */
  ofRoom(
    { pending, progressAt }: ClientState,
    theirs: readonly Pending[],
    name: string,
    error: ErrorMessage,
  ): Verdict {
    const { code, message: text } = error
    const ids = theirs.map(({ id }) => id)
    if (isRetryable(error)) {
      const rejected = withFault(pending, ids, { kind: 'refused', code, text })
      const message = `Not sent to ${name} yet: ${text}`
      return this.#forNow(rejected, { ...error, message }, progressAt)
    }
    return this.#forGood(pending, ids, { ...error, message: `Not sent to ${name}: ${text}` })
  }

  /** Shows only the first rejection until a message is acknowledged again. */
  #forNow(pending: readonly Pending[], error: ErrorMessage, progressAt: number): Verdict {
    const wasShown = this.#shownAt === progressAt
    this.#shownAt = progressAt
    return { pending, shown: wasShown ? [] : [error] }
  }

  #forGood(pending: readonly Pending[], ids: readonly string[], error: ErrorMessage): Verdict {
    this.refused += ids.length
    return { pending: pending.filter(({ id }) => !ids.includes(id)), shown: [error] }
  }
}

/** Whether the server may accept the message later. */
export function isRejected({ fault }: Pending): boolean {
  return fault?.kind === 'refused'
}

function isRetryable({ code }: ErrorMessage): boolean {
  return Object.hasOwn(errors, code) && errors[code as ErrorCode].retryable
}
