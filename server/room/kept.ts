/** The part of a seat that a person keeps wherever they are: what they have read, whom they ignore. */
import { personsOf } from './keys.ts'
import type { LogKey, Seat } from './log.ts'
import type { Reader } from './reader.ts'

/** `positions`: of the conversations that the person has read. */
export type Kept = Pick<Seat, 'positions' | 'ignored'>

export const NOTHING_KEPT: Kept = { positions: {}, ignored: [] }
/**
 * Most conversations whose positions are in a seat: those that were read last. More than a
 * connection follows, since one that it gives up is followed again from its position.
 */
const MAX_POSITIONS = 100

export function keptOf({ positions, ignored }: Seat): Kept {
  const read = Object.entries(positions).filter(([key]) => personsOf(key) !== undefined)
  return { positions: Object.fromEntries(read), ignored }
}

/** The latest positions in conversations, those of the reader last. */
export function latestPositions({ positions }: Kept, reader: Reader): Record<LogKey, number> {
  const read = Object.entries(reader.positions).filter(([key]) => personsOf(key) !== undefined)
  if (read.length === 0) return positions
  const current = new Set(read.map(([key]) => key))
  const earlier = Object.entries(positions).filter(([key]) => !current.has(key))
  return Object.fromEntries([...earlier, ...read].slice(-MAX_POSITIONS))
}
