/** The programs in `docs/examples`, as people copy them. */
import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { everything } from '../support/events.ts'
import { testFolder } from '../support/folder.ts'
import { testGateway } from '../support/gateway.ts'
import { need } from '../support/installed.ts'
import { fixedPort, oneroom, Program, serve } from '../support/program.ts'
import { greeted } from '../support/raw.ts'
import { root } from './pages.ts'

const python = need('python3')
const bash = need('bash')
const jq = need('jq')
const curl = need('curl')
/** In test/nodes/haproxy.test.ts and in starters.test.ts. */
const elsewhere = ['haproxy.cfg', 'starter.py', 'starter.c', 'Starter.java', 'starter.mjs']
const folder = join(root, 'docs/examples')
const env = { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONUNBUFFERED: '1' }

/** Runs an example with the ports of this test and short waits instead of the usual ones. */
function run(command: string, name: string, { tcp = 0, web = 0, cwd = folder }): Program {
  const path = join(testFolder(), name)
  const source = readFileSync(join(folder, name), 'utf8')
  const text = source.replaceAll(/8080|3000/g, (port) => `${port === '8080' ? tcp : web}`)
  writeFileSync(
    path,
    text
      .replace('LONGEST_WAIT_S = 1, 30', 'LONGEST_WAIT_S = 0.1, 0.2')
      .replace('WAIT_S, TRIES = 1, 10', 'WAIT_S, TRIES = 0.1, 100'),
  )
  return new Program(command, [path], { env, cwd })
}

/** A way to a UDP port that loses every third datagram of each direction. Returns its port. */
async function lossyWay(to: number): Promise<number> {
  const [front, back] = [createSocket('udp4'), createSocket('udp4')]
  onTestFinished(() => {
    front.close()
    back.close()
  })
  let client: RemoteInfo | undefined
  const lost = { there: 0, here: 0 }
  front.on('message', (datagram, from) => {
    client = from
    if (++lost.there % 3 !== 1) back.send(datagram, to, '127.0.0.1')
  })
  back.on('message', (datagram) => {
    if (++lost.here % 3 !== 2) front.send(datagram, client?.port, client?.address)
  })
  await Promise.all([front, back].map((one) => once(one.bind(0, '127.0.0.1'), 'listening')))
  return front.address().port
}

describe('the example', () => {
  it('of every file is in a test', () => {
    const files = ['examples.test.ts', 'chats.test.ts'].map((name) =>
      join(import.meta.dirname, name),
    )
    const here = files.map((file) => readFileSync(file, 'utf8')).join('')
    const names = readdirSync(folder).filter((name) => !elsewhere.includes(name))
    for (const name of names) expect(here).toContain(`'${name}'`)
  })

  it.skipIf(!python)('lockstep.py sends, gets its own line back, and leaves', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const student = run(python as string, 'lockstep.py', { tcp: tcp.port })
    await student.until('Welcome to Oneroom.')
    student.type('hello\n')
    await ann.until('guest-2: hello\n')
    await student.until('guest-2: hello\n')
    student.type('bye\n')
    expect(await student.untilExit()).toBe(0)
    await ann.until('* guest-2 left\n')
    expect(student.stderr).toBe('')
  })

  it.skipIf(!python)('clock.py says the time', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const clock = run(python as string, 'clock.py', { tcp: tcp.port })
    await ann.until('* clock joined (program)\n')
    ann.send('what time is it?\n')
    await ann.until(/clock: It is \d\d:\d\d\.\n/)
    expect(clock.stderr).toBe('')
  })

  it('echo.mjs repeats messages', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const echo = run(process.execPath, 'echo.mjs', { tcp: tcp.port })
    await ann.until('* echo joined (program)\n')
    ann.send('not to the bot\necho: Grüße 🙂\n')
    await ann.until('echo: Grüße 🙂\n')
    expect(ann.text).not.toContain('echo: not')
    expect(echo.stderr).toBe('')
  })

  it.skipIf(!bash || !jq)('watch.sh says the load, and prints what others say', async () => {
    const { tcp, close } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const watch = run(bash as string, 'watch.sh', { tcp: tcp.port })
    await ann.until('* watch joined (program)\n')
    await ann.until(/watch: load \d/)
    ann.send('Grüße "quoted" 🙂\n')
    await watch.until('guest-1: Grüße "quoted" 🙂\n')
    ann.socket.destroy()
    await close()
    await watch.untilExit()
  })

  it.skipIf(!bash || !curl)('say.sh says what it is given, and reads it again', async () => {
    const { tcp, webUrl } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const script = run(bash as string, 'say.sh', { web: Number(new URL(webUrl).port) })
    expect(await script.untilExit(), script.stderr).toBe(0)
    await ann.until(/ci: deployed\n.*ci: deployed\n/s)
    expect(script.stdout.match(/"text":"deployed"/g)).toHaveLength(4)
    const objects = script.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(objects).toHaveLength(3)
  })

  it.skipIf(!python)('backup.py copies the log while the server runs', async () => {
    const cwd = testFolder()
    const { tcpPort } = await serve('--data', join(cwd, 'data'))
    const { client: ann } = await greeted(tcpPort)
    ann.send('kept\n/who\n')
    await ann.until('1 here')
    const backup = run(python as string, 'backup.py', { cwd })
    expect(await backup.untilExit(), backup.stderr).toBe(0)
    expect(statSync(join(cwd, 'backup.db')).mode & 0o777).toBe(0o600)
    mkdirSync(join(cwd, 'copy'))
    renameSync(join(cwd, 'backup.db'), join(cwd, 'copy/room.db'))
    const log = oneroom('export', '--data', join(cwd, 'copy'))
    expect(await log.untilExit(), log.stderr).toBe(0)
    expect(log.stdout).toMatch(/ guest-1: kept\n$/)
  })

  it.skipIf(!python)('udp.py chats by UDP', async () => {
    const { tcp, udpPort } = await testGateway({ udpPort: 0 })
    const { client: ann } = await greeted(tcp.port)
    const program = run(python as string, 'udp.py', { tcp: udpPort as number })
    await program.until('Welcome to Oneroom.')
    ann.send('Grüße 🙂\n')
    await program.until('guest-1: Grüße 🙂\n')
    program.type('from Python\n')
    await program.until('guest-2: from Python\n')
    await ann.until('guest-2: hello\n')
    program.type('bye\n')
    expect(await program.untilExit()).toBe(0)
    await ann.until('* guest-2 left\n')
  })

  it.skipIf(!python)(
    'udp_once.py says each line once over a way that loses datagrams',
    async () => {
      const trust = { networks: [], limitsLocal: true }
      const { tcp, udpPort } = await testGateway({ udpPort: 0, trust })
      const { client: ann } = await greeted(tcp.port)
      const program = run(python as string, 'udp_once.py', {
        tcp: await lossyWay(udpPort as number),
      })
      program.type('one\ntwo\nthree').child.stdin?.end()
      expect(await program.untilExit(), program.stderr).toBe(0)
      await ann.until(': three\n')
      expect(ann.text.match(/(?<=guest-2: ).*/g)).toEqual(['one', 'two', 'three'])
    },
  )

  it.skipIf(!python)(
    'reliable.py loses and repeats nothing when the server is killed and comes back',
    async () => {
      const data = join(testFolder(), 'data')
      const port = await fixedPort()
      const first = await serve('--data', data, '--tcp-port', `${port}`)
      const program = run(python as string, 'reliable.py', { tcp: port })
      program.type('one\nand one\n')
      await program.until(': and one\n')
      first.server.child.kill('SIGKILL')
      await first.server.untilExit()
      program.type('two\n')
      const second = await serve('--data', data, '--tcp-port', `${port}`)
      await program.until(': two\n')
      const { client: ann } = await greeted(second.tcpPort)
      ann.send('from ann\n')
      await program.until(': from ann\n')
      program.type('three').child.stdin?.end()
      expect(await program.untilExit()).toBe(0)
      const texts = (await everything(second.webUrl)).map(({ text }) => text)
      expect(texts).toEqual(['one', 'and one', 'two', 'from ann', 'three'])
      const printed = program.stdout.match(/(?<=: ).*/g)
      expect(printed).toEqual(texts)
    },
  )
})
