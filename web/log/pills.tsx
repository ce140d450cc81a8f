/** Buttons over the list: new messages below, the way back from a message, a failed page. */
import { useMemo } from 'preact/hooks'
import { texts } from '../language.ts'
import type { Session } from '../session.ts'
import { isDetached } from '../state.ts'

export function Pills({ session }: { session: Session }) {
  const below = useMemo(() => session.select((state) => state.below), [session])
  const mentions = useMemo(() => session.select((state) => state.belowMentions), [session])
  const away = useMemo(
    () => session.select((state) => !state.following && (state.below > 0 || isDetached(state))),
    [session],
  )
  const back = useMemo(() => session.select((state) => state.back !== null), [session])
  const { history } = session
  return (
    <div class="pills">
      <p class="pill-line" role="status">
        {history.failed.value && (
          <button type="button" class="pill quiet-pill" onClick={() => history.retry()}>
            {texts.pageFailed}
          </button>
        )}
      </p>
      {back.value && (
        <button type="button" class="pill quiet-pill" onClick={() => history.goBack()}>
          {texts.back}
        </button>
      )}
      {away.value && (
        <button type="button" class="pill" onClick={() => session.follow(true)}>
          {below.value > 0 ? texts.below(below.value, mentions.value) : texts.newest}
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M12 5v14M6 13l6 6 6-6" />
          </svg>
        </button>
      )}
    </div>
  )
}
