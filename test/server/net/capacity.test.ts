import { expect, it } from 'vitest'
import { capacity } from '../../../server/net/capacity.ts'

it.each([
  [Infinity, { chat: 20_000, http: { total: 4000, ofNetwork: 1000 } }],
  [1024, { chat: 714, http: { total: 238, ofNetwork: 60 } }],
  [10, { chat: 0, http: { total: 0, ofNetwork: 0 } }],
])('with %d file descriptors, the limits are %j', (openFiles, limits) => {
  expect(capacity(openFiles)).toEqual(limits)
})
