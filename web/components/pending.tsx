/** What is on its way, below everything that has its place in the log. */
import { useMemo } from 'preact/hooks'
import { hueOf } from '../hue.ts'
import { errorText, texts } from '../language.ts'
import type { Session } from '../session.ts'
import { PENDING_ROWS, type Pending, type PendingFault, type State } from '../state.ts'
import { Name } from './name.tsx'

export function PendingList({ session }: { session: Session }) {
  const pending = useMemo(() => session.select((state) => state.pending), [session])
  const name = useMemo(() => session.select((state) => state.me?.name ?? state.name), [session])
  const continued = useMemo(() => session.select(endsWithMine), [session])
  const shown = pending.value.slice(0, PENDING_ROWS)
  const more = pending.value.length - shown.length
  return (
    <>
      <ol class="pending" aria-label={texts.onTheirWay}>
        {shown.map((message, index) => (
          <PendingRow
            key={message.id}
            message={message}
            name={name.value}
            lead={index === 0 ? !continued.value : shown[index - 1]?.action === true}
            session={session}
          />
        ))}
      </ol>
      {more > 0 && <p class="more">{texts.moreOnTheirWay(more)}</p>}
    </>
  )
}

/** The newest row is a message of ours, so that the next one will stand below it without a name. */
function endsWithMine({ entries, me }: State): boolean {
  const last = entries.at(-1)
  return (
    last?.kind === 'said' &&
    last.mine &&
    last.event.kind === 'message' &&
    last.event.from.name === me?.name
  )
}

type RowProps = { message: Pending; name: string; lead: boolean; session: Session }

function PendingRow({ message, name, lead, session }: RowProps) {
  const { id, text, action, fault } = message
  const kind = action ? 'action' : 'message'
  return (
    <li class={`row mine ${kind}${lead || action ? ' lead' : ''}${fault ? ' faulty' : ''}`}>
      <p class="who">
        <Name name={name} hue={hueOf(name)} />
      </p>
      <p class="text" dir="auto">
        {text}
      </p>
      {fault === null ? (
        <span class="clock" title={texts.onItsWay}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <circle cx="12" cy="12" r="9" />
            <path d="M12 7v5l3 2" />
          </svg>
          <span class="unseen">{texts.onItsWay}</span>
        </span>
      ) : (
        <p class="fault" role="alert">
          <strong>{texts.notSent}</strong> {faultText(fault)}{' '}
          <button type="button" class="link" onClick={() => session.retry(id)}>
            {texts.retry}
          </button>{' '}
          <button type="button" class="link" onClick={() => session.edit(message)}>
            {texts.edit}
          </button>{' '}
          <button type="button" class="link" onClick={() => session.delete(id)}>
            {texts.delete}
          </button>
        </p>
      )}
    </li>
  )
}

function faultText(fault: PendingFault): string {
  if (fault.kind === 'silent') return texts.noAnswer
  return fault.kind === 'left' ? texts.leftBefore : errorText(fault.code, fault.text)
}
