/**
 * The rooms of the tab with what is unread in them, its conversations, the other rooms of the
 * server, and a form.
 */
import { useRef } from 'preact/hooks'
import { directory, nameOf } from '../directory.ts'
import { more } from '../language/more.ts'
import { enter, leave } from '../rooms.ts'
import type { Session } from '../session.ts'
import { hasFaulty, knownRoom, LOBBY, type RoomState, roomsOf } from '../state.ts'
import { Badge } from './badge.tsx'
import { Icon } from './icon.tsx'
import { usePart } from './part.ts'

/** Limit on other rooms in the list, those with the most members. */
const OTHERS_SHOWN = 50

type Props = { session: Session; onChoose: () => void }

export function RoomList({ session, onChoose }: Props) {
  const state = usePart(session, (state) => state)
  const { rooms, open } = directory.value
  const all = roomsOf(state.value)
  const own = all.filter(({ person }) => person === '')
  const talks = all.filter(({ person }) => person !== '')
  const others = rooms.filter(
    ({ name }, at) => knownRoom(state.value, at === 0 ? LOBBY : name) === undefined,
  )

  async function choose(name: string) {
    if (await enter(session, name)) onChoose()
  }

  function entryOf(there: RoomState) {
    return (
      <OwnRoom
        there={there}
        shown={there.room === state.value.room}
        isFaulty={hasFaulty(state.value, there.room)}
        onChoose={choose}
      />
    )
  }

  return (
    <>
      <ul>
        {own.map((there) => (
          <li key={there.room}>
            {entryOf(there)}
            {own.length > 1 && (
              <button
                type="button"
                class="quiet icon"
                aria-label={more.leaveRoom(nameOf(there.room))}
                title={more.leaveRoom(nameOf(there.room))}
                onClick={() => {
                  // The button is gone then.
                  if (leave(session, there.room)) document.getElementById('message')?.focus()
                }}
              >
                <Icon path="M7 7l10 10M17 7L7 17" />
              </button>
            )}
          </li>
        ))}
      </ul>
      {talks.length > 0 && (
        <>
          <h2>{more.directs}</h2>
          <ul>
            {talks.map((there) => (
              <li key={there.room}>{entryOf(there)}</li>
            ))}
          </ul>
        </>
      )}
      {others.length > 0 && (
        <>
          <h2>{more.otherRooms}</h2>
          <ul>
            {others.slice(0, OTHERS_SHOWN).map(({ name, memberCount, topic }) => (
              <li key={name}>
                <button type="button" class="to-room" onClick={() => choose(name)}>
                  <bdi class="label">{name}</bdi>
                  <span class="about">{aboutText(memberCount, topic)}</span>
                </button>
              </li>
            ))}
          </ul>
          {others.length > OTHERS_SHOWN && (
            <p class="about">{more.andMore(others.length - OTHERS_SHOWN)}</p>
          )}
        </>
      )}
      {open && <RoomForm onEnter={choose} />}
    </>
  )
}

type OwnProps = {
  there: RoomState
  shown: boolean
  isFaulty: boolean
  onChoose: (room: string) => void
}

function OwnRoom({ there, shown, isFaulty, onChoose }: OwnProps) {
  const { room, person, unread, mentions, topic, memberCount } = there
  return (
    <button
      type="button"
      class={unread > 0 ? 'to-room fresh' : 'to-room'}
      aria-current={shown ? 'page' : undefined}
      onClick={() => onChoose(room)}
    >
      <bdi class="label">{person || nameOf(room)}</bdi>
      <Badge unread={unread} mentions={mentions} isFaulty={isFaulty} />
      {person === '' && (
        <span class="about" dir="auto">
          {aboutText(memberCount, topic)}
        </span>
      )}
    </button>
  )
}

function RoomForm({ onEnter }: { onEnter: (name: string) => void }) {
  const field = useRef<HTMLInputElement>(null)
  function formOnSubmit(event: Event) {
    event.preventDefault()
    const name = field.current?.value.trim() ?? ''
    if (name === '') return
    onEnter(name)
    if (field.current) field.current.value = ''
  }
  return (
    <form class="field" onSubmit={formOnSubmit}>
      <input
        ref={field}
        aria-label={more.roomName}
        placeholder={more.enterRoom}
        maxLength={64}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        enterkeyhint="go"
      />
      <button type="submit" class="main icon" aria-label={more.enterRoom}>
        <Icon path="M12 5v14M5 12h14" />
      </button>
    </form>
  )
}

/** How many people are there, and the topic. */
function aboutText(memberCount: number, topic: string): string {
  return [more.present(memberCount), topic].filter((part) => part !== '').join(' · ')
}
