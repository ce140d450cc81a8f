/** What the wire view learns of a connection besides its bytes. */
import type { Decoded } from '../../../shared/dialect/dialect.ts'
import type { Part } from '../../room/encoded.ts'

export interface Tap {
  /** The connection has taken a message. `isOutside`: its client is not let in yet. */
  message(text: string, decoded: Decoded, isOutside: boolean): void
  /** These parts are about to be written. */
  writing(parts: readonly Part[]): void
}
