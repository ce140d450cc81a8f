/** The lines below the composer: notices, and how the draft will be sent. */
import { type Signal, useSignal, useSignalEffect } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { address } from '../address.ts'
import { textOf } from '../draft.ts'
import { more } from '../language/more.ts'
import { errorText } from '../language.ts'
import { waitingIn } from '../leaving.ts'
import { longestOf, messagesIn } from '../messages.ts'
import { isPaced } from '../queue.ts'
import type { Session } from '../session.ts'
import { AnsweringLine } from './answering.tsx'
import { usePart } from './part.ts'

/** The count of bytes is shown above this share of the limit. */
const NEAR = 0.8

export function Feedback({ session, draft }: { session: Session; draft: Signal<string> }) {
  const notice = usePart(session, (state) => state.notice)
  const limit = usePart(session, (state) => state.limits.textBytes)
  const messages = messagesIn(textOf(draft.value))
  const bytes = longestOf(messages)
  const left = limit.value - bytes
  const count = messages.length
  const view = useSignal<string | null>(null)

  useSignalEffect(() => {
    const text = draft.value
    view.value = null
    if (!mayDiffer(text)) return
    import('../preview.ts').then(({ terminalView }) => {
      if (draft.peek() === text) view.value = terminalView(text)
    }, ignore)
  })

  const isOver = left < 0
  useEffect(() => {
    // Once, and not with each letter.
    if (isOver) session.announcement.value = more.bytesOver(-left)
  }, [isOver])

  const { code = '', text = '', suggestion = null, room } = notice.value ?? {}
  return (
    <>
      <AnsweringLine session={session} />
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
        <Queue session={session} />
        {view.value !== null && (
          <p class="view">
            {more.terminalsRead} <code dir="auto">{view.value}</code>
          </p>
        )}
        <p class="count" role="status">
          {count > 1 && more.manyMessages(count, secondsFor(count - burst()))}
        </p>
        {bytes > limit.value * NEAR && (count === 1 || left < 0) && (
          <p class={left < 0 ? 'bytes over' : 'bytes'}>
            {left < 0 ? more.bytesOver(-left) : more.bytesLeft(left)}
          </p>
        )}
      </div>
    </>
  )
}

/** A screen reader reads that messages wait, and not each second. */
function Queue({ session }: { session: Session }) {
  const count = usePart(session, waitingIn).value
  useEffect(() => {
    // By the time of the effect, more messages may wait, and the server may have said so.
    if (waitingIn(session.peek()) === 0) isPaced.value = false
  }, [count])
  return (
    <p class="queue" role="status">
      {isPaced.value && count > 0 && (
        <>
          {more.waitTurn} <span aria-hidden="true">{more.secondsLeft(secondsFor(count))}</span>
        </>
      )}
    </p>
  )
}

/** Without this chunk there is no preview; sending works as before. */
function ignore(): void {}

/** The burst of flood control: messages that the server takes without a wait after a pause of the sender. */
function burst(): number {
  return address.value?.flood.burst ?? 0
}

/** Seconds that flood control needs for so many messages: whole, at least 1. */
function secondsFor(count: number): number {
  return Math.max(1, Math.ceil(count / (address.value?.flood.perSecond ?? count)))
}

/** Whether terminals may show the draft differently from the page. */
function mayDiffer(draft: string): boolean {
  return /[`*]|[^ -~\n]/u.test(draft)
}
