/** The input of a connection: received bytes, taken out unit by unit. */
import type { Decoded, Dialect } from '../../../shared/dialect/dialect.ts'
import type { LineStyle } from '../../../shared/dialect/style.ts'
import type { Via } from '../../../shared/protocol.ts'
import type { HandedConnection } from './handed.ts'

/** One step of the input. */
export type Arrived =
  /** One line or message, which the connection's codec decodes. */
  | { type: 'unit'; text: string }
  /** The client speaks this dialect from now on. */
  | { type: 'dialect'; dialect: Dialect; via: Via }
  /** The style that the client's terminal supports. Applied without a reply. */
  | { type: 'style'; change: Partial<LineStyle> }
  /** The client comes from another server, which has gone. */
  | { type: 'go_on'; from: HandedConnection }
  /** The client sends nothing more. */
  | { type: 'end' }
  | Decoded

export interface Input {
  /** The next step; undefined until more is received. */
  next(): Arrived | undefined
  /** How many messages were received and not taken, as far as that is known. */
  readonly backlog?: number
  /** Nothing more is received: text that waits for the end of its message is a message now. */
  flush?(): void
}
