/** `oneroom export`: prints what was said. */
import type { Writable } from 'node:stream'
import { parseTimes } from '../shared/dialect/style.ts'
import type { TranscriptFormat } from '../shared/transcript/format.ts'
import { parseRange } from '../shared/transcript/moment.ts'
import { isPostgresUrl } from './log/postgres/url.ts'

export type ExportFlags = {
  data: string
  format: TranscriptFormat
  room?: string
  from?: string
  to?: string
  time?: string
  direct?: boolean
}

/**
 * `now`: ms since the Unix epoch. Returns a sentence about a flag that is invalid. Rejects with a fault
 * of the log, or when `output` is destroyed.
 */
export async function exportCommand(
  { data, format, room, from, to, time, direct = false }: ExportFlags,
  now: number,
  output: Writable,
): Promise<string | undefined> {
  const given = time === undefined ? {} : parseTimes(time)
  if (given === undefined)
    return `${JSON.stringify(time)} is neither an offset, such as -3, nor seconds.`
  const times = { offset: undefined, seconds: false, ...given }
  const read = parseRange({ from, to }, { now, offset: times.offset })
  if (!read.ok) return read.fault
  // An engine that is not used is not loaded.
  const { exportLogs } = isPostgresUrl(data)
    ? await import('./log/postgres/export.ts')
    : await import('./log/sqlite/export.ts')
  await exportLogs(data, { format, room, direct, range: read.range, times }, output)
  return undefined
}
