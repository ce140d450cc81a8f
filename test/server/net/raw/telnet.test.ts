/** Tests that telnet commands are separated from text, wherever chunks are cut. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasColors, TelnetDecoder } from '../../../../server/net/raw/telnet.ts'

const [IAC, SE, SB, WILL, WONT, DO, DONT] = [255, 240, 250, 251, 252, 253, 254]

function decode(chunks: readonly Uint8Array[]): { text: string; reply: number[] } {
  const decoder = new TelnetDecoder()
  const text: number[] = []
  const reply: number[] = []
  for (const chunk of chunks) {
    const pushed = decoder.push(chunk)
    text.push(...pushed.text)
    reply.push(...pushed.reply)
  }
  return { text: String.fromCharCode(...text), reply }
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
    'each option that is refused, once',
    [IAC, WILL, 32, IAC, WILL, 32, IAC, DO, 31, IAC, DO, 31],
    '',
    [IAC, DONT, 32, IAC, WONT, 31],
  ],
  [
    'the window size, accepted once, and again after it was withdrawn',
    [IAC, WILL, 31, IAC, WILL, 31, IAC, WONT, 31, IAC, WONT, 31, IAC, WILL, 31],
    '',
    [IAC, DO, 31, IAC, DONT, 31, IAC, DO, 31],
  ],
  [
    'the terminal type, accepted and asked for',
    [IAC, WILL, 24],
    '',
    [IAC, DO, 24, IAC, SB, 24, 1, IAC, SE],
  ],
  [
    'a subnegotiation without an end',
    [IAC, SB, 24, 0, 65, IAC, DO, 6, ...ascii('x')],
    'x',
    [IAC, WONT, 6],
  ],
  ['a data mark whose IAC was lost', [IAC, 241, 242, ...ascii('x')], 'x', []],
  ['an IAC whose command was lost', [IAC, 241, IAC, ...ascii('x')], 'x', []],
  ['everything after the end of file', [...ascii('x'), IAC, 236, ...ascii('y')], 'x', []],
  ['the timing mark each time', [IAC, DO, 6, IAC, DO, 6], '', [IAC, WONT, 6, IAC, WONT, 6]],
  ['no reply to a refusal', [IAC, WONT, 1, IAC, DONT, 1, ...ascii('x')], 'x', []],
  [
    'a subnegotiation, with an escaped 255 in it',
    [IAC, SB, 24, 0, 65, IAC, IAC, 66, IAC, SE, ...ascii('x')],
    'x',
    [],
  ],
  ['the question whether we are there', [IAC, 246], '', ascii('[Yes]\r\n')],
  ['an escaped 255', [IAC, IAC, ...ascii('x')], '\u00ffx', []],
  ['nothing of another encoding', [...ascii('Ni'), IAC, ...ascii('o')], 'Ni\u00ffo', []],
] as const)('takes out %s', (_what, bytes, text, reply) => {
  const whole = Uint8Array.from(bytes)

  test('in one chunk', () => {
    expect(decode([whole])).toEqual({ text, reply })
  })

  test('byte by byte', () => {
    expect(decode([...whole].map((byte) => Uint8Array.of(byte)))).toEqual({ text, reply })
  })
})

function decoded(...bytes: number[]): TelnetDecoder {
  const decoder = new TelnetDecoder()
  for (const byte of bytes) decoder.push(Uint8Array.of(byte))
  return decoder
}

describe('a telnet client', () => {
  test('is recognised by its first command, not by bytes of another encoding', () => {
    expect(decoded(IAC, 241).recognised).toBe(true)
    expect(decoded(...ascii('Ni'), IAC, ...ascii('o'), IAC, IAC).recognised).toBe(false)
  })

  test.each([
    [[0, 80, 0, 24], 80],
    [[0, 0, 0, 0], 0],
    [[1, 44, 0, 24], 300],
    [[0, IAC, IAC, 0, 24], 255],
    [[0, 80, 0], 0],
  ])('with a window of %j has %i columns', (size, columns) => {
    expect(decoded(IAC, SB, 31, ...size, IAC, SE).columns).toBe(columns)
  })

  test('sends its terminal type, which decides whether it gets colours', () => {
    const { terminal } = decoded(IAC, SB, 24, 0, ...ascii('xterm-256color'), IAC, SE)
    expect(terminal).toBe('XTERM-256COLOR')
    expect(['XTERM', 'SCREEN.LINUX', 'ANSI-COLOR', 'PUTTY'].every(hasColors)).toBe(true)
    expect(['DUMB', 'UNKNOWN', 'VT100', 'NETWORK', ''].some(hasColors)).toBe(false)
  })

  test('is recognised when it interrupts and when it ends its input', () => {
    expect(decoded(IAC, 244)).toMatchObject({ interrupted: true, ended: false })
    expect(decoded(IAC, 236)).toMatchObject({ interrupted: false, ended: true })
  })
})

describe('a subnegotiation longer than 4096 bytes', () => {
  const start = (bytes: number) => [IAC, SB, 24, ...Array(bytes).fill(65)]

  test('is not read as text, and the text after its end is', () => {
    const bytes = [...start(50_000), IAC, SE, ...ascii('hello\r\n')]
    expect(decode([Uint8Array.from(bytes)])).toEqual({ text: 'hello\r\n', reply: [] })
  })

  test('ends with its line, because its end may be lost', () => {
    const bytes = [...start(50_000), ...ascii('\r\nhello\r\n')]
    expect(decode([Uint8Array.from(bytes)]).text).toBe('\nhello\r\n')
  })

  test('ends with the next command, which takes effect', () => {
    const bytes = [...start(5000), IAC, DO, 6, ...ascii('x')]
    expect(decode([Uint8Array.from(bytes)])).toEqual({ text: 'x', reply: [IAC, WONT, 6] })
  })

  test('may contain line ends below that length', () => {
    const bytes = [IAC, SB, 31, 0, 10, 0, 13, IAC, SE, ...ascii('x')]
    expect(decode([Uint8Array.from(bytes)]).text).toBe('x')
    expect(decoded(...bytes).columns).toBe(10)
  })
})

test('any bytes give the same result wherever they are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (chunks) => {
      const whole = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]))
      expect(decode(chunks)).toEqual(decode([whole]))
    }),
  )
})

test('a chunk of many Are You There gets a short reply, and all its text is kept', () => {
  const telnet = new TelnetDecoder()
  const chunk = Buffer.concat([Buffer.alloc(60_000, Buffer.from([255, 246])), Buffer.from('hi\n')])
  const { text, reply } = telnet.push(chunk)
  expect(Buffer.from(text).toString()).toBe('hi\n')
  expect(reply.length).toBeLessThan(100)
  expect(telnet.push(Uint8Array.from([255, 246])).reply).toHaveLength(7)
})
