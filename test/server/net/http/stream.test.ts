/** `GET /api/events` as Server-Sent Events: the promises of a WebSocket. */
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RoomEvent } from '../../../../shared/protocol.ts'
import { type TestGateway, testGateway } from '../../../support/gateway.ts'
import { HOST_KEY, hostClient } from '../../../support/hosts.ts'
import { pageClient } from '../../../support/page.ts'
import { Stream } from '../../../support/stream.ts'

const CODE = 'amber-fox-lamp'
const from = { id: 'a', name: 'Ann', via: 'web' } as const

async function say({ rooms }: TestGateway, ...texts: string[]): Promise<void> {
  await rooms.postTogether(
    rooms.lobby,
    texts.map((text) => ({ kind: 'message', from, text })),
  )
}

const open = ({ webUrl }: TestGateway, query = '', headers: Record<string, string> = {}) =>
  Stream.open(`${webUrl}/api/events${query}`, headers)

describe('a stream of events', () => {
  it('has each event when it is committed, with an id to resume from', async () => {
    const gateway = await testGateway()
    const { rooms } = gateway
    const { epoch } = rooms.store
    await say(gateway, 'before')
    const stream = await open(gateway)
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(stream.response.headers.get('cache-control')).toBe('no-store')
    expect(await stream.next('welcome')).toEqual({
      room: 'lobby',
      epoch,
      head: 1,
      resumed: null,
      reset: null,
    })
    expect(stream.text).toMatch(/^retry: \d+\n/)
    expect(stream.id).toBe(`1/${epoch}`)
    await say(gateway, 'Grüße', 'two')
    await stream.untilText('two')
    expect(stream.blocks.slice(1)).toMatchObject([
      { event: 'message', id: `2/${epoch}`, data: { seq: 2, text: 'Grüße', from } },
      { event: 'message', id: `3/${epoch}`, data: { seq: 3, text: 'two' } },
    ])
    expect(rooms.list().rooms[0]?.memberCount).toBe(0)
  })

  it('is of the room that it names, and begins with the latest events that it asks for', async () => {
    const gateway = await testGateway()
    const { rooms } = gateway
    const held = await rooms.enter('builds', 'x')
    if (!held.ok) throw new Error('no room')
    const drafts = ['one', 'two', 'three'].map((text) => ({ kind: 'message', from, text }) as const)
    await rooms.postTogether(held.room, drafts)
    held.room.release()
    const stream = await open(gateway, '?room=Builds&history=2')
    await say(gateway, 'in the lobby')
    await stream.untilText('three')
    expect(stream.blocks[0]).toMatchObject({
      id: `1/${rooms.store.epoch}`,
      data: { room: 'builds' },
    })
    expect(stream.texts).toEqual(['two', 'three'])
    expect((await open(gateway, '?room=none')).response.status).toBe(404)
    expect((await open(gateway, '?history=1000')).response.status).toBe(400)
    expect((await open(gateway, '?after=x')).response.status).toBe(400)
  })

  it('goes on after the last id without a gap, from the log and from the feed', async () => {
    const gateway = await testGateway({}, { feedBytes: 10_000 })
    const texts = Array.from({ length: 300 }, (_, at) => `message ${at + 1}`)
    await say(gateway, ...texts)
    const id = `100/${gateway.rooms.store.epoch}`
    const stream = await open(gateway, '?after=7', { 'last-event-id': id })
    const welcome = await stream.next('welcome')
    expect(welcome).toMatchObject({ resumed: { from: 101, to: 300 }, reset: null })
    await say(gateway, 'last')
    await stream.untilText('last')
    expect(stream.texts).toEqual([...texts.slice(100), 'last'])
    const bare = await open(gateway, '', { 'last-event-id': '299' })
    await bare.untilText('last')
    expect(bare.texts).toEqual(['message 300', 'last'])
  })

  it('says that it cannot go on when the numbers are of another log, or are gone', async () => {
    const gateway = await testGateway()
    await say(gateway, 'one', 'two')
    const { epoch } = gateway.rooms.store
    for (const [id, reset] of [
      ['1/another-epoch', 'epoch'],
      [`99/${epoch}`, 'too_far'],
      ['99', 'too_far'],
    ] as const) {
      const stream = await open(gateway, '?history=1', { 'last-event-id': id })
      expect(await stream.next('welcome')).toMatchObject({ resumed: null, reset })
      await stream.untilText('two')
      expect(stream.texts).toEqual(['two'])
    }
  })

  it('stays open in a quiet room, with comments', async () => {
    const gateway = await testGateway({}, { stalledMs: 60 })
    const stream = await open(gateway)
    await stream.until(() => stream.text.endsWith(':\n\n:\n\n'), 'comments')
    await say(gateway, 'still here')
    await stream.untilText('still here')
    expect(stream.blocks).toHaveLength(2)
  })

  it('that is not read is closed, and its reader goes on from its last id', async () => {
    const gateway = await testGateway({}, { stalledMs: 200, feedBytes: 1_000_000 })
    const { room, webUrl, logged } = gateway
    const { port, host } = new URL(webUrl)
    const socket = connect(Number(port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => {})
    socket.write(`GET /api/events?stream HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    await expect.poll(() => room.counts.readers).toBe(1)
    socket.pause()
    const text = 'x'.repeat(4000)
    for (let batch = 0; batch < 60; batch += 1) {
      await say(gateway, ...Array.from({ length: 50 }, () => text))
    }
    expect(gateway.rooms.feedBytes).toBeLessThan(2_000_000)
    await expect
      .poll(() => logged.some(({ reason }) => reason === 'too_slow'), { timeout: 30_000 })
      .toBe(true)
    let received = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      received += chunk
    })
    socket.resume()
    await expect.poll(() => socket.closed, { timeout: 30_000 }).toBe(true)
    const whole = received
      .slice(received.indexOf('\r\n\r\n') + 4)
      .split('\n\n')
      .slice(0, -1)
    const seqs = whole.flatMap((block) => /^id: (\d+)\/.*\ndata/.exec(block)?.[1] ?? []).map(Number)
    expect(seqs.length).toBeLessThan(3000)
    // On a busy machine, this process too may read so slowly that its stream is closed.
    while (seqs.at(-1) !== 3000) {
      const again = await open(gateway, `?after=${seqs.at(-1) ?? 0}`)
      await again.until(() => again.ended || again.events.at(-1)?.seq === 3000, 'the last event')
      seqs.push(...again.events.map(({ seq }: RoomEvent) => seq))
      again.close()
    }
    expect(seqs).toEqual(Array.from({ length: 3000 }, (_, at) => at + 1))
  })

  it('ends with a reason when the server stops, after the last events', async () => {
    const gateway = await testGateway()
    const stream = await open(gateway)
    await stream.next('welcome')
    await say(gateway, 'last words')
    await gateway.close()
    await stream.until(() => stream.ended, 'the end')
    expect(stream.blocks.map(({ event }) => event)).toEqual(['welcome', 'message', 'end'])
    expect(stream.blocks.at(-1)?.data).toMatchObject({ code: 'shutdown' })
  })

  it('needs the room code, and ends when a host bans its address', async () => {
    const gateway = await testGateway({ code: CODE, hostKey: HOST_KEY }, { stalledMs: 300 })
    expect((await open(gateway)).response.status).toBe(401)
    const foreign = { origin: 'http://evil.example', authorization: `Bearer ${CODE}` }
    expect((await open(gateway, '', foreign)).response.status).toBe(403)
    const hana = await hostClient(gateway.webUrl, 'Hana', { code: CODE })
    const eve = await pageClient(gateway.webUrl)
    const { token } = await eve.hello({ name: 'Eve', code: CODE })
    const stream = await open(gateway, '', { authorization: `Bearer ${token}` })
    await stream.next('welcome')
    hana.send({ type: 'act', act: { type: 'ban', person: 'Eve' } })
    expect(await stream.next('end')).toMatchObject({ code: 'banned' })
    await stream.until(() => stream.ended, 'the end')
    const other = await open(gateway, '', { authorization: `Bearer ${token}` })
    expect(other.response.status).toBe(403)
  })

  it('counts as a connection of its address, until it is closed', async () => {
    const gateway = await testGateway({
      addressConnections: 1,
      trust: { networks: [], limitsLocal: true },
    })
    const stream = await open(gateway)
    await stream.next('welcome')
    const refused = await open(gateway)
    expect(refused.response.status).toBe(429)
    await refused.until(() => refused.text.includes('network_full'), 'the error')
    stream.close()
    await expect.poll(() => gateway.room.counts.readers).toBe(0)
    await expect.poll(async () => (await open(gateway)).response.status).toBe(200)
  })
})
