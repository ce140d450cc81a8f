/** A field for a day, and a button that leads to its first message. */
import { useRef } from 'preact/hooks'
import { more } from '../language/more.ts'
import { dayAt } from '../search.ts'

/** `onChoose`: with the beginning of the day, in ms since 1970. */
export function GoToDay({ onChoose }: { onChoose: (at: number) => void }) {
  const field = useRef<HTMLInputElement>(null)
  function formOnSubmit(event: Event) {
    event.preventDefault()
    const at = dayAt(field.current?.value ?? '')
    if (at !== undefined) onChoose(at)
  }
  return (
    <form class="field note" onSubmit={formOnSubmit}>
      <input ref={field} type="date" required aria-label={more.day} />
      <button type="submit">{more.goToDay}</button>
    </form>
  )
}
