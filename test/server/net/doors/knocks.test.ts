/** Clients without the room code wait until a host lets them in. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Operator } from '../../../../server/terminal/console/operator.ts'
import { testFolder } from '../../../support/folder.ts'
import { type TestGateway, testGateway } from '../../../support/gateway.ts'
import { need } from '../../../support/installed.ts'
import { type PageClient, pageClient } from '../../../support/page.ts'
import { Program } from '../../../support/program.ts'
import { rawClient } from '../../../support/raw.ts'

const CODE = 'amber-fox-lamp'
const KEY = 'abcdef'
const guarded = () => testGateway({ code: CODE, hostKey: KEY })

async function hostOf({ webUrl }: TestGateway): Promise<PageClient> {
  const host = await pageClient(webUrl)
  await host.hello({ name: 'Hana', code: CODE })
  host.send({ type: 'host', key: KEY })
  await host.next('events', ({ events }) => events.some(({ act }) => act?.type === 'host'))
  return host
}

/** The console of the server, and what it shows. */
function consoleOf(gateway: TestGateway): { operator: Operator; shown: string[] } {
  const shown: string[] = []
  const print = (lines: readonly string[]) => shown.push(...lines)
  const operator = gateway.operate({ columns: 80, colours: false, print, quit() {} })
  return { operator, shown }
}

describe('a program that cannot give the code', () => {
  it('is let in by a host, and its first message is said', async () => {
    const gateway = await guarded()
    const host = await hostOf(gateway)
    const program = await rawClient(gateway.tcp.port)
    program.send('This is from Client\nsecond\n')
    await program.until(
      '! That is not the code. Type it again, or wait until a host lets you in.\n',
    )
    const { knocks, added } = await host.next('knocks')
    expect({ knocks, added }).toEqual({
      knocks: [
        { id: 1, address: '127.0.0.1', text: 'This is from Client', at: expect.any(String) },
      ],
      added: 1,
    })
    host.send({ type: 'admit', id: 1, on: true })
    await program.until(/bye leaves\.\n/)
    program.send('third\n')
    await host.until('third')
    expect(host.texts).toEqual(['is a host now', 'This is from Client', 'third'])
    await host.next('knocks', (message) => message.knocks.length === 0)
  })

  it('is turned away with a reason', async () => {
    const gateway = await guarded()
    const host = await hostOf(gateway)
    const program = await rawClient(gateway.tcp.port)
    program.send('let me in\n')
    await host.next('knocks')
    host.send({ type: 'admit', on: false })
    expect(await program.untilEnded()).toContain('! A host did not let you in.\n')
  })

  it('is shown to a host who comes later, until it leaves', async () => {
    const gateway = await guarded()
    const program = await rawClient(gateway.tcp.port)
    program.send('hello?\n')
    await program.until('wait until a host')
    const host = await hostOf(gateway)
    await host.next('knocks', ({ knocks }) => knocks[0]?.text === 'hello?')
    program.socket.destroy()
    await host.next('knocks', ({ knocks }) => knocks.length === 0)
    host.send({ type: 'admit', id: 1, on: true })
    await host.next('error', ({ message }) => message === 'Nobody waits under this number.')
  })

  it('knocks once, and ten of one address at a time', async () => {
    const gateway = await guarded()
    const host = await hostOf(gateway)
    const programs = await Promise.all(
      Array.from({ length: 12 }, async (_, at) => {
        const program = await rawClient(gateway.tcp.port)
        program.send(`one ${at}\ntwo\n`)
        await program.until(/not the code[\s\S]*not the code/)
        return program
      }),
    )
    expect(programs).toHaveLength(12)
    await host.next('knocks', ({ knocks }) => knocks.length === 10)
    expect(gateway.rooms.doors.knocks.message?.knocks).toHaveLength(10)
  })

  it('cannot be let in by others', async () => {
    const gateway = await guarded()
    const other = await pageClient(gateway.webUrl)
    await other.hello({ code: CODE })
    const program = await rawClient(gateway.tcp.port)
    program.send('hello\n')
    await program.until('not the code')
    other.send({ type: 'admit', on: true })
    await other.next('error', ({ code }) => code === 'not_host')
    expect(other.messages.some(({ type }) => type === 'knocks')).toBe(false)
  })

  it('can still give the code, and knocks no more', async () => {
    const gateway = await guarded()
    const host = await hostOf(gateway)
    const program = await rawClient(gateway.tcp.port)
    program.send('hello\n')
    await host.next('knocks')
    program.send(`${CODE}\n`)
    await program.until(/bye leaves\.\n/)
    await host.next('knocks', ({ knocks }) => knocks.length === 0)
    expect(host.texts).not.toContain('hello')
  })
})

const python = need('python3')
it.skipIf(!python)('the client of the report is let in at the console, and talks', async () => {
  const gateway = await guarded()
  const { operator, shown } = consoleOf(gateway)
  const fixture = join(import.meta.dirname, '../../../fixtures/client.py')
  const path = join(testFolder(), 'client.py')
  writeFileSync(path, readFileSync(fixture, 'utf8').replaceAll('8080', `${gateway.tcp.port}`))
  const env = { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONUNBUFFERED: '1' }
  const student = new Program(python as string, [path], { env })
  await student.until('This room needs a code.')
  const said = () => shown.join('\n')
  await expect
    .poll(said)
    .toContain('* A program at 127.0.0.1 knocks (/admit 1 or /turnaway 1): "This is from Client"')
  operator.type('/admit')
  await expect.poll(said).toMatch(/guest-1: This is from Client/)
  student.type('Thank you.\n')
  await expect.poll(said).toMatch(/guest-1: Thank you\./)
  await student.until('Welcome to Oneroom.')
  student.type('bye\n')
  expect(await student.untilExit()).toBe(0)
})
