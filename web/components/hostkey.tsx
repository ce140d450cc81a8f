/** Asks for the key of the hosts. It is in this field only: in no draft, and in no storage. */
import { useLayoutEffect, useRef } from 'preact/hooks'
import { giveKey } from '../hosts.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { Dialog } from './dialog.tsx'
import { Reply } from './hostreply.tsx'

/** The dialog of the room takes its place when the person is a host. */
export function HostKey({ session, onClose }: { session: Session; onClose: () => void }) {
  const field = useRef<HTMLInputElement>(null)

  useLayoutEffect(() => {
    session.dismissNotice()
    field.current?.focus()
  }, [])

  function formOnSubmit(event: Event) {
    event.preventDefault()
    session.dismissNotice()
    const key = field.current?.value.trim() ?? ''
    if (key !== '') giveKey(session, key)
    field.current?.select()
  }

  return (
    <Dialog title={more.becomeHost} onClose={onClose}>
      <p class="note">{more.hostLead}</p>
      <form class="field" onSubmit={formOnSubmit}>
        <input
          ref={field}
          type="password"
          aria-label={more.hostKey}
          placeholder={more.hostKey}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxLength={256}
          enterkeyhint="go"
        />
        <button type="submit" class="main">
          {more.becomeHost}
        </button>
      </form>
      <Reply session={session} />
    </Dialog>
  )
}
