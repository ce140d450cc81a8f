import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import * as ws from 'ws'
import { textFrames } from '../../../shared/wire/frame.ts'

// The types of ws leave out its parser.
const { Receiver } = ws as unknown as { Receiver: new () => Writable }

/** The messages that ws reads from `bytes`, given to it in chunks of `size` bytes. */
async function readBack(bytes: Uint8Array, size = bytes.length): Promise<string[]> {
  const receiver = new Receiver()
  const messages: string[] = []
  receiver.on('message', (data: Buffer, isBinary: boolean) => {
    expect(isBinary).toBe(false)
    messages.push(data.toString())
  })
  for (let at = 0; at < bytes.length; at += size) {
    receiver.write(Buffer.from(bytes.subarray(at, at + size)))
  }
  receiver.end()
  await finished(receiver)
  return messages
}

const framesOf = (...texts: string[]): Uint8Array =>
  textFrames(texts.map((text) => Buffer.from(text)))

describe('frames of text', () => {
  // The borders of the three forms of a length.
  for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]) {
    test(`of ${length} bytes are read as they were`, async () => {
      const text = 'x'.repeat(length)
      expect(await readBack(framesOf(text))).toEqual([text])
    })
  }

  test('follow one another, whatever their length', async () => {
    const texts = ['a', 'é'.repeat(100), '', '🙂'.repeat(20_000), 'z']
    expect(await readBack(framesOf(...texts))).toEqual(texts)
  })

  test('are read byte by byte too', async () => {
    const texts = ['one', 'x'.repeat(300)]
    expect(await readBack(framesOf(...texts), 1)).toEqual(texts)
  })

  test('of nothing are nothing', () => {
    expect(framesOf()).toHaveLength(0)
  })
})
