/** Informs the session when the page gets or loses the reader's attention, or the network. */
import { askRooms } from './directory.ts'
import type { Session } from './session.ts'

export function watchAttention(session: Session): void {
  function attend(away: boolean) {
    session.attend(away)
    if (!away) askRooms()
  }
  const pageOnChange = () => attend(document.hidden || !document.hasFocus())
  addEventListener('online', () => session.renew())
  addEventListener('focus', () => attend(false))
  addEventListener('blur', () => attend(true))
  document.addEventListener('visibilitychange', pageOnChange)
  pageOnChange()
}
