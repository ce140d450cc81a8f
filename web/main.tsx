/** Starts the page: one session, and the view that draws it. */
import { effect } from '@preact/signals'
import { render } from 'preact'
import { Page } from './components/page.tsx'
import { Session } from './session.ts'

const session = new Session()

const unread = session.select((state) => state.unread)
effect(() => {
  document.title = unread.value === 0 ? 'Oneroom' : `(${unread.value}) Oneroom`
})

const root = document.getElementById('page')
if (root) render(<Page session={session} />, root)
