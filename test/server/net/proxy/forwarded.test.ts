import { describe, expect, it } from 'vitest'
import { clientOf } from '../../../../server/net/proxy/forwarded.ts'

const PROXIES = ['127.0.0.1', '10.0.0.7']
const seen = (headers: Record<string, string>, peer = '127.0.0.1') =>
  clientOf(peer, headers, (address) => PROXIES.includes(address))
const listed = (list: string) => seen({ 'x-forwarded-for': list })
const forwarded = (list: string) => seen({ forwarded: list })

describe('the client of a request', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9, 10.0.0.7', '203.0.113.9'],
    ['192.0.2.1, 203.0.113.9,10.0.0.7', '203.0.113.9'],
    ['127.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['[2001:DB8::0:9]:4711', '2001:db8::9'],
    ['2001:db8::9', '2001:db8::9'],
    ['10.0.0.7', '10.0.0.7'],
    ['203.0.113.9, unknown', '127.0.0.1'],
    ['203.0.113.9, 10.0.0.7, ', '127.0.0.1'],
    ['', '127.0.0.1'],
  ])('of X-Forwarded-For %j is %s', (list, client) => {
    expect(listed(list)).toBe(client)
  })

  it.each([
    ['for=203.0.113.9', '203.0.113.9'],
    ['proto=https; For="[2001:db8::9]:4711";by=_gateway', '2001:db8::9'],
    ['for=192.0.2.1;host="a,b", for=203.0.113.9, for=10.0.0.7', '203.0.113.9'],
    ['for="evil, for="[2001:db8::9]:4711"', '2001:db8::9'],
    ['for=203.0.113.9, for=_hidden', '127.0.0.1'],
    ['for=203.0.113.9, proto=http', '127.0.0.1'],
  ])('of Forwarded %j is %s', (list, client) => {
    expect(forwarded(list)).toBe(client)
  })

  it('is the peer, if that is no trusted proxy', () => {
    const headers = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' }
    expect(seen(headers, '192.0.2.1')).toBe('192.0.2.1')
  })

  it('is of X-Forwarded-For, if a request has both', () => {
    const headers = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=192.0.2.1' }
    expect(seen(headers)).toBe('203.0.113.9')
  })
})
