/** The input of a WebSocket: bytes until a message is taken. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WebSocketInput } from '../../../server/net/websocket.ts'

function units(input: WebSocketInput): string[] {
  const all: string[] = []
  for (let step = input.next(); step?.type === 'unit'; step = input.next()) all.push(step.text)
  return all
}

test('each message is one unit, in any order of pushes and reads', () => {
  const message = fc.string({ unit: 'grapheme', maxLength: 40 })
  fc.assert(
    fc.property(fc.array(fc.tuple(message, fc.boolean())), (messages) => {
      const input = new WebSocketInput(false)
      const taken: string[] = []
      for (const [text, reads] of messages) {
        input.push(Buffer.from(text))
        if (reads) taken.push(...units(input))
      }
      expect([...taken, ...units(input)]).toEqual(messages.map(([text]) => text))
    }),
  )
})

test('each line is one unit if messages are split into lines', () => {
  const input = new WebSocketInput(true)
  input.push(Buffer.from('one\r\ntwo\nthree\r'))
  input.push(Buffer.from('four'))
  expect(units(input)).toEqual(['one', 'two', 'three', '', 'four'])
})

test('64 KB of short messages or lines of 200 clients take little more memory than their bytes', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const used = (): number => {
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const before = used()
  const inputs = Array.from({ length: 200 }, (_, at) => {
    const splitsLines = at % 2 === 0
    const input = new WebSocketInput(splitsLines)
    const message = Buffer.from(splitsLines ? '\n'.repeat(16_384) : 'x')
    for (let bytes = 0; bytes < 65_536; bytes += message.length + 6) input.push(message)
    input.next()
    return input
  })
  const grown = used() - before
  expect(inputs).toHaveLength(200)
  expect(grown).toBeLessThan(200 * 65_536 * 4)
})
