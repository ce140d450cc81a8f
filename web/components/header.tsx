/** The header: rooms, title, topic, number of members, search, settings, and the button to leave. */
import { useSignal } from '@preact/signals'
import { hasSeveral } from '../directory.ts'
import { texts } from '../language.ts'
import type { Session } from '../session.ts'
import { LOBBY } from '../state.ts'
import { Icon } from './icon.tsx'
import { lazily } from './lazy.tsx'
import { Mark } from './mark.tsx'
import { usePart } from './part.ts'

const Settings = lazily(async () => (await import('./settings.tsx')).SettingsDialog)
const Search = lazily(async () => (await import('./search.tsx')).Search)
const Counts = lazily(async () => (await import('./counts.tsx')).Counts)
const RoomsButton = lazily(async () => (await import('./rooms.tsx')).RoomsButton)

export function Header({ session }: { session: Session }) {
  const several = usePart(session, hasSeveral)
  const room = usePart(session, (state) => state.room)
  const person = usePart(session, (state) => state.person)
  const topic = usePart(session, (state) => state.topic)
  const { searching } = session
  const setting = useSignal(false)
  function leave() {
    // This chunk is there already, also without a connection.
    import('./above.tsx').then(
      ({ leave }) => leave(session),
      () => session.leave(),
    )
  }
  return (
    <header class="top">
      {several.value && <RoomsButton session={session} />}
      <Mark />
      {room.value === LOBBY && topic.value === '' ? (
        <h1>Oneroom</h1>
      ) : (
        <div class="place">
          <h1 dir="auto" class={room.value === LOBBY ? undefined : 'room-name'}>
            {room.value === LOBBY ? 'Oneroom' : person.value || room}
          </h1>
          <p class="subject" dir="auto" title={topic.value}>
            {topic}
          </p>
        </div>
      )}
      {person.value === '' && <Counts session={session} />}
      <button
        type="button"
        class="quiet icon"
        aria-label={texts.search}
        title={texts.search}
        onClick={() => {
          searching.value = { query: '' }
        }}
      >
        <Icon path="M16 16l5 5M4 10.5a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0" />
      </button>
      <button
        type="button"
        class="quiet icon"
        aria-label={texts.settings}
        title={texts.settings}
        onClick={() => {
          setting.value = true
        }}
      >
        <Icon path="M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4" />
      </button>
      <button type="button" class="quiet" onClick={leave}>
        {texts.leave}
      </button>
      {setting.value && (
        <Settings
          session={session}
          onClose={() => {
            setting.value = false
          }}
        />
      )}
      {searching.value && (
        <Search
          session={session}
          query={searching.value.query}
          onClose={() => {
            searching.value = null
          }}
        />
      )}
    </header>
  )
}
