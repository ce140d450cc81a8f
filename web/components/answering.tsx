/** What the next message answers, above the composer. */
import { useLayoutEffect } from 'preact/hooks'
import { answering } from '../answering.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { usePart } from './part.ts'

export function AnsweringLine({ session }: { session: Session }) {
  const room = usePart(session, (state) => state.room)
  const chosen = answering.value?.room === room.value ? answering.value : null

  // Before the line is painted, so that no key is lost.
  useLayoutEffect(() => {
    if (chosen === null) return
    const field = document.getElementById('message')
    function fieldOnKeyDown(event: KeyboardEvent) {
      // Escape may have closed the suggestions.
      if (event.key === 'Escape' && !event.defaultPrevented) cancel()
    }
    field?.addEventListener('keydown', fieldOnKeyDown)
    return () => field?.removeEventListener('keydown', fieldOnKeyDown)
  }, [chosen])

  function cancel() {
    answering.value = null
    document.getElementById('message')?.focus()
  }

  if (chosen === null) return null
  const { name } = chosen.quote.from
  return (
    <p class="answering">
      <span id="answering" class="answering-text">
        {more.answering} <bdi>{name}</bdi> <span dir="auto">{chosen.quote.text}</span>
      </span>
      <button type="button" class="link" onClick={cancel}>
        {more.cancel}
      </button>
    </p>
  )
}
