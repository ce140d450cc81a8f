/**
 * Of which messages the reader is notified: by room, by words, and not at all for a while. Kept in this
 * browser's storage, for parts of the page that are loaded when they are needed.
 */
import { signal } from '@preact/signals'
import type { Arrival } from './state.ts'
import { read, write } from './store.ts'

/** `calls`: mentions of the reader and of their words. */
export const LEVELS = ['all', 'calls', 'none'] as const
export type Level = (typeof LEVELS)[number]

/** `levels`: those that differ from `calls`, by room. `quietTo`: ms since 1970; null: no end is set. */
export type Heed = {
  levels: Readonly<Record<string, Level>>
  words: string
  quietTo: number | null
}

const HEED = 'oneroom.heed'
/** Rooms whose level is kept: those that were set last. */
const MOST_ROOMS = 200
/** Characters of the words. */
export const WORDS_LENGTH = 200

const usual: Heed = { levels: {}, words: '', quietTo: 0 }

export const heed = signal<Heed>(kept())

export function changeHeed(part: Partial<Heed>): void {
  heed.value = { ...heed.value, ...part }
  write('localStorage', HEED, JSON.stringify(heed.value))
}

export function levelIn(room: string): Level {
  const { levels } = heed.value
  const key = keyOf(room)
  return Object.hasOwn(levels, key) ? (levels[key] as Level) : 'calls'
}

export function setLevel(room: string, level: Level): void {
  const others = Object.entries(heed.value.levels).filter(([key]) => key !== keyOf(room))
  const all = level === 'calls' ? others : [...others, [keyOf(room), level] as const]
  changeHeed({ levels: Object.fromEntries(all.slice(-MOST_ROOMS)) })
}

/** The address may have the name in another case than the server. */
function keyOf(room: string): string {
  return `#${room.toLowerCase()}`
}

/** Whether the reader does not want to be disturbed now. */
export function isQuiet(now = Date.now()): boolean {
  const { quietTo } = heed.value
  return quietTo === null || quietTo > now
}

/** Whether the reader wants to know of a message. */
export function isHeeded({ event: { kind, text }, mention, room }: Arrival): boolean {
  const level = levelIn(room)
  if (level === 'none') return false
  if (mention) return true
  if (kind !== 'message' && kind !== 'action') return false
  return level === 'all' || hasWord(text)
}

function hasWord(text: string): boolean {
  const folded = text.toLowerCase()
  return heed.value.words
    .toLowerCase()
    .split(/[,،]/u)
    .some((word) => hasWhole(folded, word.trim()))
}

/** Whether a word stands in the text, and not as a part of another one. Common words count, too. */
function hasWhole(text: string, word: string): boolean {
  if (word === '') return false
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const around = [text.slice(0, at).at(-1), text[at + word.length]]
    if (around.every((one) => one === undefined || !/[\p{L}\p{N}_]/u.test(one))) return true
  }
  return false
}

/** What is not of the type that it should have is ignored. */
function kept(): Heed {
  try {
    const { levels, words, quietTo } = JSON.parse(
      read('localStorage', HEED) ?? '{}',
    ) as Partial<Heed>
    const fits = Object.entries(levels ?? {}).filter(([, level]) => LEVELS.includes(level))
    return {
      levels: Object.fromEntries(fits),
      words: typeof words === 'string' ? words : usual.words,
      quietTo: typeof quietTo === 'number' || quietTo === null ? quietTo : usual.quietTo,
    }
  } catch {
    return usual
  }
}
