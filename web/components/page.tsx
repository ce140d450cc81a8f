/** The page: the form or the room, and the live region for screen readers, which exists from the start. */
import { hasSeveral } from '../directory.ts'
import { texts } from '../language.ts'
import { Log } from '../log/log.tsx'
import type { Session } from '../session.ts'
import { Composer } from './composer.tsx'
import { Header } from './header.tsx'
import { Invitation, Join } from './join.tsx'
import { lazily } from './lazy.tsx'
import { usePart } from './part.ts'

const People = lazily(async () => (await import('./people.tsx')).People)
const Above = lazily(async () => (await import('./above.tsx')).Above)
const Status = lazily(async () => (await import('./status.tsx')).Status)
const Typing = lazily(async () => (await import('./typing.tsx')).Typing)
const Wall = lazily(async () => (await import('./wall.tsx')).Wall)
const Wire = lazily(async () => (await import('../wire/wire.tsx')).Wire)
const Rooms = lazily(async () => (await import('./rooms.tsx')).Rooms)

/** `wall`: the view for a projector. */
export function Page({ session, wall }: { session: Session; wall: boolean }) {
  const screen = usePart(session, (state) => state.screen)
  return (
    <>
      {wall ? (
        <Wall session={session} />
      ) : session.wire.value ? (
        <Wire
          session={session}
          onClose={() => {
            session.wire.value = false
            session.hint(texts.connectionLost)
          }}
        />
      ) : screen.value === 'form' ? (
        <Join session={session} />
      ) : (
        <Room session={session} />
      )}
      <p class="unseen" role="status">
        {session.announcement}
      </p>
    </>
  )
}

function Room({ session }: { session: Session }) {
  const several = usePart(session, hasSeveral)
  const person = usePart(session, (state) => state.person)
  const { roomsOpen } = session
  return (
    <div class={session.peopleOpen.value ? 'room open' : 'room'}>
      <Header session={session} />
      {(several.value || roomsOpen.value) && (
        <Rooms
          session={session}
          several={several.value}
          onClose={() => {
            roomsOpen.value = false
          }}
        />
      )}
      {person.value === '' && (
        <aside class="side" id="side" aria-label={texts.theRoom}>
          <People session={session} />
          <Invitation />
        </aside>
      )}
      <main class="talk">
        <Above session={session} />
        <Log session={session} />
        <Status session={session} />
        <p class="typing">
          <Typing session={session} />
        </p>
        <Composer session={session} />
      </main>
    </div>
  )
}
