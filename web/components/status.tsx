/**
 * The state of a lost connection and what the reader can do about it. An interruption of
 * less than two seconds shows nothing.
 */
import { more } from '../language/more.ts'
import { errorText, texts } from '../language.ts'
import type { Session } from '../session.ts'
import type { Refusal } from '../state.ts'
import { usePart } from './part.ts'

/** Interruptions shorter than this show nothing. Milliseconds. */
const SILENT_MS = 2_000

export function Status({ session }: { session: Session }) {
  const connection = usePart(session, (state) => state.connection)
  const awaySince = usePart(session, (state) => state.awaySince)
  const trouble = usePart(session, (state) => state.trouble)
  const known = usePart(session, (state) => state.me !== null)
  const { phase } = connection.value

  if (phase === 'ended') {
    return (
      <div class="status" role="status">
        <p>
          {trouble.value ? more.refused(trouble.value.code, trouble.value.text) : more.otherTab}
        </p>
        <button type="button" onClick={() => session.reconnect()}>
          {isRemoved(trouble.value) ? more.comeBack : more.useItHere}
        </button>
      </div>
    )
  }
  const late = awaySince.value !== null && session.now.value - awaySince.value >= SILENT_MS
  if (!late) return <div class="status" role="status" hidden />
  return (
    <div class="status" role="status">
      <p>
        {trouble.value
          ? errorText(trouble.value.code, trouble.value.text || more.unreachable)
          : known.value
            ? texts.connectionLost
            : more.roomSilent}{' '}
        <Countdown session={session} />
      </p>
      {phase === 'waiting' && (
        <button type="button" onClick={() => session.reconnect()}>
          {more.retryNow}
        </button>
      )}
    </div>
  )
}

/** A host ended the connection. */
function isRemoved(trouble: Refusal | null): boolean {
  return trouble !== null && /kicked|banned/u.test(trouble.code)
}

/** Hidden from screen readers, which would read every second aloud. */
function Countdown({ session }: { session: Session }) {
  const connection = usePart(session, (state) => state.connection)
  const { value } = connection
  if (value.phase !== 'waiting') return <span aria-hidden="true">{more.connecting}</span>
  const seconds = Math.max(1, Math.ceil((value.retryAt - session.now.value) / 1000))
  return <span aria-hidden="true">{more.nextTry(seconds)}</span>
}
