/**
 * The browser's storage: the last name for all tabs, everything else for this tab. If the
 * storage is full or disabled, or throws, the page works without it.
 */
import type { Pending } from '../shared/client/pending.ts'
import type { Identity } from '../shared/client/state.ts'

const NAME = '.name'
const TOKEN = '.token'
const SELVES = '.ownIds'
const PENDING = '.pending'
const DRAFT = 'oneroom.draft'
const RECALL = 'oneroom.recall'

type Area = 'localStorage' | 'sessionStorage'

/** Prefix of the keys: the person at this browser, or the wall, another member in the same tab. */
export type Keeper = 'oneroom' | 'oneroom.wall'

export function readKept(keeper: Keeper): Identity {
  return {
    name: read('localStorage', keeper + NAME) ?? '',
    token: read('sessionStorage', keeper + TOKEN),
    ownIds: readList('sessionStorage', keeper + SELVES, (item) => typeof item === 'string'),
    pending: readList('sessionStorage', keeper + PENDING, isPending),
  }
}

/** Writes the fields that changed since `before`. */
export function keep(keeper: Keeper, before: Identity, after: Identity): void {
  if (after.name !== before.name) write('localStorage', keeper + NAME, after.name)
  if (after.token !== before.token) write('sessionStorage', keeper + TOKEN, after.token)
  if (after.ownIds !== before.ownIds) {
    write('sessionStorage', keeper + SELVES, JSON.stringify(after.ownIds))
  }
  if (after.pending !== before.pending) {
    write('sessionStorage', keeper + PENDING, JSON.stringify(after.pending))
  }
}

export function readDraft(): string {
  return read('sessionStorage', DRAFT) ?? ''
}

export function keepDraft(text: string): void {
  write('sessionStorage', DRAFT, text === '' ? null : text)
}

export function readRecall(): string[] {
  return readList('sessionStorage', RECALL, (item) => typeof item === 'string')
}

export function keepRecall(texts: readonly string[]): void {
  write('sessionStorage', RECALL, JSON.stringify(texts))
}

export function read(area: Area, key: string): string | null {
  try {
    return window[area].getItem(key)
  } catch {
    return null
  }
}

export function write(area: Area, key: string, value: string | null): void {
  try {
    if (value === null) window[area].removeItem(key)
    else window[area].setItem(key, value)
  } catch {
    // In private mode or with a full storage, the value is kept in memory only.
  }
}

function readList<T>(area: Area, key: string, fits: (item: unknown) => item is T): T[] {
  try {
    const list: unknown = JSON.parse(read(area, key) ?? '[]')
    return Array.isArray(list) ? list.filter(fits) : []
  } catch {
    return []
  }
}

function isPending(item: unknown): item is Pending {
  const { id, text, action, at, fault } = (item ?? {}) as Partial<Pending>
  return (
    typeof id === 'string' &&
    typeof text === 'string' &&
    typeof action === 'boolean' &&
    typeof at === 'number' &&
    typeof fault === 'object'
  )
}
