/** In a dialog of hosts: the error of the server, or what was done since the dialog was opened. */
import { useMemo } from 'preact/hooks'
import { errorText } from '../language.ts'
import { sentenceOf } from '../log/row.ts'
import type { Session } from '../session.ts'
import type { State } from '../state.ts'
import { usePart } from './part.ts'

export function Reply({ session }: { session: Session }) {
  const opened = useMemo(() => session.peek().seq, [])
  const notice = usePart(session, (state) => state.notice)
  const done = usePart(session, latestOwnAct)
  const { value: fault } = notice
  const act = done.value !== null && done.value.seq > opened ? done.value : null
  return (
    <p class="note" role="status">
      {fault ? errorText(fault.code, fault.text) : act && sentenceOf(act)}
    </p>
  )
}

function latestOwnAct({ entries, ahead, me }: State) {
  const last = [...entries.slice(-20), ...ahead].findLast(
    (entry) => entry.kind === 'event' && entry.event.act && entry.event.from.id === me?.id,
  )
  return last?.kind === 'event' ? last.event : null
}
