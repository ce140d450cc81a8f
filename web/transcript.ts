/** A transcript of a room as a file: which part of its time, and how it is loaded. */
import { signal } from '@preact/signals'
import type { TranscriptFormat } from '../shared/transcript/format.ts'
import { parseRange, type Range } from '../shared/transcript/moment.ts'
import { parseTranscript } from '../shared/transcript/typed.ts'
import { readersTime } from './clock.ts'
import { door } from './door.ts'
import { root } from './root.ts'
import { settings } from './settings.ts'
import { LOBBY } from './state.ts'

/** What the dialog begins with; null while it is not open. */
export const transcript = signal<{ range?: Range; format?: TranscriptFormat } | null>(null)

/** Milliseconds until the first byte: the server finds the time first. */
const PATIENCE_MS = 20_000

const ALWAYS: Range = { from: undefined, to: undefined }

/** What `/transcript` asks for; undefined if it is not understood. */
export function askedFor(
  argument: string,
): { range?: Range; format?: TranscriptFormat } | undefined {
  const wanted = parseTranscript(argument)
  const { from, to, format } = wanted ?? {}
  const read = parseRange({ from, to }, { now: Date.now(), offset: offsetNow() })
  if (wanted === undefined || !read.ok) return undefined
  const isPart = from !== undefined || to !== undefined
  return { ...(isPart && { range: read.range }), ...(format && { format }) }
}

/** From the beginning of the reader's day on. */
export function today(): Range {
  const read = parseRange({ from: 'today' }, { now: Date.now(), offset: offsetNow() })
  return read.ok ? read.range : ALWAYS
}

/** undefined: that of this machine, with its daylight saving time. */
function offsetNow(): number | undefined {
  return settings.peek().utc ? 0 : undefined
}

/** The value of a field for a local time, and back. '' for undefined. */
export function fieldOf(at: number | undefined): string {
  return at === undefined ? '' : new Date(readersTime(at)).toISOString().slice(0, 16)
}

export function timeIn(field: string): number | undefined {
  const at = Date.parse(settings.peek().utc ? `${field}Z` : field)
  return Number.isNaN(at) ? undefined : at
}

export type Wanted = { room: string; range: Range; format: TranscriptFormat }

/** Returns the name of the file that the browser has saved. Rejects if the server does not send it whole. */
export async function save(wanted: Wanted, until: AbortSignal): Promise<string> {
  const controller = new AbortController()
  const stop = () => controller.abort()
  until.addEventListener('abort', stop)
  const timer = setTimeout(stop, PATIENCE_MS)
  const response = await fetch(addressOf(wanted), { ...door.request, signal: controller.signal })
  clearTimeout(timer)
  if (!response.ok) throw new Error(String(response.status))
  const [, name = ''] =
    /filename\*=UTF-8''([^;]+)/u.exec(response.headers.get('content-disposition') ?? '') ?? []
  const file = decodeURIComponent(name)
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = file
  link.click()
  // Some browsers read it later.
  setTimeout(() => URL.revokeObjectURL(url), PATIENCE_MS)
  return file
}

function addressOf({ room, range: { from, to }, format }: Wanted): string {
  const { utc, seconds } = settings.peek()
  const fields = {
    room: room === LOBBY ? undefined : room,
    from: from && new Date(from).toISOString(),
    to: to && new Date(to).toISOString(),
    format,
    time: `${utc ? 'utc' : zoneAt(from ?? Date.now())}${seconds ? ' seconds' : ''}`,
  }
  const given = Object.entries(fields).flatMap(([name, value]) => (value ? [[name, value]] : []))
  return `${root}api/transcript?${new URLSearchParams(given)}`
}

/** For example +05:45. */
function zoneAt(at: number): string {
  const minutes = (readersTime(at) - at) / 60_000
  const size = Math.abs(minutes)
  const parts = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, '0'))
  return `${minutes < 0 ? '-' : '+'}${parts.join(':')}`
}
