/** What a person can do with another one: the menu of a name. A chunk of its own. */
import { useLayoutEffect, useRef } from 'preact/hooks'
import { type Asked, asked, canReceive, isHost, order, rulesIn } from '../hosts.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { Dialog } from './dialog.tsx'
import { menuOnKeyDown } from './menukeys.ts'
import { usePart } from './part.ts'

type Props = { session: Session; about: Asked & { type: 'menu' }; onClose: () => void }

export function PersonMenu({ session, about, onClose }: Props) {
  const content = useRef<HTMLUListElement>(null)
  /** What is to be done when the menu is closed. */
  const chosen = useRef(() => {})
  const { id, name } = about.person
  const hosting = usePart(session, isHost)
  const room = usePart(session, (state) => state.room)
  const ignored = usePart(session, (state) => state.ignored.some((one) => one.id === id))
  const hasHand = rulesIn(room.value).hands.some((hand) => hand.id === id)

  useLayoutEffect(() => {
    content.current?.querySelector('button')?.focus()
    // After the dialog has given the focus back.
    return () => {
      setTimeout(chosen.current)
    }
  }, [])

  function run(act: () => void) {
    chosen.current = act
    onClose()
  }

  async function write() {
    const isOpen = await session.converse((conversations) => conversations.open(about.person))
    if (!isOpen) return
    session.peopleOpen.value = false
    document.getElementById('message')?.focus()
  }

  function mention() {
    session.peopleOpen.value = false
    session.rewrite.value = (draft) => `${draft}${/\S$/u.test(draft) ? ' ' : ''}@${name} `
  }

  const item = (label: string, act: () => void) => (
    <li>
      <button type="button" onClick={() => run(act)}>
        {label}
      </button>
    </li>
  )
  return (
    <Dialog title={name} class="host-menu" onClose={onClose}>
      <ul ref={content} onKeyDown={(pressed) => menuOnKeyDown(content.current, pressed)}>
        {(about.event === undefined || canReceive(session.peek(), about.event)) &&
          item(more.writeTo(name), write)}
        {item(more.mention(name), mention)}
        {hosting.value &&
          hasHand &&
          item(more.lowerHandOf(name), () => order(session, { type: 'lower', person: id }))}
        {item(ignored.value ? more.unignore(name) : more.ignore(name), () =>
          session.converse((conversations) => conversations.ignore(id, !ignored.value)),
        )}
        {hosting.value &&
          item(more.hostMenu(name), () => {
            asked.value = { ...about, type: 'person' }
          })}
      </ul>
    </Dialog>
  )
}
