/** Up and Down in the composer recall earlier messages: a chunk of its own, loaded once the page is drawn. */
import { Recall } from '../recall.ts'
import { readList, write } from '../store.ts'

const KEY = 'oneroom.recall'
const AREA = 'sessionStorage'

export class Recalling {
  readonly #recall = new Recall(
    readList(AREA, KEY, (item): item is string => typeof item === 'string'),
  )
  readonly #show: (text: string) => void

  /** `show`: replaces the text of the composer. */
  constructor(show: (text: string) => void) {
    this.#show = show
  }

  add(text: string): void {
    this.#recall.add(text)
    write(AREA, KEY, JSON.stringify(this.#recall.texts))
  }

  /**
   * The key moves the caret between lines first and recalls a message only if the caret did
   * not move. Only the browser knows the wrapped lines. On a single line it would move the
   * caret to an end, so the default is prevented there.
   */
  takeKey(direction: 'older' | 'newer', event: KeyboardEvent): void {
    const element = event.currentTarget as HTMLTextAreaElement
    const { selectionStart, selectionEnd, value } = element
    if (isOneLine(element)) {
      event.preventDefault()
      this.#step(direction, value)
      return
    }
    setTimeout(() => {
      const moved =
        element.selectionStart !== selectionStart || element.selectionEnd !== selectionEnd
      if (!moved && element.value === value) this.#step(direction, value)
    })
  }

  #step(direction: 'older' | 'newer', current: string): void {
    const recalled = this.#recall.step(direction, current)
    if (recalled !== null) this.#show(recalled)
  }
}

function isOneLine(element: HTMLTextAreaElement): boolean {
  const { lineHeight, paddingBlockStart, paddingBlockEnd } = getComputedStyle(element)
  const [line = 0, ...paddings] = [lineHeight, paddingBlockStart, paddingBlockEnd].map(parseFloat)
  return element.scrollHeight < paddings.reduce((sum, padding) => sum + padding, 2 * line)
}
