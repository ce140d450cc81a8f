/** Tells a reader what is new without their looking: to a screen reader, and as a notification. */
import { effect, signal } from '@preact/signals'
import { Announcer, SUMMARY_MS } from './announcer.ts'
import { texts } from './language.ts'
import { settings } from './settings.ts'
import type { Said } from './state.ts'

export class Voice {
  /** What a polite live region says. */
  readonly announcement = signal('')
  readonly #announcer = new Announcer()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    // What was being counted is not said to a reader who has just asked for less.
    effect(() => {
      settings.value.announce
      clearTimeout(this.#timer)
      this.#timer = undefined
      this.#announcer.summary()
    })
  }

  hear(fresh: readonly Said[], away: boolean): void {
    const mentions = fresh.filter(({ mention }) => mention)
    const { announce } = settings.peek()
    if (announce !== 'none') this.#announce(announce === 'all' ? fresh : mentions)
    const last = mentions.at(-1)
    if (away && last) alertTo(last)
  }

  #announce(fresh: readonly Said[]): void {
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
    if (summary) this.#say(texts.spoken(summary.count, summary.mentions))
  }

  /** The same twice would change nothing in the region, and a change is what is spoken. */
  #say(text: string): void {
    this.announcement.value = text === this.announcement.peek() ? `${text}\u00a0` : text
  }
}

/** Also where the browser has no notifications, or takes back what it allowed. */
function alertTo({ event: { from, text } }: Said): void {
  const { notify, sound } = settings.peek()
  if (sound) import('./sound.ts').then(({ chime }) => chime(), ignore)
  if (!notify || !('Notification' in window) || Notification.permission !== 'granted') return
  try {
    const shown = new Notification(texts.mentioned(from.name), { body: text, tag: 'oneroom' })
    shown.onclick = () => {
      window.focus()
      shown.close()
    }
  } catch {
    // Some browsers let only a service worker notify; the title still counts.
  }
}

/** Without its chunk a mention makes no sound, and is shown all the same. */
function ignore(): void {}
