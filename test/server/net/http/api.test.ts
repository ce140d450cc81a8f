import { expect, it } from 'vitest'
import type { RoomEvent } from '../../../../shared/protocol.ts'
import { MESSAGE_SIGNS } from '../../../../shared/reactions.ts'
import { everything } from '../../../support/events.ts'
import { type TestGateway, testGateway } from '../../../support/gateway.ts'
import { greeted, rawClient } from '../../../support/raw.ts'

const EVENTS = 'GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n'

/** Holds every read of the log until `release`, and counts the reads that are under way. */
function holdReads({ room }: TestGateway) {
  const before = room.log.before.bind(room.log)
  const state = { underWay: 0, most: 0, release: () => {} }
  const released = new Promise<void>((resolve) => {
    state.release = resolve
  })
  room.log.before = async (...args) => {
    state.underWay += 1
    state.most = Math.max(state.most, state.underWay)
    await released
    const events = await before(...args)
    state.underWay -= 1
    return events
  }
  return state
}

it('more than four requests for events from one address get 429, and the log is read one page at a time', async () => {
  const gateway = await testGateway()
  const reads = holdReads(gateway)
  const get = () => fetch(`${gateway.webUrl}/api/events`)
  const answers = Array.from({ length: 5 }, get)
  const refused = await Promise.race(answers)
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(await refused.json()).toMatchObject({ code: 'too_fast' })
  reads.release()
  const statuses = (await Promise.all(answers)).map(({ status }) => status)
  expect(statuses.sort()).toEqual([200, 200, 200, 200, 429])
  expect(reads.most).toBe(1)
  expect((await get()).status).toBe(200)
})

it('a client that disconnects before its events are read does not count as a reader', async () => {
  const gateway = await testGateway()
  const reads = holdReads(gateway)
  const port = Number(new URL(gateway.webUrl).port)
  const clients = await Promise.all(Array.from({ length: 5 }, () => rawClient(port)))
  for (const client of clients) client.send(EVENTS)
  await Promise.any(clients.map((client) => client.until('HTTP/1.1 429 ')))
  for (const client of clients) client.socket.resetAndDestroy()
  reads.release()
  await expect.poll(async () => (await fetch(`${gateway.webUrl}/api/events`)).status).toBe(200)
  expect(reads.most).toBe(1)
})

it('a response has at most 65,536 UTF-16 units of text, and the pages together contain all events', async () => {
  const { webUrl, tcp } = await testGateway()
  const { client } = await greeted(tcp.port)
  client.send(`${'long '.repeat(800)}\n`.repeat(40))
  client.send('/who\n')
  await client.until('1 here: ')
  const page = async (query: string) => {
    const response = await fetch(`${webUrl}/api/events?limit=200${query}`)
    const { events, more } = (await response.json()) as { events: RoomEvent[]; more: boolean }
    return { seqs: events.map(({ seq }) => seq), more }
  }
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => from + at)
  expect(await page('')).toEqual({ seqs: range(25, 40), more: true })
  expect(await page('&before=9')).toEqual({ seqs: range(1, 8), more: false })
  expect(await page('&after=0')).toEqual({ seqs: range(1, 16), more: true })
  expect(await page('&after=32')).toEqual({ seqs: range(33, 40), more: false })
  expect((await everything(webUrl)).map(({ seq }) => seq)).toEqual(range(1, 40))
})

it('the reactions to an event count as text, too', async () => {
  const { webUrl, rooms, room } = await testGateway()
  const person = { id: 'a1', name: 'alice', via: 'web' } as const
  const said = Array.from(
    { length: 20 },
    (_, at) => ({ kind: 'message', from: person, text: `${at}` }) as const,
  )
  const given = said.flatMap((_, at) =>
    Array.from({ length: MESSAGE_SIGNS }, (_, number) => {
      const act = { type: 'react', seq: at + 1, person, sign: '👍', on: true } as const
      return { kind: 'act', from: { ...person, id: `${number}` }, text: '', act } as const
    }),
  )
  await rooms.postTogether(room, [...said, ...given])
  const response = await fetch(`${webUrl}/api/events?after=0&limit=20`)
  const { events, more } = (await response.json()) as { events: RoomEvent[]; more: boolean }
  expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 10 }, (_, at) => at + 1))
  expect(more).toBe(true)
})
