/**
 * The completion in the composer: commands after `/`, names after `@`, emoji after `:`.
 * While its list is open it handles Tab, Enter, Up, Down and Escape, and no other key.
 */
import { computed, signal } from '@preact/signals'
import { offered } from '../command.ts'
import { matching, type Sought, type Suggestion, soughtAt } from '../completion.ts'
import type { Emoji } from '../emoji.ts'
import { isHost } from '../hosts.ts'
import { texts } from '../language.ts'
import { likely } from '../likely.ts'
import type { Session } from '../session.ts'

const SHOWN = 8

export class Completer {
  readonly list = signal<readonly Suggestion[]>([])
  readonly active = signal(0)
  readonly isOpen = computed(() => this.list.value.length > 0)
  readonly #session: Session
  readonly #field: () => HTMLTextAreaElement | null
  #sought: Sought | null = null
  #emojis: readonly Emoji[] | null = null

  constructor(session: Session, field: () => HTMLTextAreaElement | null) {
    this.#session = session
    this.#field = field
  }

  /** Updates the list for the word before the caret. */
  update(): void {
    const field = this.#field()
    const caret = field?.selectionStart
    // A chunk may be loaded after the focus has moved on.
    const isAtCaret = field && caret === field.selectionEnd && document.activeElement === field
    const sought = isAtCaret ? soughtAt(field.value, caret ?? 0) : null
    this.#sought = sought
    if (sought?.kind === 'emoji' && this.#emojis === null) this.#loadEmojis()
    else this.#offer(sought === null ? [] : this.#suggestionsFor(sought))
  }

  close(): void {
    this.#offer([])
  }

  /** Handles a key. False if the composer is to handle it. */
  takesKey(key: string): boolean {
    const { length } = this.list.value
    if (length === 0) return false
    switch (key) {
      case 'ArrowDown':
        this.active.value = (this.active.value + 1) % length
        return true
      case 'ArrowUp':
        this.active.value = (this.active.value + length - 1) % length
        return true
      case 'Escape':
        this.close()
        return true
      case 'Tab':
        this.accept(this.active.value)
        return true
      case 'Enter':
        return this.accept(this.active.value)
      default:
        return false
    }
  }

  /** Replaces the word by a suggestion. False if the word is the suggestion already. */
  accept(index: number): boolean {
    const field = this.#field()
    const suggestion = this.list.value[index]
    if (!field || !suggestion || !this.#sought) return false
    const { from, query } = this.#sought
    // The caret has moved since.
    if (field.selectionEnd !== from + 1 + query.length) {
      this.close()
      return false
    }
    const stands = field.value.slice(from, field.selectionEnd) === suggestion.insert.trimEnd()
    this.close()
    field.setRangeText(suggestion.insert, from, field.selectionEnd, 'end')
    field.dispatchEvent(new InputEvent('input', { bubbles: true }))
    this.close()
    field.focus()
    return !stands
  }

  #offer(list: readonly Suggestion[]): void {
    this.active.value = 0
    if (list.length > 0 || this.list.peek().length > 0) this.list.value = list
  }

  #suggestionsFor({ kind, query }: Sought): readonly Suggestion[] {
    if (kind === 'command') {
      const hosting = isHost(this.#session.peek())
      const known = offered.filter(({ ofHosts }) => hosting || !ofHosts)
      return matching(known, query, SHOWN, ({ name }) => name).map(({ name, usage, summary }) => ({
        label: usage,
        detail: texts.commands[name] ?? summary,
        insert: `/${name} `,
      }))
    }
    if (kind === 'emoji') {
      return matching(this.#emojis ?? [], query, SHOWN, ({ name }) => name).map(
        ({ emoji, name }) => ({ label: `${emoji} :${name}:`, detail: '', insert: emoji }),
      )
    }
    const people = likely(this.#session.peek())
    return matching(people, query, SHOWN, ({ name }) => name).map(({ name, via }) => ({
      label: name,
      detail: texts.via(via),
      insert: `@${name} `,
    }))
  }

  /** Loads the table with its first use. If that fails, there are no suggestions. */
  async #loadEmojis(): Promise<void> {
    const loaded = await import('../emoji.ts').catch(() => null)
    if (loaded === null) return
    this.#emojis = loaded.emojis
    this.update()
  }
}
