import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import type { RoomEvent } from '../../shared/protocol.ts'
import { testFolder } from '../support/folder.ts'
import { testGateway } from '../support/gateway.ts'
import { pageClient } from '../support/page.ts'
import { serve } from '../support/program.ts'
import { greeted } from '../support/raw.ts'

/** The texts that a server started with this folder has. */
async function kept(data: string): Promise<string[]> {
  const { webUrl } = await serve('--data', data)
  const response = await fetch(`${webUrl}/api/events?limit=100`)
  const { events } = (await response.json()) as { events: RoomEvent[] }
  return events.map(({ text }) => text)
}

describe('a stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s says goodbye to a raw client and a page, does not wait for a half-sent request, and exits with 0',
    async (signal) => {
      const data = testFolder()
      const { server, webUrl, tcpPort } = await serve('--data', data)
      const { client } = await greeted(tcpPort)
      const page = await pageClient(webUrl)
      await page.hello({ name: 'Ann' })
      const half = connect(Number(new URL(webUrl).port), '127.0.0.1')
      onTestFinished(() => {
        half.destroy()
      })
      half.on('error', () => {})
      await new Promise<void>((sent) => half.write('GET / HTTP/1.1\r\nHost: lo', () => sent()))
      page.send({ type: 'say', id: 'last', text: 'in flight' })
      client.socket.once('end', () => client.socket.end())
      server.child.kill(signal)
      expect(await page.untilClosed()).toBe(1001)
      expect(await client.untilEnded()).toMatch(/\* The server is stopping\.\n$/)
      // A stop that takes too long exits with 1.
      expect(await server.untilExit()).toBe(0)
      expect(server.stderr).not.toMatch(/"level":[56]0/)
      expect(await kept(data)).toEqual(['in flight'])
    },
  )

  it('stores all lines that were read, also those that flood control delays', async () => {
    const data = testFolder()
    const { server, tcpPort } = await serve('--data', data)
    const { client: reader } = await greeted(tcpPort)
    const { client: sender } = await greeted(tcpPort)
    const lines = Array.from({ length: 40 }, (_, at) => `line ${at}`)
    sender.send(`${lines.join('\n')}\n`)
    await reader.until('line 0\n')
    for (const { socket } of [reader, sender]) socket.once('end', () => socket.end())
    server.child.kill('SIGTERM')
    expect(await server.untilExit()).toBe(0)
    expect(await kept(data)).toEqual(lines)
  })

  it('ends while some clients keep sending, and others do not read', async () => {
    const { server, webUrl, tcpPort } = await serve('--flood', 'off')
    const talker = await pageClient(webUrl)
    await talker.hello({ name: 'Ann' })
    for (let at = 0; at < 240; at += 1) talker.send({ type: 'say', text: 'x'.repeat(4000) })
    await expect.poll(() => talker.events.length).toBe(240)
    for (let at = 0; at < 40; at += 1) {
      const { client: deaf } = await greeted(tcpPort)
      deaf.socket.pause()
      deaf.send('/history 200\n'.repeat(40))
    }
    const talk = setInterval(() => talker.send({ type: 'say', text: 'on and on' }), 2)
    onTestFinished(() => clearInterval(talk))
    await talker.until('on and on')
    server.child.kill('SIGTERM')
    // 1006: the last of what it sent was not read any more, so the system reset the connection.
    expect([1001, 1006]).toContain(await talker.untilClosed())
    expect(await server.untilExit()).toBe(0)
  })

  it('is immediate at a second signal', async () => {
    const { server, tcpPort } = await serve()
    // The first stop would wait for this client, which does not end, and then exit with 0.
    await greeted(tcpPort)
    // Two signals that are the same may arrive as one.
    server.child.kill('SIGTERM')
    server.child.kill('SIGINT')
    expect(await server.untilExit()).toBe(1)
  })
})

test('a stop keeps every line that was received, however slow the log is', async () => {
  const { room, rooms, tcp, close } = await testGateway()
  const { client } = await greeted(tcp.port)
  const { log } = room
  const { store } = rooms
  const append = store.append.bind(store)
  store.append = async (drafts) => {
    await setTimeout(800)
    return append(drafts)
  }
  const line = 'a line\n'
  const before = rooms.tally.bytesIn
  client.send(line.repeat(9000))
  // More than the server processes before it stops reading. The log takes more than 2 s.
  await expect.poll(() => rooms.tally.bytesIn - before).toBeGreaterThan(27_000)
  const received = Math.floor((rooms.tally.bytesIn - before) / line.length)
  await close()
  expect(log.head()).toBe(received)
})
