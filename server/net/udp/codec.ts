/**
 * The codec of a member by UDP: that of its dialect, but each unit is a datagram. Pure, except that it
 * asks whether an error may be sent now.
 *
 * MUST make each message one unit of at most DATAGRAM_BYTES, cut between characters. Only a reply of
 * many lines has several units.
 */
import type { BlockState } from '../../../shared/dialect/block.ts'
import type {
  Codec,
  Decoded,
  Dialect,
  Encoding,
  Outgoing,
  Unit,
} from '../../../shared/dialect/dialect.ts'
import type { LineStyle } from '../../../shared/dialect/style.ts'
import { type ErrorCode, errors } from '../../../shared/errors.ts'
import { utf8Length } from '../../../shared/text.ts'
import { DATAGRAM_BYTES, fitted, inOneUnit, packed } from './fitting.ts'

/** `sender`: id of the person whose event it is. The sender receives it, too, unless it is the first. */
export type DatagramUnit = Unit & { sender?: string }

type Split = (message: Outgoing, encode: Encoding['encode']) => Unit[]

/** `mayComplain`: whether an error may be sent now. It is asked once for each. */
export function datagramDialect(dialect: Dialect, mayComplain: () => boolean): Dialect {
  const split = dialect.name === 'json' ? jsonDatagrams : lineDatagrams
  return {
    ...dialect,
    open: (columns) => new DatagramCodec(dialect.open(columns), split, mayComplain),
  }
}

class DatagramCodec implements Codec {
  readonly #codec: Codec
  readonly #split: Split
  readonly #mayComplain: () => boolean

  constructor(codec: Codec, split: Split, mayComplain: () => boolean) {
    this.#codec = codec
    this.#split = split
    this.#mayComplain = mayComplain
  }

  decode(unit: string): Decoded {
    return this.#codec.decode(unit)
  }

  end(): Decoded {
    return this.#codec.end?.() ?? { type: 'nothing' }
  }

  get gathers(): boolean {
    return this.#codec.gathers === true
  }

  get block(): BlockState | undefined {
    return this.#codec.block
  }

  goOn(block: BlockState): void {
    this.#codec.goOn?.(block)
  }

  encode(message: Outgoing): Unit[] {
    // The reason why the member leaves is the last that it receives.
    const isLast = message.type === 'error' && errors[message.code as ErrorCode].close !== null
    if (message.type === 'error' && !this.#mayComplain() && !isLast) return []
    return this.#split(message, (one) => this.#codec.encode(one))
  }

  get broadcast(): Encoding {
    return broadcastOf(this.#codec.broadcast, this.#split)
  }

  get style(): LineStyle | undefined {
    return this.#codec.style
  }

  restyle(change: Partial<LineStyle>): void {
    this.#codec.restyle(change)
  }
}

/** One for each encoding in use, so that all members share what is encoded. */
const broadcasts = new WeakMap<Encoding, Encoding>()

function broadcastOf(encoding: Encoding, split: Split): Encoding {
  const known = broadcasts.get(encoding)
  if (known !== undefined) return known
  const { skipsOwn } = encoding
  const encode = (message: Outgoing): Unit[] => split(message, encoding.encode)
  const made: Encoding = { skipsOwn, isCommon: false, encode }
  broadcasts.set(encoding, made)
  return made
}

const lineDatagrams: Split = (message, encode) => {
  switch (message.type) {
    case 'events':
    case 'direct':
      return message.events.flatMap((event): DatagramUnit[] => {
        // Without `own`, for which the sender would not receive it.
        return inOneUnit(encode({ ...message, events: [event] })).map(({ own: _, ...unit }) => {
          return { ...unit, sender: event.from.id }
        })
      })
    case 'presence':
      return encode(message).flatMap((unit) => inOneUnit([unit]))
    default:
      return packed(encode(message))
  }
}

const jsonDatagrams: Split = (message, encode) =>
  oneByOne(message).flatMap((one) => {
    const units = encode(one)
    return units.every(fits) ? units : encode(fitted(one)).filter(fits)
  })

/** Whether the unit and its LF fit into a datagram. */
function fits({ text }: Unit): boolean {
  return utf8Length(text) < DATAGRAM_BYTES
}

/** A list of events as messages with one event each. */
function oneByOne(message: Outgoing): Outgoing[] {
  switch (message.type) {
    case 'events':
    case 'direct':
    case 'history':
    case 'found': {
      const { events } = message
      return events.length < 2
        ? [message]
        : events.map((event) => ({ ...message, events: [event] }))
    }
    default:
      return [message]
  }
}

/** Each unit as the bytes of its datagram, which end with LF, made once for all members. */
export const datagrams = (units: readonly Unit[]): Buffer[] =>
  units.map(({ text }) => Buffer.from(`${text}\n`))
