/** Tests which connections the guard refuses, for every length of the bytes received so far. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inspectOpening } from '../../../../server/net/raw/guard.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

/** The verdict on each beginning, from nothing to everything; more is still to come. */
const verdicts = (opening: Uint8Array) =>
  Array.from({ length: opening.length + 1 }, (_, end) =>
    inspectOpening(opening.subarray(0, end), 'more'),
  )

describe('a request', () => {
  const requests: [string, string, string][] = [
    ['HTTP/1.0', 'GET / HTTP/1.0', '\r\n\r\n'],
    ['HTTP/1.1', 'GET /chat?x=1 HTTP/1.1', '\r\nHost: localhost:8080\r\n\r\n'],
    ['a bare LF', 'GET / HTTP/1.1', '\n\n'],
    ['a POST with chat in its body', 'POST / HTTP/1.1', '\r\nHost: a\r\n\r\nhello\n/name eve\n'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0', '\r\n\r\nSM\r\n\r\n'],
    ['a CONNECT', 'CONNECT example.com:443 HTTP/1.1', '\r\n\r\n'],
    ['a method of WebDAV', 'VERSION-CONTROL /x HTTP/1.1', '\r\n\r\n'],
    ['a preflight', 'OPTIONS * HTTP/1.1', '\r\n\r\n'],
    ['an absolute target', 'GET http://127.0.0.1:8080/ HTTP/1.1', '\r\n\r\n'],
    ['a target that is no ASCII', 'GET /é HTTP/1.1', '\r\n\r\n'],
    ['RTSP', 'OPTIONS rtsp://127.0.0.1:8080/ RTSP/1.0', '\r\nCSeq: 1\r\n\r\n'],
    ['SIP', 'INVITE sip:bob@127.0.0.1 SIP/2.0', '\r\nVia: SIP/2.0/TCP x\r\n\r\nhello\n'],
  ]
  const protocolOf = (line: string) => (/(HTTP|RTSP|SIP)\/\S+$/.exec(line)?.[1] ?? '').toLowerCase()

  test.each(requests)('is undecided until its line ends, and then refused: %s', (_, line, rest) => {
    const undecided = utf8(line).length + 1
    const all = verdicts(utf8(line + rest))
    expect(all.slice(0, undecided)).toEqual(Array(undecided).fill('undecided'))
    expect(new Set(all.slice(undecided))).toEqual(new Set([protocolOf(line)]))
  })

  test.each(requests)(
    'is refused when its line arrives without a line end and nothing follows: %s',
    (_, line) => {
      expect(inspectOpening(utf8(line), 'whole')).toBe(protocolOf(line))
    },
  )

  test.each(['GET /', 'PUT *', 'GET http://a/', 'POST HTTPS://a/', 'INVITE sip:a@b'])(
    'is refused when its line never ends: %s',
    (start) => {
      const endless = utf8(start + 'a'.repeat(5000))
      expect(inspectOpening(endless.subarray(0, 4096), 'more')).toBe('undecided')
      expect(inspectOpening(endless, 'whole')).toBe('http')
    },
  )
})

describe('another protocol', () => {
  test('TLS is refused at its second byte', () => {
    const hello = Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03)
    expect(verdicts(hello)).toEqual(['undecided', 'undecided', ...Array(10).fill('tls')])
    expect(inspectOpening(hello, 'whole')).toBe('tls')
  })

  const cookie = [0x21, 0x12, 0xa4, 0x42]
  test.each([
    ['of TURN over TCP', [0, 3, 0, 8, ...cookie], 8],
    ['of ICE over TCP, with its length before it', [0, 0x60, 0, 1, 0, 0x4c, ...cookie], 10],
    ['of ICE with a long user name', [2, 0x1c, 0, 1, 2, 0x08, ...cookie], 10],
  ])('a STUN request is refused at the end of its cookie: %s', (_, header, length) => {
    const request = Uint8Array.of(...header, 1, 2, 3, 4, ...utf8('x:said by a page\n'))
    const all = verdicts(request)
    expect(new Set(all.slice(0, length))).toEqual(new Set(['undecided']))
    expect(new Set(all.slice(length))).toEqual(new Set(['stun']))
    expect(inspectOpening(request, 'whole')).toBe('stun')
    for (let end = 1; end < length; end += 1) {
      expect(inspectOpening(request.subarray(0, end), 'pause')).toBe('undecided')
    }
  })

  test.each([
    ['an SSH client', 'SSH-2.0-', 'OpenSSH_9.2p1\r\n', 'ssh'],
    ['an old SSH client', 'SSH-1.99-', 'x\n', 'ssh'],
    ['the PROXY protocol, version 1', 'PROXY TCP4 ', '10.0.0.1 10.0.0.2 1 2\r\nhi\n', 'proxy'],
    ['the PROXY protocol over IPv6', 'PROXY TCP6 ', '::1 ::1 1 2\r\nhi\n', 'proxy'],
    ['a health check of version 1', 'PROXY UNKNOWN\r', '\n', 'proxy'],
    ['the PROXY protocol, version 2', '\r\n\r\n\0\r\nQUIT\n', '\x20\0\0\0', 'proxy'],
  ])('%s is refused at the end of its signature', (_, signature, rest, refusal) => {
    const all = verdicts(utf8(signature + rest))
    const length = signature.length
    expect(new Set(all.slice(0, length))).toEqual(new Set(['undecided']))
    expect(new Set(all.slice(length))).toEqual(new Set([refusal]))
    expect(inspectOpening(utf8(signature + rest), 'whole')).toBe(refusal)
  })

  test('version 2 of the PROXY protocol is awaited after a pause in its signature', () => {
    const signature = utf8('\r\n\r\n\0\r\nQUIT\n')
    const inPieces = (end: number) => inspectOpening(signature.subarray(0, end), 'pause')
    expect([1, 2, 3, 4].map(inPieces)).toEqual(Array(4).fill('clear'))
    expect([5, 6, 7, 8, 9, 10, 11].map(inPieces)).toEqual(Array(7).fill('undecided'))
  })
})

describe('chat', () => {
  const texts = [
    'hello',
    'GET',
    'GET lost',
    'GET lost HTTP',
    'SSH-keys are lost',
    'SSH-2 is old',
    'PROXY',
    'PROXY is down',
    'PROXY TCP',
    'PROXY UNKNOWNS',
    'POST it HTTP',
    'POST it HTTP/',
    'I use HTTP/1.1',
    'get / HTTP/1.1',
    'Get / HTTP/1.1',
    'A / HTTP/1.1',
    'GET/HTTP/1.1',
    'GET / HTTP/1.1 is how a browser begins',
    '/name alice',
    '😀',
    ' ',
    '',
  ]

  test.each(texts)('is clear once its line is complete: %j', (text) => {
    expect(inspectOpening(utf8(text), 'whole')).toBe('clear')
    // An empty line may be the beginning of the PROXY protocol.
    for (const end of text === '' ? ['\n', '\r\0'] : ['\n', '\r\n', '\r\0', '\r']) {
      expect(inspectOpening(utf8(`${text}${end}`), 'more')).toBe('clear')
      expect(inspectOpening(utf8(`${text}${end}GET / HTTP/1.1\r\n`), 'more')).toBe('clear')
    }
  })

  test('is undecided while it may still become a request', () => {
    expect(verdicts(utf8('GET lost\n'))).toEqual([...Array(9).fill('undecided'), 'clear'])
    expect(verdicts(utf8('GETTING on\n'))).toEqual([...Array(11).fill('undecided'), 'clear'])
  })

  test.each(['hello', 'été', '😀', '/who', '1'])(
    'is clear at once if it cannot become a request: %j',
    (text) => {
      const [nothing, ...rest] = verdicts(utf8(text))
      expect(nothing).toBe('undecided')
      expect(new Set(rest)).toEqual(new Set(['clear']))
    },
  )

  test.each(['WOW '.repeat(2000), 'A'.repeat(5000), `see /${'a'.repeat(5000)}`])(
    'is clear when its line never ends',
    (text) => {
      expect(inspectOpening(utf8(text), 'whole')).toBe('clear')
    },
  )

  test.each([
    [[0x16], 'clear'],
    [[0x16, 0x16], 'clear'],
    [[0x00], 'clear'],
    [[13, 10], 'clear'],
    [[13, 10, 13, 10, 0, 13, 10, 0x51], 'clear'],
    [[0, 0x60, 0, 1, 0, 0x4c, 0x21, 0x12, 0xa4], 'clear'],
    [[0, 2, 0x68, 0x69], 'clear'],
    [[0, 1, 0, 0, 0x21, 0x12, 0xa4], 'clear'],
    [[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x43], 'clear'],
  ] as const)('is the verdict if nothing follows %j', (bytes, verdict) => {
    expect(inspectOpening(Uint8Array.from(bytes), 'whole')).toBe(verdict)
  })
})

test('a verdict does not change with further bytes', () => {
  const part = fc.constantFrom(
    'GET',
    'PRI',
    ' ',
    '/',
    '*',
    'HTTP/1.1',
    'HTTP/',
    '2',
    '\r',
    '\n',
    'é',
    'SSH-',
    '2.0-',
    'PROXY ',
    'TCP4 ',
    'UNKNOWN',
    'RTSP/1.0',
    '\r\n\r\n\0\r\nQUIT\n',
  )
  const opening = fc.oneof(
    fc.array(part).map((parts) => utf8(parts.join(''))),
    fc.uint8Array(),
    fc
      .tuple(
        fc.constantFrom(
          [0x16],
          [0x16, 3],
          [0, 1, 0, 0],
          [0, 1, 0, 0, 0x21, 0x12],
          [0, 0x60, 0, 1, 0, 0x4c, 0x21, 0x12],
        ),
        fc.uint8Array(),
      )
      .map(([start, rest]) => Uint8Array.of(...start, ...rest)),
  )
  fc.assert(
    fc.property(opening, (opening) => {
      const all = verdicts(opening)
      const decided = all.findIndex((verdict) => verdict !== 'undecided')
      if (decided < 0) return
      expect(new Set(all.slice(decided)).size).toBe(1)
      expect(inspectOpening(opening, 'whole')).toBe(all[decided])
    }),
    { numRuns: 2000 },
  )
})
