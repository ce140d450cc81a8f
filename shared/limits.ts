/**
 * Sizes that both sides know. Apart from the schemas, so that the page can have the
 * numbers without them.
 */

/** The version both sides name in `hello` and `welcome`. */
export const PROTOCOL_VERSION = 1

/** Largest sizes; what is over is refused with an error. Sent to clients in `welcome`. */
export const limits = {
  /** UTF-8 bytes in one message, and in one line of the line dialect. */
  textBytes: 4096,
  /** Characters (grapheme clusters) in a name. */
  nameLength: 24,
  /** Bytes in one WebSocket frame or NDJSON line sent to the server. */
  frameBytes: 16_384,
  /** Events in one answer to `hello`, `history` or `search`. */
  historyEvents: 200,
} as const
