/** The example for HAProxy: clients of two nodes behind it, which are killed one after the other. */
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished } from 'vitest'
import { launch } from '../support/chromium.ts'
import { testFolder } from '../support/folder.ts'
import { need } from '../support/installed.ts'
import { testPostgres } from '../support/postgres.ts'
import { fixedPort, oneroom, Program, serve } from '../support/program.ts'
import { it, join as joinAs, open, row, say } from '../support/view.ts'

const haproxy = need('haproxy')
const nc = need('nc.openbsd')
const postgres = await testPostgres()
const example = join(import.meta.dirname, '../../docs/examples/haproxy.cfg')

/** Status of each server in each backend, from the proxy's own socket. */
async function statusesOf(stats: string): Promise<string[]> {
  const socket = connect(stats)
  socket.end('show stat\n')
  const lines = (await text(socket)).split('\n').map((line) => line.split(','))
  const place = lines[0]?.indexOf('status') ?? -1
  return lines.filter(([, name]) => name === 'one' || name === 'two').map((row) => row[place] ?? '')
}

type Ports = { web: number; tcp: number }

const freePorts = async (): Promise<Ports> => ({ web: await fixedPort(), tcp: await fixedPort() })

/** The example, with the ports of this test. `untilUp` resolves when it uses all nodes. */
async function proxy(nodes: readonly Ports[]): Promise<Ports & { untilUp: () => Promise<void> }> {
  const at = await freePorts()
  const folder = testFolder()
  const stats = join(folder, 'stats')
  let config = readFileSync(example, 'utf8')
    .replace('global\n', `global\n  stats socket ${stats}\n`)
    .replace('bind :80\n', `bind 127.0.0.1:${at.web}\n`)
    .replace('bind :8080\n', `bind 127.0.0.1:${at.tcp}\n`)
  for (const [index, { web, tcp }] of nodes.entries()) {
    const host = `10.0.0.${index + 1}`
    config = config
      .replace(`${host}:3000`, `127.0.0.1:${web}`)
      .replace(`${host}:8080 check port 3000`, `127.0.0.1:${tcp} check port ${web}`)
  }
  expect(config).not.toMatch(/10\.0\.0|port 3000/)
  const path = join(folder, 'haproxy.cfg')
  writeFileSync(path, config)
  const program = new Program(haproxy as string, ['-db', '-f', path])
  const untilUp = async (): Promise<void> => {
    await expect
      .poll(() => (program.exitCode === undefined ? statusesOf(stats).catch(() => []) : 'ended'))
      .toEqual(['UP', 'UP', 'UP', 'UP'])
  }
  await untilUp()
  return { ...at, untilUp }
}

describe.skipIf(!haproxy || !nc || postgres === undefined)('behind HAProxy', () => {
  it('a page and terminals reconnect when their node is killed, and miss nothing', async () => {
    const database = postgres as NonNullable<typeof postgres>
    const schema = database.newSchema()
    const data = database.url(schema)
    const start = (ports: Ports) => {
      return serve('--data', data, '--web-port', `${ports.web}`, '--tcp-port', `${ports.tcp}`)
    }
    const both = [await freePorts(), await freePorts()]
    let servers = await Promise.all(both.map((ports) => start(ports)))
    const { web, tcp, untilUp } = await proxy(both)
    const browser = await launch()
    onTestFinished(() => browser.close())
    const page = await open(browser, `http://127.0.0.1:${web}`)
    await joinAs(page, 'Ann')
    const cal = new Program(nc as string, ['127.0.0.1', `${tcp}`])
    await cal.until('bye leaves.')
    cal.type('/name Cal\n')
    await cal.until('You are Cal now.')
    const ben = oneroom('connect', `127.0.0.1:${tcp}`, '--name', 'Ben')
    await cal.until('* Ben joined (program)')
    await say(page, 'first of Ann')
    await ben.until('Ann: first of Ann')
    await cal.until('Ann: first of Ann')
    cal.type('/resume\n')
    const [, code = ''] = /\/resume (\S+) takes/.exec(await cal.until(/\/resume \S+ takes/)) ?? []
    cal.child.kill('SIGKILL')
    // A server stores within 2 s where people are.
    const sql = database.client(schema)
    onTestFinished(() => sql.end())
    await expect.poll(() => sql`SELECT name FROM seats WHERE name = 'Cal'`).toHaveLength(1)

    for (const [at, { server }] of servers.entries()) {
      server.child.kill('SIGKILL')
      await server.untilExit()
      await say(page, `of Ann while ${at} is away`)
      ben.type(`of Ben while ${at} is away\n`)
      await ben.until(`Ann: of Ann while ${at} is away`)
      await row(page, `of Ben while ${at} is away`).waitFor()
      servers = servers.with(at, await start(both[at] as Ports))
      await untilUp()
    }

    const again = new Program(nc as string, ['127.0.0.1', `${tcp}`])
    await again.until('bye leaves.')
    again.type(`/resume ${code}\n`)
    await again.until('You are Cal again.')
    again.type('last of Cal\n')
    await ben.until('Cal: last of Cal')
    await row(page, 'last of Cal').waitFor()
    const said = /(?:first|last) of \S+|of \S+ while \d is away/g
    const shown = page.locator('[role=log] ol:not(.pending) .message .text')
    const log = (await shown.allTextContents()).join('\n').match(said)
    expect(log).toHaveLength(6)
    expect(new Set(log).size).toBe(6)
    // A terminal does not receive its own lines.
    expect(ben.stdout.match(said)).toEqual(log?.filter((text) => !text.includes('of Ben')))
    await expect.poll(() => again.stdout.match(said)?.slice(-4)).toEqual(log?.slice(1, 5))
  })
})
