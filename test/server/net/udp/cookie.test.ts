import { expect, it } from 'vitest'
import { Cookies } from '../../../../server/net/udp/cookie.ts'

const MINUTE = 60_000

it('a cookie is right for its source only, and for one to two minutes', () => {
  const cookies = new Cookies()
  const made = 7 * MINUTE + 59_000
  const cookie = cookies.cookieFor('192.0.2.1 5000', made)
  expect(cookie).toMatch(/^[a-km-z2-9]{7}$/)
  expect(cookies.isRight(cookie, '192.0.2.1 5000', made)).toBe(true)
  expect(cookies.isRight(cookie, '192.0.2.1 5000', made + MINUTE)).toBe(true)
  expect(cookies.isRight(cookie, '192.0.2.1 5000', made + 2 * MINUTE)).toBe(false)
  expect(cookies.isRight(cookie, '192.0.2.1 5001', made)).toBe(false)
  expect(cookies.isRight(cookie, '192.0.2.2 5000', made)).toBe(false)
  expect(new Cookies().isRight(cookie, '192.0.2.1 5000', made)).toBe(false)
  expect(cookies.isRight('hello', '192.0.2.1 5000', made)).toBe(false)
})
