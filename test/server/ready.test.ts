import { expect, it } from 'vitest'
import { readConfig } from '../../server/config.ts'
import { hostsOf } from '../../server/net/reach.ts'
import { entryLines, invitation, readyLines } from '../../server/ready.ts'
import { testGateway } from '../support/gateway.ts'
import { HOST_KEY } from '../support/hosts.ts'

/** What a server with these options prints. */
async function printed(given: Record<string, string>) {
  const free = { webPort: '0', tcpPort: '0', data: ':memory:', hostKey: HOST_KEY, ...given }
  const read = readConfig(free)
  if (!read.ok) throw new Error(read.faults.join(' '))
  const gateway = await testGateway(read.config)
  const lines = readyLines(gateway, read.config)
  const { webPort, tcp } = gateway
  return { lines, webPort, tcp, url: invitation(gateway, read.config), gateway, ...read }
}

it('on all networks, prints addresses that other machines can use, and no 0.0.0.0', async () => {
  const hosts = await hostsOf('0.0.0.0')
  const { lines, webPort, tcp, url, gateway, config } = await printed({
    host: '0.0.0.0',
    code: 'amber-fox-lamp',
    trust: '192.0.2.0/24',
  })
  const best = hosts[0] ?? '127.0.0.1'
  expect(lines.slice(1, 4)).toEqual([
    `  web  http://${best}:${webPort}/#code=amber-fox-lamp`,
    `  tcp  nc ${best} ${tcp.port}`,
    '  code amber-fox-lamp',
  ])
  expect(lines.join('\n')).not.toContain('0.0.0.0')
  for (const other of hosts.slice(1)) expect(lines.join('\n')).toContain(other)
  expect(url).toBe(
    hosts.length === 0 ? undefined : `http://${best}:${webPort}/#code=amber-fox-lamp`,
  )
  expect(entryLines(gateway, config)).toEqual([
    'People need the code, or knock until a host lets them in. People from 192.0.2.0/24 need none.',
  ])
})

it('on this machine alone, says how to share, and has no address to share', async () => {
  const { lines, url } = await printed({})
  expect(lines[3]).toMatch(/^ {2}Only this machine can join\. To share: .* --host 0\.0\.0\.0$/)
  expect(url).toBeUndefined()
})

it('with a public address, shares that one, and says nothing of the interfaces', async () => {
  const given = { publicUrl: 'https://chat.example/room/', publicTcp: 'chat.example:8080' }
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const { lines, url } = await printed({ ...given, host, code: 'red-panda' })
    expect(url).toBe('https://chat.example/room/#code=red-panda')
    expect(lines).toContain('  public https://chat.example/room/#code=red-panda')
    expect(lines).toContain('  public nc chat.example 8080')
    expect(lines.join('\n')).not.toMatch(/Only this machine|also at/)
  }
})

it('says who may come in: everybody, or each new person after a host has decided', async () => {
  const { gateway, config } = await printed({ host: '0.0.0.0', open: 'on' })
  expect(entryLines(gateway, config)).toEqual(['Any client that reaches these addresses can join.'])
})

it('with UDP, prints how to join by it', async () => {
  const { lines, gateway } = await printed({ udpPort: '0' })
  expect(lines).toContain(`  udp  nc -u 127.0.0.1 ${gateway.udpPort}`)
})
