/**
 * Code blocks between two fences. A message is one line, so a block is several messages of
 * one sender. Only messages written in a page can form one.
 */
import type { RoomEvent } from '../../shared/protocol.ts'

/** The empty string outside of blocks. */
export type Fence = '' | 'opens' | 'inside' | 'closes'

const OPENING = /^\s*```[\w+#.-]*\s*$/u
const CLOSING = /^\s*```\s*$/u

/** `above`: the value for the previous message of the same sender, or ''. */
export function fenceBelow(above: Fence, { kind, from, text }: RoomEvent): Fence {
  if (kind !== 'message' || from.via !== 'web') return ''
  if (above === 'opens' || above === 'inside') return CLOSING.test(text) ? 'closes' : 'inside'
  return OPENING.test(text) ? 'opens' : ''
}
