/** What a sender hears of flood control. */
import { expect, test } from 'vitest'
import { Delay } from '../../../../server/net/connection/delay.ts'
import type { Waiting } from '../../../../shared/replies.ts'
import { testGateway } from '../../../support/gateway.ts'
import { pageClient } from '../../../support/page.ts'
import { greeted } from '../../../support/raw.ts'

test('a sender is told once, and again after its messages went through without a wait', () => {
  const told: Waiting[] = []
  const input = { backlog: 7 }
  const delay = new Delay(input, (notice) => told.push(notice))
  delay.paced(250, 0, 0)
  expect(told).toEqual([])
  input.backlog = 10
  delay.paced(250, 250, 0)
  delay.paced(250, 500, 0)
  expect(told).toEqual([{ type: 'waiting', count: 10, seconds: 3 }])
  delay.paced(0, 10_000, 0)
  delay.paced(250, 10_001, 0)
  expect(told.length).toBe(1)
  input.backlog = 0
  delay.paced(0, 20_000, 0)
  input.backlog = 10
  delay.paced(250, 20_001, 0)
  expect(told.length).toBe(2)
})

test('a sender whose messages wait in the network is told after two seconds', () => {
  const told: Waiting[] = []
  const delay = new Delay({ backlog: 0 }, (notice) => told.push(notice))
  // One that sends no faster than it may: no message has waited.
  for (let now = 0; now < 10_000; now += 330) delay.paced(250, now, 80)
  expect(told).toEqual([])
  // A slow machine takes each later than it could, but then at once.
  for (let now = 10_000; now < 11_900; now += 400) delay.paced(250, now, 1)
  expect(told).toEqual([])
  delay.paced(250, 12_000, 1)
  expect(told).toEqual([{ type: 'waiting', count: 1, seconds: 1 }])
})

test('a terminal and a program are told how many of their messages wait, and how long; others are not', async () => {
  const { webUrl, tcp } = await testGateway({ flood: { perSecond: 20, burst: 2 } })
  const { client: other } = await greeted(tcp.port)
  const { client } = await greeted(tcp.port)
  client.send(Array.from({ length: 62 }, (_, at) => `line ${at}\n`).join(''))
  await client.until('* You send faster than the room takes lines. ')
  expect(client.text).toMatch(/ (59|60|61) wait, for about (3|4) seconds; none is lost\.\n/)
  const page = await pageClient(webUrl)
  await page.hello()
  for (let at = 0; at < 80; at += 1) page.send({ type: 'say', text: `message ${at}` })
  const { count, seconds } = await page.next('waiting')
  expect(count).toBeGreaterThan(39)
  // A burst of 2 is sent at once, and some time has passed.
  expect(Math.ceil(count / 20) - seconds).toBeOneOf([0, 1])
  await other.until('line 61')
  expect(client.text.match(/You send faster/g)?.length).toBe(1)
  expect(other.text).not.toContain('You send faster')
})
