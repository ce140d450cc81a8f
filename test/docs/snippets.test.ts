/**
 * Every fenced block of the documentation is run against a real server, or is compared with
 * what it describes. A block that no rule covers fails the first test.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { describe, expect, it, onTestFinished } from 'vitest'
import { serverMessages } from '../../shared/replies.ts'
import { clientMessages } from '../../shared/requests.ts'
import { testFolder } from '../support/folder.ts'
import { testGateway } from '../support/gateway.ts'
import { HOST_KEY } from '../support/hosts.ts'
import { need } from '../support/installed.ts'
import { pageClient } from '../support/page.ts'
import { Program, type Served, serve } from '../support/program.ts'
import { greeted, type RawClient, rawClient } from '../support/raw.ts'
import { type Block, blocks, firstLine, root } from './pages.ts'

/** How a block of shell commands is run, and what shows that it worked. */
type Run = {
  /** What a member of the room receives. */
  heard?: RegExp
  prints?: RegExp
  input?: string
  /** It runs until it is stopped. */
  endless?: true
  /** It starts a server of its own. */
  serves?: true
  /** It reads without joining. */
  outside?: true
}

const SAID_TWICE = /ci: deployed\n[\s\S]*ci: deployed\n/
const TWO_EVENTS = /"text":"deployed"[\s\S]*"text":"deployed"/

/** Page and first line of each block that is run → how. */
const runs: Record<string, Run> = {
  "README.md: printf 'deployed\\n' | nc -N 127.0.0.1 8080": {
    heard: /guest-\d+: deployed\n[\s\S]*ci: deployed\n/,
  },
  'README.md: node dist/server/main.js connect 127.0.0.1:8080 --name Ben': {
    input: 'hello\n',
    heard: /Ben: hello\n/,
  },
  'docs/joining.md: tail -f build.log | oneroom connect 127.0.0.1:8080 --name build': {
    heard: /build: compiled\n/,
    endless: true,
  },
  'docs/joining.md: sleep infinity | oneroom connect 127.0.0.1:8080 --json | jq -r --unbuffered .text':
    { prints: /^hello from the listener\n/m, endless: true },
  "docs/hooks.md: curl -d 'deployed' '127.0.0.1:3000/api/say?name=ci'": {
    heard: /ci: deployed\n.*ci: compiled\n.*ci: compiled\n.*ci: deployed\n/,
    prints: TWO_EVENTS,
  },
  'docs/hooks.md: oneroom hook add alerts --data data       # prints the token': {
    prints: /^hook_\S+\nalerts \(added at .*Z\)\nRemoved alerts\.\n$/,
  },
  'docs/hooks.md: token=$(oneroom hook add ci --data data)': {
    heard: SAID_TWICE,
    prints: TWO_EVENTS,
  },
  "docs/hooks.md: curl -N '127.0.0.1:3000/api/events?stream&history=10'": {
    prints: /^event: welcome\n[\s\S]*^data: .*"text":"hello from the listener"/m,
    endless: true,
    outside: true,
  },
  "docs/joining.md: curl -d 'deployed' '127.0.0.1:3000/api/say?name=ci'": {
    heard: SAID_TWICE,
    prints: TWO_EVENTS,
  },
  "docs/joining.md: printf 'one\\ntwo\\n' | nc -N 127.0.0.1 8080": {
    heard: /guest-\d+: one\n[\s\S]*: two\n/,
  },
  'docs/operations.md: node dist/server/main.js serve --host 127.0.0.1 --data ./data': {
    prints: /Waiting for client request\.\.\n/,
    endless: true,
    serves: true,
  },
  'docs/hosts.md: oneroom host-key --data data': {
    prints: /^The key of the hosts is [a-z2-9]{3}-[a-z2-9]{3}\. /,
  },
  'docs/operations.md: oneroom export --data data --format text': {
    prints: /Z listener: hello from the listener\n[\s\S]* 1 listener\n/,
  },
  'docs/transcripts.md: oneroom export --data data --room lobby --from today --format markdown': {
    prints:
      /^# lobby\n\n## [\d-]+, UTC\+00:00\n\n- \d\d:\d\d \*\*listener\*\*: hello from the listener\n/,
  },
  'docs/operations.md: oneroom export --data data --direct': {
    prints: /Z \(direct\) guest-2 -> listener: between us\n/,
  },
  "docs/operations.md: curl -d 'backup done' '127.0.0.1:3000/api/say?name=cron&room=operations'": {
    prints: /"room":"operations"[\s\S]*"head":1,[\s\S]*"name":"operations"/,
  },
  'docs/operations.md: curl --fail 127.0.0.1:3000/healthz': { prints: /"status":"ok"/ },
  'docs/operations.md: curl 127.0.0.1:3000/metrics': { prints: /^oneroom_members 1$/m },
  "docs/protocol.md: curl -d 'deployed' '127.0.0.1:3000/api/say?name=ci'": {
    heard: SAID_TWICE,
    prints: TWO_EVENTS,
  },
  "docs/protocol.md: curl '127.0.0.1:3000/api/events?after=0&limit=5'": { prints: /"head":\d/ },
  "docs/protocol.md: curl '127.0.0.1:3000/api/transcript?room=builds&from=today&format=markdown'": {
    prints: /^# builds\n/,
  },
  "docs/protocol.md: curl '127.0.0.1:3000/api/search?query=disk+full&from=alice&since=2026-11-20'":
    {
      prints: /"events":\[.*"more":false/,
    },
  'docs/protocol.md: curl 127.0.0.1:3000/api/rooms': { prints: /"name":"builds","memberCount":0/ },
  'docs/protocol.md: curl 127.0.0.1:3000/api/address': {
    prints: /"flood":\{"perSecond":4,"burst":12\}/,
  },
}

/** Said by a member of the room. */
const HELLO = 'hello from the listener'
const READY = 'Server started'
/** The line about the key, at the first start. */
const KEY = '  host k7m-q2x is the key of the hosts, shown only now'
const BECOME = '/host k7m-q2x'
const MAP =
  'shared/                what the server and its clients have in common; no Node.js, no DOM'
const LINES = '[12:21] alice: hello'
/** In the fixtures of webhooks. */
const ALERTS = 'alertmanager: FIRING critical HighRequestLatency'
/** Typed lines begin with `/`; what follows each is what the terminal shows. */
const MOVE = '/join physics'
const DIRECT = '/msg guest-2 Is it due today?'
const KNOCK = '* A program at 192.168.1.7 knocks (/admit 1 or /turnaway 1): "This is from Client"'
const APPROVAL = '! A host lets people in here. Type a line, which the hosts see, and wait.'
const GUARDED = '$ nc 192.168.1.5 8080'
const CHANGES = 'oneroom code                      # shows it'

const keyOf = (block: Block): string => `${block.page}: ${firstLine(block)}`
const isRun = (block: Block): boolean =>
  block.language === 'sh' && Object.hasOwn(runs, keyOf(block))

/** Installs something, which the tests of packages do in folders of their own. */
const isInstallation = ({ page, language }: Block): boolean =>
  page === 'docs/install.md' && language === 'sh'

/** Whether every line calls npm or Vitest: those cannot run inside a test. */
const isTooling = (block: Block): boolean =>
  block.language === 'sh' &&
  !isInstallation(block) &&
  block.text
    .trimEnd()
    .split('\n')
    .every((line) => /^(\w+=\S+ )?(npm|npx vitest) /.test(line))

const examples = readdirSync(join(root, 'docs/examples')).map((name) =>
  readFileSync(join(root, 'docs/examples', name), 'utf8'),
)

/** About a server that needs a room code. */
const isDoors = (block: Block): boolean =>
  [GUARDED, CHANGES, KNOCK, APPROVAL].includes(firstLine(block)) ||
  (firstLine(block) === READY && block.text.includes('#code='))

/** With a PostgreSQL database: the tests of that engine and of `oneroom move` run these commands. */
const isDatabase = ({ language, text }: Block): boolean =>
  language === 'sh' && text.includes("='postgres://")

/** Restarts, and sockets from systemd. */
const isRestart = (block: Block): boolean => block.page === 'docs/restart.md'

/** The test that covers a block; undefined if none does. */
function covers(block: Block): string | undefined {
  const { page, language, text } = block
  if (page === 'docs/deploy.md') return 'deploy.test.ts'
  if (page === 'docs/tls.md') return 'tls.test.ts'
  if (isTooling(block)) return 'names what exists'
  if (isInstallation(block)) return 'packages'
  if (isDoors(block)) return 'is of a server with a code'
  if (isDatabase(block)) return 'server/log'
  if (isRestart(block)) return 'faults/restart.test.ts'
  if (isRun(block) || language === 'console') return 'runs'
  if (page === 'docs/transcripts.md') return 'transcripts.test.ts'
  if (language === 'python') return examples.includes(text) ? 'examples.test.ts' : undefined
  if (language === 'jsonl') return 'is of the protocol'
  if (language !== 'text') return undefined
  const first = firstLine(block)
  if (first === READY) return 'runs'
  if (first === MAP) return 'links.test.ts'
  if (first === KEY) return 'runs'
  if (first.startsWith(ALERTS)) return 'is what webhooks become'
  return [LINES, MOVE, DIRECT, BECOME].includes(first) ? 'is what a terminal shows' : undefined
}

it('every block of the documentation is covered by a test, and no rule is left over', () => {
  expect(blocks.filter((block) => covers(block) === undefined).map(keyOf)).toEqual([])
  const keys = blocks.map(keyOf)
  expect(Object.keys(runs).filter((key) => !keys.includes(key))).toEqual([])
})

describe('a block of npm commands names existing scripts', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

  it.each(blocks.filter(isTooling).map((block) => [keyOf(block), block] as const))(
    '%s',
    (_, { text }) => {
      for (const line of text.trimEnd().split('\n')) {
        const [command = '', ...comment] = line.split('#')
        const words = command.trim().split(/\s+/)
        if (words[0] === 'npm') {
          expect(Object.keys(scripts)).toContain(words[1] === 'run' ? words[2] : words[1])
          const bench = words.slice(words.indexOf('--') + 1)[0] as string
          if (words[2] === 'bench' && words.includes('--'))
            expectFile(`test/bench/${bench}.bench.ts`)
        }
        const path = words.find((word) => word.endsWith('.test.ts'))
        const titled = words.indexOf('-t') + 1
        const file = path ?? `test/bench/${words[words.indexOf('--') + 1]}.bench.ts`
        if (path !== undefined) expectFile(path)
        if (titled > 0) {
          const title = (words[titled] as string).replaceAll('"', '')
          expect(readFileSync(join(root, file), 'utf8')).toMatch(
            RegExp(`(it|test|describe)[^\n]*${title}`),
          )
        }
        expect(comment.length).toBeLessThan(2)
      }
    },
  )
})

function expectFile(path: string): void {
  expect(existsSync(join(root, path)), path).toBe(true)
}

describe('a conversation is of the protocol', () => {
  const isClient = Compile(Type.Union(Object.values(clientMessages)))
  const isServer = Compile(Type.Union(Object.values(serverMessages)))

  it.each(
    blocks
      .filter(({ language }) => language === 'jsonl')
      .map((block) => [keyOf(block), block] as const),
  )('%s', (_, { text }) => {
    for (const line of text.trimEnd().split('\n')) {
      const check = line.startsWith('> ') ? isClient : isServer
      expect(check.Check(JSON.parse(line.slice(2))), line).toBe(true)
    }
  })
})

/** What differs in each run: times, offsets, tokens. */
function steady(text: string): string {
  return text
    .replaceAll(/\d\d:\d\d(?=\])|UTC[+-]\d\d:\d\d/g, 'TIME')
    .replaceAll(/[\w-]{10}\.[\w-]{11}/g, 'TOKEN')
    .replaceAll(/To share: (npm start --|oneroom)/g, 'To share: START')
    .replaceAll(/host [a-z2-9]{3}-[a-z2-9]{3}/g, 'host KEY')
}

const programs = {
  bash: need('bash'),
  curl: need('curl'),
  jq: need('jq'),
  nc: need('nc.openbsd'),
}
const hasPrograms = Object.values(programs).every((path) => path !== undefined)

/** A checkout as far as the commands need it: the build, `oneroom`, `nc`, a log to follow. */
function workspace(data?: string): { cwd: string; path: string } {
  const cwd = testFolder()
  const bin = join(cwd, 'bin')
  mkdirSync(bin)
  symlinkSync(join(root, 'dist'), join(cwd, 'dist'))
  symlinkSync(programs.nc as string, join(bin, 'nc'))
  if (data !== undefined) symlinkSync(data, join(cwd, 'data'))
  writeFileSync(join(cwd, 'build.log'), 'compiled\n')
  const start = `#!/bin/sh\nexec '${process.execPath}' '${root}/dist/server/main.js' "$@"\n`
  writeFileSync(join(bin, 'oneroom'), start, { mode: 0o755 })
  return { cwd, path: `${bin}:${process.env.PATH}` }
}

type Place = Served & { data: string }

function shell(command: string, { webUrl, tcpPort, data }: Place, serves = false): Program {
  const { cwd, path } = workspace(serves ? undefined : data)
  const ports = serves ? { ONEROOM_WEB_PORT: '0', ONEROOM_TCP_PORT: '0' } : {}
  const webPort = new URL(webUrl).port
  const text = command.replaceAll(/8080|3000/g, (port) =>
    port === '8080' ? `${tcpPort}` : webPort,
  )
  const program = new Program(programs.bash as string, ['-euo', 'pipefail', '-c', text], {
    cwd,
    env: { ...process.env, PATH: path, ...ports },
    detached: true,
  })
  // The shell and what it started are one process group.
  onTestFinished(() => stopGroup(program))
  return program
}

function stopGroup({ child, exitCode }: Program): void {
  if (exitCode !== undefined || child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGTERM')
  } catch (error) {
    // It has ended, and its last output is still being read.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function runCommands(block: Block, place: Place, listener: RawClient): Promise<void> {
  const { heard, prints, input, endless, serves, outside } = runs[keyOf(block)] as Run
  const program = shell(block.text, place, serves)
  if (input !== undefined) program.type(input)
  if (!endless) program.child.stdin?.end()
  if (heard !== undefined) await listener.until(heard)
  if (endless && !serves && !outside) await greetAgain(listener, place.tcpPort)
  if (prints !== undefined) await program.until(prints)
  if (endless) {
    stopGroup(program)
    await program.untilExit()
  } else {
    expect(await program.untilExit(), program.stderr).toBe(0)
  }
  expect(program.stdout).not.toContain('"type":"error"')
  listener.forget()
}

/** A message for programs that print what others say; they may have joined just now. */
async function greetAgain(listener: RawClient, tcpPort: number): Promise<void> {
  const { client } = await greeted(tcpPort)
  client.send('/who\n')
  await client.until(/\(program\)/)
  listener.send(`${HELLO}\n`)
  client.socket.destroy()
}

/** A direct message to the listener. */
async function tell(listener: RawClient, tcpPort: number): Promise<void> {
  const { client } = await greeted(tcpPort)
  client.send('/msg listener between us\nbye\n')
  await listener.until(' -> listener: between us\n')
  await client.untilEnded()
  client.socket.destroy()
}

/** `$ command`, and the lines that it prints. */
async function runTranscript({ text }: Block, place: Place): Promise<void> {
  const [command = '', ...lines] = text.trimEnd().split('\n')
  const program = shell(command.replace(/^\$ /, ''), place)
  await program.until(lines.at(-1) as string)
  expect(steady(program.stdout)).toContain(steady(lines.join('\n')))
  stopGroup(program)
  await program.untilExit()
}

const runnable = ({ language }: Block): boolean => ['sh', 'console', 'text'].includes(language)
const pagesToRun = [
  ...new Set(
    blocks.filter((block) => covers(block) === 'runs' && runnable(block)).map(({ page }) => page),
  ),
]

describe('the commands work as written', () => {
  it.skipIf(!hasPrograms).each(pagesToRun)('in %s', async (path) => {
    const mine = blocks.filter((block) => block.page === path && covers(block) === 'runs')
    const data = join(testFolder(), 'data')
    const exports = mine.some(({ text }) => text.includes('--data data'))
    const served = await serve('--data', exports ? data : ':memory:')
    if (mine.some(({ text }) => text.includes('Here: Asha (web)'))) {
      const asha = await pageClient(served.webUrl)
      await asha.hello({ name: 'Asha' })
    }
    const transcripts = mine.filter(({ language }) => language === 'console')
    for (const block of transcripts) await runTranscript(block, { ...served, data })
    const { client: listener } = await greeted(served.tcpPort)
    listener.send('/name listener\n')
    listener.send(`${HELLO}\n/who\n`)
    await listener.until('listener (terminal)')
    if (mine.some(({ text }) => text.includes('--direct'))) await tell(listener, served.tcpPort)
    for (const block of mine.filter((one) => !transcripts.includes(one))) {
      if (block.language === 'text') {
        const ready = served.server.stdout
          .replace(`${served.tcpPort}`, '8080')
          .replace(new URL(served.webUrl).port, '3000')
        expect(steady(ready)).toContain(steady(block.text))
      } else await runCommands(block, { ...served, data }, listener)
    }
  })
})

it('the lines in commands.md are those that a terminal shows', async () => {
  const { tcp, webUrl } = await testGateway({ hostKey: HOST_KEY })
  const { client } = await greeted(tcp.port)
  client.send('/name ann\n')
  await client.until('You are ann now.')
  const alice = await pageClient(webUrl)
  await alice.hello({ name: 'alice' })
  alice.send({ type: 'say', text: 'hello' })
  alice.send({ type: 'say', text: 'def double(x):\n    return 2 * x' })
  alice.send({ type: 'say', text: 'waves', action: true })
  await client.until('alice * waves\n')
  alice.send({ type: 'topic', text: 'Exercise 4' })
  await client.until('set the topic')
  alice.send({ type: 'direct', to: 'ann', text: 'between us' })
  alice.send({ type: 'direct', to: 'ann', text: 'winks', action: true })
  await client.until('ann * winks\n')
  const bob = await pageClient(webUrl)
  const { token } = await bob.hello({ name: 'bob' })
  await client.until('* bob joined (web)\n')
  bob.send({ type: 'say', text: 'good morning', reply: 1 })
  await client.until('bob: good morning\n')
  alice.send({ type: 'host', key: HOST_KEY })
  alice.send({ type: 'act', act: { type: 'mute', person: 'bob', seconds: 600 } })
  await client.until('for 10 minutes\n')
  // A muted person cannot take another name.
  alice.send({ type: 'act', act: { type: 'unmute', person: 'bob' } })
  await client.until('unmuted bob\n')
  bob.send({ type: 'name', name: 'robert' })
  await client.until('* bob is now robert\n')
  const again = await rawClient(tcp.port)
  again.send(`${JSON.stringify({ type: 'hello', protocol: 1, token })}\n`)
  await again.until('"type":"welcome"')
  again.send('{"type":"bye"}\n')
  await client.until('* robert left\n')
  client.send('/nick ann\n')
  await client.until('/nick')
  const block = blocks.find((one) => firstLine(one) === LINES) as Block
  for (const line of steady(block.text).trimEnd().split('\n')) {
    expect(steady(client.text)).toContain(`${line}\n`)
  }
})

it('the key in hosts.md makes a person at a terminal a host', async () => {
  const block = blocks.find((one) => firstLine(one) === BECOME) as Block
  const [typed = '', ...shown] = block.text.split(/(?<=\n)/)
  const { tcp } = await testGateway({ hostKey: BECOME.slice('/host '.length) })
  const { client } = await greeted(tcp.port)
  client.send(typed)
  await client.until(shown.join(''))
})

it('the lines in hooks.md are what webhooks become', () => {
  const block = blocks.find((one) => firstLine(one).startsWith(ALERTS)) as Block
  const folder = join(root, 'test/fixtures/hooks')
  const fixtures = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  const said = fixtures.flatMap((text) => JSON.parse(text).says as string[])
  for (const line of block.text.trimEnd().split('\n')) expect(said).toContain(line)
})

it('the conversation about rooms in joining.md is what a terminal shows', async () => {
  const { tcp } = await testGateway()
  const { client } = await greeted(tcp.port)
  await greeted(tcp.port)
  await client.until('* guest-2 joined (terminal)\n')
  const block = blocks.find((one) => firstLine(one) === MOVE) as Block
  for (const exchange of block.text.split(/^(?=\/)/m)) {
    const [typed = '', ...shown] = exchange.split(/(?<=\n)/)
    client.forget()
    client.send(typed)
    await client.until(shown.join(''))
  }
})

it('the direct messages in joining.md are what a terminal shows', async () => {
  const { tcp } = await testGateway()
  const { client } = await greeted(tcp.port)
  const { client: other } = await greeted(tcp.port)
  await client.until('* guest-2 joined (terminal)\n')
  const answers: Record<string, string> = {
    [`${DIRECT}\n`]: '/msg guest-1 Yes, at six.\n',
    '/reply Thank you\n': 'bye\n',
  }
  const block = blocks.find((one) => firstLine(one) === DIRECT) as Block
  for (const exchange of block.text.split(/^(?=\/)/m)) {
    const [typed = '', ...shown] = exchange.split(/(?<=\n)/)
    client.forget()
    client.send(typed)
    if (answers[typed] !== undefined) {
      await other.until(/guest-1 -> guest-2: .*\n/)
      other.forget()
      other.send(answers[typed])
    }
    await client.until(shown.at(-1)?.replace(/^\[.*?\] /, '') ?? '')
    expect(steady(client.text)).toBe(steady(shown.join('')))
  }
})

it.skipIf(!hasPrograms)('the lines in doors.md are those of a server with a code', async () => {
  const [ready, asked, knock, approval, changes] = blocks.filter(isDoors) as [
    Block,
    Block,
    Block,
    Block,
    Block,
  ]
  const data = join(testFolder(), 'data')
  const code = /\n {2}code (\S+)\n/.exec(ready.text)?.[1] as string
  const served = await serve(
    '--host',
    '0.0.0.0',
    '--data',
    data,
    '--code',
    code,
    '--host-key',
    HOST_KEY,
  )
  const { hostname, port } = new URL(served.webUrl)
  const printed = served.server.stdout
    .replaceAll(hostname, '192.168.1.5')
    .replace(`:${port}`, ':3000')
    .replace(` ${served.tcpPort}\n`, ' 8080\n')
  expect(printed).toContain(ready.text)
  const client = await rawClient(served.tcpPort)
  for (const line of asked.text.trimEnd().split('\n').slice(1)) {
    if (line.toLowerCase() === code.replaceAll('-', ' ')) client.send(`${line}\n`)
    else await client.until(`${line}\n`)
  }
  client.send(`/host ${HOST_KEY}\n`)
  const knocking = await rawClient(served.tcpPort)
  knocking.send('This is from Client\n')
  await client.until(knock.text.replace('192.168.1.7', '127.0.0.1'))
  client.send('/approve on\n')
  await client.until('You turned the approval on')
  const newcomer = await rawClient(served.tcpPort)
  newcomer.send(`${code}\n`)
  await newcomer.until(approval.text)
  const program = shell(changes.text, { ...served, data })
  expect(await program.untilExit(), program.stderr).toBe(0)
  expect(program.stdout).toMatch(
    /^amber-fox-lamp\n\w+-\w+-\w+\nred-panda\n\w+-\w+-\w+ \(until .*Z\)\n$/,
  )
})
