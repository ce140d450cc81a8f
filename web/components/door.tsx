/** What a form that joins shows after a refusal: the room code, a free name, or the wait for a host. */
import { useLayoutEffect, useRef } from 'preact/hooks'
import { door, keepCode } from '../door.ts'
import { more } from '../language/more.ts'
import type { Session } from '../session.ts'
import { usePart } from './part.ts'

/** The buttons send the form that they are in. */
export function Door({ session }: { session: Session }) {
  const refusal = usePart(session, (state) => state.refusal)
  const { code = '', suggestion = null } = refusal.value ?? {}

  // The other fields and buttons take the focus when they appear.
  useLayoutEffect(() => {
    if (/^(code_|knocking)/u.test(code)) return
    nameField()?.focus()
    nameField()?.select()
  }, [refusal.value])

  function takeSuggestion(name: string, { form }: HTMLButtonElement) {
    const field = nameField()
    if (field) field.value = name
    form?.requestSubmit()
  }

  function giveUp() {
    door.pass = {}
    session.leave()
  }

  if (suggestion !== null) {
    return (
      <button
        type="button"
        class="link"
        onClick={(event) => takeSuggestion(suggestion, event.currentTarget)}
      >
        {more.joinAs(suggestion)}
      </button>
    )
  }
  if (code === 'knocking') return <Cancel onClick={giveUp} />
  return code.startsWith('code_') ? <CodeField /> : null
}

/** The wall has none. */
function nameField() {
  return document.querySelector<HTMLInputElement>('#name')
}

function CodeField() {
  const field = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => field.current?.focus(), [])

  function fieldOnInput(event: Event & { currentTarget: HTMLInputElement }) {
    keepCode(event.currentTarget.value)
  }

  function knockOnClick({ currentTarget }: { currentTarget: HTMLButtonElement }) {
    keepCode(null)
    door.pass = { knock: true }
    currentTarget.form?.requestSubmit()
  }

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
          onInput={fieldOnInput}
        />
      </div>
      <p class="choices">
        <button type="button" onClick={knockOnClick}>
          {more.askIn}
        </button>
      </p>
    </>
  )
}

/** Takes the focus, which would otherwise be lost. */
function Cancel({ onClick }: { onClick: () => void }) {
  const button = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => button.current?.focus(), [])
  return (
    <p class="choices">
      <button type="button" ref={button} onClick={onClick}>
        {more.cancel}
      </button>
    </p>
  )
}
