/** A button that copies a text, and says that it has. */
import { useSignal } from '@preact/signals'
import { copyText } from '../clipboard.ts'
import { more } from '../language/more.ts'

/** `name`: of what is copied. */
export function Copy({ text, name }: { text: string; name: string }) {
  const copied = useSignal<string | null>(null)
  const label = copied.value === text ? more.copied : more.copy
  async function copy() {
    copied.value = (await copyText(text)) ? text : null
  }
  return (
    <button type="button" aria-label={`${label}: ${name}`} onClick={copy}>
      {label}
    </button>
  )
}
