/**
 * A film as an APNG, as in the PNG specification, third edition, with 256 colours. A viewer that does
 * not know APNG shows the last frame.
 */
import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const COLOURS = 256

/** `pixels`: RGBA, row by row. `ms`: how long it is shown. */
export type Frame = { pixels: Uint8Array; ms: number }
type Size = { width: number; height: number }
type Box = { x: number; y: number } & Size
/** One byte for each pixel. */
type Image = Uint8Array

export function apng(size: Size, frames: readonly Frame[]): Buffer {
  const { palette, images } = indexed(frames.map(({ pixels }) => pixels))
  const whole = { x: 0, y: 0, ...size }
  // 8 bits for each pixel, which is an index into the palette.
  const header = Buffer.concat([numbers(size.width, size.height), Buffer.from([8, 3, 0, 0, 0])])
  const out = [SIGNATURE, chunk('IHDR', header), chunk('acTL', numbers(frames.length, 0))]
  out.push(chunk('PLTE', palette), chunk('IDAT', packed(images.at(-1) as Image, size, whole)))
  let sequence = 0
  for (const [at, { ms }] of frames.entries()) {
    const image = images[at] as Image
    const before = images[at - 1]
    const box = before === undefined ? whole : changed(before, image, size)
    const place = numbers(sequence++, box.width, box.height, box.x, box.y)
    const delay = Buffer.alloc(6)
    delay.writeUInt16BE(ms, 0)
    delay.writeUInt16BE(1000, 2)
    out.push(chunk('fcTL', Buffer.concat([place, delay])))
    out.push(chunk('fdAT', Buffer.concat([numbers(sequence++), packed(image, size, box)])))
  }
  out.push(chunk('IEND', Buffer.alloc(0)))
  return Buffer.concat(out)
}

/** The most frequent colours, and each frame in the nearest of them. */
function indexed(frames: readonly Uint8Array[]): { palette: Buffer; images: Image[] } {
  const counts = new Map<number, number>()
  const colours = frames.map((pixels) => {
    const bytes = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength)
    return Uint32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readUIntBE(4 * at, 3))
  })
  for (const frame of colours) {
    for (const colour of frame) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  const frequent = [...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour)
  const kept = frequent.slice(0, COLOURS)
  const index = new Map(frequent.map((colour) => [colour, nearest(colour, kept)]))
  return {
    palette: Buffer.concat(kept.map((colour) => numbers(colour).subarray(1))),
    images: colours.map((frame) => Uint8Array.from(frame, (colour) => index.get(colour) ?? 0)),
  }
}

function nearest(colour: number, palette: readonly number[]): number {
  let [best, least] = [0, Infinity]
  for (const [at, other] of palette.entries()) {
    let distance = 0
    for (const shift of [16, 8, 0]) {
      distance += (((colour >> shift) & 255) - ((other >> shift) & 255)) ** 2
    }
    if (distance < least) [best, least] = [at, distance]
  }
  return best
}

/** The rectangle in which two frames differ; one pixel if they are equal, since it cannot be empty. */
function changed(before: Image, after: Image, { width }: Size): Box {
  let [left, top, right, bottom] = [width, Infinity, 0, 0]
  for (const [at, pixel] of after.entries()) {
    if (pixel === before[at]) continue
    const [x, y] = [at % width, Math.floor(at / width)]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = y
  }
  if (top === Infinity) return { x: 0, y: 0, width: 1, height: 1 }
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

/** The rows of a rectangle, each after a byte that says that it is not filtered. */
function packed(image: Image, { width }: Size, box: Box): Buffer {
  const rows = Array.from({ length: box.height }, (_, row) => {
    const from = (box.y + row) * width + box.x
    return Buffer.concat([Buffer.from([0]), image.subarray(from, from + box.width)])
  })
  return deflateSync(Buffer.concat(rows), { level: 9 })
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  return Buffer.concat([numbers(data.length), body, numbers(crc32(body))])
}

/** 32 bits each. */
function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, 4 * at)
  return bytes
}
