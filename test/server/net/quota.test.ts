import { expect, it } from 'vitest'
import { Quota } from '../../../server/net/quota.ts'

it('a quota limits each network and the total, and giving back twice counts once', () => {
  const quota = new Quota({ total: 3, ofNetwork: 2 })
  const first = quota.take('192.0.2.1')
  expect(quota.take('::ffff:192.0.2.1')).toBeDefined()
  expect(quota.take('192.0.2.1')).toBeUndefined()
  expect(quota.take('2001:db8::1')).toBeDefined()
  expect(quota.take('192.0.2.2')).toBeUndefined()
  first?.()
  first?.()
  expect(quota.total).toBe(2)
  expect(quota.take('192.0.2.2')).toBeDefined()
  expect(quota.take('192.0.2.1')).toBeUndefined()
})

it('a quota limits only the total of a proxy', () => {
  const quota = new Quota({ total: 3, ofNetwork: 1 })
  for (let taken = 0; taken < 3; taken += 1) expect(quota.take('192.0.2.1', true)).toBeDefined()
  expect(quota.take('192.0.2.1', true)).toBeUndefined()
})
