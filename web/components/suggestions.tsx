/** The list of completions; the composer keeps the focus. */
import { more } from '../language/more.ts'
import { Completer } from './completer.ts'

export { Completer }

export function Suggestions({ completer }: { completer: Completer }) {
  if (!completer.isOpen.value) return null
  const active = completer.active.value
  return (
    <div class="suggestions" id="suggestions" role="listbox" aria-label={more.suggestions}>
      {completer.list.value.map(({ label, detail }, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the composer handles the keys
        <div
          key={label}
          id={`suggestion-${index}`}
          role="option"
          aria-selected={index === active}
          tabIndex={-1}
          // Otherwise the composer would lose the focus and close the list before the click.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => completer.accept(index)}
        >
          <bdi>{label}</bdi> <span>{detail}</span>
        </div>
      ))}
    </div>
  )
}
