/**
 * Who learns the token of a person, which is also their code for /resume, and their address. The
 * id before the dot of a token is public; the MAC after it is the secret.
 */
import { connect } from 'node:net'
import { Writable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { exportLogs } from '../../server/log/sqlite/export.ts'
import type { TranscriptFormat } from '../../shared/transcript/format.ts'
import { testFolder } from '../support/folder.ts'
import { type TestGateway, testGateway } from '../support/gateway.ts'
import { pageClient } from '../support/page.ts'
import { codeOf, greeted, RawClient, rawClient } from '../support/raw.ts'

type Used = { gateway: TestGateway; data: string; valid: string[]; wrong: string }

/** People use their tokens in every right and wrong way, and the server logs all that it can. */
async function withUsedTokens(): Promise<Used> {
  const data = testFolder()
  const gateway = await testGateway({ data, logLevel: 'trace' })
  const ann = await pageClient(gateway.webUrl)
  const { token, you } = await ann.hello({ name: 'Ann' })
  const { client: bob } = await greeted(gateway.tcp.port)
  const code = await codeOf(bob)
  bob.send('hello\n/msg Ann psst\n')
  await ann.next('direct')
  const wrong = `${you.id}.BBBBBBBBBBB`
  for (const one of [wrong, code, token]) {
    await resumed(gateway, one)
    await overHttp(gateway, one)
    await inJson(gateway, one)
  }
  for (const one of [code, token]) await saidByMistake(gateway, one)
  return { gateway, data, valid: [token, code].map(macOf), wrong: macOf(wrong) }
}

const macOf = (token: string): string => token.slice(token.indexOf('.') + 1)

async function resumed({ tcp }: TestGateway, token: string): Promise<void> {
  const { client } = await greeted(tcp.port)
  client.send(`/resume ${token}\n`)
  await client.until(/again\.\n|is unknown/)
  client.socket.destroy()
}

async function saidByMistake({ tcp }: TestGateway, token: string): Promise<void> {
  const { client } = await greeted(tcp.port)
  for (const command of ['', 'resume ', '/name ', '/topic ', '/msg Ann ', '/join ']) {
    client.send(`${command}${token}\n`)
  }
  client.send('bye\n')
  await client.untilEnded()
}

/** In a hello of a program, in a hello of a page, and in one that is not JSON. */
async function inJson({ tcp, webUrl }: TestGateway, token: string): Promise<void> {
  const hello = JSON.stringify({ type: 'hello', protocol: 1, token })
  for (const text of [hello, hello.replace('}', ''), hello.replace('1', '"1"')]) {
    const program = await rawClient(tcp.port)
    program.send(`${text}\n`)
    await program.until(/welcome|error|Not sent/)
    program.socket.destroy()
    const page = await pageClient(webUrl)
    page.socket.send(text)
    await Promise.race([page.next('welcome'), page.next('error')])
    page.socket.terminate()
  }
}

/** In requests to the routes, in a body that is not JSON, in what is not HTTP, and to the raw port. */
async function overHttp({ tcp, webUrl }: TestGateway, token: string): Promise<void> {
  const paths = ['/', '/r/physics', '/api/events', '/api/say', '/ws', '/nothing', '/metrics']
  for (const path of paths) {
    await fetch(`${webUrl}${path}?token=${token}`, { headers: { Authorization: token } })
  }
  const body = `{"token": "${token}"`
  for (const type of ['application/json', 'text/x']) {
    await fetch(`${webUrl}/api/say`, { method: 'POST', headers: { 'Content-Type': type }, body })
  }
  for (const port of [Number(new URL(webUrl).port), tcp.port]) {
    const raw = await rawClient(port)
    raw.send(port === tcp.port ? `GET /?token=${token} HTTP/1.1\r\n\r\n` : `${token}\r\n\r\n`)
    await raw.untilEnded()
  }
}

/** The text, and what it has as lists of bytes. */
function readable(text: string): string {
  const lists = text.match(/\[(\d+,)*\d+\]/g) ?? []
  return [text, ...lists.map((list) => Buffer.from(JSON.parse(list)).toString())].join('\n')
}

async function exported(folder: string, format: TranscriptFormat): Promise<string> {
  let text = ''
  const to = new Writable({
    write(chunk, _encoding, done) {
      text += chunk
      done()
    },
  })
  await exportLogs(folder, { format, direct: true }, to)
  return text
}

test('no token is in a line of the log, at any level, nor in the metrics', async () => {
  const { gateway, valid, wrong } = await withUsedTokens()
  const metrics = await (await fetch(`${gateway.webUrl}/metrics`)).text()
  await gateway.close()
  const log = readable(gateway.logged.map((line) => JSON.stringify(line)).join('\n'))
  expect(log).toContain('"name":"Ann"')
  expect(log).toContain('client error')
  expect(metrics).toContain('oneroom_refusals_total{code="code_said"}')
  for (const mac of [...valid, wrong]) {
    expect(log).not.toContain(mac)
    expect(metrics).not.toContain(mac)
  }
})

test('no token is in an export, nor in what the server tells everyone', async () => {
  const { gateway, data, valid } = await withUsedTokens()
  const told = [await exported(data, 'text'), await exported(data, 'ndjson')]
  for (const path of ['/api/events', '/api/rooms']) {
    told.push(await (await fetch(`${gateway.webUrl}${path}`)).text())
  }
  expect(told.join('\n')).toContain('psst')
  for (const mac of valid) expect(told.join('\n')).not.toContain(mac)
})

test('no page and no file tells other sites from where a link was opened', async () => {
  const { webUrl } = await testGateway()
  const paths = ['/', '/r/physics', '/index.html', '/nothing', '/healthz', '/metrics', '/api/rooms']
  for (const path of paths) {
    const { headers } = await fetch(`${webUrl}${path}`)
    expect(headers.get('referrer-policy'), path).toBe('no-referrer')
  }
})

// Other systems have no second address of the machine itself.
test.runIf(process.platform === 'linux')(
  'the address of a person is in the log, and in nothing that others receive',
  async () => {
    const address = '127.0.0.77'
    const data = testFolder()
    const { tcp, webUrl, logged, close } = await testGateway({ data })
    const page = await pageClient(webUrl)
    await page.hello({ name: 'Bob', history: 10 })
    const { client: bob } = await greeted(tcp.port)
    const ann = new RawClient(connect({ port: tcp.port, localAddress: address }))
    onTestFinished(() => {
      ann.socket.destroy()
    })
    await ann.until('bye leaves.\n')
    ann.send('/name Ann\nhello\n/msg Bob psst\n')
    await page.next('direct')
    bob.send('/who\n')
    await bob.until('hello\n')
    await bob.until(/3 here: /)
    const told = [bob.text, JSON.stringify(page.messages)]
    for (const path of ['/metrics', '/api/events', '/api/rooms']) {
      told.push(await (await fetch(`${webUrl}${path}`)).text())
    }
    await close()
    told.push(await exported(data, 'text'), await exported(data, 'ndjson'))
    expect(told.join('\n')).toContain('psst')
    expect(told.join('\n')).not.toContain(address)
    expect(JSON.stringify(logged)).toContain(address)
  },
)
