/** The button that shows how to join from a terminal: a chunk of its own. */
import { useSignal } from '@preact/signals'
import { more } from '../language/more.ts'
import { Icon } from './icon.tsx'
import { lazily } from './lazy.tsx'

const Terminals = lazily(async () => (await import('./terminals.tsx')).Terminals)

export function Invitation() {
  const open = useSignal(false)
  return (
    <>
      <button
        type="button"
        class="invitation"
        onClick={() => {
          open.value = true
        }}
      >
        <Icon path="M5 7l5 5-5 5M12 18h7" />
        {more.terminals}
      </button>
      {open.value && (
        <Terminals
          onClose={() => {
            open.value = false
          }}
        />
      )}
    </>
  )
}
