/**
 * The protocol's version and limits. A separate file, so that the page can import the
 * numbers without the schemas.
 */

/** The protocol version in `hello` and `welcome`. */
export const PROTOCOL_VERSION = 1

/** Limits; the server rejects anything larger with an error. Sent to clients in `welcome`. */
export const limits = {
  /** UTF-8 bytes in one message, and in one line of the line dialect. */
  textBytes: 4096,
  /** Lines in one message. */
  textLines: 100,
  /** Characters (grapheme clusters) in a name. */
  nameLength: 24,
  /** Bytes in one WebSocket frame or NDJSON line sent to the server. */
  frameBytes: 16_384,
  /** Events in one reply to `hello`, `history` or `search`. */
  historyEvents: 200,
} as const

/** Rooms of a server, the lobby included. */
export const MAX_ROOMS = 1000
/** Characters (grapheme clusters) in the name of a room. */
export const ROOM_NAME_LENGTH = 32
/** UTF-8 bytes in the topic of a room. */
export const TOPIC_BYTES = 240
