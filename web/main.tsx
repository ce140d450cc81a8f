/** Starts the page: the session and its view. */
import { effect } from '@preact/signals'
import { render } from 'preact'
import { askAddress } from './address.ts'
import { watchAttention } from './attention.ts'
import { Page } from './components/page.tsx'
import { chooseLanguage } from './language.ts'
import { watchLinks } from './log/link.ts'
import { Session } from './session.ts'
import { applySettings } from './settings.ts'

/** `?view=wall` is the view for a projector. */
const wall = new URLSearchParams(location.search).get('view') === 'wall'

applySettings()
askAddress()
await chooseLanguage(navigator.languages)
const session = new Session(wall ? 'oneroom.wall' : 'oneroom')
watchAttention(session)
watchLinks(session)

const unread = session.select((state) => state.unread)
effect(() => {
  document.title = unread.value === 0 ? 'Oneroom' : `(${unread.value}) Oneroom`
})

const root = document.getElementById('page')
if (root) render(<Page session={session} wall={wall} />, root)
