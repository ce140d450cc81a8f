/** A part of the session's state in a component, which is drawn again when that part changes. */
import type { ReadonlySignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Session } from '../session.ts'
import type { State } from '../state.ts'

export function usePart<T>(session: Session, part: (state: State) => T): ReadonlySignal<T> {
  return useMemo(() => session.select(part), [session])
}
