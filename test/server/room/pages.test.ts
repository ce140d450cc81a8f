/** Catch-up pages: readers that are behind share one read of the log and one encoding. */
import { expect, onTestFinished, test } from 'vitest'
import { memoryStore } from '../../../server/log/memory.ts'
import { Pages } from '../../../server/room/pages.ts'
import { jsonDialect } from '../../../shared/dialect/json.ts'
import { LineCodec } from '../../../shared/dialect/line.ts'
import type { RoomEvent } from '../../../shared/protocol.ts'
import type { Events } from '../../../shared/replies.ts'
import { manualClock } from '../../support/clock.ts'

const from = { id: 'a', name: 'Ann', via: 'web' } as const

async function pagesOf(count: number, text = 'x') {
  const store = memoryStore()
  const log = await store.open('lobby', 'lobby')
  const draft = { at: '2026-11-22T12:21:15.123Z', kind: 'message', from, text } as const
  await store.append(Array.from({ length: count }, () => ({ log, draft })))
  const clock = manualClock()
  const pages = new Pages(clock)
  onTestFinished(() => pages.close())
  let reads = 0
  const read = log.read.bind(log)
  log.read = (seq, limit) => {
    reads += 1
    return read(seq, limit)
  }
  const eventsMessage = (events: RoomEvent[]): Events => ({ type: 'events', events })
  const room = { log, eventsMessage }
  const after = (seq: number, until: number) => pages.after(room, seq, until)
  return { log, clock, pages, after, reads: () => reads }
}

test('a thousand readers that return cause one read for each page of the log', async () => {
  const { after, reads } = await pagesOf(200)
  const catchUp = async (): Promise<number[]> => {
    const seqs: number[] = []
    for (let seq = 0; seq < 200; seq = seqs.at(-1) ?? 200) {
      const page = await after(seq, 200)
      expect(page?.encoded(jsonDialect.open().broadcast).units).toHaveLength(1)
      if (page?.message.type === 'events') seqs.push(...page.message.events.map((one) => one.seq))
    }
    return seqs
  }
  const all = Array.from({ length: 200 }, (_, at) => at + 1)
  for (const seqs of await Promise.all(Array.from({ length: 1000 }, catchUp))) {
    expect(seqs).toEqual(all)
  }
  expect(reads()).toBe(4)
})

test('a page that cannot be read is undefined, and is read again the next time', async () => {
  const { log, after } = await pagesOf(10)
  const { read } = log
  log.read = () => Promise.reject(new Error('the disk is gone'))
  expect(await after(0, 10)).toBeUndefined()
  log.read = read
  expect((await after(0, 10))?.lastSeq).toBe(10)
})

test('pages stay within 8 MB, in however many styles and however long the messages are', async () => {
  const { pages, after } = await pagesOf(4000, 'x'.repeat(4096))
  const styles = Array.from({ length: 40 }, (_, at) => new LineCodec({ offset: at * 15 }).broadcast)
  for (let seq = 0; seq < 4000; seq += 64) {
    const page = await after(seq, 4000)
    for (const style of styles) page?.encoded(style)
    expect(pages.bytes).toBeLessThanOrEqual(8 * 1024 * 1024)
  }
  pages.close()
  expect(pages.bytes).toBe(0)
})

test('pages are dropped 5 s after the last read', async () => {
  const { clock, after, reads } = await pagesOf(10)
  await after(0, 10)
  clock.advance(5000)
  expect(clock.timers).toBe(0)
  await after(0, 10)
  expect(reads()).toBe(2)
})
