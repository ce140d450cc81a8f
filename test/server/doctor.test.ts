/** What `oneroom doctor` says. */
import { copyFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { diagnose, type Facts, factsOf } from '../../server/doctor.ts'
import { certificate, openssl } from '../support/certificate.ts'
import { testFolder } from '../support/folder.ts'
import { testGateway } from '../support/gateway.ts'
import { oneroom } from '../support/program.ts'

const facts: Facts = {
  folder: 'data',
  serving: {
    startedAt: '2030-01-01T00:00:00.000Z',
    host: '0.0.0.0',
    isLoopback: false,
    isProxied: false,
    webPort: 3000,
    tcpPort: 8080,
    needsCode: true,
    trust: { networks: [], limitsLocal: false },
    addressConnections: 64,
    reserve: false,
    relay: null,
  },
  hosts: ['Hana'],
  isRunning: true,
  code: { words: 'amber-fox-lamp' },
  addresses: ['192.168.1.5'],
  logBytes: 3_000_000,
  freeBytes: 50e9,
  isShared: false,
  certificateFaults: [],
  now: Date.parse('2030-01-01T12:00:00Z'),
}
const weaknesses = (changes: Partial<Facts>, serving: Partial<Facts['serving']> = {}) =>
  diagnose({ ...facts, ...changes, serving: { ...facts.serving, ...serving } })
    .filter(({ weak }) => weak)
    .map(({ text }) => text)
const TLS = {
  files: { cert: '/etc/cert.pem', key: '/etc/key.pem' },
  names: ['chat.example'],
  isOnly: false,
}
const CLEAR = expect.stringContaining('Nothing is encrypted')

it('describes a server that other machines reach', () => {
  expect(diagnose(facts).map(({ text }) => text)).toEqual([
    'The server of data is running since 2030-01-01T00:00:00.000Z.',
    'It listens on all addresses of this machine: 192.168.1.5; port 3000 (page and HTTP) and port 8080 (nc and programs). Every machine with a route to them can reach it.',
    CLEAR,
    'People need the room code amber-fox-lamp to join.',
    'A name is free after its owner has left.',
    'The hosts are the operator, at the terminal of the server, and Hana. Some may have another name now.',
    'One address can have 64 connections, and more if people there gave the code.',
    'Clients on this machine have no limits. Behind a proxy on it, use --trust none.',
    'The log has 3 MB; the disk has 50.0 GB free.',
    'Only the owner of data can open it.',
  ])
})

it.each<[string, Partial<Facts>, Partial<Facts['serving']>, string]>([
  ['no server', { isRunning: false }, {}, 'No server uses data now.'],
  ['an open server', {}, { needsCode: false }, 'Every client that can reach it can join.'],
  [
    'an expired code',
    { code: { words: 'amber-fox-lamp', until: '2030-01-01T11:00:00Z' } },
    {},
    'The room code has expired',
  ],
  ['a short code', { code: { words: 'abc-def' } }, {}, 'The code is short'],
  [
    'trust',
    {},
    { trust: { networks: ['10.0.0.0/8'], limitsLocal: false } },
    'Clients from 10.0.0.0/8',
  ],
  ['no limit', {}, { addressConnections: null }, 'One address can have any number'],
  [
    'a bad certificate',
    { certificateFaults: ['The certificate has expired.'] },
    { tls: TLS },
    'The certificate has expired.',
  ],
  ['raw clients without TLS', {}, { tls: TLS }, 'Refuse them with --tls-only.'],
  ['a full disk', { freeBytes: 1e8 }, {}, 'the disk has 100 MB free. Without space'],
  ['a shared folder', { isShared: true }, {}, 'Run chmod 700 data.'],
])('warns of %s', (_what, changes, serving, text) => {
  expect(weaknesses(changes, serving)).toContainEqual(expect.stringContaining(text))
})

it('shows the port for UDP', () => {
  const withUdp = diagnose({ ...facts, serving: { ...facts.serving, udpPort: 9000 } })
  expect(withUdp[1]?.text).toContain('port 8080 (nc and programs), and port 9000 (UDP). Every')
})

it('finds nothing wrong with a server of this machine', () => {
  expect(weaknesses({}, { host: '127.0.0.1', isLoopback: true, needsCode: false })).toEqual([])
})

it('finds nothing wrong with TLS for all, on one port', () => {
  const serving = { tls: { ...TLS, isOnly: true }, webPort: 443, tcpPort: 443 }
  expect(weaknesses({}, serving)).toEqual([])
  const texts = diagnose({ ...facts, serving: { ...facts.serving, ...serving } })
  expect(texts.map(({ text }) => text).join('\n')).toMatch(
    /port 443 \(page, HTTP, nc and programs\)[\s\S]*the certificate \/etc\/cert\.pem\./,
  )
})

it.skipIf(!openssl)('reads the certificate as it is now', async () => {
  const data = testFolder()
  const { cert, key } = certificate()
  const { close } = await testGateway({ data, tlsCert: cert, tlsKey: key })
  const faults = async () => (await factsOf(data, Date.now()))?.certificateFaults
  await expect.poll(faults).toEqual([])
  await close()
  copyFileSync(certificate().key, key)
  expect(await faults()).toEqual([`--tls-key ${key} is not the key of the certificate in ${cert}.`])
})

it('reads the facts of a server, while it runs and afterwards', async () => {
  const data = testFolder()
  const { close, tcp, udpPort } = await testGateway({ data, udpPort: 0 })
  await expect
    .poll(() => factsOf(data, Date.now()))
    .toMatchObject({
      isRunning: true,
      isShared: false,
      serving: { host: '127.0.0.1', isLoopback: true, tcpPort: tcp.port, udpPort },
    })
  const command = oneroom('doctor', '--data', data)
  expect(await command.untilExit()).toBe(0)
  expect(command.stdout).toContain('  Only the owner of')
  await close()
  expect((await factsOf(data, Date.now()))?.isRunning).toBe(false)
  const missing = oneroom('doctor', '--data', testFolder())
  expect(await missing.untilExit()).toBe(2)
})
