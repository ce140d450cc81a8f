/** Those who wait at the door, for a host to let them in. A chunk of its own, loaded with the first. */
import { useLayoutEffect, useRef } from 'preact/hooks'
import { admit, knocks } from '../hosts.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'

/** Limit on the knocks in the bar; more are counted. */
const SHOWN = 3
/**
 * After a change of the first knock, ms in which the key does nothing: it may have been pressed for
 * the knock before, which another host has just decided.
 */
const UNREAD_MS = 1000

export function Knocks({ session }: { session: Session }) {
  const section = useRef<HTMLElement>(null)
  const { value: waiting } = knocks
  const first = waiting[0]?.id

  useLayoutEffect(() => {
    const since = performance.now()
    function pageOnKeyDown(event: KeyboardEvent) {
      const { altKey, ctrlKey, metaKey, shiftKey, key } = event
      if (key !== 'Enter' || !altKey || ctrlKey || metaKey || shiftKey) return
      if (first === undefined || document.querySelector('dialog[open]') !== null) return
      event.preventDefault()
      if (event.timeStamp - since >= UNREAD_MS) admit(session, first, true)
    }
    addEventListener('keydown', pageOnKeyDown)
    return () => removeEventListener('keydown', pageOnKeyDown)
  }, [session, first])

  function answer(id: number, on: boolean) {
    if (!admit(session, id, on)) return
    // The button will be gone.
    const buttons = section.current?.querySelectorAll<HTMLElement>(
      `button:not([data-knock="${id}"])`,
    )
    const next = buttons?.[0] ?? document.getElementById('message')
    next?.focus()
  }

  return (
    <section class="knocks" ref={section} aria-label={more.door}>
      <ul>
        {waiting.slice(0, SHOWN).map(({ id, address, name, text }) => (
          <li key={id}>
            <p>
              {text === '' ? (
                more.knocksAs(address, name)
              ) : (
                <>
                  {more.knocks(address)} <q dir="auto">{text}</q>
                </>
              )}
            </p>
            <button
              type="button"
              class="main"
              data-knock={id}
              aria-keyshortcuts={id === first ? 'Alt+Enter' : undefined}
              onClick={() => answer(id, true)}
            >
              {more.letIn} {id === first && <kbd>Alt+Enter</kbd>}
            </button>
            <button type="button" data-knock={id} onClick={() => answer(id, false)}>
              {more.turnAway}
            </button>
          </li>
        ))}
      </ul>
      {waiting.length > SHOWN && <p class="note">{more.moreKnocks(waiting.length - SHOWN)}</p>}
    </section>
  )
}
