/**
 * A ladder: what was heard at a connection → rungs, each with its bytes and with the messages that it
 * became. Pure: the caller has the socket and the clock.
 *
 * MUST hide what is secret also before its message is complete.
 */
import { type Diagnosis, diagnoses } from '../../shared/diagnoses.ts'
import type { Decoded, Unit } from '../../shared/dialect/dialect.ts'
import {
  type Bytes,
  MASK,
  type MessageEnd,
  type Range,
  RUNG_BYTES,
  type Rung,
} from '../../shared/wire.ts'
import type { Heard } from './carrier.ts'
import { Examiner } from './diagnosis.ts'
import { type Dissector, Frames, Telnet } from './frames.ts'
import type { Segment } from './pcap.ts'
import { hiddenIn, hiddenInUnit } from './secret.ts'
import { type Found, MOST_WAITING, type Place, Stream } from './stream.ts'

/** `at`: ms since 1970. */
export type Seen = { at: number } & (
  | Exclude<Heard, { type: 'read' | 'write' }>
  | { type: 'write'; bytes: Buffer }
  /** `isOutside`: the client is no member yet, so its bytes may be the room code. */
  | { type: 'read'; bytes: Buffer; isOutside: boolean }
  | { type: 'message'; text: string; decoded: Decoded; isOutside: boolean }
  | { type: 'units'; units: readonly Unit[] }
  /** What came before was forgotten: the units of the next writes may be, too. */
  | { type: 'gap' }
)

/** How bytes come: a byte stream, one with the frames of a WebSocket, or datagrams. */
export type Carriage = 'stream' | 'frames' | 'datagrams'

/** Rungs of a ladder, and their bytes; the oldest fall off. */
const MOST_BYTES = 524_288
/** A message without a line end that is taken later than this, in ms, was ended by a pause. */
const PAUSE_MS = 20
/** At the beginning of a line that waits: a command or an object, which may be secret. */
const SECRET_STARTS = [0x2f, 0x7b]
const START_BYTES = 24
/** Bytes after which a unit that was not found in what was written is no longer looked for. */
const SLACK = 256
/** Units that wait after a gap. The oldest of more was never written. */
const MOST_AFTER_GAP = 100
/** Units that were not found in what was written. The oldest are forgotten. */
const MOST_UNITS = 10_000

/** `hidden`: ranges of `bytes`. `veil`: the same, only while it is not known what they are. */
type Kept = { rung: Rung; version: number; bytes: Buffer; hidden: Range[]; veil: Range[] }

type Direction = { stream: Stream; dissector: Dissector; waiting: ReadonlySet<number> }

export class Ladder {
  /** Of the latest change. */
  version = 0
  readonly #most: number
  readonly #carriage: Carriage
  readonly #in: Direction
  readonly #out: Direction
  readonly #rungs = new Map<number, Kept>()
  #bytes = 0
  #count = 0
  /** Units that are on their way, and were not found in a write yet. */
  #units: Unit[] = []
  /** Whether units are missing that may be in what is written: it is hidden until one is found. */
  #isAfterGap = false
  /** Whether the beginning of the message under way was forgotten, which may be secret. */
  #isReadingAfterGap = false
  /** Whether the latest message was secret and may have been cut: its rest comes before the next one. */
  #isCutInSecret = false
  /** Bytes of whole lines, of the first that wait, that are known to begin nothing secret. */
  #plainBytes = 0
  readonly #examiner = new Examiner()
  /** Of the latest read. */
  #readAt = 0

  /** `most`: rungs that it keeps. */
  constructor(carriage: Carriage, most: number) {
    this.#carriage = carriage
    this.#most = most
    const direction = (): Direction => ({
      stream: new Stream(),
      dissector: DISSECTORS[carriage](),
      waiting: new Set(),
    })
    this.#in = direction()
    this.#out = direction()
  }

  take(seen: Seen): void {
    switch (seen.type) {
      case 'read':
        this.#readAt = seen.at
        this.#addBytes(seen.at, 'read', seen.bytes, this.#in)
        this.#wait(this.#in, seen.isOutside || this.#mayWaitInSecret)
        return
      case 'write':
        this.#addBytes(seen.at, 'write', seen.bytes, this.#out)
        if (this.#carriage === 'datagrams') this.#findUnitsOfDatagram()
        else this.#findUnits()
        return
      case 'units':
        this.#addUnits(seen.units)
        return
      case 'message':
        this.#addMessage(seen)
        return
      case 'gap':
        this.#isAfterGap = true
        this.#isReadingAfterGap = true
        return
      default:
        this.#addEvent(seen.at, seen)
    }
  }

  /** The rungs that are new or have changed since a version. */
  since(version: number): Rung[] {
    const changed: Rung[] = []
    for (const kept of this.#rungs.values()) if (kept.version > version) changed.push(told(kept))
    return changed
  }

  /** What is kept as segments, with the secrets hidden. */
  segments(): Segment[] {
    return [...this.#rungs.values()].flatMap((kept): Segment | Segment[] => {
      const { rung } = kept
      if (rung.type === 'message') return []
      if (rung.type !== 'event') {
        return {
          at: rung.at,
          from: rung.type === 'read' ? 'client' : 'server',
          payload: masked(kept),
        }
      }
      const end = ENDS[rung.what]
      return end === undefined ? [] : { at: rung.at, payload: kept.bytes, ...end }
    })
  }

  #addBytes(
    at: number,
    type: Bytes['type'],
    chunk: Buffer,
    { stream, dissector }: Direction,
  ): void {
    const { bytes, others, parts } = dissector.take(chunk)
    const isText = others.at(-1)?.[1] !== bytes.length
    const cut = this.#carriage === 'stream' && isText && endsInCharacter(bytes)
    const rung: Rung = {
      n: 0,
      at,
      type,
      size: bytes.length,
      bytes: '',
      ...(parts.length > 0 && { parts }),
      ...(cut && { cut }),
    }
    const { n } = this.#add(rung, bytes)
    const dropped = stream.add(n, bytes, others)
    this.#hide(dropped)
    // The beginning of the message under way is not looked at any more.
    if (type === 'read' && dropped.length > 0) {
      this.#isReadingAfterGap = true
      this.#plainBytes = 0
    }
    if (type === 'read') this.#examiner.read(n, at, bytes)
    else this.#diagnose(at, this.#examiner.written(at, bytes.length))
  }

  #add(rung: Rung, bytes: Buffer): Rung {
    this.#count += 1
    this.version += 1
    rung.n = this.#count
    this.#rungs.set(rung.n, { rung, version: this.version, bytes, hidden: [], veil: [] })
    this.#bytes += bytes.length
    for (const [n, old] of this.#rungs) {
      if (this.#rungs.size <= this.#most && this.#bytes <= MOST_BYTES) break
      if (n === rung.n) break
      this.#rungs.delete(n)
      this.#bytes -= old.bytes.length
    }
    return rung
  }

  #addMessage({ at, text, decoded, isOutside }: Extract<Seen, { type: 'message' }>): void {
    const hide = hiddenIn(text, decoded, isOutside)
    const isAfterCut = this.#isCutInSecret || this.#isReadingAfterGap
    const { stream } = this.#in
    const waited = stream.size
    const found = stream.take(text, hide, isAfterCut)
    const isLine = found.isExact && found.end !== undefined
    this.#plainBytes = isLine ? Math.max(0, this.#plainBytes - (waited - stream.size)) : 0
    // What comes before it was dropped, as a datagram, or belongs to a message that was forgotten or cut.
    const isRest = this.#isCutInSecret || secretStartIn(found.before) !== undefined
    if (this.#carriage === 'datagrams' || this.#isReadingAfterGap || isRest) {
      this.#hide(found.isExact ? found.placesBefore : found.places)
    }
    if (found.isExact) this.#isReadingAfterGap = false
    // Only a line can be cut. One in another encoding is not found, so it may have been.
    this.#isCutInSecret = this.#carriage === 'stream' && hide.length > 0 && found.end === undefined
    this.#hide(found.hidden)
    const from = [...new Set(found.places.map(({ n }) => n))]
    const end = this.#endOf(found, at)
    this.#add(
      { n: 0, at, type: 'message', text: maskedText(text, hide), from, end },
      Buffer.alloc(0),
    )
    this.#diagnose(at, this.#examiner.message({ text, found, end }))
    this.#wait(this.#in, isOutside || this.#mayWaitInSecret)
  }

  /** The server has written something that the client does not take. */
  notTaken(at: number): void {
    this.#diagnose(at, this.#examiner.unread())
  }

  #diagnose(at: number, code: Diagnosis | undefined): void {
    if (code === undefined || this.#carriage !== 'stream') return
    const { text } = diagnoses[code]
    this.#add({ n: 0, at, type: 'event', what: 'diagnosis', text, code }, Buffer.alloc(0))
  }

  #endOf({ end }: Found, at: number): MessageEnd {
    if (this.#carriage === 'frames') return 'frame'
    if (this.#carriage === 'datagrams') return end ?? 'datagram'
    return end ?? (at - this.#readAt > PAUSE_MS ? 'pause' : 'end')
  }

  #addEvent(
    at: number,
    seen: Exclude<Seen, { type: 'read' | 'write' | 'units' | 'message' | 'gap' }>,
  ): void {
    const text =
      seen.type === 'reset'
        ? resetText(seen.code)
        : seen.type === 'fault'
          ? seen.text
          : TEXTS[seen.type]
    this.#add({ n: 0, at, type: 'event', what: seen.type, text }, Buffer.alloc(0))
    if (seen.type === 'reset') this.#diagnose(at, this.#examiner.reset())
    if (seen.type === 'client ended') this.#diagnose(at, this.#examiner.ended(at))
  }

  #addUnits(units: readonly Unit[]): void {
    this.#units.push(...units)
    if (this.#units.length <= MOST_UNITS) return
    this.#units.splice(0, this.#units.length - MOST_UNITS)
    this.#isAfterGap = true
  }

  /** Finds the units that were written since. */
  #findUnits(): void {
    const { stream } = this.#out
    let count = 0
    for (const { text, secret } of this.#units) {
      const left = this.#units.length - count
      const n = secret || this.#isAfterGap ? undefined : stream.takeFirst(text)
      if (n !== undefined) this.#countMessage(n)
      else if (!this.#findUnit(text, secret === true, left)) break
      count += 1
    }
    this.#units.splice(0, count)
    this.#wait(this.#out, this.#mayWriteSecret)
  }

  /** Finds a unit anywhere in what was written. False if it may still come. `left`: how many units wait. */
  #findUnit(text: string, isSecret: boolean, left: number): boolean {
    const { stream } = this.#out
    if (this.#isAfterGap) {
      const before = stream.skipTo(text)
      // What comes now belongs to units that were forgotten.
      if (before === undefined) return left > MOST_AFTER_GAP
      this.#hide(before)
      this.#isAfterGap = false
    }
    if (!stream.has(text)) {
      // A longer one may never be here as a whole, because the stream drops whole pieces.
      const size = Buffer.byteLength(text) + SLACK
      if (!stream.isFull && stream.size < Math.min(size, MOST_WAITING / 2)) return false
      // In another form: it can be in all that was written, and go on.
      if (isSecret) {
        this.#hide(stream.waiting.places)
        this.#isAfterGap = true
      }
      if (size > MOST_WAITING / 2) stream.clear()
      return true
    }
    const { places, hidden } = stream.take(text, isSecret ? hiddenInUnit(text) : [])
    this.#hide(hidden)
    this.#countMessage(places[0]?.n)
    return true
  }

  /**
   * Finds the units of the datagram that was written last. They may be in another order, and some are never
   * written. If something else is in it, all of it is hidden.
   */
  #findUnitsOfDatagram(): void {
    const { stream } = this.#out
    const { places } = stream.waiting
    for (;;) {
      const { bytes } = stream.waiting
      const at = this.#units.findIndex(({ text }) => bytes.indexOf(`${text}\n`) === 0)
      const [unit] = at === -1 ? [] : this.#units.splice(at, 1)
      if (unit === undefined) break
      const { text, secret } = unit
      const found = stream.take(text, secret ? hiddenInUnit(text) : [])
      this.#hide(found.hidden)
      this.#countMessage(places[0]?.n)
    }
    if (stream.size > 0) this.#hide(places)
    stream.clear()
  }

  #countMessage(n: number | undefined): void {
    const kept = n === undefined ? undefined : this.#rungs.get(n)
    if (kept?.rung.type !== 'write') return
    kept.rung.messages = (kept.rung.messages ?? 0) + 1
    this.#touch(kept)
  }

  /** Notes which bytes wait for the rest of their message. `secret`: whether they are hidden. */
  #wait(direction: Direction, secret: boolean): void {
    const { bytes, places } = direction.stream.waiting
    const isText = bytes.some((byte) => byte !== 0xff)
    const ranges = new Map<number, Range[]>()
    for (const { n, range } of places) ranges.set(n, [...(ranges.get(n) ?? []), range])
    const now = new Set(isText ? ranges.keys() : [])
    const mayWait = direction === this.#in && this.#carriage !== 'datagrams'
    for (const n of new Set([...direction.waiting, ...now])) {
      const kept = this.#rungs.get(n)
      if (kept === undefined || !('size' in kept.rung)) continue
      const veil = (secret && ranges.get(n)) || []
      const changes = mayWait && (kept.rung.waits === true) !== now.has(n)
      if (!changes && areSame(kept.veil, veil)) continue
      if (changes && now.has(n)) kept.rung.waits = true
      else if (changes) delete kept.rung.waits
      kept.veil = veil
      this.#touch(kept)
    }
    direction.waiting = now
  }

  /** Whether bytes that were written and belong to no unit may be secret. */
  get #mayWriteSecret(): boolean {
    return this.#isAfterGap || this.#units.some(({ secret }) => secret)
  }

  /** Whether what waits may be a command or an object with a secret. */
  get #mayWaitInSecret(): boolean {
    const { bytes } = this.#in.stream.waiting
    // A datagram may be dropped, or be an echo of what the server has sent.
    if (this.#carriage === 'datagrams') return bytes.length > 0
    if (this.#isReadingAfterGap || this.#isCutInSecret) return true
    const at = secretStartIn(bytes, this.#plainBytes)
    this.#plainBytes = lineStart(bytes, at ?? bytes.length)
    return at !== undefined
  }

  #hide(places: readonly Place[]): void {
    for (const { n, range } of places) {
      const kept = this.#rungs.get(n)
      if (kept === undefined) continue
      kept.hidden.push(range)
      this.#touch(kept)
    }
  }

  #touch(kept: Kept): void {
    this.version += 1
    kept.version = this.version
  }
}

const DISSECTORS: Record<Carriage, () => Dissector> = {
  stream: () => new Telnet(),
  frames: () => new Frames(),
  datagrams: () => ({ take: (bytes) => ({ bytes, others: [], parts: [] }) }),
}

const TEXTS = {
  'client ended': 'FIN from the client: it sends nothing more',
  'server ended': 'FIN from the server: it sends nothing more',
  closed: 'closed',
} as const

const ENDS: Record<string, Pick<Segment, 'from' | 'flags'>> = {
  'client ended': { from: 'client', flags: 'fin' },
  'server ended': { from: 'server', flags: 'fin' },
  reset: { from: 'client', flags: 'rst' },
}

function resetText(code: string): string {
  return code === 'ECONNRESET' ? 'RST from the client' : `broken: ${code}`
}

function told({ rung, bytes, hidden, veil }: Kept): Rung {
  if (!('size' in rung)) return rung
  const all = hidden.concat(veil)
  const shown = masked({ bytes, hidden, veil }).subarray(0, RUNG_BYTES)
  return { ...rung, bytes: shown.toString('base64'), ...(all.length > 0 && { hidden: all }) }
}

function masked({ bytes, hidden, veil }: Pick<Kept, 'bytes' | 'hidden' | 'veil'>): Buffer {
  if (hidden.length === 0 && veil.length === 0) return bytes
  const copy = Buffer.from(bytes)
  for (const [from, to] of [...hidden, ...veil]) copy.fill(MASK, from, to)
  return copy
}

function areSame(some: readonly Range[], others: readonly Range[]): boolean {
  return (
    some.length === others.length &&
    some.every(([from, to], at) => from === others[at]?.[0] && to === others[at]?.[1])
  )
}

function maskedText(text: string, hide: readonly Range[]): string {
  return hide.reduce((shown, [from, to]) => {
    return shown.slice(0, from) + '*'.repeat(to - from) + shown.slice(to)
  }, text)
}

/** Where a line has the beginning of a command or an object among its first START_BYTES. `from`: of a line. */
function secretStartIn(bytes: Buffer, from = 0): number | undefined {
  let count = 0
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at] as number
    if (isLineEnd(byte)) count = 0
    else if (count < START_BYTES && SECRET_STARTS.includes(byte)) return at
    // Telnet commands, headers of frames and spaces come before a text.
    else if (byte !== 0xff && byte !== 0x20) count += 1
  }
  return undefined
}

/** LF, CR or NUL. */
function isLineEnd(byte: number): boolean {
  return byte === 10 || byte === 13 || byte === 0
}

/** The beginning of the line in which a byte is. */
function lineStart(bytes: Buffer, at: number): number {
  let start = at
  while (start > 0 && !isLineEnd(bytes[start - 1] as number)) start -= 1
  return start
}

/** Whether the last character of UTF-8 text is incomplete. */
function endsInCharacter(bytes: Buffer): boolean {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number
    if (byte < 0x80) return false
    if (byte < 0xc0) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1
    return length > back
  }
  return false
}
