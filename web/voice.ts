/**
 * Announces new messages to a screen reader, and mentions as notifications: a chunk of its
 * own, loaded with the first message that arrives.
 */
import { effect, type Signal } from '@preact/signals'
import { Announcer, SUMMARY_MS } from './announcer.ts'
import { more } from './language/more.ts'
import { settings } from './settings.ts'
import type { EventEntry } from './state.ts'

/** The session, as far as the voice needs it. `announcement`: the text of a polite live region. */
export type VoiceHost = { readonly announcement: Signal<string> }

export class Voice {
  readonly #host: VoiceHost
  readonly #announcer = new Announcer()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(host: VoiceHost) {
    this.#host = host
    // After a change of the setting, messages counted before are not announced.
    effect(() => {
      settings.value.announce
      clearTimeout(this.#timer)
      this.#timer = undefined
      this.#announcer.summary()
    })
  }

  hear(fresh: readonly EventEntry[], away: boolean): void {
    const mentions = fresh.filter(({ mention }) => mention)
    const { announce } = settings.peek()
    if (announce !== 'none') this.#announce(announce === 'all' ? fresh : mentions)
    const last = mentions.at(-1)
    if (away && last) alertTo(last)
  }

  #announce(fresh: readonly EventEntry[]): void {
    if (fresh.length === 0) return
    const sentences = fresh.map(({ event: { kind, from, text }, mention }) => ({
      text: kind === 'action' ? `${from.name} ${text}` : `${from.name}: ${text}`,
      mention,
    }))
    const spoken = this.#announcer.hear(sentences, Date.now())
    if (spoken !== null) this.#say(spoken)
    else this.#timer ??= setTimeout(() => this.#summarise(), SUMMARY_MS)
  }

  #summarise(): void {
    this.#timer = undefined
    const summary = this.#announcer.summary()
    if (summary) this.#say(more.spoken(summary.count, summary.mentions))
  }

  /** A screen reader reads changes only, so an equal text gets a space. */
  #say(text: string): void {
    const { announcement } = this.#host
    announcement.value = text === announcement.peek() ? `${text}\u00a0` : text
  }
}

/** Works also without notifications, or if their permission was withdrawn. */
function alertTo({ event: { from, text } }: EventEntry): void {
  const { notify, sound } = settings.peek()
  if (sound) import('./sound.ts').then(({ chime }) => chime(), ignore)
  if (!notify || !('Notification' in window) || Notification.permission !== 'granted') return
  try {
    const shown = new Notification(more.mentioned(from.name), { body: text, tag: 'oneroom' })
    shown.onclick = () => {
      window.focus()
      shown.close()
    }
  } catch {
    // Some browsers allow notifications of service workers only; the title still shows the count.
  }
}

/** Without its chunk a mention makes no sound. */
function ignore(): void {}
