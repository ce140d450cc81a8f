/**
 * The feed: what the room has told everybody lately, as segments in a ring. A
 * reader is a position in it. Each segment is encoded once per dialect, however
 * many read it.
 *
 * MUST stay within its bytes; what falls out is read from the log again.
 */
import type { Dialect, Unit } from '../../shared/dialect/dialect.ts'
import type { ServerMessage } from '../../shared/protocol.ts'
import { textFrames } from '../../shared/wire/frame.ts'

/**
 * Styles of lines for which a segment keeps its bytes, so many that a room has fewer; for
 * readers in others it is encoded each time. JSON is always kept.
 */
const KEPT_STYLES = 32
/** Bytes for a UTF-16 unit of what is encoded: the text itself, and what is sent. */
const ENCODED_BYTES = 5

/** One message to everybody. */
export class Segment {
  readonly message: ServerMessage
  /** seq of the last event in it; that of the segment before where it has none. */
  readonly lastSeq: number
  /** Bytes it holds on to, roughly: its message, and what was encoded of it. */
  cost: number
  readonly #encoded = new Map<Dialect, Encoded>()
  readonly #onGrown: (bytes: number) => void

  /** `onGrown`: told of the bytes by which its cost has grown. */
  constructor(message: ServerMessage, lastSeq: number, onGrown: (bytes: number) => void) {
    this.message = message
    this.lastSeq = lastSeq
    this.cost = costOf(message)
    this.#onGrown = onGrown
  }

  encoded(dialect: Dialect): Encoded {
    const kept = this.#encoded.get(dialect)
    if (kept !== undefined) return kept
    const encoded = new Encoded(dialect.encode(this.message))
    if (dialect.name === 'json' || this.#encoded.size < KEPT_STYLES) {
      this.#encoded.set(dialect, encoded)
      const bytes = encoded.size * ENCODED_BYTES
      this.cost += bytes
      this.#onGrown(bytes)
    }
    return encoded
  }
}

/** A message in one dialect: its units, and each form in which transports send them. */
export class Encoded {
  readonly units: readonly Unit[]
  /** About how many bytes it is on the wire: its UTF-16 units. */
  readonly size: number
  readonly #owners: ReadonlySet<string>
  #lines: Buffer | undefined
  #telnetLines: Buffer | undefined
  #frames: Buffer | undefined

  constructor(units: readonly Unit[]) {
    this.units = units
    const owners = new Set<string>()
    let size = 0
    for (const { text, own } of units) {
      size += text.length
      if (own !== undefined) owners.add(own)
    }
    this.size = size
    this.#owners = owners
  }

  hasUnitsOf(id: string): boolean {
    return this.#owners.has(id)
  }

  /** The same without the units that are `id`'s own. */
  without(id: string): Encoded {
    if (!this.hasUnitsOf(id)) return this
    return new Encoded(this.units.filter(({ own }) => own !== id))
  }

  /** Each unit and an LF, in one buffer: for a byte stream. */
  get lines(): Buffer {
    this.#lines ??= Buffer.from(this.units.map(({ text }) => `${text}\n`).join(''))
    return this.#lines
  }

  /** The same with CR LF, which a telnet client needs; UTF-8 has no byte that telnet escapes. */
  get telnetLines(): Buffer {
    this.#telnetLines ??= Buffer.from(this.units.map(({ text }) => `${text}\r\n`).join(''))
    return this.#telnetLines
  }

  /** A WebSocket frame for each unit, in one buffer. */
  get frames(): Buffer {
    this.#frames ??= Buffer.from(textFrames(this.units.map(({ text }) => Buffer.from(text))).buffer)
    return this.#frames
  }
}

/** A batch as one buffer; what is one segment is not copied. */
export function joined(
  batch: readonly Encoded[],
  form: 'lines' | 'telnetLines' | 'frames',
): Buffer {
  const [only] = batch
  return only !== undefined && batch.length === 1
    ? only[form]
    : Buffer.concat(batch.map((encoded) => encoded[form]))
}

function costOf(message: ServerMessage): number {
  if (message.type === 'events') {
    return message.events.reduce((sum, { text }) => sum + 400 + text.length * 2, 256)
  }
  if (message.type !== 'presence') return 1024
  const { joined, left, renamed, members = [] } = message
  return 256 + 200 * (joined.length + left.length + renamed.length + members.length)
}

export class Feed {
  readonly #maxBytes: number
  #ring: Segment[] = []
  /** Position of the oldest segment in the ring. */
  #tail = 0
  #bytes = 0
  #seq: number
  /** lastSeq of the segment that fell out last. */
  #trimmedSeq: number

  /** `seq`: head of the log when the feed begins. */
  constructor(maxBytes: number, seq: number) {
    this.#maxBytes = maxBytes
    this.#seq = seq
    this.#trimmedSeq = seq
  }

  /** Position that the next segment will have. */
  get head(): number {
    return this.#tail + this.#ring.length
  }

  get tail(): number {
    return this.#tail
  }

  /** seq of the latest event that was told. */
  get seq(): number {
    return this.#seq
  }

  /** Every event up to this seq has fallen out of the ring; every later one is in it. */
  get trimmedSeq(): number {
    return this.#trimmedSeq
  }

  add(message: ServerMessage): void {
    if (message.type === 'events') this.#seq = message.events.at(-1)?.seq ?? this.#seq
    const segment = new Segment(message, this.#seq, (bytes) => this.#grow(bytes))
    this.#ring.push(segment)
    this.#grow(segment.cost)
  }

  #grow(bytes: number): void {
    this.#bytes += bytes
    while (this.#bytes > this.#maxBytes && this.#ring.length > 1) {
      const gone = this.#ring.shift() as Segment
      this.#bytes -= gone.cost
      this.#trimmedSeq = gone.lastSeq
      this.#tail += 1
    }
  }

  /** The segment at a position from tail to head; undefined at the head. */
  at(position: number): Segment | undefined {
    return this.#ring[position - this.#tail]
  }
}
