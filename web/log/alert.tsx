/** Says aloud that messages were not sent: a part of a chunk that is loaded after the page is drawn. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { usePart } from '../components/part.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'

/** Faults are announced together when none was added for this long. Milliseconds. */
const ALERT_MS = 500

/** One announcement for all messages that were not sent; a reader hears no list of alerts. */
export function PendingAlert({ session }: { session: Session }) {
  const faults = usePart(
    session,
    ({ pending }) => pending.filter(({ fault }) => fault !== null).length,
  )
  const announced = useSignal(0)
  const heard = useRef(0)
  const count = faults.value
  useEffect(() => {
    // Fewer faults are no news.
    if (count <= heard.current) {
      heard.current = count
      announced.value = 0
      return
    }
    const timer = setTimeout(() => {
      heard.current = count
      announced.value = count
    }, ALERT_MS)
    return () => clearTimeout(timer)
  }, [count])
  return (
    <p class="unseen" role="alert">
      {announced.value > 0 && more.notSentCount(announced.value)}
    </p>
  )
}
