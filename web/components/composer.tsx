/** The composer. Enter sends, Shift+Enter starts a new line, Tab moves the focus on. */
import { effect, useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { soughtAt } from '../completion.ts'
import { texts } from '../language.ts'
import type { Session } from '../session.ts'
import { submit } from '../speech.ts'
import { keepDraft, readDraft } from '../store.ts'
import { TypingNotice } from '../typing.ts'
import type { Completer } from './completer.ts'
import { Icon } from './icon.tsx'
import { lazily } from './lazy.tsx'
import { usePart } from './part.ts'
import type { Recalling } from './recalling.ts'

/** The `keyCode` that older input methods report for every key they handle. */
const INPUT_METHOD_KEY = 229

const Feedback = lazily(async () => (await import('./feedback.tsx')).Feedback)

type Completion = {
  completer: Completer
  Suggestions: ComponentType<{ completer: Completer }>
}

export function Composer({ session }: { session: Session }) {
  const field = useRef<HTMLTextAreaElement>(null)
  const sending = useRef(false)
  const draft = useSignal('')
  const completion = useSignal<Completion | null>(null)
  const completer = completion.value?.completer
  const recall = useRef<Recalling>(undefined)
  const typing = useMemo(() => new TypingNotice(session), [session])
  const room = usePart(session, (state) => state.room)
  const entered = usePart(session, (state) => state.me?.id)
  const aimed = usePart(session, (state) => state.target)

  function take(element: HTMLTextAreaElement) {
    draft.value = element.value
    keepDraft(room.peek(), element.value)
    growToText(element)
    complete()
  }

  /** The completion is loaded with its first use. */
  async function complete() {
    const element = field.current
    if (!completion.value && element && soughtAt(element.value, element.selectionStart)) {
      const loaded = await import('./suggestions.tsx').catch(() => null)
      if (!loaded) return
      const { Suggestions, Completer } = loaded
      completion.value ??= { Suggestions, completer: new Completer(session, () => field.current) }
    }
    completion.value?.completer.update()
  }

  function write(text: string) {
    const element = field.current
    if (!element) return
    element.value = text
    element.setSelectionRange(text.length, text.length)
    take(element)
  }

  // Before any input can reach the field: each room has a draft of its own.
  useLayoutEffect(() => {
    typing.off()
    write(readDraft(room.value))
  }, [room.value])

  useEffect(() => {
    import('./recalling.ts').then(({ Recalling }) => {
      recall.current = new Recalling(write)
    }, ignore)
  }, [])

  useLayoutEffect(() => {
    // A reader who followed a link to a message has the focus there.
    if (entered.value !== undefined && aimed.peek() === null) field.current?.focus()
  }, [entered.value])

  useEffect(
    () =>
      effect(() => {
        const rewritten = session.rewrite.value?.(field.current?.value ?? '')
        session.rewrite.value = null
        if (rewritten === undefined) return
        write(rewritten)
        field.current?.focus()
      }),
    [session],
  )

  function fieldOnInput({ currentTarget }: { currentTarget: HTMLTextAreaElement }) {
    take(currentTarget)
    session.dismissNotice()
    if (currentTarget.value.trim() === '') typing.off()
    else typing.on()
  }

  async function send() {
    const text = field.current?.value ?? ''
    // A second Enter while a command loads its chunk must not run the command twice.
    if (sending.current) return
    sending.current = true
    const from = room.peek()
    const taken = await submit(session, text).finally(() => {
      sending.current = false
    })
    if (!taken) return
    recall.current?.add(text)
    if (text.trimStart().startsWith('/')) typing.off()
    else typing.said()
    // A command may have led to another room. Text written while it loads its chunk stays.
    if (room.peek() !== from) keepDraft(from, '')
    else if (field.current?.value === text) write('')
  }

  function fieldOnKeyDown(event: KeyboardEvent) {
    if (event.isComposing || event.keyCode === INPUT_METHOD_KEY) return
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
    if (completer?.takesKey(event.key)) {
      event.preventDefault()
    } else if (event.key === 'Enter') {
      event.preventDefault()
      send()
    } else if (event.key === 'ArrowUp') {
      recall.current?.takeKey('older', event)
    } else if (event.key === 'ArrowDown') {
      recall.current?.takeKey('newer', event)
    }
  }

  function formOnSubmit(event: Event) {
    event.preventDefault()
    send()
    field.current?.focus()
  }

  return (
    <form class="composer" onSubmit={formOnSubmit}>
      {completion.value && <completion.value.Suggestions completer={completion.value.completer} />}
      <label for="message" class="unseen">
        {texts.message}
      </label>
      <textarea
        id="message"
        ref={field}
        rows={1}
        dir="auto"
        placeholder={texts.saySomething}
        autocomplete="off"
        enterkeyhint="send"
        aria-describedby="answering notice"
        aria-autocomplete="list"
        aria-controls={completer?.isOpen.value ? 'suggestions' : undefined}
        aria-activedescendant={
          completer?.isOpen.value ? `suggestion-${completer.active.value}` : undefined
        }
        onInput={fieldOnInput}
        onKeyDown={fieldOnKeyDown}
        onClick={complete}
        onBlur={() => completer?.close()}
      />
      <button type="submit" class="main" aria-label={texts.send}>
        <Icon path="M12 19V5M6 11l6-6 6 6" />
      </button>
      <Feedback session={session} draft={draft} />
    </form>
  )
}

/** Grows the field with its text in browsers without `field-sizing`. */
function growToText(element: HTMLTextAreaElement) {
  if (CSS.supports('field-sizing', 'content')) return
  element.style.blockSize = 'auto'
  element.style.blockSize = `${element.scrollHeight}px`
}

/** Without the chunk, Up and Down move the caret only. */
function ignore() {}
