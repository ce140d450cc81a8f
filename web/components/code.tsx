/** The field for the room code, in a form that joins. */
import { useEffect, useRef } from 'preact/hooks'
import { keepCode } from '../door.ts'
import { more } from '../language/more.ts'

export function CodeField() {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <>
      <label for="code">{more.roomCode}</label>
      <div class="field">
        <input
          id="code"
          ref={field}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          enterkeyhint="go"
          maxLength={128}
          aria-describedby="refusal"
          onInput={(event) => keepCode(event.currentTarget.value)}
        />
      </div>
    </>
  )
}
