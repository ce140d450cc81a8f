/**
 * What stands above the log: those who knock, the raised hands, and the pinned message. It also opens the dialogs of
 * hosts. A chunk of its own.
 */
import { useLayoutEffect } from 'preact/hooks'
import { help, shortcutsOpen } from '../help.ts'
import { asked, isHost, knocks, rulesIn } from '../hosts.ts'
import { hueOf } from '../hue.ts'
import { more } from '../language/more.ts'
import { leaving } from '../leaving.ts'
import type { Session } from '../session.ts'
import { transcript } from '../transcript.ts'
import { lazily } from './lazy.tsx'
import { Leaving } from './leaving.tsx'
import { Name } from './name.tsx'
import { usePart } from './part.ts'

export { leave } from '../leaving.ts'

const Knocks = lazily(async () => (await import('./knocks.tsx')).Knocks)
const Hands = lazily(async () => (await import('./hands.tsx')).Hands)
const Help = lazily(async () => (await import('./help.tsx')).Help)
const PersonMenu = lazily(async () => (await import('./personmenu.tsx')).PersonMenu)
const Shortcuts = lazily(async () => (await import('./shortcuts.tsx')).Shortcuts)
const Transcript = lazily(async () => (await import('./transcript.tsx')).TranscriptDialog)
const Hosting = lazily(async () => (await import('./hosting.tsx')).Hosting)

export function Above({ session }: { session: Session }) {
  const hosting = usePart(session, isHost)
  const room = usePart(session, (state) => state.room)
  const person = usePart(session, (state) => state.person)
  useLayoutEffect(() => {
    addEventListener('keydown', pageOnKeyDown)
    return () => removeEventListener('keydown', pageOnKeyDown)
  }, [])
  const hasHands = person.value === '' && rulesIn(room.value).hands.length > 0
  return (
    <>
      {hosting.value && knocks.value.length > 0 && <Knocks session={session} />}
      {hasHands && <Hands session={session} />}
      <Pinned session={session} />
      {asked.value?.type === 'menu' ? (
        <PersonMenu session={session} about={asked.value} onClose={close} />
      ) : (
        asked.value && <Hosting session={session} onClose={close} />
      )}
      {transcript.value && (
        <Transcript session={session} {...transcript.value} onClose={closeTranscript} />
      )}
      {leaving.value && <Leaving session={session} />}
      {help.value && <Help session={session} about={help.value.about} onClose={closeHelp} />}
      {shortcutsOpen.value && <Shortcuts session={session} onClose={closeShortcuts} />}
    </>
  )
}

function close() {
  asked.value = null
}

/** Where text is written, a question mark is text. */
function pageOnKeyDown({ key, target, altKey, ctrlKey, metaKey }: KeyboardEvent) {
  if (key !== '?' || altKey || ctrlKey || metaKey) return
  if ((target as Element).matches('input, textarea')) return
  if (document.querySelector('dialog[open]') === null) shortcutsOpen.value = true
}

function closeShortcuts() {
  shortcutsOpen.value = false
}

function closeHelp() {
  help.value = null
}

function closeTranscript() {
  transcript.value = null
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
