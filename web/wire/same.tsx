/** What the client has sent, as a program to copy. */
import { useSignal } from '@preact/signals'
import { more } from '../language/more.ts'
import type { WireFeed } from './feed.ts'

const NAMES = { nc: 'nc', python: 'Python', c: 'C' } as const

/** MUST have the number of the connection as its key. */
export function Same({ feed }: { feed: WireFeed }) {
  const shown = useSignal<{ language: string; text: string } | null>(null)
  const show = async (language: keyof typeof NAMES): Promise<void> => {
    const text = await feed.textAs(language)
    if (text !== null) shown.value = { language, text }
  }
  return (
    <details class="lab">
      <summary>{more.wireSame}</summary>
      <p class="faults">
        {(['nc', 'python', 'c'] as const).map((language) => (
          <button
            key={language}
            type="button"
            aria-pressed={shown.value?.language === language}
            onClick={() => show(language)}
          >
            {NAMES[language]}
          </button>
        ))}
      </p>
      {shown.value && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        <pre class="same" dir="ltr" tabIndex={0}>
          <code>{shown.value.text}</code>
        </pre>
      )}
    </details>
  )
}
