/** Starts the page: the session and its view. */
import { render } from 'preact'
import { addressedRoom } from './addressed.ts'
import { Page } from './components/page.tsx'
import { takeCode } from './door.ts'
import { chooseLanguage } from './language.ts'
import { Session } from './session.ts'
import { applySettings, settings } from './settings.ts'

/** Time until the next attempt to load a chunk, in ms. */
const RETRY_MS = 5000

/** `?view=wall` is the view for a projector, `?view=wire` that of the bytes. */
const view = new URLSearchParams(location.search).get('view')
const wall = view === 'wall'

applySettings()
takeCode()
const { language } = settings.peek()
await chooseLanguage(language === 'system' ? navigator.languages : [language])
const session = new Session(wall ? 'oneroom.wall' : 'oneroom', addressedRoom())
session.wire.value = view === 'wire'
const root = document.getElementById('page')
if (root) render(<Page session={session} wall={wall} />, root)
watch()

/** Its chunk is loaded once the page is drawn, and again if the network fails meanwhile. */
function watch(): void {
  import('./watching.ts').then(
    (watching) => watching.watch(session),
    () => setTimeout(watch, RETRY_MS),
  )
}
