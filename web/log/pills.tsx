/**
 * Buttons over the list: new messages below, the way back from a message, a failed page; and the
 * announcement of what was not sent.
 */
import { Icon } from '../components/icon.tsx'
import { usePart } from '../components/part.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { isDetached } from '../state.ts'
import { PendingAlert } from './alert.tsx'

export function Pills({ session }: { session: Session }) {
  const below = usePart(session, (state) => state.below)
  const mentions = usePart(session, (state) => state.belowMentions)
  const away = usePart(
    session,
    (state) => !state.following && (state.below > 0 || isDetached(state)),
  )
  const back = usePart(session, (state) => state.back !== null)
  return (
    <>
      <div class="pills">
        <p class="pill-line" role="status">
          {session.pageFailed.value && (
            <button
              type="button"
              class="pill quiet-pill"
              onClick={() => session.browse((history) => history.retry())}
            >
              {more.pageFailed}
            </button>
          )}
        </p>
        {back.value && (
          <button
            type="button"
            class="pill quiet-pill"
            onClick={() => session.browse((history) => history.goBack())}
          >
            {more.back}
          </button>
        )}
        {away.value && (
          <button type="button" class="pill" onClick={() => session.follow(true)}>
            {below.value > 0 ? more.below(below.value, mentions.value) : more.newest}
            <Icon path="M12 5v14M6 13l6 6 6-6" />
          </button>
        )}
      </div>
      <PendingAlert session={session} />
    </>
  )
}
