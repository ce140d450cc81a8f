/** The page: the form, or the room; and the voice for screen readers, there from the start. */
import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Session } from '../session.ts'
import { Composer } from './composer.tsx'
import { Header } from './header.tsx'
import { Join } from './join.tsx'
import { Log } from './log.tsx'
import { People } from './people.tsx'
import { Status } from './status.tsx'
import { Terminals } from './terminals.tsx'
import { Typing } from './typing.tsx'

export function Page({ session }: { session: Session }) {
  const screen = useMemo(() => session.select((state) => state.screen), [session])
  return (
    <>
      {screen.value === 'form' ? <Join session={session} /> : <Room session={session} />}
      <p class="unseen" role="status">
        {session.announcement}
      </p>
    </>
  )
}

function Room({ session }: { session: Session }) {
  const open = useSignal(false)
  return (
    <div class={open.value ? 'room open' : 'room'}>
      <Header session={session} open={open} />
      <aside class="side" id="side" aria-label="The room">
        <People session={session} />
        <Terminals />
      </aside>
      <main class="talk">
        <Log session={session} />
        <Status session={session} />
        <Typing session={session} />
        <Composer session={session} />
      </main>
    </div>
  )
}
