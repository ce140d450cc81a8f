/**
 * Everything a reader can do with the rows: by keyboard, with the pointer, by copying.
 * A chunk of its own, so that the first rows are drawn without it.
 */
import type { Session } from '../session.ts'
import { connectCopying } from './copying.ts'
import { connectKeys } from './keys.ts'
import type { Rows } from './rows.ts'
import { connectToolbar } from './toolbar.ts'

/** Returns a function that disconnects them. */
export function connectControls(
  session: Session,
  scroller: HTMLElement,
  list: HTMLElement,
  rows: Rows,
): () => void {
  const stops = [
    connectCopying(scroller, rows),
    connectKeys(session, scroller, list, rows),
    connectToolbar(session, list, rows),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
