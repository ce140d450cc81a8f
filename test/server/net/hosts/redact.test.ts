/** The text of a message that a host takes away is nowhere any more. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { exportLogs } from '../../../../server/log/sqlite/export.ts'
import { testFolder } from '../../../support/folder.ts'
import { testGateway } from '../../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../../support/hosts.ts'
import { type PageClient, pageClient } from '../../../support/page.ts'
import { greeted } from '../../../support/raw.ts'

const options = { hostKey: HOST_KEY }
const SECRET = 'Zwiebelkuchen'

/** What `client` is sent from now on, in answer to these requests. */
async function repliesTo(client: PageClient): Promise<string> {
  client.messages.length = 0
  client.send({ type: 'history', limit: 200 })
  client.send({ type: 'search', query: SECRET })
  client.send({ type: 'search', query: SECRET.slice(0, 3) })
  await client.next('found', ({ query }) => query.length === 3)
  return JSON.stringify(client.messages)
}

async function exported(folder: string, format: 'text' | 'ndjson'): Promise<string> {
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

function filesOf(folder: string): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('')
    .toLowerCase()
}

describe.each(['on disk', 'in memory'])('a text that was taken away %s', (where) => {
  it('is in no reply, no feed and no file, and its number stays', async () => {
    const data = where === 'on disk' ? testFolder() : ':memory:'
    const { webUrl, tcp, close } = await testGateway({ ...options, data })
    const hana = await hostClient(webUrl)
    const bob = await pageClient(webUrl)
    const { you, token, epoch } = await bob.hello({ name: 'Bob' })
    for (let at = 0; at < 30; at += 1) bob.send({ type: 'say', text: `before ${at}` })
    bob.send({ type: 'say', id: 'x', text: `the ${SECRET} is here` })
    const { seq } = await hana.until(`the ${SECRET} is here`)
    bob.send({ type: 'say', text: 'after' })
    await hana.until('after')
    hana.send({ type: 'act', act: { type: 'redact', seq } })
    const { act, from } = await bob.until(`removed message ${seq} of Bob`)
    expect(act).toEqual({ type: 'redact', seq, person: { id: you.id, name: 'Bob' } })
    expect(from.name).toBe('Hana')
    const gone = { seq, text: '', redacted: { by: 'Hana' }, from: { name: 'Bob' } }
    expect(await repliesTo(bob)).not.toContain(`${SECRET} is`)
    expect((await bob.next('history')).events.find((event) => event.seq === seq)).toMatchObject(
      gone,
    )
    expect(await bob.next('found')).toMatchObject({ events: [] })
    // A newcomer receives it from the memory of the room, a returning client from its feed.
    const carol = await pageClient(webUrl)
    const { events } = await carol.hello({ history: 200 })
    expect(events.find((event) => event.seq === seq)).toMatchObject(gone)
    const again = await pageClient(webUrl)
    await again.hello({ token, epoch, seq: seq - 1 })
    await again.until('after')
    expect(again.events[0]).toMatchObject(gone)
    again.send({ type: 'say', id: 'x', text: 'again' })
    await again.next('events', ({ events }) => events.length === 1 && events[0]?.id === 'x')
    expect(JSON.stringify([...carol.messages, ...again.messages])).not.toContain(SECRET)
    const page = await (await fetch(`${webUrl}/api/events?limit=200`)).text()
    expect(page).toContain('"redacted":{"by":"Hana"}')
    expect(page).not.toContain(SECRET)
    const { client: terminal } = await greeted(tcp.port)
    terminal.send('/history 200\n')
    await terminal.until('* Bob: removed by Hana\n')
    expect(terminal.text).not.toContain(SECRET)
    if (where === 'on disk') {
      expect(await exported(data, 'text')).toContain('Z * Bob: removed by Hana\n')
      const lines = await exported(data, 'ndjson')
      expect(lines).toContain('"redacted":{"by":"Hana"}')
      expect(lines).not.toContain(SECRET)
      // While the server runs, the WAL is emptied soon.
      await expect.poll(() => filesOf(data).includes(SECRET.toLowerCase())).toBe(false)
    }
    await close()
    if (where === 'on disk') {
      expect(filesOf(data)).toContain('before 29')
      expect(filesOf(data)).not.toContain(SECRET.toLowerCase())
      const later = await testGateway({ data })
      expect(await (await fetch(`${later.webUrl}/api/events?limit=200`)).text()).not.toContain(
        SECRET,
      )
    }
  })
})

it('is taken away also after the index has its words, among those of many others', async () => {
  const data = testFolder()
  const first = await testGateway({ ...options, data })
  const bob = await pageClient(first.webUrl)
  await bob.hello({ name: 'Bob' })
  const word = (at: number) => `w${(at * 7919).toString(36)}x`
  for (let at = 0; at < 3000; at += 1) {
    const text = Array.from({ length: 8 }, (_, other) => word(at * 8 + other)).join(' ')
    bob.send({ type: 'say', text: at === 1500 ? `${text} ${SECRET} ${text}` : text })
  }
  bob.send({ type: 'say', text: 'last' })
  await bob.until('last')
  await first.close()
  const second = await testGateway({ ...options, data })
  const hana = await hostClient(second.webUrl)
  await expect
    .poll(async () => {
      hana.messages.length = 0
      hana.send({ type: 'search', query: SECRET })
      return (await hana.next('found')).events.length
    })
    .toBe(1)
  const [{ seq = 0 } = {}] = (await hana.next('found')).events
  hana.send({ type: 'act', act: { type: 'redact', seq } })
  await hana.until(`removed message ${seq} of Bob`)
  expect(await repliesTo(hana)).not.toContain(`${SECRET} `)
  await second.close()
  expect(filesOf(data)).not.toContain(SECRET.toLowerCase())
})

describe('a host', () => {
  it('takes away the latest message of a person, and a topic', async () => {
    const { webUrl, tcp } = await testGateway(options)
    const { client: hana } = await greeted(tcp.port)
    hana.send(`/name Hana\n/host ${HOST_KEY}\n`)
    await hana.until('* You are a host now.')
    const bob = await pageClient(webUrl)
    await bob.hello({ name: 'Bob B' })
    bob.send({ type: 'topic', text: SECRET })
    await hana.until(`set the topic: ${SECRET}`)
    hana.send('/redact "bob b"\n')
    await hana.until(/\* You removed message 2 of <Bob B>\.\n/)
    expect((await bob.until('removed message 2 of <Bob B>')).act).toMatchObject({ topic: true })
    hana.send('/topic\n')
    await hana.until('There is no topic.')
    const carol = await pageClient(webUrl)
    expect(await carol.hello()).not.toHaveProperty('topic')
    hana.send('/redact #2\n')
    await hana.until('! It is removed already.')
    hana.send('/redact 1\n')
    await hana.until('! An act of a host cannot be removed.')
    hana.send('/redact 99\n/redact bob b\n')
    await hana.until(/(! There is no such message\.\n){2}/)
    expect(bob.events.filter(({ act }) => act?.type === 'redact')).toHaveLength(1)
  })
})
