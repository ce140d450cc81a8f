/** The server with `--data postgres://…`, and the commands for its operator. */
import { describe, expect, it } from 'vitest'
import { addHook, listHooks, removeHook } from '../../../../server/hook.ts'
import { testGateway } from '../../../support/gateway.ts'
import { pageClient } from '../../../support/page.ts'
import { testPostgres } from '../../../support/postgres.ts'
import { oneroom, serve } from '../../../support/program.ts'
import { greeted } from '../../../support/raw.ts'

const postgres = await testPostgres()

describe.skipIf(postgres === undefined)('a server with a PostgreSQL database', () => {
  const server = postgres as NonNullable<typeof postgres>

  it('shares its room with another server on the same database', async () => {
    const data = server.url()
    const one = await testGateway({ data })
    const other = await testGateway({ data })
    const { client: terminal } = await greeted(one.tcp.port)
    const page = await pageClient(other.webUrl)
    await page.hello({ name: 'Ann' })
    terminal.send('hello from nc\n')
    await page.until('hello from nc')
    page.send({ type: 'say', id: 'u1', text: 'hello from the page' })
    await terminal.until('Ann: hello from the page')
  })

  it('is started by the command line, and has its code, key and hooks changed, without its password being shown', async () => {
    const data = server.url()
    const { server: program, webUrl } = await serve('--data', data, '--code', 'one-two-three')
    const commands = [
      oneroom('code', '--data', data),
      oneroom('host-key', '--data', data, '--set', 'of my own'),
      oneroom('code', '--data', server.url()),
      oneroom('export', '--data', data),
      oneroom('serve', '--data', 'postgres://me:not-shown@127.0.0.1:1/db', '--tcp-port', '0'),
    ]
    const codes = await Promise.all(commands.map((command) => command.untilExit()))
    expect(codes).toEqual([0, 0, 2, 0, 2])
    expect(commands.map(({ stdout, stderr }) => stdout + stderr)).toEqual([
      'one-two-three\n',
      expect.stringMatching(/^The key of the hosts is of my own\./),
      expect.stringMatching(
        /^oneroom: The PostgreSQL database \S+ has no log in the schema \w+\.\n$/,
      ),
      '',
      expect.stringMatching(
        /^oneroom: The PostgreSQL database 127.0.0.1:1\/db cannot be reached: /,
      ),
    ])
    const added = await addHook(data, 'ci', Date.now())
    const token = 'lines' in added ? added.lines[0] : ''
    const say = () => fetch(`${webUrl}/api/say?token=${token}`, { method: 'POST', body: 'hi' })
    expect((await say()).status).toBe(201)
    expect(await listHooks(data)).toEqual({ lines: [expect.stringMatching(/^ci /)] })
    expect(await removeHook(data, 'ci')).toEqual({ lines: ['Removed ci.'] })
    expect((await say()).status).toBe(401)
    program.child.kill('SIGTERM')
    expect(await program.untilExit()).toBe(0)
    for (const { stdout, stderr } of [program, ...commands]) {
      expect(stdout + stderr).not.toContain('not-shown')
    }
  })
})
