/** The input of a raw connection: bytes → steps, without a socket or a timer. */
import { describe, expect, test } from 'vitest'
import type { Arrived } from '../../../../server/net/connection/input.ts'
import { RawInput } from '../../../../server/net/raw/input.ts'

const bytes = (text: string) => Buffer.from(text)

/** Each step in a few words. */
function steps(input: RawInput): string[] {
  const all: string[] = []
  for (let step = input.next(); step !== undefined; step = input.next()) all.push(inWords(step))
  return all
}

function inWords(step: Arrived): string {
  switch (step.type) {
    case 'dialect':
      return `${step.dialect.name} ${step.via}`
    case 'unit':
      return step.text
    case 'request':
      return step.request.type
    case 'fault':
      return step.fault.code
    default:
      return step.type
  }
}

describe('a raw input', () => {
  test('greets a silent client, and then takes its lines', () => {
    const input = new RawInput()
    input.greetSilent()
    expect(steps(input)).toEqual(['line tcp', 'hello'])
    input.push(bytes('one\ntwo'))
    expect(steps(input)).toEqual(['one'])
    input.push(bytes('\n'))
    expect(steps(input)).toEqual(['two'])
    input.end()
    expect(steps(input)).toEqual(['end'])
    expect(steps(input)).toEqual([])
  })

  test('greets a client that speaks first before its first line', () => {
    const input = new RawInput()
    input.push(bytes('hello'))
    expect(steps(input)).toEqual(['line tcp', 'hello'])
    expect(input.silenceMs).toBe(250)
    input.silent(300)
    expect(steps(input)).toEqual(['hello'])
    expect(input.echoes).toBe(false)
    input.push(bytes('again'))
    input.silent(600)
    expect(steps(input)).toEqual(['again'])
    expect(input.echoes).toBe(true)
  })

  test('changes to JSON when the first line is a hello, greeted or not', () => {
    const hello = '{"type":"hello","protocol":1}'
    const input = new RawInput()
    input.push(bytes(`${hello}\n{"type":"bye"}\n`))
    expect(steps(input)).toEqual(['json json', hello, '{"type":"bye"}'])
    const greeted = new RawInput()
    greeted.greetSilent()
    expect(steps(greeted)).toEqual(['line tcp', 'hello'])
    greeted.push(bytes(`${hello}\n`))
    expect(steps(greeted)).toEqual(['json json', hello])
  })

  test('does not change to JSON at a later line', () => {
    const input = new RawInput()
    input.push(bytes('hi\n{"type":"hello","protocol":1}\n'))
    expect(steps(input)).toEqual(['line tcp', 'hello', 'hi', '{"type":"hello","protocol":1}'])
  })

  test('gives no step before the guard has decided, and none after a refusal', () => {
    const input = new RawInput()
    input.push(bytes('GET / HT'))
    expect([steps(input), input.refusal]).toEqual([[], undefined])
    input.push(bytes('TP/1.1\r\nhello\n'))
    expect([steps(input), input.refusal, input.silenceMs]).toEqual([[], 'http', 0])
    input.push(bytes('more\n'))
    input.end()
    expect(steps(input)).toEqual([])
  })

  test('gives only the end for a client that sends no byte', () => {
    const input = new RawInput()
    input.end()
    input.greetSilent()
    expect(steps(input)).toEqual(['end'])
  })

  test('waits for an answer if it ends its lines, and is not ahead of the answers', () => {
    const input = new RawInput()
    input.greetSilent()
    input.push(bytes('one\n'))
    steps(input)
    expect([0, 4].map((answers) => input.awaitsAnswer(answers))).toEqual([true, true])
    input.push(bytes('two\n\nthree\n'))
    steps(input)
    expect([1, 2].map((answers) => input.awaitsAnswer(answers))).toEqual([false, true])
    input.end()
    expect(input.awaitsAnswer(2)).toBe(false)
    const unterminated = new RawInput()
    unterminated.greetSilent()
    unterminated.push(bytes('one'))
    unterminated.silent(300)
    steps(unterminated)
    expect(unterminated.awaitsAnswer(4)).toBe(false)
  })

  test('that comes before the greeting has its answer in the greeting', () => {
    const input = new RawInput()
    input.push(bytes('one\n'))
    steps(input)
    expect(input.awaitsAnswer(4)).toBe(false)
    input.push(bytes('two\n'))
    steps(input)
    expect(input.awaitsAnswer(4)).toBe(true)
  })

  test('may begin with a byte order mark, also before a hello, and also alone', () => {
    const hello = '{"type":"hello","protocol":1}'
    for (const first of ['\ufeff', `\ufeff${hello}\n`]) {
      const input = new RawInput()
      for (const byte of bytes(first)) input.push(Uint8Array.of(byte))
      if (first === '\ufeff') {
        expect([steps(input), input.silenceMs]).toEqual([[], 0])
        input.push(bytes(`${hello}\n`))
      }
      expect(steps(input)).toEqual(['json json', hello])
    }
    const lines = new RawInput()
    lines.push(bytes('\ufeff'))
    lines.greetSilent()
    lines.push(bytes('one\n\ufefftwo\n'))
    expect(steps(lines)).toEqual(['line tcp', 'hello', 'one', 'two'])
    expect(lines.awaitsAnswer(4)).toBe(true)
    const request = new RawInput()
    request.push(bytes('\ufeffGET / HTTP/1.1\r\n'))
    expect(request.refusal).toBe('http')
  })

  test('gives each kind of advice once', () => {
    const input = new RawInput()
    input.push(bytes('one\0\ntwo\0\n'))
    expect(steps(input).filter((step) => step === 'not_lines')).toHaveLength(1)
    const waiting = new RawInput()
    waiting.push(bytes('one\ntwo'))
    steps(waiting)
    expect(waiting.silenceMs).toBe(3000)
    waiting.silent(4000)
    expect([steps(waiting), waiting.silenceMs]).toEqual([['not_lines'], 0])
  })

  test('at a stop, ends the unfinished message of a client that never ends its lines', () => {
    const input = new RawInput()
    input.push(bytes('This is from Client'))
    steps(input)
    input.flush()
    expect(steps(input)).toEqual(['This is from Client', 'end'])
    // Its first bytes could still become a request.
    const first = new RawInput()
    first.push(bytes('HELLO'))
    first.flush()
    expect(steps(first)).toEqual(['line tcp', 'hello', 'HELLO', 'end'])
    const half = new RawInput()
    half.push(bytes('whole\nhalf'))
    steps(half)
    half.flush()
    expect(steps(half)).toEqual([])
  })

  test('recognises a telnet client and its colours before the greeting', () => {
    const input = new RawInput()
    input.push(Buffer.from([255, 251, 24]))
    input.push(Buffer.from([255, 250, 24, 0, ...bytes('xterm'), 255, 240]))
    input.greetSilent()
    expect(steps(input)).toEqual(['line telnet', 'style', 'hello'])
  })
})
