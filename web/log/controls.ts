/**
 * Everything a reader can do with the rows: by keyboard, with the pointer, by copying.
 * A chunk of its own, so that the first rows are drawn without it.
 */
import type { Session } from '../session.ts'
import { connectAdditions } from './additions.ts'
import { connectCopying } from './copying.ts'
import { connectKeys } from './keys.ts'
import { connectMissed } from './missed.ts'
import type { Rows } from './rows.ts'
import { connectToolbar } from './toolbar.ts'
import { connectUnread } from './unread.ts'

/** Returns a function that disconnects them. */
export function connectControls(
  session: Session,
  scroller: HTMLElement,
  list: HTMLElement,
  rows: Rows,
): () => void {
  const stops = [
    connectAdditions(session, list, rows),
    connectCopying(scroller, rows),
    connectKeys(session, scroller, list, rows),
    connectToolbar(session, list, rows),
    connectMissed(session, rows),
    connectUnread(session, scroller, list, rows),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
