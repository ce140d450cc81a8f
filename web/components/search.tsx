/** Searches messages; a result leads to the message among its neighbours. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { RoomEvent } from '../../shared/protocol.ts'
import { hueOf } from '../hue.ts'
import { more } from '../language/more.ts'
import { texts } from '../language.ts'
import { shownText } from '../log/row.ts'
import { momentOf } from '../moment.ts'
import type { Session } from '../session.ts'
import { Dialog } from './dialog.tsx'
import { Name } from './name.tsx'
import { usePart } from './part.ts'

/** Results of a search, the latest ones. */
const LIMIT = 100

type Props = { session: Session; query: string; onClose: () => void }

export function Search({ session, query, onClose }: Props) {
  const field = useRef<HTMLInputElement>(null)
  const asked = useSignal(query)
  const found = usePart(session, (state) => state.found)
  const offline = useSignal(false)

  function ask(words: string) {
    asked.value = words.trim()
    if (asked.value === '') return
    const here = session.naming(session.peek().room)
    const request = { type: 'search' as const, query: asked.value, limit: LIMIT, ...here }
    offline.value = !session.send(request)
  }

  useEffect(() => {
    field.current?.focus()
    ask(query)
  }, [])

  function formOnSubmit(event: Event) {
    event.preventDefault()
    ask(field.current?.value ?? '')
  }

  function choose({ seq }: RoomEvent) {
    onClose()
    // The dialog returns the focus first.
    setTimeout(() => session.browse((history) => history.goTo(seq)))
  }

  const answer = found.value?.query === asked.value ? found.value.events : null
  return (
    <Dialog title={texts.search} onClose={onClose}>
      <form class="field" onSubmit={formOnSubmit}>
        <input
          ref={field}
          defaultValue={query}
          aria-label={more.searchLabel}
          placeholder={more.searchLabel}
          maxLength={256}
          enterkeyhint="search"
        />
        <button type="submit" class="main">
          {texts.search}
        </button>
      </form>
      <p role="status" class="note">
        {offline.value ? texts.connectionLost : answer && more.found(answer.length)}
      </p>
      <ol class="found">
        {answer?.toReversed().map((event) => (
          <li key={event.seq}>
            <button type="button" onClick={() => choose(event)}>
              <Name name={event.from.name} hue={hueOf(event.from.name)} />
              <span class="text" dir="auto">
                {shownText(event)}
              </span>
              <time dateTime={event.at}>{momentOf(Date.parse(event.at))}</time>
            </button>
          </li>
        ))}
      </ol>
    </Dialog>
  )
}
