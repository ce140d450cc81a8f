/** Starts the page: the session and its view. */
import { effect } from '@preact/signals'
import { render } from 'preact'
import { askAddress } from './address.ts'
import { watchAttention } from './attention.ts'
import { Page } from './components/page.tsx'
import { takeCode } from './door.ts'
import { chooseLanguage } from './language.ts'
import { watchLinks } from './log/link.ts'
import { addressedRoom, watchPlace } from './place.ts'
import { Session } from './session.ts'
import { applySettings } from './settings.ts'
import { LOBBY, unreadIn } from './state.ts'

/** `?view=wall` is the view for a projector. */
const wall = new URLSearchParams(location.search).get('view') === 'wall'

applySettings()
takeCode()
askAddress()
await chooseLanguage(navigator.languages)
const session = new Session(wall ? 'oneroom.wall' : 'oneroom', addressedRoom())
watchAttention(session)
watchPlace(session)
watchLinks(session)

const unread = session.select(unreadIn)
const place = session.select(({ room, person }) => (room === LOBBY ? '' : `${person || room} · `))
effect(() => {
  document.title = `${unread.value === 0 ? '' : `(${unread.value}) `}${place.value}Oneroom`
})

const root = document.getElementById('page')
if (root) render(<Page session={session} wall={wall} />, root)
