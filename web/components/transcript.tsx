/** Saves what was said in the room that is shown, or in a part of its time, as a file. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { FORMATS, type TranscriptFormat } from '../../shared/transcript/format.ts'
import type { Range } from '../../shared/transcript/moment.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { settings } from '../settings.ts'
import { fieldOf, save, timeIn, today } from '../transcript.ts'
import { Dialog } from './dialog.tsx'

type Period = 'today' | 'all' | 'part'
type Props = {
  session: Session
  range?: Range | undefined
  format?: TranscriptFormat | undefined
  onClose: () => void
}

export function TranscriptDialog({ session, range, format: begun = 'markdown', onClose }: Props) {
  const { room } = session.peek()
  const period = useSignal<Period>(range === undefined ? 'today' : 'part')
  const from = useSignal(fieldOf(range?.from ?? today().from))
  const to = useSignal(fieldOf(range?.to))
  const format = useSignal<TranscriptFormat>(begun)
  const isLoading = useSignal(false)
  const status = useSignal('')
  const closing = useRef(new AbortController())
  useEffect(() => () => closing.current.abort(), [])

  /** Undefined if nothing can be between the two times. */
  function wantedRange(): Range | undefined {
    if (period.value === 'all') return { from: undefined, to: undefined }
    if (period.value === 'today') return today()
    const wanted = { from: timeIn(from.value), to: timeIn(to.value) }
    return (wanted.from ?? -Infinity) < (wanted.to ?? Infinity) ? wanted : undefined
  }

  async function formOnSubmit(event: Event) {
    event.preventDefault()
    const wanted = wantedRange()
    if (isLoading.value) return
    if (wanted === undefined) {
      status.value = more.transcriptEmpty
      return
    }
    isLoading.value = true
    status.value = more.transcriptLoading
    try {
      const all = { room, range: wanted, format: format.value }
      status.value = more.transcriptSaved(await save(all, closing.current.signal))
    } catch {
      status.value = more.transcriptFailed
    }
    isLoading.value = false
  }

  return (
    <Dialog title={more.transcript} onClose={onClose}>
      <form class="transcript" onSubmit={formOnSubmit}>
        <fieldset>
          <legend>{more.period}</legend>
          {(['today', 'all', 'part'] as const).map((one) => (
            <Radio key={one} name="period" value={one} chosen={period} label={more.periods[one]} />
          ))}
        </fieldset>
        {period.value === 'part' && (
          <div class="times">
            <Time label={more.from} time={from} />
            <Time label={more.to} time={to} />
            {settings.value.utc && <p class="note">{more.utc}</p>}
          </div>
        )}
        <fieldset>
          <legend>{more.format}</legend>
          {FORMATS.map((one) => (
            <Radio key={one} name="format" value={one} chosen={format} label={more.formats[one]} />
          ))}
        </fieldset>
        <button type="submit" class="main">
          {more.saveFile}
        </button>
        <p role="status" class="note">
          {status}
        </p>
      </form>
    </Dialog>
  )
}

type RadioProps<T extends string> = {
  name: string
  value: T
  chosen: { value: T }
  label: string
}

function Radio<T extends string>({ name, value, chosen, label }: RadioProps<T>) {
  return (
    <label>
      <input
        type="radio"
        name={name}
        checked={chosen.value === value}
        onChange={() => {
          chosen.value = value
        }}
      />
      {label}
    </label>
  )
}

function Time({ label, time }: { label: string; time: { value: string } }) {
  return (
    <label>
      <span>{label}</span>
      <input
        type="datetime-local"
        value={time.value}
        onInput={({ currentTarget }) => {
          time.value = currentTarget.value
        }}
      />
    </label>
  )
}
