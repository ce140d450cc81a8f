/**
 * Announces new messages to a screen reader, and shows notifications of those that the reader heeds: a chunk of its
 * own, loaded with the first message that arrives.
 */
import { effect, type Signal } from '@preact/signals'
import { Announcer, SUMMARY_MS } from './announcer.ts'
import { nameOf } from './directory.ts'
import { isHeeded, isQuiet } from './heed.ts'
import { more } from './language/more.ts'
import { sentenceOf } from './log/row.ts'
import { settings } from './settings.ts'
import { type Action, type Arrival, type Entry, peerOf, roomsOf, type State } from './state.ts'

/** The session, as far as the voice needs it. `announcement`: the text of a polite live region. */
export type VoiceHost = {
  readonly announcement: Signal<string>
  peek(): State
  act(action: Action): void
}

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

  /** `arrived`: messages of all rooms. `away`, `room`: when they arrived; they may have changed since. */
  hear(arrived: readonly Arrival[], { away, room }: Pick<State, 'away' | 'room'>): void {
    const fresh = arrived.filter((one) => !isRedacted(this.#host.peek(), one))
    const { announce } = settings.peek()
    const heard = fresh.filter((one) => one.mention || (one.room === room && announce === 'all'))
    if (announce !== 'none') this.#announce(heard, room)
    const last = fresh.findLast(isHeeded)
    if (!last || isQuiet()) return
    if (away || last.room !== room) sound()
    if (away) this.#notify(last, room)
  }

  #announce(fresh: readonly Arrival[], shown: string): void {
    if (fresh.length === 0) return
    const sentences = fresh.map((arrival) => ({
      text: spokenOf(arrival, shown),
      mention: arrival.mention,
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

  /** Works also without notifications, or if their permission was withdrawn. */
  #notify(arrival: Arrival, shown: string): void {
    const { event, room } = arrival
    if (!settings.peek().notify || !('Notification' in window)) return
    if (Notification.permission !== 'granted') return
    const title = titleOf(arrival, shown)
    try {
      const shown = new Notification(title, { body: event.text, tag: 'oneroom' })
      shown.onclick = () => {
        window.focus()
        this.#host.act({ type: 'show', room })
        shown.close()
      }
    } catch {
      // Some browsers allow notifications of service workers only; the title still shows the count.
    }
  }
}

/** A message may have been removed while the chunk was loaded. */
function isRedacted(state: State, { event, room }: Arrival): boolean {
  const there = roomsOf(state).find((one) => one.room === room)
  const isIt = (entry: Entry) => entry.kind === 'event' && entry.event.seq === event.seq
  const now = there?.entries.findLast(isIt) ?? there?.ahead.findLast(isIt)
  return now?.kind === 'event' && now.event.redacted !== undefined
}

function titleOf({ event, mention, room }: Arrival, shown: string): string {
  const { name } = event.from
  if (peerOf(room) !== '') return more.directFrom(name)
  if (!mention) return more.saidIn(name, nameOf(room))
  return room === shown ? more.mentioned(name) : more.mentionedIn(name, nameOf(room))
}

function spokenOf({ event, room }: Arrival, shown: string): string {
  const { kind, from, text } = event
  if (peerOf(room) !== '') return `${more.directFrom(from.name)}: ${text}`
  if (room !== shown) return more.mentionedIn(from.name, nameOf(room))
  if (kind === 'topic' || kind === 'act') return sentenceOf(event)
  return kind === 'action' ? `${from.name} ${text}` : `${from.name}: ${text}`
}

function sound(): void {
  if (settings.peek().sound) import('./sound.ts').then(({ chime }) => chime(), ignore)
}

/** Without its chunk a mention makes no sound. */
function ignore(): void {}
