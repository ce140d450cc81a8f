/**
 * Blocks of code between two fences. A message is one line, so a block is several
 * messages of one speaker; only what is written in a page is read this way.
 */
import type { RoomEvent } from '../shared/protocol.ts'

/** The empty string for what is in no block. */
export type Fence = '' | 'opens' | 'inside' | 'closes'

const OPENING = /^\s*```[\w+#.-]*\s*$/u
const CLOSING = /^\s*```\s*$/u

/** `above`: the part of the message before, of the same speaker. */
export function fenceBelow(above: Fence, { kind, from, text }: RoomEvent): Fence {
  if (kind !== 'message' || from.via !== 'web') return ''
  if (above === 'opens' || above === 'inside') return CLOSING.test(text) ? 'closes' : 'inside'
  return OPENING.test(text) ? 'opens' : ''
}
