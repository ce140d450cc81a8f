/**
 * What stands above the log: those who knock, and the pinned message. It also opens the dialogs of
 * hosts. A chunk of its own.
 */
import { asked, isHost, knocks } from '../hosts.ts'
import { hueOf } from '../hue.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { lazily } from './lazy.tsx'
import { Name } from './name.tsx'
import { usePart } from './part.ts'

const Knocks = lazily(async () => (await import('./knocks.tsx')).Knocks)
const Hosting = lazily(async () => (await import('./hosting.tsx')).Hosting)

export function Above({ session }: { session: Session }) {
  const hosting = usePart(session, isHost)
  return (
    <>
      {hosting.value && knocks.value.length > 0 && <Knocks session={session} />}
      <Pinned session={session} />
      {asked.value && <Hosting session={session} onClose={close} />}
    </>
  )
}

function close() {
  asked.value = null
}

/** Leads to the message. */
function Pinned({ session }: { session: Session }) {
  const pinned = usePart(session, (state) => state.pinned)
  if (pinned.value === null) return null
  const { seq, from, text } = pinned.value
  return (
    <button
      type="button"
      class="pinned"
      title={text}
      onClick={() => session.browse((history) => history.goTo(seq))}
    >
      <span class="note">{more.pinned}</span> <Name name={from.name} hue={hueOf(from.name)} />{' '}
      <span class="pinned-text" dir="auto">
        {text}
      </span>
    </button>
  )
}
