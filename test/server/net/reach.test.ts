import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { addressTowards, defaultRoute, hostsIn, hostsOf } from '../../../server/net/reach.ts'

function card(address: string, internal = false): NetworkInterfaceInfo {
  const family = address.includes(':') ? ('IPv6' as const) : ('IPv4' as const)
  return { address, family, internal, netmask: '', mac: '', cidr: null, scopeid: 0 }
}

const interfaces = {
  lo: [card('127.0.0.1', true), card('::1', true)],
  docker0: [card('172.17.0.1')],
  eth0: [card('fe80::1'), card('2001:db8::5'), card('192.168.1.5')],
}

describe('the addresses for other machines', () => {
  it('begin with that of the default route, then the name, and end with those of IPv6', () => {
    const how = { first: 'eth0', name: 'studio.local' }
    expect(hostsIn(interfaces, { ...how, hasIpv6: true })).toEqual([
      '192.168.1.5',
      'studio.local',
      '172.17.0.1',
      '2001:db8::5',
    ])
  })

  it('have no address of IPv6 if the server is bound to IPv4, and no name if there is none', () => {
    const how = { first: undefined, name: undefined, hasIpv6: false }
    expect(hostsIn(interfaces, how)).toEqual(['172.17.0.1', '192.168.1.5'])
  })

  it('are none in no network, whatever the name is', () => {
    const { lo } = interfaces
    expect(hostsIn({ lo }, { first: undefined, name: 'studio.local', hasIpv6: true })).toEqual([])
  })

  it('are at most six', () => {
    const many = Array.from({ length: 40 }, (_, at) => card(`10.0.0.${at}`))
    const how = { first: 'eth0', name: undefined, hasIpv6: false }
    expect(hostsIn({ ...interfaces, veth: many }, how)).toHaveLength(6)
  })

  it('are the one that the server is bound to, and none for 127.0.0.1', async () => {
    expect(await hostsOf('192.168.1.5')).toEqual(['192.168.1.5'])
    for (const host of ['127.0.0.1', '127.0.0.2', '::1', 'localhost'])
      expect(await hostsOf(host)).toEqual([])
    for (const host of await hostsOf('::')) expect(host).not.toMatch(/^(127\.|::|0\.0\.0\.0|fe80)/)
  })
})

it('the default route is the one with the smallest metric', () => {
  const table = [
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT',
    'wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0',
    'eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
    'tun0\t00000000\t0101A8C0\t0003\t0\t0\t50\t00000080\t0\t0\t0',
  ]
  expect(defaultRoute(table.join('\n'))).toBe('eth0')
  expect(defaultRoute(table[0] as string)).toBeUndefined()
})

it('the system tells from which address it sends, and sends nothing', async () => {
  expect(await addressTowards('127.0.0.1')).toBe('127.0.0.1')
})
