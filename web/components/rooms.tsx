/**
 * The rooms: a column on a wide page, and a drawer that the header's button opens on a narrow
 * one. A chunk of its own, loaded when there is more than one room.
 */
import { useEffect, useLayoutEffect } from 'preact/hooks'
import { askRooms } from '../directory.ts'
import { more } from '../language/more.ts'
import { step } from '../rooms.ts'
import type { Session } from '../session.ts'
import { hasFaulty, roomsOf, type State, unreadIn } from '../state.ts'
import { Badge } from './badge.tsx'
import { Dialog } from './dialog.tsx'
import { Icon } from './icon.tsx'
import { usePart } from './part.ts'
import { RoomList } from './roomlist.tsx'

type Props = { session: Session; several: boolean; onClose: () => void }

/** `several`: whether there is a column. The drawer can be opened without it. */
export function Rooms({ session, several, onClose }: Props) {
  useLayoutEffect(() => {
    function pageOnKeyDown(event: KeyboardEvent) {
      const { altKey, ctrlKey, metaKey, shiftKey, key } = event
      const by = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0
      if (!altKey || ctrlKey || metaKey || shiftKey || by === 0) return
      if (document.querySelector('dialog[open]') !== null) return
      event.preventDefault()
      step(session, by)
    }
    addEventListener('keydown', pageOnKeyDown)
    return () => removeEventListener('keydown', pageOnKeyDown)
  }, [session])
  function focusComposer() {
    document.getElementById('message')?.focus()
  }
  return (
    <>
      {several && (
        <nav class="rooms column" aria-label={more.rooms}>
          <RoomList session={session} onChoose={focusComposer} />
        </nav>
      )}
      {session.roomsOpen.value && <Drawer session={session} onClose={onClose} />}
    </>
  )
}

function Drawer({ session, onClose }: { session: Session; onClose: () => void }) {
  useEffect(() => {
    askRooms()
  }, [])
  return (
    <Dialog title={more.rooms} class="drawer" onClose={onClose}>
      <div class="rooms">
        <RoomList session={session} onChoose={onClose} />
      </div>
    </Dialog>
  )
}

export function RoomsButton({ session }: { session: Session }) {
  const waiting = usePart(session, waitingIn)
  return (
    <button
      type="button"
      class="quiet icon rooms-button"
      title={more.rooms}
      onClick={() => {
        session.roomsOpen.value = true
      }}
    >
      <Icon path="M4 7h16M4 12h16M4 17h10" />
      <span class="unseen">{more.rooms}</span>
      <Badge {...waiting.value} />
    </button>
  )
}

/** What waits in all rooms, apart from what was not sent in the one that is shown. */
function waitingIn(state: State) {
  const rooms = roomsOf(state)
  return {
    unread: unreadIn(state),
    mentions: rooms.reduce((sum, { mentions }) => sum + mentions, 0),
    isFaulty: rooms.some(({ room }) => room !== state.room && hasFaulty(state, room)),
  }
}
