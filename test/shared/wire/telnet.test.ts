/** Telnet's commands are taken out of the bytes, wherever chunks are cut. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TelnetDecoder } from '../../../shared/wire/telnet.ts'

const [IAC, SE, SB, WILL, WONT, DO, DONT] = [255, 240, 250, 251, 252, 253, 254]

function decode(chunks: readonly Uint8Array[]): { text: string; answer: number[] } {
  const decoder = new TelnetDecoder()
  const text: number[] = []
  const answer: number[] = []
  for (const chunk of chunks) {
    const pushed = decoder.push(chunk)
    text.push(...pushed.text)
    answer.push(...pushed.answer)
  }
  return { text: String.fromCharCode(...text), answer }
}

const ascii = (text: string) => [...text].map((one) => one.charCodeAt(0))

describe.each([
  ['nothing of plain text', [...ascii('hello\r\n')], 'hello\r\n', []],
  [
    'Ctrl-C of inetutils, which waits for the timing mark',
    [...ascii('a'), IAC, 244, IAC, DO, 6, ...ascii('b')],
    'ab',
    [IAC, WONT, 6],
  ],
  [
    'each option once',
    [IAC, WILL, 31, IAC, WILL, 31, IAC, DO, 31, IAC, DO, 31],
    '',
    [IAC, DONT, 31, IAC, WONT, 31],
  ],
  ['the timing mark each time', [IAC, DO, 6, IAC, DO, 6], '', [IAC, WONT, 6, IAC, WONT, 6]],
  ['no answer to a refusal', [IAC, WONT, 1, IAC, DONT, 1, ...ascii('x')], 'x', []],
  [
    'a subnegotiation, with an escaped 255 in it',
    [IAC, SB, 24, 0, 65, IAC, IAC, 66, IAC, SE, ...ascii('x')],
    'x',
    [],
  ],
  ['the question whether we are there', [IAC, 246], '', ascii('[Yes]\r\n')],
  ['an escaped 255', [IAC, IAC, ...ascii('x')], '\u00ffx', []],
  ['nothing of another encoding', [...ascii('Ni'), IAC, ...ascii('o')], 'Ni\u00ffo', []],
] as const)('takes out %s', (_what, bytes, text, answer) => {
  const whole = Uint8Array.from(bytes)

  test('in one chunk', () => {
    expect(decode([whole])).toEqual({ text, answer })
  })

  test('byte by byte', () => {
    expect(decode([...whole].map((byte) => Uint8Array.of(byte)))).toEqual({ text, answer })
  })
})

test('gives the same for any bytes, however they are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (chunks) => {
      const whole = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]))
      expect(decode(chunks)).toEqual(decode([whole]))
    }),
  )
})
