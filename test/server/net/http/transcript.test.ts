/** `GET /api/transcript`, and the links to it that people get with `/transcript`. */
import { describe, expect, it } from 'vitest'
import { type TestGateway, testGateway } from '../../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../../support/hosts.ts'
import { pageClient } from '../../../support/page.ts'
import { greeted, rawClient } from '../../../support/raw.ts'

const CODE = 'amber-fox-lamp'

async function get(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers })
  const { status } = response
  return { status, headers: response.headers, text: await response.text() }
}

/** The link that a terminal gets for what it types. */
async function linkOf(client: Awaited<ReturnType<typeof rawClient>>, line: string): Promise<URL> {
  client.forget()
  client.send(`${line}\n`)
  const link = /(http\S+ticket=\S+)\n/
  await client.until(link)
  return new URL(link.exec(client.text)?.[1] ?? '')
}

describe('the response', () => {
  it('has the format, the times and the room that were asked for', async () => {
    const { webUrl, tcp } = await testGateway()
    const { client } = await greeted(tcp.port)
    client.send('/join Füße\n')
    await client.until('You are in Füße now.')
    client.send('*one*\ntwo\n/who\n')
    await client.until('1 in Füße')
    const url = `${webUrl}/api/transcript?room=f%C3%BC%C3%9Fe`

    const text = await get(url)
    expect(text.text).toMatch(/^\S+Z guest-1: \*one\*\n\S+Z guest-1: two\n$/)
    expect(text.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(text.headers.get('content-disposition')).toMatch(/^inline; filename="F__e-[\d-]+\.txt"/)

    const markdown = await get(`${url}&format=markdown&time=utc%20seconds`)
    expect(markdown.text).toMatch(
      /^# Füße\n\n## [\d-]+, UTC\+00:00\n\n- [\d:]{8} \*\*guest-1\*\*: \\\*one\\\*\n- [\d:]{8} .*two\n$/,
    )
    expect(markdown.headers.get('content-disposition')).toMatch(
      /^attachment; filename="F__e-[\d-]+\.md"; filename\*=UTF-8''F%C3%BC%C3%9Fe-[\d-]+\.md$/,
    )

    const objects = (await get(`${url}&format=ndjson&from=1h`)).text.trimEnd().split('\n')
    expect(objects.map((line) => JSON.parse(line).text)).toEqual(['*one*', 'two'])
    expect((await get(`${url}&to=1h`)).text).toBe('')
    expect((await get(`${webUrl}/api/transcript`)).text).toBe('')
    for (const [query, status] of [
      ['from=noon', 400],
      ['from=2h&to=3h', 400],
      ['format=pdf', 400],
      ['time=noon', 400],
      ['room=a&room=b', 400],
      ['room=nowhere', 404],
    ] as const) {
      expect((await get(`${webUrl}/api/transcript?${query}`)).status, query).toBe(status)
    }
  })

  it('has all events of a long log, and a part of it from its first to its last', async () => {
    const { webUrl, rooms, room } = await testGateway()
    const begun = Date.parse('2026-11-22T10:00:00.000Z')
    const from = { id: 'aliceAAAAA', name: 'alice', via: 'web' } as const
    // An hour; for two seconds in it, the clock is 30 seconds behind.
    const at = (n: number) => begun + n * 3000 - (n === 500 || n === 501 ? 30_000 : 0)
    const drafts = Array.from({ length: 1200 }, (_, n) => ({
      log: room.log,
      draft: { at: new Date(at(n)).toISOString(), kind: 'message' as const, from, text: `${n}` },
    }))
    await rooms.store.append(drafts)
    const textsOf = async (query: string) => {
      const { text } = await get(`${webUrl}/api/transcript?format=ndjson&${query}`)
      return text
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [Number(JSON.parse(line).text)]))
    }
    const all = Array.from({ length: 1200 }, (_, n) => n)
    expect(await textsOf('')).toEqual(all)
    for (const [first, last] of [
      ['10:25:00', '10:30:00'],
      ['10:24:30', '10:24:45'],
      ['10:00:00', '10:00:00.001'],
      ['10:59:57', '12:00'],
      ['09:00', '09:30'],
    ]) {
      const [low, high] = [first, last].map((time) => Date.parse(`2026-11-22T${time}Z`)) as [
        number,
        number,
      ]
      expect(await textsOf(`from=2026-11-22T${first}Z&to=2026-11-22T${last}Z`)).toEqual(
        all.filter((n) => at(n) >= low && at(n) < high),
      )
    }
  })

  it('does not have the text of a message that was taken back', async () => {
    const { webUrl, tcp } = await testGateway()
    const { client } = await greeted(tcp.port)
    client.send('a secret\n/undo\n/who\n')
    await client.until('1 here: ')
    expect((await get(`${webUrl}/api/transcript`)).text).toMatch(/^\S+ \* guest-1: taken back\n/)
    expect((await get(`${webUrl}/api/transcript?format=ndjson`)).text).not.toContain('a secret')
  })

  it('counts as under way until it was sent, for the limit of an address', async () => {
    const { webUrl, room } = await testGateway()
    const client = await pageClient(webUrl)
    await client.hello({ name: 'Ann' })
    client.send({ type: 'say', text: 'x' })
    await client.until('x')
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const read = room.log.read.bind(room.log)
    room.log.read = async (...args) => {
      await released
      return read(...args)
    }
    const answers = Array.from({ length: 5 }, () => get(`${webUrl}/api/transcript`))
    expect((await Promise.race(answers)).status).toBe(429)
    release()
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    expect(statuses.sort()).toEqual([200, 200, 200, 200, 429])
    expect((await get(`${webUrl}/api/transcript`)).status).toBe(200)
  })
})

describe('on a server with a code', () => {
  const guarded = () => testGateway({ code: CODE, hostKey: HOST_KEY })

  /** A terminal whose person has given the code. */
  async function inside({ tcp }: TestGateway) {
    const client = await rawClient(tcp.port)
    client.send(`${CODE}\n`)
    await client.until(/bye leaves\.\n/)
    client.send('/name Ann\nhello\n/who\n')
    await client.until('1 here: Ann')
    return client
  }

  it('needs the code or a token, and a link needs neither', async () => {
    const gateway = await guarded()
    const client = await inside(gateway)
    const path = `${gateway.webUrl}/api/transcript`
    expect((await get(path)).status).toBe(401)
    expect((await get(path, { authorization: 'Bearer fox' })).status).toBe(401)
    expect((await get(path, { authorization: `Bearer ${CODE}` })).text).toMatch(/ Ann: hello\n/)
    const link = await linkOf(client, '/transcript today')
    expect(link.origin).toBe(gateway.webUrl)
    expect((await get(link.href)).text).toMatch(/ Ann: hello\n/)
    link.searchParams.set('format', 'markdown')
    expect((await get(link.href)).text).toMatch(/\*\*Ann\*\*: hello\n/)
  })

  it('a link is for nothing else, and for a short time', async () => {
    const gateway = await guarded()
    const client = await inside(gateway)
    const link = await linkOf(client, '/transcript 2h ndjson')
    expect(link.searchParams.get('format')).toBe('ndjson')
    const changed = (name: string, value: string | null) => {
      const url = new URL(link)
      if (value === null) url.searchParams.delete(name)
      else url.searchParams.set(name, value)
      return get(url.href)
    }
    const ticket = link.searchParams.get('ticket') ?? ''
    const [person, until = '', mac] = ticket.split('.')
    const later = (Number.parseInt(until, 36) + 1).toString(36)
    const wrong = [
      await changed('room', 'physics'),
      await changed('from', null),
      await changed('from', '2d'),
      await changed('to', '1h'),
      await changed('ticket', `${person}.${later}.${mac}`),
      await changed('ticket', `server.${until}.${mac}`),
      await changed('ticket', ''),
    ]
    for (const { status, text } of wrong) {
      expect(status).toBe(401)
      expect(text).not.toContain('hello')
    }
    expect((await get(`${gateway.webUrl}/api/events?ticket=${ticket}`)).status).toBe(401)
    const twice = await get(`${gateway.webUrl}/api/transcript?ticket=x&room=a&room=b`)
    expect(twice.status).toBe(401)
    gateway.rooms.clock.now = () => Date.now() + 601_000
    const late = await get(link.href)
    expect([late.status, late.text]).toEqual([401, expect.stringContaining('has expired')])
  })

  it('a link ends with the rights of its person', async () => {
    const gateway = await guarded()
    const client = await inside(gateway)
    const link = await linkOf(client, '/transcript')
    // The person left, and the code that they gave is another one now.
    client.send('bye\n')
    await client.untilEnded()
    expect((await get(link.href)).status).toBe(200)
    await gateway.rooms.store.keepRule({ key: 'code', value: { words: 'other-words-now' } })
    expect((await get(link.href)).status).toBe(401)
  })

  it('a link is of no use to a person who is banned', async () => {
    const gateway = await guarded()
    const client = await inside(gateway)
    const link = await linkOf(client, '/transcript')
    const host = await hostClient(gateway.webUrl, 'Hana', { code: CODE })
    host.send({ type: 'act', act: { type: 'ban', person: 'Ann' } })
    await client.untilEnded()
    expect((await get(link.href)).status).toBe(403)
  })
})

it('/transcript explains what it does not understand', async () => {
  const { tcp } = await testGateway()
  const { client } = await greeted(tcp.port)
  client.send('/transcript noon\n/transcript 3h 2h 1h\n/transcript 1h 2h\n')
  await client.until('! "noon" is no time. A time is one of')
  await client.until('! Usage: /transcript')
  await client.until('! The time from which the transcript begins')
})

it('a JSON client over a WebSocket gets a link relative to the page', async () => {
  const { webUrl } = await testGateway()
  const client = await pageClient(webUrl)
  await client.hello({ name: 'Ann' })
  client.send({ type: 'join', room: 'Physics' })
  await client.next('joined')
  client.send({ type: 'transcript', from: 'today', time: '+05:45 seconds', room: 'Physics' })
  const { url, until, room } = await client.next('transcript')
  expect(room).toBe('Physics')
  expect(Date.parse(until)).toBeGreaterThan(Date.now() + 500_000)
  expect(url).toMatch(
    /^api\/transcript\?room=Physics&from=\S+T18:15:00\.000Z&time=%2B05:45\+seconds&ticket=/,
  )
  expect((await get(new URL(url, `${webUrl}/`).href)).status).toBe(200)
  client.send({ type: 'transcript', time: 'noon' })
  expect((await client.next('error')).code).toBe('bad_message')
})
