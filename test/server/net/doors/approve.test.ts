/** Each new person waits for a host, while the approval is on; and JSON clients that knock. */
import { describe, expect, it } from 'vitest'
import { testFolder } from '../../../support/folder.ts'
import { type TestGateway, testGateway } from '../../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../../support/hosts.ts'
import { type PageClient, pageClient } from '../../../support/page.ts'
import { oneroom } from '../../../support/program.ts'
import { greeted, rawClient } from '../../../support/raw.ts'

const CODE = 'amber-fox-lamp'
const WAITING = 'You are waiting until a host lets you in.'

/** A host who has turned the approval on. */
async function approving({ webUrl }: TestGateway, hello = {}): Promise<PageClient> {
  const hana = await hostClient(webUrl, 'Hana', hello)
  hana.send({ type: 'act', act: { type: 'approve', on: true } })
  await hana.until('turned the approval on: each new person waits for a host')
  return hana
}

async function knocking(webUrl: string, hello: object): Promise<PageClient> {
  const client = await pageClient(webUrl)
  client.send({ type: 'hello', protocol: 1, ...hello })
  expect(await client.next('knocking')).toEqual({ type: 'knocking', message: WAITING })
  return client
}

describe('while the approval is on', () => {
  it('a JSON client waits, and is let in under the name of its hello', async () => {
    const gateway = await testGateway({ hostKey: HOST_KEY })
    const hana = await approving(gateway)
    const ann = await knocking(gateway.webUrl, { name: 'Ann', room: 'physics', history: 10 })
    const { knocks, added } = await hana.next('knocks')
    expect({ knocks, added }).toEqual({
      knocks: [{ id: 1, address: '127.0.0.1', name: 'Ann', text: '', at: expect.any(String) }],
      added: 1,
    })
    ann.send({ type: 'say', id: '1', text: 'hello?' })
    expect(await ann.next('error')).toMatchObject({ code: 'approval_needed', id: '1' })
    ann.send({ type: 'hello', protocol: 1 })
    await ann.next('error', ({ code }) => code === 'hello_twice')
    hana.send({ type: 'admit', id: 1, on: true })
    expect(await ann.next('welcome')).toMatchObject({ you: { name: 'Ann' }, room: 'physics' })
    ann.send({ type: 'say', text: 'hello, physics' })
    await ann.until('hello, physics')
    await hana.next('knocks', (message) => message.knocks.length === 0)
  })

  it('a JSON client is turned away, or leaves', async () => {
    const gateway = await testGateway({ hostKey: HOST_KEY })
    const hana = await approving(gateway)
    const eve = await knocking(gateway.webUrl, { name: 'Eve' })
    await hana.next('knocks')
    hana.send({ type: 'admit', on: false })
    await eve.next('error', ({ code }) => code === 'turned_away')
    expect(await eve.untilClosed()).toBe(4013)
    const bob = await knocking(gateway.webUrl, {})
    await hana.next('knocks', ({ knocks }) => knocks[0]?.id === 2)
    bob.send({ type: 'bye' })
    expect(await bob.untilClosed()).toBe(1000)
    await hana.next('knocks', ({ knocks }) => knocks.length === 0)
  })

  it('a JSON client over TCP waits, also one whose hello comes after the greeting', async () => {
    const gateway = await testGateway({ hostKey: HOST_KEY })
    const hana = await approving(gateway)
    for (const [index, isLate] of [false, true].entries()) {
      const client = await rawClient(gateway.tcp.port)
      if (isLate) await client.until('! A host lets people in here.')
      client.send('{"type":"hello","protocol":1,"name":"Ann"}\n')
      await client.until('"type":"knocking"')
      await hana.next('knocks', ({ knocks }) => knocks[0]?.id === index + 1)
      hana.send({ type: 'admit', on: true })
      await client.until('"type":"welcome"')
    }
  })

  it('a program that sends lines waits, and its first message is said', async () => {
    const gateway = await testGateway({ hostKey: HOST_KEY })
    const hana = await approving(gateway)
    const program = await rawClient(gateway.tcp.port)
    await program.until(
      '! A host lets people in here. Type a line, which the hosts see, and wait.\n',
    )
    program.send('/who\n')
    await program.until('! A host has to let you in first.\n')
    program.send('This is from Client\nsecond\n')
    await program.until(`* ${WAITING}\n! ${WAITING}\n`)
    await hana.next('knocks', ({ knocks }) => knocks[0]?.text === 'This is from Client')
    hana.send({ type: 'admit', on: true })
    await program.until(/bye leaves\.\n/)
    program.send('third\n')
    await hana.until('third')
    expect(hana.texts.slice(2)).toEqual(['This is from Client', 'third'])
  })

  it('the code is not enough, and is not said', async () => {
    const gateway = await testGateway({ code: CODE, hostKey: HOST_KEY })
    const hana = await approving(gateway, { code: CODE })
    const ann = await knocking(gateway.webUrl, { name: 'Ann', code: CODE })
    const wrong = await pageClient(gateway.webUrl)
    wrong.send({ type: 'hello', protocol: 1, code: 'red panda', knock: true })
    await wrong.next('error', ({ code }) => code === 'code_wrong')
    const program = await rawClient(gateway.tcp.port)
    program.send(`${CODE}\n`)
    await program.until('! A host lets people in here.')
    program.send('It is me\n')
    await program.until(`* ${WAITING}\n`)
    await hana.next('knocks', ({ knocks }) => knocks.length === 2)
    hana.send({ type: 'admit', id: 2, on: true })
    hana.send({ type: 'admit', id: 1, on: true })
    await hana.until('It is me')
    await ann.next('welcome')
    expect(hana.texts.join()).not.toContain('amber')
  })

  it('people who have been here come back, also after a restart; the console lets others in', async () => {
    const data = testFolder()
    const first = await testGateway({ hostKey: HOST_KEY, data })
    const { token } = await (await pageClient(first.webUrl)).hello({ name: 'Bob' })
    const hana = await approving(first)
    hana.send({ type: 'join', room: 'physics' })
    expect(await hana.next('joined')).toMatchObject({ house: { approve: true } })
    await first.close()
    const { webUrl, operate } = await testGateway({ data })
    const bob = await pageClient(webUrl)
    expect(await bob.hello({ token })).toMatchObject({
      you: { name: 'Bob' },
      house: { approve: true },
    })
    const shown: string[] = []
    const print = (lines: readonly string[]) => shown.push(...lines)
    const operator = operate({ columns: 80, colours: false, quit() {}, print })
    const said = () => shown.join('\n')
    const eve = await knocking(webUrl, { name: 'Eve' })
    await expect
      .poll(said)
      .toContain('* A client at 127.0.0.1 knocks (/admit 1 or /turnaway 1) as <Eve>')
    operator.type('/approve')
    await expect.poll(said).toContain('/approve is on.')
    operator.type('/admit')
    await eve.next('welcome')
    operator.type('/approve off')
    await bob.until('turned the approval off')
    operator.type('/approve')
    await expect.poll(said).toContain('/approve is off.')
    expect(await (await pageClient(webUrl)).hello({})).not.toHaveProperty('house')
  })

  it('the terminal client waits in a pipe, and ends if it is turned away', async () => {
    const gateway = await testGateway({ hostKey: HOST_KEY })
    const hana = await approving(gateway)
    const connect = () => {
      const program = oneroom('connect', `127.0.0.1:${gateway.tcp.port}`, '--name', 'Pia')
      program.child.stdin?.end('hello from a pipe\n')
      return program
    }
    const first = connect()
    await hana.next('knocks', ({ knocks }) => knocks[0]?.name === 'Pia')
    hana.send({ type: 'admit', on: true })
    await hana.until('hello from a pipe')
    expect(await first.untilExit()).toBe(0)
    expect(first.stderr).toContain(WAITING)
    const second = connect()
    await hana.next('knocks', ({ knocks }) => knocks[0]?.id === 2)
    hana.send({ type: 'admit', on: false })
    expect(await second.untilExit()).toBe(1)
    expect(second.stderr).toContain('A host did not let you in.')
  })

  it('HTTP needs the token of a person', async () => {
    const gateway = await testGateway({ hostKey: HOST_KEY })
    const { webUrl } = gateway
    const bob = await pageClient(webUrl)
    const { token } = await bob.hello({ name: 'Bob' })
    await approving(gateway)
    const headers = { authorization: `Bearer ${token}` }
    const status = async (path: string, how: RequestInit = {}) =>
      (await fetch(webUrl + path, how)).status
    for (const path of ['/api/events', '/api/rooms']) {
      expect([await status(path), await status(path, { headers })]).toEqual([403, 200])
    }
    const post = { method: 'POST', body: 'text=x' }
    const answer = await fetch(`${webUrl}/api/say`, post)
    expect(await answer.json()).toMatchObject({ type: 'error', code: 'approval_needed' })
    expect(await status('/api/say', { ...post, headers })).toBe(201)
    expect(await status('/metrics')).toBe(200)
  })

  it('only hosts turn it on or off, and learn whether it is on', async () => {
    const { webUrl, tcp } = await testGateway({ hostKey: HOST_KEY })
    const bob = await pageClient(webUrl)
    await bob.hello({ name: 'Bob' })
    bob.send({ type: 'act', act: { type: 'approve', on: true } })
    await bob.next('error', ({ code }) => code === 'not_host')
    const { client } = await greeted(tcp.port)
    client.send('/approve\n')
    await client.until('! Only a host can do that.')
    client.send(`/host ${HOST_KEY}\n/approve maybe\n/approve on\n/approve\n`)
    await client.until('! /approve is on or off.\n')
    await client.until(/\* You turned the approval on.*\n\/approve is on\.\n/)
    const hana = await pageClient(webUrl)
    hana.send({ type: 'hello', protocol: 1 })
    await hana.next('knocking')
    client.send('/approve off\n')
    await client.until('You turned the approval off')
    client.send('/admit\n')
    await hana.next('welcome')
    hana.send({ type: 'host', key: HOST_KEY })
    hana.send({ type: 'act', act: { type: 'approve' } })
    await hana.next('error', ({ message }) => message === 'The act approve needs on.')
  })
})

describe('a JSON client without the code', () => {
  const guarded = () => testGateway({ code: CODE, hostKey: HOST_KEY })

  it('knocks if it wants to, and has the code when it is inside', async () => {
    const gateway = await guarded()
    const host = await hostClient(gateway.webUrl, 'Hana', { code: CODE })
    const ann = await knocking(gateway.webUrl, { name: 'Ann', knock: true })
    await host.next('knocks', ({ knocks }) => knocks[0]?.name === 'Ann')
    const other = await pageClient(gateway.webUrl)
    await other.hello({ name: 'Ann', code: CODE })
    host.send({ type: 'admit', on: true })
    // The name was taken meanwhile.
    expect(await ann.next('welcome')).toMatchObject({ code: CODE, you: { name: 'Ann-2' } })
  })

  it('knocks under a name that is valid, and among ten of its address', async () => {
    const { webUrl } = await guarded()
    const client = await pageClient(webUrl)
    client.send({ type: 'hello', protocol: 1, name: 'a:b', knock: true })
    await client.next('error', ({ code }) => code === 'name_invalid')
    await Promise.all(Array.from({ length: 10 }, () => knocking(webUrl, { knock: true })))
    client.send({ type: 'hello', protocol: 1, knock: true })
    expect(await client.next('error', ({ code }) => code === 'too_fast')).toMatchObject({
      message: 'Too many are waiting outside. Try again later.',
    })
    client.send({ type: 'hello', protocol: 1, code: CODE })
    await client.next('welcome')
  })
})
