/**
 * Framing of a byte stream: units → bytes of lines, made once for all readers. Lines that a
 * reader does not receive are left out without copying the others.
 */
import type { Writable } from 'node:stream'
import type { Unit } from '../../../shared/dialect/dialect.ts'
import type { Part } from '../../room/encoded.ts'

/** Bytes up to which slices are copied into one buffer, which is faster than one writev(2). */
const COPIED_BYTES = 4096

/** `ends`: the position in `bytes` after each unit. */
type Framed = { bytes: Buffer; ends: number[] }
export type Framing = (units: readonly Unit[]) => Framed

/** Each unit ends with LF. */
export const lfFraming: Framing = (units) => framedWith(units, '\n')
/** Each unit ends with CR LF, as telnet requires (RFC 854). */
export const crlfFraming: Framing = (units) => framedWith(units, '\r\n')
/** Each unit is a block of lines, and an empty line ends it. */
export const blockFraming: Framing = (units) => framedWith(units, '\n\n')

function framedWith(units: readonly Unit[], lineEnd: string): Framed {
  const ends: number[] = []
  const [only] = units
  // A batch for many readers has many units; a reply has one.
  if (units.length === 1 && only !== undefined) {
    const bytes = Buffer.from(only.text + lineEnd)
    return { bytes, ends: [bytes.length] }
  }
  const lines = units.map(({ text }) => text + lineEnd)
  const bytes = Buffer.from(lines.join(''))
  let end = 0
  for (const line of lines) {
    end += Buffer.byteLength(line)
    ends.push(end)
  }
  return { bytes, ends }
}

/** The bytes of the parts, in order. Each slice is a run of units that the reader receives. */
export function framedSlices(parts: readonly Part[], framing: Framing): Buffer[] {
  const slices: Buffer[] = []
  for (const { encoded, omit } of parts) {
    const { bytes, ends } = encoded.framed(framing)
    let start = 0
    for (const position of omit) {
      const end = position === 0 ? 0 : (ends[position - 1] as number)
      if (end > start) slices.push(bytes.subarray(start, end))
      start = ends[position] as number
    }
    if (start < bytes.length) slices.push(start === 0 ? bytes : bytes.subarray(start))
  }
  return slices
}

export function sizeOf(slices: readonly Buffer[]): number {
  return slices.reduce((sum, { length }) => sum + length, 0)
}

/** Writes the slices in one system call. `size`: their bytes. */
export function writeSlices(stream: Writable, slices: readonly Buffer[], size: number): void {
  const [only] = slices
  if (slices.length === 1) {
    stream.write(only)
  } else if (size <= COPIED_BYTES) {
    stream.write(Buffer.concat(slices, size))
  } else {
    stream.cork()
    for (const slice of slices) stream.write(slice)
    stream.uncork()
  }
}
