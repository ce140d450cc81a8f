/**
 * What is to be sent to a raw client that may read once for each thing it sends → writes
 * that one read takes whole.
 */
import { splitUtf8 } from '../../shared/dialect/line.ts'
import type { Encoded } from '../room/feed.ts'
import { READ_BYTES } from './raw/lockstep.ts'

/**
 * A write for each message, and for each 1024 bytes of whole characters of one that is
 * longer.
 */
export function readable(batch: readonly Encoded[]): Buffer[] {
  return batch.flatMap(({ lines, units }) =>
    lines.length <= READ_BYTES
      ? [lines]
      : units.flatMap(({ text }) =>
          splitUtf8(`${text}\n`, READ_BYTES).map((part) => Buffer.from(part)),
        ),
  )
}
