/**
 * Finds the frequent mistakes of a program in what was heard of its connection. Pure. Each mistake is
 * found once for each connection.
 *
 * A pipe or a person who pastes makes some of them, too, so the sentences say what has come.
 */
import type { Diagnosis } from '../../shared/diagnoses.ts'
import type { MessageEnd } from '../../shared/wire.ts'
import type { Found } from './stream.ts'

const NOTHING: Buffer = Buffer.alloc(0)
/** One recv of many programs takes so many bytes. */
const ONE_RECV = 1024
/** Buffers of stdio, Python and Java have a multiple of so many bytes. */
const BUFFER_BYTES = 4096
/** Messages that come together although there was time to send each alone. */
const TOGETHER = 3
/** Time, in ms, that shows that there was time. */
const QUIET_MS = 1500
/** Bytes at the beginning of a message by which it is recognised inside another. */
const BEGINNING = 6
/** `Client1: `, which many programs send before each text. */
const LABEL = /^[^:>]{2,40}[:>] /

export type Message = { text: string; found: Found; end: MessageEnd }

export class Examiner {
  readonly #found = new Set<Diagnosis>()
  /** The latest read, and how many messages it has completed. */
  #read = { n: 0, bytes: NOTHING, messages: 0, isBuffer: false }
  #reads = 0
  /** Times of the first write and of the first read. */
  #greetedAt: number | undefined
  #beganAt: number | undefined
  #endsLines = false
  /** The beginning of the first message. */
  #beginning: string | undefined
  /** What the first message has before its text; '' if nothing. */
  #label: string | undefined

  read(n: number, at: number, bytes: Buffer): void {
    this.#beganAt ??= at
    this.#reads += 1
    this.#read = { n, bytes, messages: 0, isBuffer: isFullBuffer(bytes) }
  }

  message({ text, found, end }: Message): Diagnosis | undefined {
    const { places, isExact, before } = found
    if (places.at(-1)?.n === this.#read.n) this.#read.messages += 1
    if (end === 'LF' || end === 'CR LF') this.#endsLines = true
    if (!isExact) return undefined
    const isOfSeveral = new Set(places.map(({ n }) => n)).size > 1
    const isInterrupted = (isOfSeveral && this.#isInside(text)) || this.#isDoubled(text)
    this.#beginning ??= text.slice(0, BEGINNING)
    this.#label ??= LABEL.exec(text)?.[0] ?? ''
    if (isLength(before, Buffer.byteLength(text))) return this.#once('length')
    if (end === 'NUL') return this.#once('nul')
    if (isInterrupted) return this.#once('threads')
    if (end === 'pause') return this.#once('no_line_end')
    const { messages, isBuffer } = this.#read
    if (isBuffer && messages > 0) return this.#once('flush')
    if (isOfSeveral) return this.#once('split')
    return messages === 2 ? this.#once('joined') : undefined
  }

  /** Whether the latest read began as the first message did, in the middle of this one. */
  #isInside(text: string): boolean {
    const beginning = this.#beginning ?? ''
    const isBegun = this.#read.bytes
      .subarray(0, 4 * BEGINNING)
      .toString()
      .startsWith(beginning)
    return beginning.length === BEGINNING && isBegun && text.indexOf(beginning, 1) > 0
  }

  /** Whether two threads have both sent the label before either has sent its text. */
  #isDoubled(text: string): boolean {
    const label = this.#label ?? ''
    return label !== '' && text.startsWith(label + label)
  }

  written(at: number, size: number): Diagnosis | undefined {
    this.#greetedAt ??= at
    const mayReadOnce = this.#reads > 0 && !this.#endsLines
    return mayReadOnce && size > ONE_RECV ? this.#once('large') : undefined
  }

  /** The client ends its side: all that it has sent came with it. */
  ended(at: number): Diagnosis | undefined {
    if (this.#greetedAt === undefined || this.#beganAt === undefined) return undefined
    const wasQuiet = this.#beganAt - this.#greetedAt > QUIET_MS && at - this.#beganAt < QUIET_MS
    const isTogether = this.#reads === 1 && this.#read.messages >= TOGETHER
    return wasQuiet && isTogether ? this.#once('flush') : undefined
  }

  reset(): Diagnosis | undefined {
    return this.#once('reset')
  }

  unread(): Diagnosis | undefined {
    return this.#once('unread')
  }

  #once(diagnosis: Diagnosis): Diagnosis | undefined {
    if (this.#found.has(diagnosis)) return undefined
    this.#found.add(diagnosis)
    return diagnosis
  }
}

/** Whether several lines are buffers that were full, or had no room for one line more. */
function isFullBuffer(bytes: Buffer): boolean {
  if (bytes.length < BUFFER_BYTES / 2) return false
  const lines = bytes.toString('latin1').split('\n')
  if (lines.length <= TOGETHER) return false
  const room = (BUFFER_BYTES - (bytes.length % BUFFER_BYTES)) % BUFFER_BYTES
  const buffers = Math.ceil(bytes.length / (2 * BUFFER_BYTES))
  const [line = '', rest] = lines.slice(-2)
  return room === 0 || (rest === '' && room <= buffers * line.length)
}

/** Whether the bytes are the number `size`, in 1, 2 or 4 bytes or in digits. A line end may count. */
function isLength(bytes: Buffer, size: number): boolean {
  const { length } = bytes
  const digits = bytes.toString('latin1')
  if (/^\d{1,6}(?::|\s*)$/.test(digits)) return Number.parseInt(digits, 10) - size === 0
  if (size === 0 || (length !== 1 && length !== 2 && length !== 4)) return false
  const numbers = [bytes.readUIntBE(0, length), bytes.readUIntLE(0, length)]
  return numbers.some((one) => one >= size && one <= size + 2)
}
