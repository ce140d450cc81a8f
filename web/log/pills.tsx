/**
 * Buttons over the list: the first unread message above, new messages below, the way back from a
 * message, a failed page; and the announcement of what was not sent.
 */
import { Icon } from '../components/icon.tsx'
import { usePart } from '../components/part.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { isDetached } from '../state.ts'
import { PendingAlert } from './alert.tsx'
import { lowestSeq, unreadAbove } from './unread.ts'

export { Fault } from './fault.tsx'

export function Pills({ session }: { session: Session }) {
  const below = usePart(session, (state) => state.below)
  const mentions = usePart(session, (state) => state.belowMentions)
  const away = usePart(
    session,
    (state) => !state.following && (state.below > 0 || isDetached(state)),
  )
  const back = usePart(session, (state) => state.back !== null)
  const unread = unreadAbove.value
  /** To the first message below that mentions the reader, or to the newest. */
  function goDown() {
    if (mentions.value === 0) session.follow(true)
    else session.browse((history) => history.goToMention(lowestSeq()))
  }
  return (
    <>
      {unread !== null && (
        <div class="pills above">
          <button
            type="button"
            class="pill quiet-pill"
            onClick={() => session.browse((history) => history.goToUnread(unread))}
          >
            {more.firstUnread}
            <Icon path="M12 19V5M6 11l6-6 6 6" />
          </button>
        </div>
      )}
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
          <button type="button" class="pill" onClick={goDown}>
            {below.value > 0 ? more.below(below.value, mentions.value) : more.newest}
            <Icon path="M12 5v14M6 13l6 6 6-6" />
          </button>
        )}
      </div>
      <PendingAlert session={session} />
    </>
  )
}
