import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { testFolder } from '../support/folder.ts'
import { oneroom, Program, serve } from '../support/program.ts'

const root = resolve(import.meta.dirname, '../..')

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
  })
  await new Promise((done) => server.once('listening', done))
  return (server.address() as { port: number }).port
}

describe('a start', () => {
  it('prints the ready lines with the real ports, and nothing else, to standard output', async () => {
    const { server } = await serve()
    expect(server.stdout).toMatch(
      /^Server started\n {2}web {2}http:\/\/127\.0\.0\.1:\d+\n {2}tcp {2}nc 127\.0\.0\.1 \d+\n {2}Only this machine can join\. To share: (npm start --|oneroom) --host 0\.0\.0\.0\n {2}host [a-z2-9]{3}-[a-z2-9]{3} is the key of the hosts, shown only now\nWaiting for client request\.\.\n$/,
    )
  })

  it.each(['--tcp-port', '--web-port'])(
    'fails with one sentence when the port of %s is in use',
    async (flag) => {
      const port = await takenPort()
      const other = flag === '--tcp-port' ? '--web-port' : '--tcp-port'
      const started = oneroom(
        'serve',
        '--log-level',
        'silent',
        '--data',
        ':memory:',
        flag,
        `${port}`,
        other,
        '0',
      )
      expect(await started.untilExit()).toBe(2)
      expect(started.stderr).toBe(`oneroom: Port ${port} is in use; choose another with ${flag}.\n`)
      expect(started.stdout).toBe('')
    },
  )

  it('prints the key of the hosts at the first start that succeeds', async () => {
    const data = testFolder()
    const ports = ['--tcp-port', '0', '--web-port', `${await takenPort()}`]
    expect(await oneroom('serve', '--data', data, ...ports).untilExit()).toBe(2)
    const { server } = await serve('--data', data)
    expect(server.stdout).toContain(' is the key of the hosts, shown only now\n')
  })

  it.each([
    [['--tcp-port', 'eighty'], 'oneroom: --tcp-port "eighty" is not a port'],
    [['--no-such-flag'], "oneroom: unknown option '--no-such-flag'"],
    [['nonsense'], 'oneroom: There is no command nonsense.'],
    [
      ['--host', '203.0.113.7', '--data', ':memory:'],
      '--host 203.0.113.7 is not an address of this',
    ],
    [['--host', 'not a host'], '--host "not a host" is not an address or a host name.'],
  ])('fails with %j, with one sentence and exit code 2', async (flags, sentence) => {
    const started = oneroom(...flags)
    expect(await started.untilExit()).toBe(2)
    expect(started.stdout).toBe('')
    const spoken = started.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'))
    expect(spoken).toHaveLength(1)
    expect(spoken[0]).toContain(sentence)
  })

  it('fails without the built page, and shows the command that builds it', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'oneroom-unbuilt-'))
    onTestFinished(() => rmSync(copy, { recursive: true }))
    for (const part of ['dist/server', 'package.json']) {
      cpSync(join(root, part), join(copy, part), { recursive: true })
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    const started = new Program(process.execPath, [join(copy, 'dist/server/main.js')])
    expect(await started.untilExit()).toBe(2)
    expect(started.stderr).toMatch(/^oneroom: The page is not built: .* Run npm run build\.\n$/)
  })

  it('shows help and version', async () => {
    const help = oneroom('serve', '--help')
    expect(await help.untilExit()).toBe(0)
    expect(help.stdout).toMatch(/--tcp-port <port> +port for raw TCP; 0 for any free port/)
    expect(help.stdout).toContain('ONEROOM_TCP_PORT')
    const version = oneroom('--version')
    expect(await version.untilExit()).toBe(0)
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
