import { expect, test } from 'vitest'
import { testGateway } from '../../../support/gateway.ts'
import { pageClient } from '../../../support/page.ts'
import { greeted } from '../../../support/raw.ts'

/** Name and labels of each sample → its value. */
async function scrape(webUrl: string): Promise<Map<string, number>> {
  const response = await fetch(`${webUrl}/metrics`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const lines = (await response.text()).split('\n').filter((line) => /^[a-z]/.test(line))
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}

test('the metrics count members, messages, refusals and the time of commits', async () => {
  const { webUrl, tcp } = await testGateway()
  // The histograms start at the first scrape.
  expect((await scrape(webUrl)).get('oneroom_members')).toBe(0)

  const { client } = await greeted(tcp.port)
  const page = await pageClient(webUrl)
  await page.hello()
  page.send({ type: 'say', text: 'one' })
  client.send('two\n/nothing\n')
  await page.until('two')
  await client.until('There is no command /nothing')
  await client.until('one')

  const samples = await scrape(webUrl)
  expect(samples.get('oneroom_members')).toBe(2)
  expect(samples.get('oneroom_connections{dialect="json",via="web"}')).toBe(1)
  expect(samples.get('oneroom_connections{dialect="line",via="tcp"}')).toBe(1)
  expect(samples.get('oneroom_messages_total')).toBe(2)
  expect(samples.get('oneroom_deliveries_total')).toBe(4)
  expect(samples.get('oneroom_log_head')).toBe(2)
  expect(samples.get('oneroom_readers_behind')).toBe(0)
  expect(samples.get('oneroom_refusals_total{code="unknown_command"}')).toBe(1)
  expect(samples.get('oneroom_received_bytes_total')).toBeGreaterThan(10)
  expect(samples.get('oneroom_sent_bytes_total')).toBeGreaterThan(100)
  expect(samples.get('oneroom_commit_seconds_count')).toBeGreaterThanOrEqual(1)
  expect(samples.get('oneroom_commit_messages_sum')).toBe(2)
  for (const own of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds']) {
    expect(samples.has(own)).toBe(true)
  }
})

test('bytes are counted as sent and received, for every transport', async () => {
  const { rooms, webUrl, tcp } = await testGateway()
  const page = await pageClient(webUrl)
  const hello = JSON.stringify({ type: 'hello', protocol: 1, name: 'Zoë' })
  page.socket.send(hello)
  await page.next('welcome')
  expect(rooms.tally.bytesIn).toBe(Buffer.byteLength(hello))
  const { client } = await greeted(tcp.port)
  await page.next('presence', ({ joined }) => joined.length === 1 && joined[0]?.via === 'tcp')
  const before = rooms.tally.bytesOut
  client.forget()
  // IAC AYT (RFC 854): are you there?
  client.send(Uint8Array.of(255, 246))
  await client.until('[Yes]')
  expect(rooms.tally.bytesOut - before).toBe(Buffer.concat(client.chunks).length)
})

test('the metrics report a reader that has stopped reading, and its lag', async () => {
  const { webUrl, tcp } = await testGateway({}, { stalledMs: 600_000 })
  const { client: stuck } = await greeted(tcp.port)
  stuck.socket.pause()
  const page = await pageClient(webUrl)
  await page.hello()
  for (let at = 0; at < 5000; at += 1) {
    page.send({ type: 'say', text: `${at} ${'x'.repeat(4000)}` })
    if (at % 500 === 499) await page.until(`${at} ${'x'.repeat(4000)}`)
  }
  const samples = await scrape(webUrl)
  expect(samples.get('oneroom_readers_behind')).toBe(1)
  expect(samples.get('oneroom_reader_lag_messages')).toBeGreaterThan(100)
})
