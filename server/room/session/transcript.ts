/** A link to the transcript of a room, for the person who asks for it. */
import { parseTimes } from '../../../shared/dialect/style.ts'
import type { TranscriptRequest } from '../../../shared/requests.ts'
import { LINK_SECONDS } from '../../../shared/transcript/format.ts'
import { parseRange } from '../../../shared/transcript/moment.ts'
import type { Room } from '../room.ts'
import { ticketFor } from '../ticket.ts'
import type { Self } from './self.ts'

const TIME_HELP = 'time has an offset from UTC, such as -3, and seconds.'

export function linkTranscript(
  self: Self,
  { from, to, time = '', format }: TranscriptRequest,
  room: Room,
): void {
  const { rooms, reader, id } = self
  if (id === undefined) return
  const now = rooms.clock.now()
  const times = time === '' ? {} : parseTimes(time)
  const read = times && parseRange({ from, to }, { now, offset: times.offset })
  if (!read?.ok) {
    self.refuse({ code: 'bad_message', message: read?.fault ?? TIME_HELP })
    return
  }
  const granted = {
    room: room.label,
    from: textOf(read.range.from),
    to: textOf(read.range.to),
  }
  const until = now + LINK_SECONDS * 1000
  const ticket = ticketFor(id, granted, until, rooms.store.secret)
  const query = { ...granted, time: time === '' ? undefined : time, format, ticket }
  const path = `api/transcript?${queryOf(query)}`
  const { page } = reader
  const url = page === undefined ? path : new URL(path, page.replace(/\/?$/, '/')).href
  self.reply(room.labelled({ type: 'transcript', url, until: new Date(until).toISOString() }), room)
}

function textOf(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString()
}

/** Without the fields that are undefined. Colons are valid in a query, and easier to read. */
function queryOf(fields: Record<string, string | undefined>): string {
  const given = Object.entries(fields).filter(
    (field): field is [string, string] => field[1] !== undefined,
  )
  return new URLSearchParams(given).toString().replaceAll('%3A', ':')
}
