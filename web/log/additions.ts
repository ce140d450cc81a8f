/** What rows have besides their texts: quotes and reactions. Loaded with the controls of the list. */
import type { RoomEvent } from '../../shared/protocol.ts'
import { addStyle } from '../addstyle.ts'
import { order } from '../hosts.ts'
import type { Session } from '../session.ts'
import href from '../style/added.css?url'
import { drawQuote } from './quote.ts'
import { drawReactions } from './reactions.ts'
import { additions } from './row.ts'
import type { Rows } from './rows.ts'

// No addition is drawn before its style is loaded.
await addStyle(href)

/** Returns a function that disconnects it. */
export function connectAdditions(session: Session, list: HTMLElement, rows: Rows): () => void {
  function draw(row: Element, event: RoomEvent): void {
    drawQuote(row, event)
    drawReactions(row, event, session.peek().ownIds)
  }

  function listOnClick(event: MouseEvent): void {
    const target = event.target as Element
    const entry = rows.of(target)?.entry
    if (entry?.kind !== 'event') return
    const { seq, reply = 0 } = entry.event
    const { sign } = target.closest<HTMLElement>('.reaction')?.dataset ?? {}
    if (sign !== undefined) order(session, { type: 'react', seq, sign })
    if (!target.closest('.answered') || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    session.browse((history) => history.goTo(reply))
  }

  additions.draw = draw
  // Rows that were drawn before this module was loaded.
  const place = rows.place()
  for (const row of list.children) {
    const entry = rows.of(row)?.entry
    if (entry?.kind === 'event') draw(row, entry.event)
  }
  if (!session.peek().following) rows.keep(place)
  list.addEventListener('click', listOnClick)
  return () => {
    delete additions.draw
    list.removeEventListener('click', listOnClick)
  }
}
