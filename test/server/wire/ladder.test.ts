/** What was heard at a connection becomes rungs, and nothing secret is in them. */
import { describe, expect, it } from 'vitest'
import { Ladder, type Seen } from '../../../server/wire/ladder.ts'
import { Stream } from '../../../server/wire/stream.ts'
import { jsonDialect } from '../../../shared/dialect/json.ts'
import { lineDialect } from '../../../shared/dialect/line.ts'
import { marked } from '../../../shared/dialect/secret.ts'
import type { ErrorMessage } from '../../../shared/replies.ts'
import { bytesOf, escaped, type Rung, rungLine } from '../../../shared/wire.ts'
import { ladderText } from '../../../shared/wiretext.ts'
import { cpuMs } from '../../support/cpu.ts'

/** In two pieces, at each place, and byte by byte. */
function everyCut(bytes: Buffer, test: (pieces: Buffer[]) => void): void {
  for (let at = 1; at < bytes.length; at += 1) test([bytes.subarray(0, at), bytes.subarray(at)])
  test([...bytes].map((byte) => Buffer.of(byte)))
}

/** A ladder that is fed as a connection would: reads, and the messages of a codec. */
class Fed {
  readonly ladder: Ladder
  readonly #codec
  at = 1000

  constructor(isFramed = false) {
    this.ladder = new Ladder(isFramed ? 'frames' : 'stream', 500)
    this.#codec = (isFramed ? jsonDialect : lineDialect).open()
  }

  read(bytes: string | Uint8Array, isOutside = false): this {
    return this.#take({ type: 'read', bytes: Buffer.from(bytes as Uint8Array), isOutside })
  }

  message(text: string, isOutside = false): this {
    return this.#take({ type: 'message', text, decoded: this.#codec.decode(text), isOutside })
  }

  units(...units: { text: string; secret?: true }[]): this {
    return this.#take({ type: 'units', units })
  }

  write(bytes: string | Uint8Array): this {
    return this.#take({ type: 'write', bytes: Buffer.from(bytes as Uint8Array) })
  }

  hear(seen: Record<string, unknown>): this {
    return this.#take(seen)
  }

  pause(ms: number): this {
    this.at += ms
    return this
  }

  #take(seen: Record<string, unknown>): this {
    this.ladder.take({ ...seen, at: this.at } as Seen)
    return this
  }

  get rungs(): Rung[] {
    return this.ladder.since(0)
  }

  /** The bytes of all reads, or of all writes. */
  shown(type: 'read' | 'write'): string {
    return this.rungs
      .flatMap((rung) => (rung.type === type ? escaped(bytesOf(rung)) : []))
      .join('|')
  }

  get messages(): string[] {
    return this.rungs.flatMap((rung) => {
      return rung.type === 'message' ? `${rung.text} <${rung.end} ${rung.from.join('+')}>` : []
    })
  }
}

const masked = (text: string): string => '*'.repeat(text.length)

describe('a ladder', () => {
  it('shows three messages that arrived as one read, and one that arrived as three', () => {
    const fed = new Fed().read('a\nb\r\nc\n').message('a').message('b').message('c')
    fed.read('he').read('ll').read('o\n').message('hello')
    expect(fed.messages).toEqual(['a <LF 1>', 'b <CR LF 1>', 'c <LF 1>', 'hello <LF 6+7+8>'])
    expect(fed.rungs[0]).toMatchObject({ type: 'read', size: 7 })
  })

  it('shows a character that is cut in two, and a message that a pause has ended', () => {
    const bytes = Buffer.from('Grüße')
    const fed = new Fed().read(bytes.subarray(0, 3)).read(bytes.subarray(3))
    expect(fed.rungs).toMatchObject([{ cut: true, waits: true }, { waits: true }])
    fed.pause(400).message('Grüße')
    expect(fed.messages).toEqual(['Grüße <pause 1+2>'])
    expect(fed.rungs[1]).not.toHaveProperty('waits')
  })

  it('shows NULs after a message as its end', () => {
    expect(new Fed().read('hi\0\0\0').message('hi').messages).toEqual(['hi <NUL 1>'])
  })

  it('takes telnet commands apart, wherever they are cut', () => {
    const bytes = Buffer.from([
      255, 251, 31, 255, 250, 31, 0, 80, 0, 24, 255, 240, 104, 105, 13, 10,
    ])
    everyCut(bytes, (pieces) => {
      const fed = new Fed()
      for (const piece of pieces) fed.read(piece)
      fed.message('hi')
      const parts = fed.rungs.flatMap((rung) => (rung.type === 'read' ? (rung.parts ?? []) : []))
      expect(parts).toEqual(['IAC WILL NAWS', 'IAC SB NAWS'])
      expect(fed.messages[0]).toMatch(/^hi <CR LF /)
    })
  })

  it('takes WebSocket frames apart, and unmasks them, wherever they are cut', () => {
    const text = '{"type":"say","text":"hello"}'
    const frame = Buffer.concat([
      Buffer.from([0x81, 0x80 | text.length, 1, 2, 3, 4]),
      Buffer.from(text).map((byte, at) => byte ^ ((at % 4) + 1)),
    ])
    everyCut(frame, (pieces) => {
      const fed = new Fed(true)
      for (const piece of pieces) fed.read(piece)
      fed.message(text)
      const reads = fed.rungs.flatMap((rung) => (rung.type === 'read' ? rung : []))
      expect(reads.flatMap(({ parts = [] }) => parts)).toEqual(['text frame, 29 B, masked'])
      const bytes = Buffer.concat(reads.map(bytesOf))
      expect(bytes.subarray(6).toString()).toBe(text)
    })
  })

  it('counts the messages in each write', () => {
    const fed = new Fed().units({ text: 'one' }, { text: 'two' }, { text: 'three' })
    fed.write('one\ntwo\nth').write('ree\n')
    expect(fed.rungs).toMatchObject([{ messages: 3 }, { size: 4 }])
  })

  it('forgets the oldest rungs', () => {
    const fed = new Fed()
    for (let count = 0; count < 600; count += 1) fed.read('x\n').message('x')
    expect(fed.rungs).toHaveLength(500)
    expect(fed.rungs.at(-1)).toMatchObject({ n: 1200, from: [1199] })
  })
})

describe('a diagnosis', () => {
  const codes = ({ rungs }: Fed): string[] =>
    rungs.flatMap((rung) => (rung.type === 'event' ? (rung.code ?? []) : []))

  it.each<[code: string, feed: (fed: Fed) => unknown]>([
    ['joined', (fed) => fed.read('a\nb\n').message('a').message('b')],
    ['split', (fed) => fed.read('hel').read('lo\n').message('hello')],
    ['no_line_end', (fed) => fed.read('hello').pause(400).message('hello')],
    ['nul', (fed) => fed.read('hello\0\0\0').message('hello')],
    ['length', (fed) => fed.read('\0\x05hello').message('hello')],
    ['length', (fed) => fed.read('\x05\0\0\0hello').message('hello')],
    ['length', (fed) => fed.read('5 hello').message('hello')],
    ['length', (fed) => fed.read(`5${' '.repeat(63)}hello`).message('hello')],
    // A buffer of 8192 bytes has no room for one line more.
    ['flush', (fed) => fed.read('measured 12.5\n'.repeat(585)).message('measured 12.5')],
    ['flush', (fed) => fed.read(`${'x'.repeat(99)}\n`.repeat(162)).message('x'.repeat(99))],
    ['flush', (fed) => fed.read('abc\n'.repeat(1024)).message('abc').message('abc').message('abc')],
    ['large', (fed) => fed.read('hello').pause(400).message('hello').write('x'.repeat(1025))],
    ['reset', (fed) => fed.hear({ type: 'reset', code: 'ECONNRESET' })],
    [
      'threads',
      (fed) =>
        fed
          .read('Client1: a\n')
          .message('Client1: a')
          .read('Client1: b')
          .read('Client1: c\n')
          .message('Client1: bClient1: c'),
    ],
    [
      'threads',
      (fed) =>
        fed
          .read('Client1: a\n')
          .message('Client1: a')
          .read('Client1: Client1: b')
          .read('c\n')
          .message('Client1: Client1: bc'),
    ],
    [
      'flush',
      (fed) => {
        fed.write('Welcome\n').pause(5000).read('a\nb\nc\n').message('a').message('b').message('c')
        fed.hear({ type: 'client ended' })
      },
    ],
  ])('of %s is given to the program that makes the mistake, once', (code, feed) => {
    const fed = new Fed()
    feed(fed)
    expect(codes(fed)).toContain(code)
    feed(fed)
    expect(codes(fed).filter((one) => one === code)).toHaveLength(1)
  })

  it('is given to no program that does it right', () => {
    const fed = new Fed().write('Welcome\n').pause(3000)
    for (const text of ['1', 'hello', '5 hello', 'Client1: x', 'Client1: y']) {
      fed
        .read(`${text}\n`)
        .message(text)
        .pause(1000)
        .write(`${text.repeat(300)}\n`)
    }
    fed.hear({ type: 'client ended' })
    expect(codes(fed)).toEqual([])
  })

  it('is given to no WebSocket', () => {
    const frame = Buffer.from([0x81, 2, 0x7b, 0x7d])
    const fed = new Fed(true)
      .read(Buffer.concat([frame, frame]))
      .message('{}')
      .message('{}')
    expect(codes(fed)).toEqual([])
  })
})

it('shows no control characters of a message at a terminal', () => {
  const [rung] = new Fed().message('\x1b]0;title\x07 {"a":\n1}').rungs
  expect(rungLine(rung as Rung, undefined)).toContain('\\e]0;title\\x07 {"a":\\n1}')
})

describe('what nobody may see', () => {
  it.each([
    ['/msg bob meet at ten', '/msg ', 'bob meet at ten'],
    ['/reply yes', '/reply ', 'yes'],
    ['/resume w0bp1TUjtw.trfMqGEx7jQ', '/resume ', 'w0bp1TUjtw.trfMqGEx7jQ'],
    ['/host k7m-q2x', '/host ', 'k7m-q2x'],
    ['/hots k7m-q2x', '/hots ', 'k7m-q2x'],
  ])('is hidden in %s, wherever it is cut', (line, shown, secret) => {
    everyCut(Buffer.from(`hi\n${line}\n`), (pieces) => {
      const fed = new Fed()
      let text = ''
      for (const piece of pieces) {
        fed.read(piece)
        // Also before the message is complete.
        expect(fed.shown('read')).not.toContain(secret.slice(-2))
        const before = text
        text += piece.toString()
        if (!before.includes('\n') && text.includes('\n')) fed.message('hi')
      }
      fed.message(line)
      expect(fed.shown('read').replaceAll('|', '')).toBe(`hi\\n${shown}${masked(secret)}\\n`)
      expect(fed.messages.at(-1)).toContain(`${shown}${masked(secret)} <`)
    })
  })

  it.each([
    ['a long line', `${'a'.repeat(100)}\n`],
    ['telnet commands', Buffer.from(Array.from({ length: 12 }, () => [255, 251, 31]).flat())],
    ['NULs and spaces', `${'\0'.repeat(30)}    `],
  ])('is hidden after %s, while the messages are still to be taken', (_what, before) => {
    const bytes = Buffer.concat([Buffer.from(before as string), Buffer.from('/msg bob psst\n')])
    expect(new Fed().read(bytes).shown('read')).not.toContain('psst')
  })

  it('is hidden in the rest of a message whose beginning was forgotten', () => {
    const fed = new Fed().hear({ type: 'gap' }).read('psst')
    expect(fed.shown('read')).toBe('****')
    fed.read('\nhello').message('/msg bob psst')
    expect(fed.shown('read')).toBe('****|******')
  })

  it('is hidden in a unit that is too long to be found', () => {
    const text = 'x'.repeat(80_000)
    const fed = new Fed().units({ text, secret: true }, { text: 'known' })
    for (let at = 0; at < text.length; at += 8000) fed.write(text.slice(at, at + 8000))
    expect(fed.shown('write')).not.toContain('x')
    fed.write('\nknown\n')
    expect(fed.shown('write')).toMatch(/known\\n$/)
  })

  it('is hidden in a room code, typed or guessed', () => {
    const fed = new Fed().read('amber-fox', true)
    expect(fed.shown('read')).toBe('*********')
    fed.read('-lamp\n', true).message('amber-fox-lamp', true)
    expect(fed.shown('read')).toBe('*********|*****\\n')
  })

  it('is hidden in another encoding, too', () => {
    const fed = new Fed().read(Buffer.from('/msg bob psst\n', 'utf16le')).message('/msg bob psst')
    expect(fed.shown('read')).toBe(masked('/msg bob psst\n'.repeat(2)))
  })

  it.each([
    ['{"type":"hello","protocol":1,"token":"a.b","code":"x y"}', ['a.b', 'x y']],
    ['{"text":"a \\"b\\" psst","to":"bob","type":"direct"}', ['psst']],
    ['{"type":"direct","text":"psst","to":', ['psst']],
    ['{"type":"host","key":"k7m-q2x"}', ['k7m']],
  ])('is hidden in %s', (line, secrets) => {
    const fed = new Fed()
    for (const byte of Buffer.from(line)) fed.read(Uint8Array.of(byte))
    for (const secret of secrets)
      expect(fed.shown('read').replaceAll('|', '')).not.toContain(secret)
    fed.read('\n')
    const { ladder } = fed
    ladder.take({
      at: 1,
      type: 'message',
      text: line,
      decoded: jsonDialect.open().decode(line),
      isOutside: false,
    })
    for (const secret of secrets)
      expect(fed.shown('read').replaceAll('|', '')).not.toContain(secret)
    expect(fed.messages.join()).not.toContain(secrets[0])
  })

  it('hides the rest of a direct message that was too long, also before the next message is found', () => {
    everyCut(Buffer.from('SECRET\nhi\n'), (pieces) => {
      const fed = new Fed().read('hello\n').message('hello').read('/msg bob xxx')
      fed.message('/msg bob')
      for (const piece of pieces) {
        fed.read(piece)
        expect(fed.shown('read')).not.toMatch(/S|T/)
      }
      expect(fed.message('hi').shown('read')).not.toMatch(/S|T/)
    })
    const short = new Fed().read('/msg bob xxx').message('/msg bob').read('my password is banana\n')
    expect(short.read('a\n').message('a').shown('read')).not.toMatch(/sswo|banana/)
    const direct = '{"type":"direct","to":"bob","text":"SECRET"}\n'
    const fed = new Fed().read('hello\n').message('hello')
    fed.read(direct).read('hi\n').message('hi')
    expect(fed.shown('read')).not.toContain('SECRET')
  })

  it('hides a command that follows a long message with NULs or CR, before it is found', () => {
    const long = 'a'.repeat(30)
    for (const end of ['\n', '\r', '\r\n', '\0', '\0\0', '\r\0']) {
      const fed = new Fed().read(`${long}${end}/msg bob SECRET\n`)
      expect(fed.shown('read')).not.toContain('SECRET')
      expect(fed.message(long).shown('read')).not.toContain('SECRET')
      fed.read('more\n')
      expect(fed.message('/msg bob SECRET').shown('read')).not.toContain('SECRET')
    }
  })

  it('hides the rest of a message whose beginning it does not look at any more', () => {
    const fed = new Fed().read('hello\n').message('hello')
    fed
      .read(`{"type":"direct","text":"${'x'.repeat(60_000)}`)
      .read(`${'x'.repeat(10_000)}SECRET"}\n`)
    expect(fed.shown('read')).not.toContain('SECRET')
    expect(fed.read('hi\n').message('hi').shown('read')).not.toContain('SECRET')
  })

  it('hides a token that was said by mistake, and the error that repeats it', () => {
    const token = 'w0bp1TUjtw.Zm9vYmFyYmE'
    const fed = new Fed().read(`hello ${token}\n`).message(`hello ${token}`)
    const error = {
      type: 'error',
      code: 'person_unknown',
      message: `There is nobody called ${token}.`,
    }
    const units = marked(error as ErrorMessage, [{ text: `! ${error.message}` }, { text: '! x' }])
    expect(units.map(({ secret }) => secret)).toEqual([true, undefined])
    fed.units(...units).write(`! ${error.message}\n! x\n`)
    expect(fed.messages[0]).toBe(`hello ${masked(token)} <LF 1>`)
    expect(fed.shown('read') + fed.shown('write')).not.toContain('w0bp1')
    for (const said of [`code-${token}`, `${token}x`]) {
      expect(new Fed().read(`${said}\n`).message(said).shown('read')).not.toContain('w0bp1')
    }
    expect(fed.shown('write')).toContain('! x')
  })

  it('keeps nothing of chunks that have only telnet commands', () => {
    const stream = new Stream()
    for (let n = 1; n <= 5000; n += 1) stream.add(n, Buffer.of(255, 241), [[0, 2]])
    expect(stream.waiting.places).toEqual([])
  })

  it('shows the header of the frame after a secret one', () => {
    const frame = (text: string) => Buffer.concat([Buffer.of(0x81, text.length), Buffer.from(text)])
    const hello = '{"type":"hello","protocol":1,"token":"x"}'
    const fed = new Fed(true).read(frame(hello)).message(hello)
    const say = '{"type":"say","text":"hi"}'
    fed.read(frame(say)).message(say)
    expect(fed.shown('read').split('|')[1]).not.toContain('*')
  })

  it('is hidden in what the server writes, wherever it is cut', () => {
    const secret = 'ann -> bob: psst'
    everyCut(Buffer.from(`hello\n${secret}\n`), (pieces) => {
      const fed = new Fed().units({ text: 'hello' }, { text: secret, secret: true })
      for (const piece of pieces) {
        fed.write(piece)
        expect(fed.shown('write')).not.toMatch(/ps|st/)
      }
      expect(fed.shown('write').replaceAll('|', '')).toBe(`hello\\n${masked(secret)}\\n`)
    })
  })

  it('is hidden in writes whose units were forgotten, until one is known again', () => {
    const fed = new Fed().hear({ type: 'gap' }).units({ text: 'known' }, { text: 'after it' })
    fed.write('ann -> bob: psst\n')
    expect(fed.shown('write')).toBe(masked('ann -> bob: psst\n'))
    fed.write('bob -> ann: yes\nknown\nafter it\n')
    expect(fed.shown('write').split('|')).toEqual([
      masked('ann -> bob: psst\n'),
      `${masked('bob -> ann: yes\n')}known\\nafter it\\n`,
    ])
  })

  it('stays hidden if more is written than is looked at', () => {
    const fed = new Fed().units({ text: 'x'.repeat(200_000), secret: true })
    for (let at = 0; at < 20; at += 1) fed.write('psst'.repeat(2000))
    expect(fed.shown('write')).not.toContain('psst')
  })

  it('is hidden in a welcome, whose other fields are shown', () => {
    const text = '{"type":"welcome","you":{"name":"ann"},"token":"abc.def","events":[]}'
    const fed = new Fed(true).units({ text, secret: true })
    fed.write(Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]))
    expect(fed.shown('write')).toContain('"name":"ann"},"token":"*******","events"')
  })
})

it('as text costs no more than what is shown of long reads', async () => {
  const rungs = (size: number): Rung[] => {
    const fed = new Fed()
    for (let at = 0; at < 100; at += 1) fed.read(Buffer.alloc(size, 1))
    return fed.rungs
  }
  const [long, short] = [rungs(4096), rungs(640)]
  const run = (which: readonly Rung[]) => () => void ladderText('', which)
  await cpuMs(run(short))
  expect(await cpuMs(run(long))).toBeLessThan(5 + 3 * (await cpuMs(run(short))))
})
