/** What other programs send, as their documentation shows it: `test/fixtures/hooks`. */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { addHook, listHooks, removeHook } from '../../../../server/hook.ts'
import type { RoomEvent } from '../../../../shared/protocol.ts'
import { everything } from '../../../support/events.ts'
import { testFolder } from '../../../support/folder.ts'
import { type TestGateway, testGateway } from '../../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../../support/hosts.ts'
import { need } from '../../../support/installed.ts'
import { pageClient } from '../../../support/page.ts'
import { oneroom, Program } from '../../../support/program.ts'
import { greeted } from '../../../support/raw.ts'

const folder = join(import.meta.dirname, '../../../fixtures/hooks')
const CODE = 'amber-fox-lamp'

/** `sent`: as JSON, or as JSON in the field of a form. `says`: the lines in the room. */
type Fixture = {
  source: string
  to: string
  headers?: Record<string, string>
  sent: 'json' | 'form' | 'multipart'
  body: object
  says: string[]
}

function fixture(name: string): Fixture {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
}

const names = readdirSync(folder).map((name) => name.replace('.json', ''))

function requestOf({ headers, sent, body }: Fixture): RequestInit {
  const json = JSON.stringify(body)
  if (sent === 'json') {
    const type = { 'content-type': 'application/json; charset=utf-8' }
    return { method: 'POST', headers: { ...type, ...headers }, body: json }
  }
  const form = sent === 'form' ? new URLSearchParams({ payload: json }) : new FormData()
  if (form instanceof FormData) form.set('payload_json', json)
  return { method: 'POST', ...(headers && { headers }), body: form }
}

const lineOf = ({ from, text }: RoomEvent): string => `${from.name}: ${text}`
const linesIn = ({ from, text }: RoomEvent): string[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => `${from.name}: ${line}`)

describe('a webhook', () => {
  it('of each program becomes readable lines of one message', async () => {
    const { webUrl, rooms } = await testGateway()
    const commits: number[] = []
    rooms.tally.onCommit = (drafts) => commits.push(drafts)
    const said: string[] = []
    for (const name of names) {
      const { source, to, says, ...sent } = fixture(name)
      expect(source, name).toMatch(/^https:/)
      const { status } = await fetch(webUrl + to, requestOf({ source, to, says, ...sent }))
      expect(status, name).toBe(says.length === 0 ? 204 : 201)
      said.push(...says)
      expect((await everything(webUrl)).flatMap(linesIn), name).toEqual(said)
      if (says.length > 0) expect(commits.pop(), name).toBe(1)
    }
  })

  it('of GitHub that is delivered again is not said again', async () => {
    const { webUrl } = await testGateway()
    const push = fixture('github-push')
    const statuses: number[] = []
    for (let times = 0; times < 2; times += 1) {
      statuses.push((await fetch(webUrl + push.to, requestOf(push))).status)
    }
    expect(statuses).toEqual([201, 200])
    expect(await everything(webUrl)).toHaveLength(1)
  })

  it('is said under another name while a person has that of the program', async () => {
    const { webUrl, tcp } = await testGateway()
    const { client } = await greeted(tcp.port)
    client.send('/name alertmanager\n')
    await client.until('alertmanager')
    const sent = fixture('alertmanager')
    expect((await fetch(webUrl + sent.to, requestOf(sent))).status).toBe(201)
    await client.until('alertmanager-2: FIRING')
  })

  it('of many alerts has a line for some, and counts the others', async () => {
    const { webUrl } = await testGateway()
    const body = { alerts: Array.from({ length: 60 }, () => ({ labels: { alertname: 'A' } })) }
    const sent = requestOf({ ...fixture('alertmanager'), body })
    await fetch(`${webUrl}/api/hooks/alertmanager`, sent)
    const texts = (await everything(webUrl)).flatMap(({ text }) => text.split('\n'))
    expect([texts.length, texts.at(-2), texts.at(-1)]).toEqual([
      50,
      'FIRING A',
      'and 11 more alerts',
    ])
  })

  it('of a kind that it is not is refused', async () => {
    const { webUrl } = await testGateway()
    for (const [to, body] of [
      ['alertmanager', '{"alerts":[]}'],
      ['grafana', '{"alerts":"all"}'],
      ['github', '{}'],
      ['github', '[]'],
    ] as const) {
      const headers = { 'content-type': 'application/json' }
      const { status } = await fetch(`${webUrl}/api/hooks/${to}`, { method: 'POST', headers, body })
      expect(status).toBe(400)
    }
    expect(await everything(webUrl)).toEqual([])
  })

  it('that comes too fast gets a status after which Alertmanager repeats it', async () => {
    const { webUrl } = await testGateway({ flood: { perSecond: 0.001, burst: 1 } })
    const sent = fixture('alertmanager')
    const first = await fetch(webUrl + sent.to, requestOf(sent))
    const second = await fetch(webUrl + sent.to, requestOf(sent))
    expect([first.status, second.status]).toEqual([201, 503])
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(5)
  })
})

describe('lines', () => {
  async function post(webUrl: string, body: string, query = '', method = 'POST') {
    const headers = { 'content-type': 'text/plain' }
    const response = await fetch(`${webUrl}/api/say${query}`, { method, headers, body })
    return { status: response.status, answer: await response.json() }
  }

  it('of one request are one message, which is said once', async () => {
    const { webUrl } = await testGateway()
    const first = await post(webUrl, '\none\r\n\r\n  two\n', '?name=ci&id=b')
    expect(first.status).toBe(201)
    expect(first.answer).toMatchObject({
      seq: 1,
      text: 'one\n\n  two',
      id: 'b',
      from: { name: 'ci' },
    })
    const second = await post(webUrl, 'one\n\n  two', '?name=ci&id=b', 'PUT')
    expect([second.status, second.answer]).toEqual([200, first.answer])
    expect((await post(webUrl, 'one\nthree', '?name=ci&id=b')).status).toBe(409)
    expect(await everything(webUrl)).toHaveLength(1)
  })

  it('that do not fit into one message are several, with numbered ids', async () => {
    const { webUrl } = await testGateway()
    const body = ['x', 'y', 'z'].map((letter) => letter.repeat(2000)).join('\n')
    const { answer } = await post(webUrl, body, '?name=ci&id=b')
    expect(answer.events).toMatchObject([{ id: 'b 1/2' }, { id: 'b 2/2', text: 'z'.repeat(2000) }])
  })

  it('are said all or none', async () => {
    const { webUrl } = await testGateway()
    expect((await post(webUrl, `one\n${'x'.repeat(5000)}`)).status).toBe(413)
    expect((await post(webUrl, 'x\n'.repeat(101))).answer.code).toBe('text_too_long')
    expect(await everything(webUrl)).toEqual([])
  })

  it('count for flood control as the messages that they are', async () => {
    const { webUrl } = await testGateway({ flood: { perSecond: 0.1, burst: 3 } })
    expect((await post(webUrl, `${'x'.repeat(4000)}\n`.repeat(3))).status).toBe(201)
    const { status } = await post(webUrl, 'more')
    expect(status).toBe(429)
  })
})

const curl = need('curl')

it.skipIf(curl === undefined)('curl sends text with -T and -F', async () => {
  const { webUrl } = await testGateway()
  const file = join(testFolder(), 'build.log')
  writeFileSync(file, 'line 1\nGrüße\n')
  const say = `${webUrl}/api/say`
  for (const args of [
    ['-T', file, `${say}?name=ci`],
    ['-F', 'text=a "quoted" 100 %', '-F', 'name=ci', '-F', 'action=true', say],
    ['-F', `log=@${file}`, '-F', 'name=file', say],
    ['-F', `text=<${file}`, '-F', 'username=text', say],
  ]) {
    const program = new Program(curl as string, ['-sS', '--fail', ...args])
    expect(await program.untilExit(), program.stderr).toBe(0)
  }
  const events = await everything(webUrl)
  expect(events.map(lineOf)).toEqual([
    'ci: line 1\nGrüße',
    'ci: a "quoted" 100 %',
    'file: line 1\nGrüße',
    'text: line 1\nGrüße',
  ])
  expect(events[1]?.kind).toBe('action')
})

describe('the token of a hook', () => {
  async function withHook(
    name = 'Alerts',
    config = {},
  ): Promise<TestGateway & { token: string; data: string }> {
    const data = testFolder()
    const gateway = await testGateway({ data, code: CODE, hostKey: HOST_KEY, ...config })
    const outcome = await addHook(data, name, Date.now())
    if ('fault' in outcome) throw new Error(outcome.fault)
    return { ...gateway, data, token: outcome.lines[0] as string }
  }

  function say(webUrl: string, query = '', headers = {}, body = 'hi') {
    return fetch(`${webUrl}/api/say${query}`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', ...headers },
      body,
    })
  }

  it('lets it speak, under its own name only, until it is removed', async () => {
    const { webUrl, data, token, logged } = await withHook()
    const bearer = { authorization: `Bearer ${token}` }
    expect((await say(webUrl)).status).toBe(401)
    expect((await say(webUrl, `?token=${token}&name=Bob`)).status).toBe(201)
    expect((await say(webUrl, '?name=Bob', bearer)).status).toBe(201)
    expect((await say(webUrl, `?token=${token}x`)).status).toBe(401)
    for (const path of ['/api/events', '/api/rooms', '/metrics']) {
      expect((await fetch(webUrl + path, { headers: bearer })).status, path).toBe(401)
    }
    const page = await pageClient(webUrl)
    page.send({ type: 'hello', protocol: 1, code: token })
    await page.next('error', ({ code }) => code === 'code_wrong')
    const { events } = await (
      await fetch(`${webUrl}/api/events`, { headers: { authorization: `Bearer ${CODE}` } })
    ).json()
    expect(events.map(lineOf)).toEqual(['Alerts: hi', 'Alerts: hi'])
    expect(await removeHook(data, 'ALERTS')).toEqual({ lines: ['Removed Alerts.'] })
    const after = await say(webUrl, `?token=${token}`)
    expect([after.status, after.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect(JSON.stringify(logged)).not.toContain(token.slice(5))
  })

  it('keeps its name from people', async () => {
    const { webUrl, token } = await withHook()
    await say(webUrl, `?token=${token}`)
    const similar = `hook_${Buffer.from('aIerts').toString('base64url')}.${token.slice(-22)}`
    expect((await say(webUrl, `?token=${similar}`)).status).toBe(401)
    const ann = await pageClient(webUrl)
    ann.send({ type: 'hello', protocol: 1, code: CODE, name: 'aIerts' })
    const { code } = await ann.next('error')
    expect(code).toBe('name_lookalike')
    const asAlerts = await say(webUrl, '?name=alerts', { authorization: `Bearer ${CODE}` })
    expect(asAlerts.status).toBe(409)
  })

  it('is enough while a person has the name of the hook from before', async () => {
    const { webUrl, token } = await withHook()
    const hana = await hostClient(webUrl, 'Alerts', { code: CODE })
    const { from } = await (await say(webUrl, `?token=${token}`)).json()
    expect(from.name).toBe('Alerts-2')
    hana.send({ type: 'act', act: { type: 'mute', person: 'Alerts-2' } })
    await hana.until('muted Alerts-2')
    expect((await say(webUrl, `?token=${token}`)).status).toBe(403)
  })

  it('is enough while a host lets people in, and in slow mode, but not when it is muted', async () => {
    const { webUrl, token } = await withHook()
    const hana = await hostClient(webUrl, 'Hana', { code: CODE })
    await say(webUrl, `?token=${token}`)
    for (const act of [
      { type: 'approve', on: true },
      { type: 'slow', seconds: 60 },
      { type: 'lock' },
    ] as const) {
      hana.send({ type: 'act', act })
    }
    await hana.until('locked the server: new people cannot join')
    expect((await say(webUrl, `?token=${token}`, {}, 'one\ntwo')).status).toBe(201)
    hana.send({ type: 'act', act: { type: 'mute', person: 'Alerts' } })
    await hana.until('muted Alerts')
    expect((await say(webUrl, `?token=${token}`)).status).toBe(403)
  })

  it('is the key of signatures of GitHub', async () => {
    const { webUrl, token } = await withHook('hub')
    const push = fixture('github-push')
    const { body, headers, ...request } = requestOf(push)
    const signature = (key: string) =>
      `sha256=${createHmac('sha256', key)
        .update(body as string)
        .digest('hex')}`
    const send = (signed: string, name = 'hub', sent = body as string) =>
      fetch(`${webUrl}${push.to}?hook=${name}`, {
        ...request,
        headers: { ...(headers as Record<string, string>), 'x-hub-signature-256': signed },
        body: sent,
      })
    const right = signature(token)
    const statuses = [
      await send(signature(`${token}x`)),
      await send(right, 'nobody'),
      await send(right, 'hub%00'),
      await send(right, 'hub', `${body} `),
      await send(''),
      await send(right),
    ].map(({ status }) => status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 201])
  })

  it('that is wrong is counted as a wrong room code is', async () => {
    const { webUrl, token } = await withHook('ci', {
      addressCodes: { perSecond: 0.01, burst: 2 },
      trust: { networks: [], limitsLocal: true },
    })
    const statuses: number[] = []
    for (const end of ['x', 'y', 'z', '']) {
      statuses.push((await say(webUrl, `?token=${token}${end}`)).status)
    }
    expect(statuses).toEqual([401, 401, 429, 429])
  })

  it('lets it speak while clients without one hold their bodies back', async () => {
    const { webUrl, token } = await withHook('Alerts', { flood: { perSecond: 100, burst: 100 } })
    const { port } = new URL(webUrl)
    const head = (query: string) =>
      `POST /api/hooks/github${query} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n`
    const slow = Array.from({ length: 17 }, () => connect(Number(port), '127.0.0.1'))
    onTestFinished(() => {
      for (const socket of slow) socket.destroy()
    })
    const refused = slow.map((socket) => once(socket, 'data'))
    for (const socket of slow) socket.write(head('?hook=Alerts'))
    expect(String(await Promise.race(refused))).toContain(' 503 ')
    const sent = requestOf(fixture('alertmanager'))
    const url = `${webUrl}/api/hooks/alertmanager`
    expect((await fetch(`${url}?hook=Alerts`, sent)).status).toBe(503)
    expect((await fetch(`${url}?token=${token}`, sent)).status).toBe(201)
  })

  it('is made, listed and removed by commands', async () => {
    const { data, webUrl } = await withHook('first')
    const add = oneroom('hook', 'add', 'second', '--data', data)
    expect(await add.untilExit(), add.stderr).toBe(0)
    const token = add.stdout.trim()
    expect((await say(webUrl, `?token=${token}`)).status).toBe(201)
    const list = await listHooks(data)
    expect(list).toEqual({
      lines: [expect.stringMatching(/^first \(added at .*Z\)$/), expect.stringMatching(/^second /)],
    })
    expect(await addHook(data, 'FIRST', 0)).toEqual({ fault: expect.stringContaining('already') })
    expect(await addHook(data, 'a:b', 0)).toEqual({ fault: expect.stringContaining('":"') })
    expect(await addHook(data, 'Server', 0)).toEqual({ fault: expect.stringContaining('itself') })
    const remove = oneroom('hook', 'remove', 'third', '--data', data)
    expect(await remove.untilExit()).toBe(2)
    expect(remove.stderr).toBe('oneroom: There is no hook third.\n')
  })
})
