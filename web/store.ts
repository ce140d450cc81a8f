/**
 * The browser's storage: the last name for all tabs, everything else for this tab. If the
 * storage is full or disabled, or throws, the page works without it.
 */
import type { Pending } from '../shared/client/pending.ts'
import { SECRET } from './draft.ts'
import {
  isSameRoom,
  type Kept,
  type KeptRoom,
  LOBBY,
  peerOf,
  roomsOf,
  type State,
} from './state.ts'

const NAME = '.name'
const TOKEN = '.token'
const SELVES = '.ownIds'
const PENDING = '.pending'
const ROOMS = '.rooms'
const DRAFT = 'oneroom.draft'

type Area = 'localStorage' | 'sessionStorage'

/** Prefix of the keys: the person at this browser, or the wall, another member in the same tab. */
export type Keeper = 'oneroom' | 'oneroom.wall'

/** `addressed`: the room to show, by any of its names. */
export function readKept(keeper: Keeper, addressed: string): Kept {
  const kept = readList('sessionStorage', keeper + ROOMS, isRoom)
  const room = kept.find((one) => isSameRoom(one.room, addressed))?.room
  // The address of a conversation leads nowhere in another tab.
  const wanted = peerOf(addressed) === '' ? addressed : LOBBY
  return {
    room: room ?? wanted,
    rooms: room === undefined ? [...kept, { room: wanted, readTo: null }] : kept,
    name: read('localStorage', keeper + NAME) ?? '',
    token: read('sessionStorage', keeper + TOKEN),
    ownIds: readList('sessionStorage', keeper + SELVES, (item) => typeof item === 'string'),
    pending: readList('sessionStorage', keeper + PENDING, isPending).map((message) => ({
      ...message,
      room: message.room ?? LOBBY,
    })),
  }
}

/** Writes the fields that changed since `before`. */
export function keep(keeper: Keeper, before: State, after: State): void {
  if (after.name !== before.name) write('localStorage', keeper + NAME, after.name)
  if (after.token !== before.token) write('sessionStorage', keeper + TOKEN, after.token)
  if (after.ownIds !== before.ownIds) {
    write('sessionStorage', keeper + SELVES, JSON.stringify(after.ownIds))
  }
  if (after.pending !== before.pending) {
    write('sessionStorage', keeper + PENDING, JSON.stringify(after.pending))
  }
  const rooms = roomsText(after)
  if (rooms !== roomsText(before)) write('sessionStorage', keeper + ROOMS, rooms)
}

/** null for one room: it is in the address. */
function roomsText(state: State): string | null {
  if (state.rooms.size < 2) return null
  return JSON.stringify(
    roomsOf(state).map(({ room, readTo, person }) => ({ room, readTo, person })),
  )
}

/** The drafts of this page by key, for a browser without a storage. */
const drafts = new Map<string, string>()

export function readDraft(room: string): string {
  const key = draftKey(room)
  return drafts.get(key) ?? read('sessionStorage', key) ?? ''
}

/** Not the key of the hosts, as it is typed. */
export function keepDraft(room: string, draft: string): void {
  const key = draftKey(room)
  const text = SECRET.test(draft) ? '' : draft
  drafts.set(key, text)
  write('sessionStorage', key, text === '' ? null : text)
}

/** The address may have the name in another case than the server. */
function draftKey(room: string): string {
  return room === LOBBY ? DRAFT : `${DRAFT}.${room.toLowerCase()}`
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

export function readList<T>(area: Area, key: string, fits: (item: unknown) => item is T): T[] {
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

function isRoom(item: unknown): item is KeptRoom {
  const { room, readTo } = (item ?? {}) as Partial<KeptRoom>
  return typeof room === 'string' && (readTo === null || typeof readTo === 'number')
}
