/**
 * The state of a lost connection and what the reader can do about it. An interruption of
 * less than two seconds shows nothing. Also a server that has lost its database.
 */

import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { canRecord } from '../hosts.ts'
import { more } from '../language/more.ts'
import { errorText, texts } from '../language.ts'
import { findObstacle, type Obstacle } from '../obstacle.ts'
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
  const obstacle = useObstacle(phase)

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
  if (!late) {
    return (
      <div class="status" role="status" hidden={canRecord.value}>
        {!canRecord.value && <p>{more.cannotRecord}</p>}
      </div>
    )
  }
  function reason(): string {
    const { code = '', text = '' } = trouble.value ?? {}
    if (obstacle !== null && /^(unreachable)?$/u.test(code)) return more.obstacles[obstacle]
    if (code !== '') return errorText(code, text || more.unreachable)
    return known.value ? texts.connectionLost : more.roomSilent
  }
  return (
    <div class="status" role="status">
      <p>
        {reason()} <Countdown session={session} />
      </p>
      {phase === 'waiting' && (
        <button type="button" onClick={() => session.reconnect()}>
          {more.retryNow}
        </button>
      )}
    </div>
  )
}

/** The same after two attempts: a server that starts may respond just after the first. */
function useObstacle(phase: string): Obstacle | null {
  const found = useSignal<(Obstacle | null)[]>([])
  useEffect(() => {
    if (phase === 'online') found.value = []
    if (phase !== 'waiting') return
    findObstacle().then((obstacle) => {
      found.value = [obstacle, ...found.value.slice(0, 1)]
    })
  }, [phase, found])
  const [last = null, before] = found.value
  return last === before ? last : null
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
