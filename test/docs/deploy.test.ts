/** The configurations of docs/deploy.md, each run by its program before a real server. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { type Config, optionNames, options, readConfig } from '../../server/config.ts'
import { testFolder } from '../support/folder.ts'
import { type TestGateway, testGateway } from '../support/gateway.ts'
import { need } from '../support/installed.ts'
import { startNginx, untilListening } from '../support/nginx.ts'
import { PageClient } from '../support/page.ts'
import { fixedPort, Program } from '../support/program.ts'
import { rawClient } from '../support/raw.ts'
import { selfSigned } from '../support/selfsigned.ts'
import { blocks, root } from './pages.ts'

const [nginx, caddy, haproxy] = (['nginx', 'caddy', 'haproxy'] as const).map(need)
const [stunnel, openssl, analyze] = (['stunnel4', 'openssl', 'systemd-analyze'] as const).map(need)

const CODE = 'amber-fox-lamp'
/** Of the clients; the proxies reach the server from 127.0.0.1. */
const CLIENT = '127.0.0.5'

const onPage = blocks.filter(({ page }) => page === 'docs/deploy.md')

/** The one block in the language, with the replacements, each of which must fit. */
function snippet(language: string, replacements: Record<string, string> = {}): string {
  const found = onPage.filter((block) => block.language === language)
  expect(found).toHaveLength(1)
  let result = found[0]?.text ?? ''
  for (const [from, to] of Object.entries(replacements)) {
    expect(result).toContain(from)
    result = result.replaceAll(from, to)
  }
  return result
}

/** The options of the server on the page, in the command of the shell. */
function optionsOnPage(): string {
  return /^oneroom serve (.*)\n$/.exec(snippet('sh'))?.[1] ?? ''
}

/** A server with the options of the page, on free ports. */
async function server(): Promise<TestGateway> {
  const words = optionsOnPage().split(' ')
  const given: Partial<Record<keyof Config, string>> = { code: CODE }
  for (const name of optionNames) {
    const at = words.indexOf(options[name].flag.split(' ', 1)[0] as string)
    if (at >= 0) given[name] = words[at + 1] ?? ''
  }
  expect(Object.keys(given)).toHaveLength(1 + words.length / 2)
  const read = readConfig(given)
  if (!read.ok) throw new Error(read.faults.join())
  const { trustProxy, publicUrl, publicTcp, code } = read.config
  return testGateway({ trustProxy, publicUrl, publicTcp, code })
}

const remotes = ({ logged }: TestGateway): string[] =>
  logged.flatMap(({ remote }) => (remote === undefined ? [] : [String(remote).split(':')[0] ?? '']))

/** Joins and speaks as the page of the public address does, at a proxy that listens at `base`. */
async function speak(gateway: TestGateway, base: string): Promise<void> {
  const socket = new WebSocket(`${base.replace('http', 'ws')}ws`, 'oneroom.v1', {
    rejectUnauthorized: false,
    localAddress: CLIENT,
    headers: { Origin: 'https://chat.example', 'X-Forwarded-For': '192.0.2.1' },
  })
  const page = new PageClient(socket)
  onTestFinished(() => socket.terminate())
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  await page.hello({ name: 'Ann', code: CODE })
  page.send({ type: 'say', id: '1', text: 'hello' })
  await page.until('hello')
  expect(remotes(gateway)).toEqual([CLIENT])
}

/** The body of a page of a proxy with a certificate of this test. */
async function get(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, { rejectUnauthorized: false, agent: false }, (response) => {
      text(response).then(resolve, reject)
    })
      .once('error', reject)
      .end()
  })
}

it('every block of the page is in a language of which there is one', () => {
  const languages = onPage.map(({ language }) => language)
  expect(languages).toEqual(['sh', 'nginx', 'caddy', 'haproxy', 'stunnel', 'ini'])
})

describe('the configuration of', () => {
  it.skipIf(!nginx || !openssl)('nginx serves the page below a path', async () => {
    const gateway = await server()
    const port = await fixedPort()
    const { cert, key } = selfSigned(openssl as string, testFolder())
    const config = snippet('nginx', {
      'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
      '/etc/ssl/chat.example.pem': cert,
      '/etc/ssl/chat.example.key': key,
      '127.0.0.1:3000': `127.0.0.1:${gateway.webPort}`,
    })
    await startNginx(nginx as string, config, port)
    const base = `https://127.0.0.1:${port}/room/`
    expect(await get(base)).toContain('<title>Oneroom</title>')
    await speak(gateway, base)
  })

  it.skipIf(!caddy)('Caddy serves the page below a path', async () => {
    const gateway = await server()
    const port = await fixedPort()
    const folder = testFolder()
    const site = snippet('caddy', {
      // Without a certificate, which it would get from the internet.
      'chat.example {': `http://127.0.0.1:${port} {`,
      '127.0.0.1:3000': `127.0.0.1:${gateway.webPort}`,
    })
    const config = join(folder, 'Caddyfile')
    writeFileSync(config, `{\n\tadmin off\n}\n${site}`)
    const program = new Program(
      caddy as string,
      ['run', '--adapter', 'caddyfile', '--config', config],
      {
        env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
      },
    )
    await untilListening(port, program)
    const base = `http://127.0.0.1:${port}/room/`
    expect(await (await fetch(base)).text()).toContain('<title>Oneroom</title>')
    await speak(gateway, base)
  })

  it.skipIf(!haproxy || !openssl)(
    'HAProxy serves both ports, and its checks make no guest',
    async () => {
      const gateway = await server()
      const [web, raw] = [await fixedPort(), await fixedPort()]
      const folder = testFolder()
      const stats = join(folder, 'stats')
      const config = snippet('haproxy', {
        'bind :443 ssl': `bind 127.0.0.1:${web} ssl`,
        'bind :8080': `bind 127.0.0.1:${raw}`,
        '/etc/haproxy/chat.example.pem': selfSigned(openssl as string, folder).both,
        '127.0.0.1:3000': `127.0.0.1:${gateway.webPort}`,
        '127.0.0.1:8081': `127.0.0.1:${gateway.tcp.port}`,
        'check-send-proxy': 'check-send-proxy inter 20ms',
      })
      const path = join(folder, 'haproxy.cfg')
      writeFileSync(path, `global\n  stats socket ${stats}\n${config}`)
      const program = new Program(haproxy as string, ['-db', '-f', path])
      await untilListening(web, program)
      const checks = async (): Promise<string[]> => {
        const socket = connect(stats)
        socket.end('show stat\n')
        const rows = (await text(socket)).split('\n').map((line) => line.split(','))
        const place = rows[0]?.indexOf('check_status') ?? -1
        return rows.filter(([, name]) => name === 'oneroom').map((row) => row[place] ?? '')
      }
      await expect.poll(checks).toEqual(['L7OK', 'L4OK'])
      expect(gateway.rooms.people.size).toBe(0)
      expect(remotes(gateway)).toEqual([])
      await speak(gateway, `https://127.0.0.1:${web}/`)
      const client = await rawClient(raw, CLIENT)
      client.send(`${CODE}\nfrom a terminal\n`)
      await client.until('bye leaves.')
      await expect.poll(() => gateway.room.feed.seq).toBe(2)
      expect(remotes(gateway)).toEqual([CLIENT, CLIENT])
      expect(gateway.rooms.people.size).toBe(2)
    },
  )

  it.skipIf(!stunnel || !openssl)('stunnel puts TLS before the raw port', async () => {
    const gateway = await server()
    const port = await fixedPort()
    const folder = testFolder()
    const config = snippet('stunnel', {
      'accept = 8443': `accept = 127.0.0.1:${port}`,
      '127.0.0.1:8081': `127.0.0.1:${gateway.tcp.port}`,
      '/etc/stunnel/chat.example.pem': selfSigned(openssl as string, folder).both,
    })
    const path = join(folder, 'stunnel.conf')
    writeFileSync(path, `foreground = yes\nsyslog = no\npid =\n${config}`)
    await untilListening(port, new Program(stunnel as string, [path]))
    const args = ['s_client', '-quiet', '-bind', `${CLIENT}:0`, '-connect', `127.0.0.1:${port}`]
    const client = new Program(openssl as string, args)
    client.type(`${CODE}\nhello\n`)
    await client.until('bye leaves.')
    await expect.poll(() => gateway.room.feed.seq).toBe(1)
    expect(remotes(gateway)).toEqual([CLIENT])
  })

  it('systemd starts the server with the options of the page', async () => {
    const data = join(testFolder(), 'data')
    const unit = snippet('ini', {
      '/usr/bin/node': process.execPath,
      '/opt/oneroom': root,
      '/var/lib/oneroom': data,
    })
    if (analyze) {
      const path = join(testFolder(), 'oneroom.service')
      writeFileSync(path, unit)
      const { status, stderr } = spawnSync(analyze, ['verify', path], { encoding: 'utf8' })
      expect([status, stderr]).toEqual([0, ''])
    }
    const [, command = ''] = /^ExecStart=(.*)$/m.exec(unit) ?? []
    expect(command).toContain(` serve ${optionsOnPage()}`)
    const [, variables = ''] = /^Environment=(.*)$/m.exec(unit) ?? []
    const env = Object.fromEntries(variables.split(' ').map((one) => one.split('=')))
    const [program = '', ...args] = command.replace('--tcp-port 8081', '--tcp-port 0').split(' ')
    const started = new Program(program, args, {
      env: { ...process.env, ...env, ONEROOM_WEB_PORT: '0' },
    })
    const ready = await started.until('Waiting for client request..')
    const [, code = ''] = /\n {2}code (\S+)\n/.exec(ready) ?? []
    expect(ready).toContain(`\n  public https://chat.example/room/#code=${code}\n`)
    expect(ready).toContain('\n  public nc chat.example 8080\n')
    started.child.kill('SIGTERM')
    expect(await started.untilExit()).toBe(0)
  })
})
