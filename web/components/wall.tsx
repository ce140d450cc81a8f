/**
 * The room for a projector: large type, no composer, and instructions to join. It is a
 * member with a name of its own, so that all members know about it.
 */
import { useEffect } from 'preact/hooks'
import { address } from '../address.ts'
import { knownCode } from '../door.ts'
import { more } from '../language/more.ts'
import { errorText, texts } from '../language.ts'
import { Log } from '../log/log.tsx'
import type { Session } from '../session.ts'
import { LOBBY } from '../state.ts'
import { countsText } from './counts.ts'
import { Door } from './door.tsx'
import { lazily } from './lazy.tsx'
import { Mark } from './mark.tsx'
import { usePart } from './part.ts'
import { invitingAddress, isLoopback, pageAddress, Qr } from './qr.tsx'

const WALL_NAME = 'projector'
const Status = lazily(async () => (await import('./status.tsx')).Status)

export function Wall({ session }: { session: Session }) {
  const counts = usePart(session, countsText)
  const room = usePart(session, (state) => state.room)
  const topic = usePart(session, (state) => state.topic)
  const waiting = usePart(session, ({ screen, joining }) => screen === 'form' && !joining)
  const free = usePart(session, (state) => state.refusal?.suggestion)
  const refusal = usePart(session, (state) => state.refusal)
  const canJoin = /^(name|$)/u.test(refusal.value?.code ?? '')

  // No person chooses a name here, so the suggested one is used.
  useEffect(() => {
    if (waiting.value && canJoin) session.join(free.value ?? WALL_NAME)
  }, [session, waiting.value, canJoin, free.value])

  function formOnSubmit(event: Event) {
    event.preventDefault()
    session.join(WALL_NAME)
  }

  const url = pageAddress()
  const code = knownCode()
  const tcp = address.value?.tcp
  return (
    <div class="wall">
      <header>
        <Mark />
        <h1 dir="auto">{room.value === LOBBY ? 'Oneroom' : room}</h1>
        <p class="subject" dir="auto">
          {topic}
        </p>
        <p class="counts-line">{counts}</p>
      </header>
      <main>
        {canJoin ? (
          <Log session={session} />
        ) : (
          <form onSubmit={formOnSubmit}>
            <Door session={session} />
            <p id="refusal" class="refusal" role="status">
              {refusal.value && errorText(refusal.value.code, refusal.value.text)}
            </p>
          </form>
        )}
        <Status session={session} />
      </main>
      <aside aria-label={texts.join}>
        <Qr url={invitingAddress()} />
        <p class="address" dir="ltr">
          {url.replace(/^http:\/\/|\/$/gu, '')}
        </p>
        {isLoopback() && <p class="note">{more.loopback}</p>}
        {tcp && (
          <>
            <h2>{texts.terminals}</h2>
            <code dir="ltr">
              nc {tcp.host} {tcp.port}
            </code>
            {code && <code dir="ltr">{code}</code>}
            {room.value !== LOBBY && <code dir="ltr">/join {room}</code>}
          </>
        )}
      </aside>
    </div>
  )
}
