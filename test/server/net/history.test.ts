import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { testFolder } from '../../support/folder.ts'
import { testGateway } from '../../support/gateway.ts'
import { pageClient } from '../../support/page.ts'
import { codeOf, greeted, rawClient } from '../../support/raw.ts'

describe('the history', () => {
  it('shows a new terminal the last 20 messages under their date', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    for (let at = 1; at <= 30; at += 1) ann.send(`message ${at}\n`)
    ann.send('/who\n')
    await ann.until('1 here: ')
    const { client: bob } = await greeted(tcp.port)
    await bob.until('message 30\n')
    expect(bob.text).toMatch(
      /bye leaves\.\n\* Earlier messages; \/history shows more:\n\* .{10}\n\[.{5}\] guest-1: message 11\n/,
    )
    expect(bob.text.match(/message \d+/g)).toHaveLength(20)
    // One write of at most 1024 bytes, since some programs read 1024 bytes once.
    expect(bob.chunks).toHaveLength(1)
    expect(bob.chunks[0]?.length).toBeLessThanOrEqual(1024)
  })

  it('does not put a lock-step program out of step', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    ann.send(`${'before '.repeat(200)}\nbefore\n/who\n`)
    await ann.until('1 here: ')
    const program = await rawClient(tcp.port)
    program.send('This is from Client')
    // The response to its first line is the greeting alone.
    await ann.until('guest-2: This is from Client\n')
    program.send('second')
    await program.until('guest-2: second\n')
    expect(program.text).toContain(': before\n')
    expect(program.text).not.toContain('This is from Client')
    expect(program.chunks.map(({ length }) => length <= 1024)).toEqual([true, true])
  })

  it('is returned by /history and /search, up to the requested number', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    ann.send('one fish\ntwo fish\nred fish\n/history 2\n/search fish two\n/search none\n')
    const text = await ann.until('* Nothing found for none\n')
    expect(text).toMatch(
      /\* \d{4}-\d\d-\d\d\n\[.{5}\] guest-1: two fish\n\[.{5}\] guest-1: red fish\n/,
    )
    expect(text).toMatch(/\* 1 found for fish two\n\* .{10}\n\[.{5}\] guest-1: two fish\n/)
  })

  it('is narrowed by filters, at a terminal, in JSON and over HTTP', async () => {
    const { tcp, webUrl } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: bob } = await greeted(tcp.port)
    ann.send('/name Ann\none fish\n/who\n')
    await ann.until('2 here: ')
    bob.send('/name Bob\nAnn: two fish\n/who\n')
    await bob.until('2 here: ')
    ann.send('/search fish from:bob\n/search mentions:me on:today\n/search before:2026-01-02\n')
    ann.send('/search fish after:soon\n')
    const text = await ann.until('! Filters look like ')
    expect(text).toMatch(/\* 1 found for fish from:bob\n\* .{10}\n\[.{5}\] Bob: Ann: two fish\n/)
    expect(text).toMatch(/\* 1 found for mentions:me after:\S{10} before:\S{10}\n/)
    expect(text).toContain('* Nothing found for before:2026-01-02\n')
    const page = await pageClient(webUrl)
    await page.hello({ name: 'Eve' })
    const since = '2026-01-02T00:00:00Z'
    page.send({ type: 'search', query: '', from: 'ANN', since })
    const { events, ...found } = await page.next('found')
    expect(events.map(({ text }) => text)).toEqual(['one fish'])
    expect(found).toEqual({ type: 'found', query: '', from: 'ANN', since })
    page.send({ type: 'search', query: 'fish', until: '2026-13-01' })
    expect((await page.next('error')).code).toBe('bad_message')
    const get = async (query: string) => {
      const response = await fetch(`${webUrl}/api/search${query}`)
      const { events = [], more, code } = await response.json()
      const texts = events.map(({ text }: { text: string }) => text)
      return [response.status, code ?? texts, ...(more === undefined ? [] : [more])]
    }
    expect(await get('?query=fish&from=bob')).toEqual([200, ['Ann: two fish'], false])
    expect(await get('?query=fish&limit=1')).toEqual([200, ['Ann: two fish'], true])
    const [{ seq = 0 } = {}] = events
    expect(await get(`?query=fish&before=${seq + 1}`)).toEqual([200, ['one fish'], false])
    expect(await get('?mentions=ann&until=2026-01-02')).toEqual([200, [], false])
    for (const wrong of ['', '?query=', '?query=x&limit=0', '?query=x&since=soon', '?word=x']) {
      expect(await get(wrong)).toEqual([400, 'bad_message'])
    }
    expect(await get('?query=x&room=nowhere')).toEqual([404, 'room_unknown'])
  })

  it('says how many messages were left out when the response would be too large', async () => {
    const { tcp, webUrl } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    ann.send(`${'long '.repeat(800)}\n`.repeat(40))
    ann.send('/history 40\n/search long\n/history 5\n/who\n')
    const text = await ann.until('1 here: ')
    expect(text.match(/^.*left out.*$/gm)).toEqual([
      '* 24 older messages left out: the reply is too long.',
      '* 4 older messages left out: the reply is too long.',
    ])
    expect(text.match(/: long/g)).toHaveLength(16 + 16 + 5)
    const page = await pageClient(webUrl)
    await page.hello()
    page.send({ type: 'history', limit: 40 })
    expect(await page.next('history')).toMatchObject({ leftOut: 24, events: { length: 16 } })
  })

  it('is returned to the page in parts that say whether there is more', async () => {
    const { webUrl } = await testGateway()
    const page = await pageClient(webUrl)
    await page.hello()
    for (let at = 1; at <= 10; at += 1) page.send({ type: 'say', text: `${at}` })
    await page.until('10')
    page.send({ type: 'history', before: 8, limit: 4 })
    const middle = await page.next('history')
    expect(middle.events.map(({ seq }) => seq)).toEqual([4, 5, 6, 7])
    expect(middle.more).toBe(true)
    page.send({ type: 'history', before: 4 })
    const first = await page.next('history', ({ more }) => !more)
    expect(first.events.map(({ seq }) => seq)).toEqual([1, 2, 3])
    page.send({ type: 'search', query: '10' })
    expect((await page.next('found')).events.map(({ seq }) => seq)).toEqual([10])
    const late = await pageClient(webUrl)
    expect((await late.hello({ history: 3 })).events.map(({ text }) => text)).toEqual([
      '8',
      '9',
      '10',
    ])
  })

  it('is returned over HTTP in both directions, or an error from the table', async () => {
    const { webUrl, tcp, room, rooms } = await testGateway()
    const { client } = await greeted(tcp.port)
    client.send('one\ntwo\nthree\n/who\n')
    await client.until('1 here: ')
    const get = async (query: string) => {
      const response = await fetch(`${webUrl}/api/events${query}`)
      return { status: response.status, ...(await response.json()) }
    }
    expect(await get('')).toMatchObject({
      status: 200,
      head: 3,
      more: false,
      events: { length: 3 },
    })
    expect(await get('?limit=1')).toMatchObject({ events: [{ seq: 3, text: 'three' }], more: true })
    expect(await get('?before=3&limit=1')).toMatchObject({ events: [{ seq: 2 }], more: true })
    expect(await get('?after=1&limit=1')).toMatchObject({ events: [{ seq: 2 }], more: true })
    expect(await get('?after=3')).toMatchObject({ events: [], more: false })
    expect(await get('?after=99')).toMatchObject({ events: [], more: false })
    expect(await get('?since=2026-01-02&limit=1')).toMatchObject({
      events: [{ seq: 1 }],
      more: true,
    })
    expect(await get('?since=9999-01-02')).toMatchObject({ events: [], more: false })
    for (const wrong of [
      '?limit=0',
      '?limit=201',
      '?after=-1',
      '?before=1&after=1',
      '?since=soon',
      '?since=2026-01-02&after=1',
      '?x=1',
    ]) {
      expect(await get(wrong)).toMatchObject({ status: 400, type: 'error', code: 'bad_message' })
    }
    expect(rooms.tally.refusals.get('bad_message')).toBe(7)
    room.log.before = () => Promise.reject(new Error('disk gone'))
    expect(await get('')).toMatchObject({ status: 503, code: 'history_unavailable' })
    expect(rooms.tally.refusals.get('history_unavailable')).toBe(1)
  })
})

describe('/resume', () => {
  it('restores the name and sends exactly the missed messages', async () => {
    const { tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: bob } = await greeted(tcp.port)
    const code = await codeOf(bob)
    bob.send('/name Bob\n')
    await bob.until('You are Bob now.\n')
    ann.send('before he went\n')
    await bob.until('before he went\n')
    bob.socket.destroy()
    await ann.until('* Bob left\n')
    for (let at = 1; at <= 50; at += 1) ann.send(`missed ${at}\n`)
    ann.send('/who\n')
    await ann.until('1 here: ')
    const { client: back } = await greeted(tcp.port)
    await back.until('missed 50\n')
    const mark = back.text.length
    back.send(`/resume ${code}\n`)
    await ann.until('* Bob joined (terminal)\n')
    const text = (await back.until(/What you missed(.|\n)*missed 50\n/)).slice(mark)
    expect(text).toContain('You are Bob again.\nWhat you missed:\n')
    expect([...text.matchAll(/missed (\d+)\n/g)].map(([, at]) => Number(at))).toEqual(
      Array.from({ length: 50 }, (_, at) => at + 1),
    )
    back.send('thanks\n')
    await ann.until('Bob: thanks\n')
  })

  it('has a code that the server never broadcasts, however it is typed', async () => {
    const { tcp, webUrl, room } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const { client: bob } = await greeted(tcp.port)
    const code = await codeOf(ann)
    const slips = [
      code,
      `resume ${code}`,
      `/me /resume ${code}`,
      `After a break, /resume ${code} takes you back to where you were.`,
      `  "token": "${code}",`,
      `1, "name": "ann", "token": "${code}"}`,
      `/name ${code}`,
    ]
    for (const slip of slips) ann.send(`${slip}\n`)
    ann.send('and this is said\n')
    await bob.until('and this is said\n')
    expect(bob.text).not.toContain(code)
    expect(ann.text.match(/impersonate its owner/g)).toHaveLength(slips.length)
    const answer = await fetch(`${webUrl}/api/say`, { method: 'POST', body: code })
    expect(answer.status).toBe(400)
    expect(room.feed.seq).toBe(1)
    // It looks like a code, but another server made it.
    ann.send('abcdefghij.abcdefghijk\n')
    await bob.until('abcdefghij.abcdefghijk\n')
  })

  it('works after a restart of the server', async () => {
    const data = testFolder()
    const first = await testGateway({ data })
    const { client: ann } = await greeted(first.tcp.port)
    const code = await codeOf(ann)
    ann.send('/name Ann\n')
    await ann.until('You are Ann now.\n')
    await first.close()
    const second = await testGateway({ data })
    const { client: bob } = await greeted(second.tcp.port)
    bob.send('while she was away\n/who\n')
    await bob.until('1 here: ')
    const { client: back } = await greeted(second.tcp.port)
    back.send(`/resume ${code}\n`)
    const text = await back.until(/What you missed:\n(.|\n)*while she was away\n/)
    expect(text).toContain('You are Ann again.\n')
    await bob.until('* Ann joined (terminal)\n')
  })

  it('reports unknown codes, a name that is taken, and messages no longer kept', async () => {
    const data = testFolder()
    const gateway = await testGateway({ data, retain: 5 })
    const { client: bob } = await greeted(gateway.tcp.port)
    const code = await codeOf(bob)
    bob.send('/name Bob\n/quit\n')
    await bob.untilEnded()
    const { client: ann } = await greeted(gateway.tcp.port)
    ann.send('/name Bob\n')
    for (let at = 1; at <= 20; at += 1) ann.send(`missed ${at}\n`)
    await expect.poll(() => gateway.room.log.read(1, 1).then(([event]) => event?.seq)).toBe(16)
    const { client: back } = await greeted(gateway.tcp.port)
    back.send(`/resume ${code}x\n/resume nonsense\n`)
    await back.until(/(! This \/resume code is unknown\.\n){2}/)
    back.send(`/resume ${code}\n`)
    const text = await back.until(/What you missed:\n(.|\n)*missed 20\n/)
    expect(text).toContain('You are Bob-2: another person is using the name Bob.\n')
    expect(text).toContain('15 messages are no longer kept.\n')
  })
})

describe('/resume with the code of the same client', () => {
  it('restores a name that the new connection already has, and omits its own messages', async () => {
    const data = testFolder()
    const first = await testGateway({ data })
    const { client: ann } = await greeted(first.tcp.port)
    const code = await codeOf(ann)
    ann.send('mine\n/who\n')
    await ann.until('1 here: ')
    ann.socket.destroy()
    await expect.poll(() => first.room.members.size).toBe(0)
    await first.close()
    const second = await testGateway({ data })
    const { client: back, name } = await greeted(second.tcp.port)
    expect(name).toBe('guest-1')
    back.send(`/resume ${code}\n`)
    await back.until('You are guest-1 again.\nYou missed nothing.\n')
    back.send('/who\n')
    await back.until('1 here: guest-1 (terminal)\n')
  })

  it('continues over a WebSocket of lines when all missed messages are its own', async () => {
    const { webUrl, tcp } = await testGateway()
    const { client: ann } = await greeted(tcp.port)
    const text = async () => {
      const socket = new WebSocket(`${webUrl.replace('http', 'ws')}/ws`, 'oneroom.text')
      onTestFinished(() => socket.terminate())
      const frames: string[] = []
      socket.on('message', (data) => frames.push(String(data)))
      await expect.poll(() => frames.join()).toContain('bye leaves.')
      return { socket, frames }
    }
    const before = await text()
    before.socket.send('/resume')
    await expect.poll(() => before.frames.join()).toMatch(/\/resume \S+ takes/)
    const [, code] = /\/resume (\S+) takes/.exec(before.frames.join()) ?? []
    before.socket.send('mine')
    await ann.until('guest-2: mine\n')
    before.socket.terminate()
    await ann.until('* guest-2 left\n')
    const after = await text()
    after.socket.send(`/resume ${code}`)
    await expect.poll(() => after.frames.join()).toContain('You are guest-2 again.')
    ann.send('still there?\n')
    await expect.poll(() => after.frames.at(-1)).toMatch('guest-1: still there?')
  })
})

describe('a token', () => {
  it('restores the person and the name after a restart', async () => {
    const data = testFolder()
    const first = await testGateway({ data })
    const ann = await pageClient(first.webUrl)
    const { token, you, epoch } = await ann.hello({ name: 'Ann' })
    ann.send({ type: 'say', id: 'one', text: 'before' })
    const { seq } = await ann.until('before')
    await first.close()
    const second = await testGateway({ data })
    const back = await pageClient(second.webUrl)
    const welcome = await back.hello({ token, epoch, seq })
    expect(welcome).toMatchObject({ you, epoch, resumed: { from: 2, to: 1 }, reset: null })
    back.send({ type: 'say', id: 'one', text: 'again' })
    expect(await back.until('before')).toMatchObject({ seq })
  })

  it('resets a reader whose next message is no longer kept', async () => {
    const gateway = await testGateway({ data: testFolder(), retain: 5 })
    const ann = await pageClient(gateway.webUrl)
    const { token, epoch } = await ann.hello({ name: 'Ann' })
    for (let at = 1; at <= 20; at += 1) ann.send({ type: 'say', text: `${at}` })
    await ann.until('20')
    await expect.poll(() => gateway.room.log.read(1, 1).then(([event]) => event?.seq)).toBe(16)
    const back = await pageClient(gateway.webUrl)
    const welcome = await back.hello({ token, epoch, seq: 3, history: 50 })
    expect(welcome).toMatchObject({ resumed: null, reset: 'trimmed', events: { length: 5 } })
  })
})
