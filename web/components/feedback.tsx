/** The lines below the composer: notices, and how the draft will be sent. */
import { type Signal, useSignal, useSignalEffect } from '@preact/signals'
import { secondsFor } from '../address.ts'
import { linesOf, longestMessage, mayDiffer } from '../draft.ts'
import { errorText, texts } from '../language.ts'
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

  const { code = '', text = '', suggestion = null } = notice.value ?? {}
  return (
    <div class="feedback">
      <p id="notice" role="status">
        {errorText(code, text)}
        {suggestion !== null && (
          <>
            {' '}
            <button type="button" class="link" onClick={() => session.rename(suggestion)}>
              {texts.take(suggestion)}
            </button>
          </>
        )}
      </p>
      {view.value !== null && (
        <p class="view">
          {texts.terminalsRead} <code dir="auto">{view.value}</code>
        </p>
      )}
      <p class="count" role="status">
        {count > FEW_LINES && texts.manyMessages(count, secondsFor(count))}
      </p>
      {bytes > limit.value * NEAR && (
        <p class={left < 0 ? 'bytes over' : 'bytes'} role="status">
          {left < 0 ? texts.bytesOver(-left) : texts.bytesLeft(left)}
        </p>
      )}
    </div>
  )
}

/** Without this chunk there is no preview; sending works as before. */
function ignore(): void {}
