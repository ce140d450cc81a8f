/** Opens the message that a link leads to, also if the link is followed in this page. */
import { effect, untracked } from '@preact/signals'
import { addressedRoom } from '../addressed.ts'
import type { Session } from '../session.ts'
import { isSameRoom, type State } from '../state.ts'

export function watchLinks(session: Session): void {
  const linked = () => Number(/^#(\d{1,15})$/u.exec(location.hash)?.[1] ?? 0)
  const isIn = session.select(
    ({ me, epoch, room }) => me !== null && epoch !== null && isSameRoom(room, addressedRoom()),
  )
  function follow(back?: State['back']) {
    if (linked() > 0) session.browse((history) => history.goTo(linked(), back))
  }
  effect(() => {
    if (isIn.value) untracked(() => follow({ seq: null }))
  })
  addEventListener('hashchange', () => isIn.peek() && follow())
}
