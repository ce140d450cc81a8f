/** Checks the time limits while any runs: acknowledgements, typing, the countdown. */
import { effect, type ReadonlySignal, type Signal } from '@preact/signals'
import type { Connection } from '../shared/client/connection.ts'
import type { Action, State } from './state.ts'

/** How often they are checked. Milliseconds. */
const TICK_MS = 250

/** The session, as far as the time limits need it. `now`: the time of the last check, in ms since 1970. */
export type DeadlineHost = {
  readonly now: Signal<number>
  peek(): State
  act(action: Action): void
  select<T>(part: (state: State) => T): ReadonlySignal<T>
}

export function watchDeadlines(session: DeadlineHost, connection: Connection): void {
  const { now } = session
  const isRunning = session.select(
    ({ awaySince, pending, typing }) =>
      awaySince !== null || pending.length > 0 || typing.length > 0,
  )
  effect(() => {
    if (!isRunning.value) return
    now.value = Date.now()
    const timer = setInterval(check, TICK_MS)
    return () => clearInterval(timer)
  })

  function check(): void {
    now.value = Date.now()
    const before = silentIn(session.peek()).length
    session.act({ type: 'tick', now: now.value })
    const silent = silentIn(session.peek())
    if (silent.length <= before) return
    // If nothing at all was received since then, the connection itself may be dead.
    const { heardAt } = connection
    if (silent.every(({ sentAt }) => sentAt !== null && heardAt < sentAt)) connection.renew()
  }
}

function silentIn({ pending }: State): State['pending'] {
  return pending.filter(({ fault }) => fault?.kind === 'silent')
}
