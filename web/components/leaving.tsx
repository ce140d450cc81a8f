/** Asks whether to leave while messages wait to be sent. */
import { more } from '../language/more.ts'
import { texts } from '../language.ts'
import { leaving, waitingIn } from '../leaving.ts'
import type { Session } from '../session.ts'
import { Dialog } from './dialog.tsx'
import { usePart } from './part.ts'

export function Leaving({ session }: { session: Session }) {
  const count = usePart(session, waitingIn)
  function close() {
    leaving.value = false
  }
  return (
    <Dialog title={more.leaveTitle} class="host-menu" onClose={close}>
      <p>{count.value === 0 ? more.allSent : more.stillWaiting(count.value)}</p>
      <div class="acts">
        <button type="button" class="main" onClick={close}>
          {more.stay}
        </button>
        <button
          type="button"
          onClick={() => {
            close()
            session.leave()
          }}
        >
          {texts.leave}
        </button>
      </div>
    </Dialog>
  )
}
