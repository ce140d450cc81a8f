/** The form that asks for a name and joins. */
import { useLayoutEffect, useRef } from 'preact/hooks'
import { errorText, texts } from '../language.ts'
import type { Session } from '../session.ts'
import { LOBBY } from '../state.ts'
import { lazily } from './lazy.tsx'
import { Mark } from './mark.tsx'
import { usePart } from './part.ts'

const Door = lazily(async () => (await import('./door.tsx')).Door)
export const Invitation = lazily(async () => (await import('./invitation.tsx')).Invitation)
const Status = lazily(async () => (await import('./status.tsx')).Status)

export function Join({ session }: { session: Session }) {
  const field = useRef<HTMLInputElement>(null)
  const refusal = usePart(session, (state) => state.refusal)
  const joining = usePart(session, (state) => state.joining)
  const room = usePart(session, (state) => state.room)
  const { code = '', text = '' } = refusal.value ?? {}

  // Before the form is painted, so that no key is lost.
  useLayoutEffect(() => {
    field.current?.focus()
    field.current?.select()
  }, [])

  function formOnSubmit(event: Event) {
    event.preventDefault()
    if (!joining.value) session.join(field.current?.value ?? '')
  }

  return (
    <main class="join">
      <Mark />
      <h1>Oneroom</h1>
      <p class="lead">{room.value === LOBBY ? texts.lead : texts.leadIn(room.value)}</p>
      <form onSubmit={formOnSubmit}>
        <label for="name">{texts.yourName}</label>
        <div class="field">
          <input
            id="name"
            ref={field}
            defaultValue={session.peek().name}
            autocomplete="nickname"
            autocapitalize="off"
            spellcheck={false}
            enterkeyhint="go"
            maxLength={64}
            aria-invalid={code.startsWith('name_')}
            aria-describedby="refusal"
          />
          <button type="submit" class="main">
            {joining.value ? texts.joining : texts.join}
          </button>
        </div>
        <p id="refusal" class="refusal" role="status">
          {errorText(code, text)}
        </p>
        {refusal.value && <Door session={session} />}
      </form>
      <Status session={session} />
      <Invitation />
    </main>
  )
}
