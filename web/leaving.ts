/** Leaving asks first while messages wait to be sent. Loaded after the page is drawn. */
import { signal } from '@preact/signals'
import type { State } from './state.ts'

/** Whether the person is asked now. */
export const leaving = signal(false)

type Leaver = { peek(): State; leave(): void }

export function leave(session: Leaver): void {
  if (waitingIn(session.peek()) > 0) leaving.value = true
  else session.leave()
}

/** Messages that are on their way, or wait for a connection. */
export function waitingIn({ pending }: State): number {
  return pending.filter(({ fault }) => fault === null).length
}

/** The browser asks before it closes the page, which would lose them. */
export function watchLeaving(session: Leaver): void {
  addEventListener('beforeunload', (event) => {
    if (waitingIn(session.peek()) > 0) event.preventDefault()
  })
}
