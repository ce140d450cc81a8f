/** The fault lab: what a host can do to the wire that is shown. It ends by itself. */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { faultsOf, type Station } from '../../shared/wire.ts'
import { more } from '../language/more.ts'
import type { WireFeed } from './feed.ts'

/** MUST have the number of the connection as its key. */
export function Lab({ station, feed }: { station: Station; feed: WireFeed }) {
  const all = useSignal(false)
  // It stays open when the fault ends: the focus may be in it.
  const isOpen = useRef(false)
  isOpen.current ||= station.fault !== undefined
  return (
    <details class="lab" open={isOpen.current}>
      <summary>{more.wireLab}</summary>
      <p class="note">{more.wireLabNote}</p>
      <label>
        <input
          type="checkbox"
          checked={all.value}
          onChange={({ currentTarget }) => {
            all.value = currentTarget.checked
          }}
        />{' '}
        {more.wireLabAll}
      </label>
      <p class="faults">
        {faultsOf(station.via).map((fault) => (
          <button
            key={fault}
            type="button"
            aria-pressed={fault === 'reset' ? undefined : station.fault === fault}
            onClick={() => feed.lab(station.fault === fault ? null : fault, all.value)}
          >
            {more.wireFaults[fault]}
          </button>
        ))}
      </p>
    </details>
  )
}
