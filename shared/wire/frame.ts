/**
 * WebSocket frames of text, as a server sends them (RFC 6455, section 5.2): whole, not
 * masked, not compressed. Made once and written to every reader.
 */

/** FIN, and the opcode of text. */
const WHOLE_TEXT = 0x81

/** Bytes of the header before a payload of so many bytes. */
function headerBytes(length: number): number {
  return length < 126 ? 2 : length < 0x1_0000 ? 4 : 10
}

function writeHeader(bytes: DataView, at: number, length: number): void {
  bytes.setUint8(at, WHOLE_TEXT)
  if (length < 126) {
    bytes.setUint8(at + 1, length)
  } else if (length < 0x1_0000) {
    bytes.setUint8(at + 1, 126)
    bytes.setUint16(at + 2, length)
  } else {
    bytes.setUint8(at + 1, 127)
    bytes.setBigUint64(at + 2, BigInt(length))
  }
}

/** A frame for each payload, one after the other. */
export function textFrames(payloads: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = payloads.reduce((sum, { length }) => sum + headerBytes(length) + length, 0)
  const frames = new Uint8Array(size)
  const view = new DataView(frames.buffer)
  let at = 0
  for (const payload of payloads) {
    writeHeader(view, at, payload.length)
    at += headerBytes(payload.length)
    frames.set(payload, at)
    at += payload.length
  }
  return frames
}
