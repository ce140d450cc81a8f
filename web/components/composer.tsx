/** Where one writes. Enter sends, Shift+Enter begins a line, Tab goes on as anywhere. */
import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { longestMessage } from '../draft.ts'
import type { Session } from '../session.ts'
import { keepDraft, readDraft } from '../store.ts'

/** The count of bytes is shown from this part of the limit on. */
const NEAR = 0.8
/** The code that old input methods give to every key they take. */
const INPUT_METHOD_KEY = 229

export function Composer({ session }: { session: Session }) {
  const field = useRef<HTMLTextAreaElement>(null)
  const bytes = useSignal(0)
  const limit = useMemo(() => session.select((state) => state.limits.textBytes), [session])
  const entered = useMemo(() => session.select((state) => state.me?.id), [session])

  useEffect(() => {
    const element = field.current
    if (!element) return
    element.value = readDraft()
    growToText(element)
    bytes.value = longestMessage(element.value)
  }, [bytes])

  useEffect(() => {
    if (entered.value !== undefined) field.current?.focus()
  }, [entered.value])

  function take(element: HTMLTextAreaElement) {
    keepDraft(element.value)
    growToText(element)
    bytes.value = longestMessage(element.value)
  }

  function fieldOnInput({ currentTarget }: { currentTarget: HTMLTextAreaElement }) {
    take(currentTarget)
    session.dismissNotice()
    session.typing(currentTarget.value.trim() !== '')
  }

  function send() {
    const element = field.current
    if (!element || bytes.value > limit.value || !session.submit(element.value)) return
    element.value = ''
    take(element)
    session.typing(false)
  }

  function fieldOnKeyDown(event: KeyboardEvent) {
    if (event.key !== 'Enter' || event.shiftKey) return
    if (event.isComposing || event.keyCode === INPUT_METHOD_KEY) return
    event.preventDefault()
    send()
  }

  function formOnSubmit(event: Event) {
    event.preventDefault()
    send()
    field.current?.focus()
  }

  const left = limit.value - bytes.value
  return (
    <form class="composer" onSubmit={formOnSubmit}>
      <label for="message" class="unseen">
        Message
      </label>
      <textarea
        id="message"
        ref={field}
        rows={1}
        dir="auto"
        placeholder="Say something"
        autocomplete="off"
        enterkeyhint="send"
        aria-describedby="notice"
        onInput={fieldOnInput}
        onKeyDown={fieldOnKeyDown}
      />
      <button type="submit" class="main" aria-label="Send">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M12 19V5M6 11l6-6 6 6" />
        </svg>
      </button>
      <div class="under">
        <Notice session={session} />
        {bytes.value > limit.value * NEAR && (
          <p class={left < 0 ? 'bytes over' : 'bytes'} role="status">
            {left < 0 ? `${-left} bytes too long` : `${left} bytes left`}
          </p>
        )}
      </div>
    </form>
  )
}

function Notice({ session }: { session: Session }) {
  const notice = useMemo(() => session.select((state) => state.notice), [session])
  const { text, suggestion } = notice.value ?? { text: '', suggestion: null }
  return (
    <p id="notice" role="status">
      {text}{' '}
      {suggestion !== null && (
        <button type="button" class="link" onClick={() => session.rename(suggestion)}>
          Take {suggestion}
        </button>
      )}
    </p>
  )
}

/** Browsers without `field-sizing` are helped to grow the field with its text. */
function growToText(element: HTMLTextAreaElement) {
  if (CSS.supports('field-sizing', 'content')) return
  element.style.blockSize = 'auto'
  element.style.blockSize = `${element.scrollHeight}px`
}
