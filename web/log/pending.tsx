/** Pending messages, below all messages that the log has returned. */
import { Icon } from '../components/icon.tsx'
import { lazily } from '../components/lazy.tsx'
import { Name } from '../components/name.tsx'
import { usePart } from '../components/part.ts'
import { hueOf } from '../hue.ts'
import { texts } from '../language.ts'
import type { Session } from '../session.ts'
import { PENDING_ROWS, type Pending, type State } from '../state.ts'

const Fault = lazily(async () => (await import('./pills.tsx')).Fault)

export function PendingList({ session }: { session: Session }) {
  const pending = usePart(session, (state) => state.pending)
  const name = usePart(session, (state) => state.me?.name ?? state.name)
  const continued = usePart(session, endsWithMine)
  const room = usePart(session, (state) => state.room)
  const here = pending.value.filter((message) => message.room === room.value)
  const shown = here.slice(0, PENDING_ROWS)
  const more = here.length - shown.length
  return (
    <>
      <ol class="pending" aria-label={texts.pending}>
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
      {more > 0 && <p class="more">{texts.morePending(more)}</p>}
    </>
  )
}

/** Whether the newest row is a message of this person, so that the next one shows no name. */
function endsWithMine({ entries, me }: State): boolean {
  const last = entries.at(-1)
  return (
    last?.kind === 'event' &&
    last.mine &&
    last.event.kind === 'message' &&
    last.event.from.name === me?.name
  )
}

type RowProps = { message: Pending; name: string; lead: boolean; session: Session }

function PendingRow({ message, name, lead, session }: RowProps) {
  const { text, action, fault } = message
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
        <span class="clock" title={texts.sending}>
          <Icon path="M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M12 7v5l3 2" />
          <span class="unseen">{texts.sending}</span>
        </span>
      ) : (
        <Fault message={message} fault={fault} session={session} />
      )}
    </li>
  )
}
