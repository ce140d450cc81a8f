/** Opens the message that a link leads to, also if the link is followed in this page. */
import { effect, untracked } from '@preact/signals'
import type { Session } from '../session.ts'

export function watchLinks(session: Session): void {
  const linked = () => Number(/^#(\d{1,15})$/u.exec(location.hash)?.[1] ?? 0)
  const isIn = session.select(({ me, epoch }) => me !== null && epoch !== null)
  effect(() => {
    if (isIn.value && linked() > 0) untracked(() => session.history.goTo(linked(), { seq: null }))
  })
  addEventListener('hashchange', () => {
    if (isIn.peek() && linked() > 0) session.history.goTo(linked())
  })
}
