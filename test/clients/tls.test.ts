/** Programs that speak TLS, unchanged, with the real server; and `oneroom connect --tls`. */
import { copyFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { certificate, openssl } from '../support/certificate.ts'
import { testFolder } from '../support/folder.ts'
import { testGateway } from '../support/gateway.ts'
import { need, type ProgramName } from '../support/installed.ts'
import { oneroom, Program, serve } from '../support/program.ts'
import { greeted } from '../support/raw.ts'

type Way = { program: ProgramName; args: (port: number, cert: string) => string[] }

const ways: Way[] = [
  {
    program: 'openssl',
    args: (port, cert) => [
      ...['s_client', '-quiet', '-verify_return_error', '-CAfile', cert],
      ...['-connect', `127.0.0.1:${port}`],
    ],
  },
  { program: 'ncat', args: (port) => ['--ssl', '127.0.0.1', `${port}`] },
  {
    program: 'ncat',
    args: (port, cert) => [
      ...['--ssl-verify', '--ssl-trustfile', cert],
      ...['localhost', `${port}`, '-4'],
    ],
  },
  {
    program: 'socat',
    args: (port, cert) => ['-', `OPENSSL:localhost:${port},cafile=${cert},pf=ip4`],
  },
]

describe.skipIf(!openssl)('programs that speak TLS', () => {
  it('talk in one room with a plain client, on two ports and on one', async () => {
    const files = certificate()
    const tls = ['--tls-cert', files.cert, '--tls-key', files.key]
    const { server, tcpPort } = await serve(...tls)
    const port = Number(/tls {2}ncat --ssl 127\.0\.0\.1 (\d+)\n/.exec(server.stdout)?.[1])
    expect(port).toBe(tcpPort)
    expect(server.stdout).toMatch(/web {2}https:\/\/127\.0\.0\.1:\d+\n/)
    const { client: ann } = await greeted(tcpPort)
    for (const { program, args } of ways) {
      const path = need(program)
      if (path === undefined) continue
      const client = new Program(path, args(tcpPort, files.cert))
      const [, name] = /You are (\S+);/.exec(await client.until('bye leaves.\n')) ?? []
      ann.send(`to ${program}\n`)
      await client.until(`guest-1: to ${program}\n`)
      client.type('Grüße 🙂\nbye\n')
      await ann.until(`${name}: Grüße 🙂\n`)
      await client.until('Goodbye, ')
      await ann.until(`* ${name} left\n`)
    }
    const one = oneroom('--data', ':memory:', '--port', '0', '--tls-only', ...tls)
    const ready = await one.until('Waiting for client request..\n')
    const [, shared] = /tcp {2}ncat --ssl 127\.0\.0\.1 (\d+)\n/.exec(ready) ?? []
    for (const { program, args } of ways) {
      const path = need(program)
      if (path === undefined) continue
      const client = new Program(path, args(Number(shared), files.cert)).type('hi\n')
      await client.until('bye leaves.\n')
      client.type('bye\n')
      await client.until('Goodbye, ')
    }
  })

  it('oneroom connect checks the certificate, and says what is wrong with it', async () => {
    const files = certificate()
    const { tcp } = await testGateway({ tlsCert: files.cert, tlsKey: files.key })
    const { client: ann } = await greeted(tcp.port)
    const at = `127.0.0.1:${tcp.port}`
    const ben = oneroom('connect', at, '--ca', files.cert, '--name', 'Ben')
    ben.child.stdin?.end('over TLS\n')
    await ann.until('Ben: over TLS\n')
    expect(await ben.untilExit()).toBe(0)
    const sentenceOf = async (...args: string[]): Promise<string> => {
      const client = oneroom('connect', ...args)
      client.child.stdin?.end('never\n')
      expect(await client.untilExit()).toBeGreaterThan(0)
      return client.stderr
    }
    expect(await sentenceOf(at, '--tls')).toBe(
      `oneroom: The certificate of ${at} is of no authority that this machine trusts. If you do, give its file with --ca.\n`,
    )
    const other = certificate({ names: 'DNS:chat.example' })
    const named = await testGateway({ tlsCert: other.cert, tlsKey: other.key })
    expect(await sentenceOf(`127.0.0.1:${named.tcp.port}`, '--ca', other.cert)).toBe(
      `oneroom: The certificate of 127.0.0.1:${named.tcp.port} is for another host.\n`,
    )
    const plain = await testGateway()
    expect(await sentenceOf(`127.0.0.1:${plain.tcp.port}`, '--tls')).toMatch(
      /^oneroom: .*(does not speak TLS|broke)/,
    )
    expect(await sentenceOf(at, '--ca', `${testFolder()}/none`)).toContain('cannot be read')
    expect(ann.text).not.toContain('never')
  })

  it('see the new certificate after SIGHUP, and stay connected', async () => {
    const files = certificate()
    const { server, tcpPort } = await serve('--tls-cert', files.cert, '--tls-key', files.key)
    const connect = () => oneroom('connect', `127.0.0.1:${tcpPort}`, '--ca', files.cert)
    const before = connect()
    const { client: ann } = await greeted(tcpPort)
    await ann.until('(program)')
    const next = certificate()
    copyFileSync(next.cert, files.cert)
    copyFileSync(next.key, files.key)
    server.child.kill('SIGHUP')
    await expect.poll(() => server.stderr).toContain('the certificate was replaced')
    connect().child.stdin?.end('with the new one\n')
    await ann.until('with the new one\n')
    before.type('with the old one\n')
    await ann.until('with the old one\n')
  })
})
