/**
 * `GET /api/transcript`: what was said in a room, or in a part of its time, as a file.
 *
 * MUST need the same rights as reading the room. MUST have one page in memory at a time, and what the
 * client has not taken yet. MUST release the room exactly once.
 */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { dayOf } from '../../../shared/dialect/stamp.ts'
import { parseTimes, type Times } from '../../../shared/dialect/style.ts'
import type { Fault } from '../../../shared/errors.ts'
import { transcriptFields } from '../../../shared/requests.ts'
import { FORMATS, type TranscriptFormat } from '../../../shared/transcript/format.ts'
import { isWithin, parseRange, type Range } from '../../../shared/transcript/moment.ts'
import { type Transcript, transcriptOf } from '../../../shared/transcript/transcript.ts'
import type { RoomLog } from '../../room/log.ts'
import type { Room } from '../../room/room.ts'
import type { Rooms } from '../../room/rooms.ts'
import { holderOf } from '../../room/ticket.ts'
import { Quota, type QuotaLimits } from '../quota.ts'
import { needsCode } from './door.ts'
import type { Paced } from './paced.ts'
import { refuse } from './status.ts'

const Query = Type.Object(
  {
    ...transcriptFields,
    room: Type.Optional(Type.String()),
    ticket: Type.Optional(Type.String({ maxLength: 128 })),
  },
  { additionalProperties: false },
)
type Query = Static<typeof Query>
const isQuery = Compile(Query)
const USAGE = `Send room (a name), from and to (times), time (an offset from UTC, and seconds) and format (${FORMATS.join(', ')}), each once.`
const EXPIRED = 'This link has expired. Send /transcript again.'

/** Events in a page. */
const PAGE_EVENTS = 200
/** Transcripts that are being sent: each has some hundred kilobytes in memory. */
const SENDING: QuotaLimits = { total: 16, ofNetwork: 4 }
/** Time in which a client must take a page, in ms. */
const PAGE_MS = 60_000
const RETRY_SECONDS = 5
/**
 * How far, in ms, the time of an event may be before that of the event before it, because the clock of
 * the server was set back: the events of one more minute are read on both sides.
 */
const STEP_MS = 60_000

const TYPES: Record<TranscriptFormat, { type: string; extension: string; shows: boolean }> = {
  text: { type: 'text/plain', extension: 'txt', shows: true },
  markdown: { type: 'text/markdown', extension: 'md', shows: false },
  ndjson: { type: 'application/x-ndjson', extension: 'ndjson', shows: false },
}

type Wanted = { range: Range; times: Times; format: TranscriptFormat }

export function transcriptRoute(
  app: FastifyInstance,
  { rooms, paced }: { rooms: Rooms; paced: Paced },
): void {
  const sending = new Quota(SENDING)
  const options = {
    // The response to HEAD would be made, too.
    exposeHeadRoute: false,
    onRequest: [refuseExpired, needsCode(rooms, false, holderIn)],
  }

  /** Returns `text`, `markdown` or `ndjson`, as it is made. */
  app.get('/api/transcript', options, async (request, reply) => {
    const { query } = request
    if (!isQuery.Check(query)) return refuse(reply, { code: 'bad_message', message: USAGE }, rooms)
    const wanted = wantedBy(query, rooms.clock.now())
    if ('code' in wanted) return refuse(reply, wanted, rooms)
    const giveBack = sending.take(request.ip)
    if (giveBack === undefined) {
      return refuse(reply.header('Retry-After', RETRY_SECONDS), { code: 'too_fast' }, rooms)
    }
    const held = await rooms.find(query.room)
    if (!held.ok) {
      giveBack()
      return refuse(reply, held.fault, rooms)
    }
    const { room } = held
    const release = (): void => {
      room.release()
      giveBack()
    }
    try {
      const first = await firstAt(room, wanted.range, paced)
      return send(request, reply, room, wanted, first, release)
    } catch {
      release()
      return refuse(reply, { code: 'history_unavailable' }, rooms)
    }
  })

  function holderIn({ query }: FastifyRequest): string | undefined {
    const { ticket, room, from, to } = query as Query
    // Before the query is checked: a name may be there twice.
    if (typeof ticket !== 'string' || Array.isArray(room)) return undefined
    return holderOf(ticket, { room, from, to }, rooms.clock.now(), rooms.store.secret)
  }

  /** Otherwise a person would be asked for the code, whose link should have gone without it. */
  async function refuseExpired(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { ticket } = request.query as Query
    if (ticket === undefined || holderIn(request) !== undefined) return
    await refuse(reply, { code: 'code_wrong', message: EXPIRED }, rooms)
  }

  /** Calls `release` when the response was sent whole, or its connection is closed. */
  function send(
    { raw: { socket } }: FastifyRequest,
    reply: FastifyReply,
    room: Room,
    wanted: Wanted,
    first: number,
    release: () => void,
  ): FastifyReply {
    if (socket.destroyed) {
      release()
      return reply.hijack()
    }
    const wait = () => rooms.clock.after(PAGE_MS, () => socket.destroy())
    let cancel = wait()
    reply.raw.once('close', () => {
      cancel()
      release()
    })
    const onPage = (): void => {
      cancel()
      cancel = wait()
    }
    const subject = { name: room.about.name, room: room.label, direct: undefined }
    const transcript = transcriptOf(subject, { ...wanted, isOneOfSeveral: false })
    const pages = pagesOf(room, wanted.range, first, { transcript, paced, onPage })
    const { type, extension, shows } = TYPES[wanted.format]
    const day = dayOf(new Date(wanted.range.from ?? rooms.clock.now()).toISOString(), wanted.times)
    const name = `${room.about.name}-${day}.${extension}`
    return reply
      .type(`${type}; charset=utf-8`)
      .header('Content-Disposition', `${shows ? 'inline' : 'attachment'}; ${fileName(name)}`)
      .send(Readable.from(pages, { objectMode: false }))
  }
}

function wantedBy({ from, to, time, format = 'text' }: Query, now: number): Wanted | Fault {
  const given = time === undefined ? {} : parseTimes(time)
  if (given === undefined) return { code: 'bad_message', message: USAGE }
  const times = { offset: undefined, seconds: false, ...given }
  const read = parseRange({ from, to }, { now, offset: times.offset })
  if (!read.ok) return { code: 'bad_message', message: read.fault }
  return { range: read.range, times, format }
}

/** The seq from which on the events of the range are found. */
async function firstAt({ log, feed }: Room, { from }: Range, paced: Paced): Promise<number> {
  let [low, high] = [log.first(), feed.seq + 1]
  if (from === undefined) return low
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const at = await paced.make(() => timeAt(log, middle))
    if (at !== undefined && at < from - STEP_MS) low = middle + 1
    else high = middle
  }
  return low
}

/** The time of an event, in ms since the Unix epoch; undefined if it is not kept any more. */
async function timeAt(log: RoomLog, seq: number): Promise<number | undefined> {
  const [event] = await log.read(seq, 1)
  return event === undefined ? undefined : Date.parse(event.at)
}

/** `onPage`: called when the client has taken the page before. */
async function* pagesOf(
  { log, feed }: Room,
  range: Range,
  first: number,
  { transcript, paced, onPage }: { transcript: Transcript; paced: Paced; onPage: () => void },
): AsyncGenerator<string> {
  if (transcript.title !== '') yield transcript.title
  // What is said from now on is left out, so that the transcript ends.
  const head = feed.seq
  for (let next = first; next <= head; ) {
    onPage()
    const limit = Math.min(PAGE_EVENTS, head - next + 1)
    const found = await paced.make(() => log.read(next, limit))
    const last = found.at(-1)
    if (last === undefined) return
    next = last.seq + 1
    const events = feed.current(found).filter(({ at }) => isWithin(Date.parse(at), range))
    if (events.length > 0) yield transcript.write(events)
    if (Date.parse(last.at) >= (range.to ?? Infinity) + STEP_MS) return
  }
}

/** RFC 6266: the name for clients that know it as UTF-8, and one in ASCII. */
function fileName(name: string): string {
  const ascii = name.replace(/[^\w.-]/g, '_')
  return `filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, escape)}`
}
