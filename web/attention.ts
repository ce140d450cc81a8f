/** Informs the session when the page gets or loses the reader's attention, or the network. */
import type { Session } from './session.ts'

export function watchAttention(session: Session): void {
  const pageOnChange = () => session.attend(document.hidden || !document.hasFocus())
  addEventListener('online', () => session.renew())
  addEventListener('focus', () => session.attend(false))
  addEventListener('blur', () => session.attend(true))
  document.addEventListener('visibilitychange', pageOnChange)
  pageOnChange()
}
