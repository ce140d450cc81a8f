/**
 * What the page watches once it is drawn: the reader's attention, keys, the address, the title and the
 * icon.
 */
import { effect } from '@preact/signals'
import { watchAttention } from './attention.ts'
import { badge } from './badge.ts'
import { watchLeaving } from './leaving.ts'
import { watchLinks } from './log/link.ts'
import { watchPlace } from './place.ts'
import type { Session } from './session.ts'
import { LOBBY, roomsOf, unreadIn } from './state.ts'
import { watchLetters } from './typeanywhere.ts'

export function watch(session: Session): void {
  watchAttention(session)
  watchPlace(session)
  watchLinks(session)
  watchTitle(session)
  watchLeaving(session)
  watchLetters()
}

function watchTitle(session: Session): void {
  const unread = session.select(unreadIn)
  const mentions = session.select((state) =>
    roomsOf(state).reduce((sum, there) => sum + there.mentions, 0),
  )
  const place = session.select(({ room, person }) => (room === LOBBY ? '' : `${person || room} · `))
  effect(() => {
    document.title = `${unread.value === 0 ? '' : `(${unread.value}) `}${place.value}Oneroom`
  })
  effect(() => {
    badge(unread.value, mentions.value)
  })
}
