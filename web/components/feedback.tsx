/** The lines below the composer: notices, and how the draft will be sent. */
import { type Signal, useSignal, useSignalEffect } from '@preact/signals'
import { address } from '../address.ts'
import { linesOf, longestMessage } from '../draft.ts'
import { more } from '../language/more.ts'
import { errorText } from '../language.ts'
import type { Session } from '../session.ts'
import { usePart } from './part.ts'

/** The count of bytes is shown above this share of the limit. */
const NEAR = 0.8
/** Drafts with more lines than this show their number of messages. */
const FEW_LINES = 3

export function Feedback({ session, draft }: { session: Session; draft: Signal<string> }) {
  const notice = usePart(session, (state) => state.notice)
  const limit = usePart(session, (state) => state.limits.textBytes)
  const bytes = longestMessage(draft.value)
  const left = limit.value - bytes
  const count = linesOf(draft.value).length
  const view = useSignal<string | null>(null)

  useSignalEffect(() => {
    const text = draft.value
    view.value = null
    if (!mayDiffer(text)) return
    import('../preview.ts').then(({ terminalView }) => {
      if (draft.peek() === text) view.value = terminalView(text)
    }, ignore)
  })

  const { code = '', text = '', suggestion = null, room } = notice.value ?? {}
  return (
    <div class="feedback">
      <p id="notice" role="status">
        {room !== undefined && <bdi>{room}: </bdi>}
        {errorText(code, text)}
        {suggestion !== null && (
          <>
            {' '}
            <button type="button" class="link" onClick={() => session.rename(suggestion)}>
              {more.take(suggestion)}
            </button>
          </>
        )}
      </p>
      {view.value !== null && (
        <p class="view">
          {more.terminalsRead} <code dir="auto">{view.value}</code>
        </p>
      )}
      <p class="count" role="status">
        {count > FEW_LINES && more.manyMessages(count, secondsFor(count))}
      </p>
      {bytes > limit.value * NEAR && (
        <p class={left < 0 ? 'bytes over' : 'bytes'} role="status">
          {left < 0 ? more.bytesOver(-left) : more.bytesLeft(left)}
        </p>
      )}
    </div>
  )
}

/** Without this chunk there is no preview; sending works as before. */
function ignore(): void {}

/** Seconds that the rate limit needs for so many messages, rounded up. */
function secondsFor(count: number): number {
  const { perSecond, burst } = address.value?.flood ?? { perSecond: null, burst: 0 }
  return perSecond === null ? 1 : Math.max(1, Math.ceil((count - burst) / perSecond))
}

/** Whether terminals may show the draft differently from the page. */
function mayDiffer(draft: string): boolean {
  return /[`*]|[^ -~\n]/u.test(draft)
}
