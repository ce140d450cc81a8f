/** The button with which a person raises a hand in the room that is shown, or lowers it. */
import { order, rulesIn } from '../hosts.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { Icon } from './icon.tsx'
import { usePart } from './part.ts'

export function HandIcon() {
  return (
    <Icon path="M8 13V5.5a1.5 1.5 0 0 1 3 0V11m0-7a1.5 1.5 0 0 1 3 0v7m0-5.5a1.5 1.5 0 0 1 3 0V14a7 7 0 0 1-7 7c-3 0-4.5-1.5-6.5-5l-1.3-2.3a1.5 1.5 0 0 1 2.5-1.6L8 14" />
  )
}

export function Hand({ session }: { session: Session }) {
  const me = usePart(session, (state) => state.me?.id)
  const room = usePart(session, (state) => state.room)
  const isUp = rulesIn(room.value).hands.some(({ id }) => id === me.value)
  return (
    <button
      type="button"
      class="invitation"
      aria-pressed={isUp}
      onClick={() => order(session, { type: 'hand', on: !isUp })}
    >
      <HandIcon />
      {more.raiseHand}
    </button>
  )
}
