import { expect, it } from 'vitest'
import { Answers, cookieAnswer, GAIN } from '../../../../server/net/udp/answers.ts'

it('a cookie is sent in as many words as the bytes received allow', () => {
  for (let received = 0; received < 100; received += 1) {
    for (const isJson of [true, false]) {
      const answer = cookieAnswer('abcdefg', received, isJson)
      expect(Buffer.byteLength(answer ?? '')).toBeLessThanOrEqual(GAIN * received)
      expect(answer !== undefined).toBe(received >= 3)
      expect(answer?.trim()).not.toBe('abcdefg')
    }
  }
})

it('a network is answered once a second, and not all of very many', () => {
  const answers = new Answers()
  expect(answers.allows('192.0.2.1', 5000)).toBe(true)
  expect(answers.allows('192.0.2.1', 5999)).toBe(false)
  expect(answers.allows('192.0.2.2', 5999)).toBe(true)
  expect(answers.allows('192.0.2.1', 6000)).toBe(true)
  const allowed = Array.from({ length: 20_000 }, (_, at) => answers.allows(`forged ${at}`, 6500))
  expect(allowed.filter(Boolean)).toHaveLength(9999)
  expect(answers.allows('192.0.2.3', 7000)).toBe(true)
})
